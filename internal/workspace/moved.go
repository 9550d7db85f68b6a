package workspace

import (
	"io/fs"
	"path"
	"strings"
)

// Moved looks for the folder of a service that is not where the manifest says:
// one whose descriptor has the service's name and that is no other service's.
// It returns "" where there is none, or more than one.
func (w *Workspace) Moved(s *Service) string {
	const most = 5000 // folders looked at: a hint is not worth more
	listed := map[string]bool{}
	for _, other := range w.Manifest.Services {
		if other.Name != s.Name {
			listed[other.Path] = true
		}
	}
	found, seen, twice := "", 0, false
	_ = fs.WalkDir(w.Root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fs.SkipDir
		case d.IsDir():
			if seen++; seen > most {
				return fs.SkipAll
			}
			name := path.Base(p)
			if p != "." && (listed[p] || strings.HasPrefix(name, ".") || name == "node_modules" || name == "vendor" || name == "testdata") {
				return fs.SkipDir
			}
			return nil
		case path.Base(p) != DescriptorFile || !d.Type().IsRegular():
			return nil
		}
		data, err := w.Root.ReadFile(p)
		if err != nil {
			return nil
		}
		if desc, err := ParseDescriptor(p, data); err == nil && desc.Name == s.Name {
			twice = found != ""
			found = path.Dir(p)
		}
		if twice {
			return fs.SkipAll
		}
		return nil
	})
	if twice {
		return ""
	}
	return found
}
