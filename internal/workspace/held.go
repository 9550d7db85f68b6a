package workspace

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
)

// Held is a template release that the workspace keeps.
type Held struct{ Ref, Release string }

// Held lists the kept releases, by template and release.
func (l Library) Held() ([]Held, error) {
	var out []Held
	var walk func(dir, prefix string) error
	walk = func(dir, prefix string) error {
		entries, err := fs.ReadDir(l.W.Root.FS(), dir)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, e := range entries {
			if !e.IsDir() {
				continue
			}
			if ref, release, ok := strings.Cut(e.Name(), "@"); ok && !l.hollow(path.Join(dir, e.Name())) {
				out = append(out, Held{prefix + ref, release})
			} else if !ok && prefix == "" {
				if err := walk(path.Join(dir, e.Name()), e.Name()+"/"); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if err := walk(path.Join(Dir, "templates"), ""); err != nil {
		return nil, err
	}
	slices.SortFunc(out, func(a, b Held) int {
		return cmp.Or(strings.Compare(a.Ref, b.Ref), semver.Compare("v"+a.Release, "v"+b.Release))
	})
	return out, nil
}

// hollow reports whether nothing is kept in a release's folder: a folder that could
// not be removed with what was in it.
func (l Library) hollow(dir string) bool {
	for _, p := range []string{dir + ".sum", path.Join(dir, template.File)} {
		if _, err := l.W.Lstat(p); !os.IsNotExist(err) {
			return false
		}
	}
	return true
}

// Releases lists the kept releases of one template, the oldest first.
func (l Library) Releases(ref string) ([]string, error) {
	held, err := l.Held()
	var out []string
	for _, h := range held {
		if h.Ref == ref {
			out = append(out, h.Release)
		}
	}
	return out, err
}

// Files reads what the workspace keeps of a release, by path below the
// workspace.
func (l Library) Files(h Held) (tree.Tree, error) {
	dir := ReleaseDir(h.Ref, h.Release)
	files, err := tree.Read(l.W.Root, dir, nil)
	if err != nil {
		return nil, err
	}
	out := files.Moved(dir)
	sum, err := tree.Lookup(l.W.Root, sumFile(h.Ref, h.Release))
	if sum != nil {
		out[sumFile(h.Ref, h.Release)] = *sum
	}
	return out, err
}

// ReleaseOf returns the folder of the kept release that the file p belongs to,
// or "".
func ReleaseOf(p string) string {
	rest, ok := strings.CutPrefix(p, path.Join(Dir, "templates")+"/")
	if !ok {
		return ""
	}
	segs := strings.Split(rest, "/")
	for i, seg := range segs[:min(len(segs), 2)] {
		if strings.Contains(seg, "@") {
			return path.Join(append([]string{Dir, "templates"}, append(segs[:i:i], strings.TrimSuffix(seg, ".sum"))...)...)
		}
	}
	return ""
}
