package lint

import "slices"

// surfaceRules speak of what is rendered for servers, images, clusters and CI.
func surfaceRules() []Rule {
	return slices.Concat(imageRules(), k8sRules(), serverRules(), ciRules(), secretRules())
}
