package merge

import (
	"errors"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/svcgen/svcgen/internal/tree"
)

// errOdd is what merging by meaning says of a file that has none: it is merged
// as a text.
var errOdd = errors.New("cannot be merged by its meaning")

// byMeaning reports whether f is a go.mod or go.sum that theirs changed. One
// that ours left alone counts too: its code may lean on what theirs drops.
func byMeaning(f *file) bool {
	name := path.Base(f.path)
	return (name == "go.mod" || name == "go.sum") && f.ours != nil && f.theirs != nil &&
		!same(f.ours, f.theirs) && !same(f.theirs, f.base) && !linked(f.base) && !linked(f.ours) && !linked(f.theirs)
}

// modules merges every go.mod and go.sum that is merged by meaning, when all
// other files are decided: what is required depends on the code.
func (m *merger) modules(files []*file) error {
	mods := map[string]*file{} // by folder
	for _, f := range files {
		if path.Base(f.path) == "go.mod" {
			mods[path.Dir(f.path)] = f
		}
	}
	for _, f := range files {
		if m.Keep != nil && m.Keep(f.path) || !byMeaning(f) || path.Base(f.path) != "go.mod" {
			continue
		}
		code := &imports{m: m, files: files, dir: path.Dir(f.path)}
		data, odds, err := requirements(content(f.base), f.ours.Data, f.theirs.Data, m.Policy, code.has)
		if err := errors.Join(m.settle(f, data, odds, err, Content), code.err); err != nil {
			return err
		}
	}
	for _, f := range files {
		if m.Keep != nil && m.Keep(f.path) || !byMeaning(f) || path.Base(f.path) != "go.sum" {
			continue
		}
		mod := mods[path.Dir(f.path)]
		var asOurs, asTheirs bool
		if mod != nil {
			asOurs, asTheirs = sameRequirements(mod.next, mod.ours), sameRequirements(mod.next, mod.theirs)
		}
		data, odds, err := sums(content(f.base), f.ours.Data, f.theirs.Data, m.Policy, asOurs, asTheirs)
		if err := m.settle(f, data, odds, err, Sums); err != nil {
			return err
		}
	}
	return nil
}

// settle puts the outcome of a merge by meaning into f. odds are what only the
// policy can decide, data is nil where it did not.
func (m *merger) settle(f *file, data []byte, odds []string, err error, kind Kind) error {
	switch {
	case errors.Is(err, errOdd):
		if same(f.ours, f.base) {
			f.is(f.theirs, taken)
			return nil
		}
		if err := m.both(f); err != nil {
			return err
		}
	case err != nil:
		return err
	case len(odds) > 0 && data == nil:
		if m.Policy == Markers {
			if err := m.text(f); err != nil || len(f.conflicts) > 0 {
				return err
			}
		}
		f.is(f.ours, stays)
		m.fail(f, kind, 0, "%s%s", strings.Join(odds, "; "), m.leftOut())
	case string(data) == string(f.theirs.Data) && same(f.ours, f.base):
		f.is(f.theirs, taken)
		return nil
	default:
		f.is(&tree.File{Data: data, Kind: f.kind()}, merged)
		for _, odd := range odds {
			f.decide(kind, 0, odd+map[Policy]string{Ours: "; yours stays", Theirs: "; yours is replaced"}[m.Policy])
		}
	}
	m.res.Requires = m.res.Requires || f.how == merged
	return nil
}

// imports tells what the merged code below a folder imports.
type imports struct {
	m     *merger
	files []*file
	dir   string

	all   []string
	asked bool
	err   error
}

// has reports whether a package of the module is imported.
func (i *imports) has(mod string) bool {
	if !i.asked {
		i.asked = true
		i.read()
	}
	return slices.ContainsFunc(i.all, func(p string) bool { return within(p, mod) })
}

func within(pkg, mod string) bool { return pkg == mod || strings.HasPrefix(pkg, mod+"/") }

// read looks at the merged files, at ours that no side else has, and at the
// person's own.
func (i *imports) read() {
	code := copyOf(i.m.Ours)
	rest, err := i.m.rest()
	if err != nil {
		i.err = err
		return
	}
	maps.Copy(code, rest)
	for _, f := range i.files {
		delete(code, f.from)
	}
	for _, f := range i.files {
		if f.next != nil {
			code[f.path] = *f.next
		}
	}
	for p, f := range code {
		if path.Ext(p) != ".go" || i.dir != "." && !strings.HasPrefix(p, i.dir+"/") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), p, f.Data, parser.ImportsOnly)
		if err != nil {
			continue
		}
		for _, imp := range parsed.Imports {
			if name, err := strconv.Unquote(imp.Path.Value); err == nil {
				i.all = append(i.all, name)
			}
		}
	}
}

// sameRequirements reports whether two go.mod files require the same modules.
func sameRequirements(a, b *tree.File) bool {
	if a == nil || b == nil {
		return false
	}
	x, err := modfile.ParseLax("go.mod", a.Data, nil)
	if err != nil {
		return false
	}
	y, err := modfile.ParseLax("go.mod", b.Data, nil)
	if err != nil {
		return false
	}
	return maps.EqualFunc(required(x), required(y), func(r, s *modfile.Require) bool { return r.Mod == s.Mod })
}
