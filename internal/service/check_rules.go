package service

// CheckRule is one thing that Check or Stray looks for.
type CheckRule struct{ ID, Doc, Remedy string }

// CheckRules lists them all.
func CheckRules() []CheckRule {
	return []CheckRule{
		{"interrupted", "A command was interrupted, and its change is half done.", "run any command that writes; it finishes or undoes the change"},
		{"service-unreadable", "The manifest names a service whose folder, descriptor, template release or values cannot be read.", "restore what is gone from git, or take the service out with svcgen remove"},
		{"service-unlisted", "A folder has a descriptor, but the manifest does not name it.", "svcgen adopt takes it in; or remove the folder"},
		{"release-unreadable", "The workspace keeps a template release that no service is on, and that cannot be read: an upgrade would stop at it.", "restore it from git, or remove its folder"},
		{"unit-unknown", "The descriptor names a unit that its template does not have.", "take the unit out of the descriptor, or upgrade the service"},
		{"not-wired", "A service is not listed where the manifest's wiring says.", "put the entry back, as the finding shows it"},
		{"wiring-broken", "A file of the wiring does not parse, or the place for the entry cannot be told.", "mend the file"},
		{"module-unreadable", "go.mod is not there or does not parse.", "restore it from git"},
		{"module-path", "The Go module's path is not the manifest's module and the service's folder.", "rename the module, or change module in the manifest"},
		{"module-replaced", "go.mod replaces a module by a folder outside of the service: alone, as in its image, it does not build.", "take the replace out; go.work joins modules without one"},
		{"imports-another-service", "Code imports what belongs to another service.", "call the service, or copy what is needed"},
		{"need-unknown", "A service needs one that does not exist.", "correct the name in needs, or take it out"},
		{"need-cycle", "Services need one another in a circle: none can start or be released first.", "turn one of the needs into an event, or join the services"},
	}
}
