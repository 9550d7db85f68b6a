package source

import (
	"path"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/names"
	"github.com/svcgen/svcgen/internal/template"
)

// Limits of what a source brings.
const (
	MaxTemplates = 64
	MaxFiles     = 10_000
	MaxBytes     = 64 << 20 // of all files together
	MaxFile      = 16 << 20 // of one
)

// Set says which of the paths that a source holds are templates' files: all
// where one is a template.yaml at the root, else those in folders that have one.
// Everything else, such as a README beside the folders, is no part of the set,
// and nobody needs to look at it.
type Set struct {
	Names []string // of the folders, sorted; one "" where the root is a template
	Paths []string // of the templates' files, sorted
}

// Select makes a set out of the paths of all files. label is how messages call
// the source.
func Select(label string, paths []string) (Set, error) {
	var s Set
	folders := map[string]bool{}
	for _, p := range paths {
		if path.Base(p) == template.File && strings.Count(p, "/") < 2 {
			folders[strings.TrimSuffix(strings.TrimSuffix(p, template.File), "/")] = true
		}
	}
	if folders[""] {
		folders = map[string]bool{"": true}
	}
	for name := range folders {
		if name != "" && !template.ValidName(name) && !strings.Contains(name, "/") {
			return s, diag.Errorf("%s: the folder %q is not a template's name", label, clip(name)).
				WithHint("lower-case words with dashes, e.g. event-worker")
		}
		s.Names = append(s.Names, name)
	}
	slices.Sort(s.Names)
	switch {
	case len(s.Names) == 0:
		return s, diag.Errorf("%s: there is no %s at its root or in a folder there", label, template.File).
			WithHint("name the folder that holds the templates, e.g. git+https://HOST/REPOSITORY.git//templates@v1.0.0")
	case len(s.Names) > MaxTemplates:
		return s, diag.Errorf("%s: there are %d templates; %d are allowed", label, len(s.Names), MaxTemplates)
	}
	for _, p := range paths {
		top, _, below := strings.Cut(p, "/")
		if folders[""] || below && folders[top] {
			s.Paths = append(s.Paths, p)
		}
	}
	slices.Sort(s.Paths)
	if len(s.Paths) > MaxFiles {
		return s, diag.Errorf("%s: there are %d files; %d are allowed", label, len(s.Paths), MaxFiles)
	}
	for _, p := range s.Paths {
		if problem := names.CheckPath(p); problem != "" {
			return s, diag.Errorf("%s: %q: %s", label, clip(p), problem)
		}
	}
	if p, problem := names.CheckPaths(s.Paths); problem != "" {
		return s, diag.Errorf("%s: %q: %s", label, clip(p), problem)
	}
	return s, nil
}
