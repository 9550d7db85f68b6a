package lint

import "slices"

// Rules lists every rule: the template's own files, what renders, what is
// rendered, and what is rendered for servers, images, clusters and CI.
func Rules() []Rule {
	return slices.Concat(templateRules(), surfaceRules(), []Rule{ignoreWithoutReason})
}

// templateRules speak of templates as such, whatever they render.
func templateRules() []Rule {
	return []Rule{
		templateSchema, templateName, templateRelease, symlinkInTemplate,
		migrationOrder, releaseNotRaised, renameWithoutMigration,
		valueUndeclared, valueUnused, valueWithoutHelp, valueDefaultInvalid,
		parseError, unstableFunction, unsafeFunction, delimiterCollision,
		renderError, leftoverDelimiter, pathEscapes, pathCollision, pathNotPortable,
		outputDoesNotParse, outputNotGofmt, outputDoesNotBuild,
		insertTargetMissing, insertTargetAmbiguous, unitNotRepeatable,
	}
}
