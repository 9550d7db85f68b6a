package lint

// surfaceMutations break what the template renders for servers, images, clusters
// and CI.
func surfaceMutations() []mutation { return nil }
