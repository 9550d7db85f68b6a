package merge

import (
	"cmp"
	"path"
	"slices"

	"github.com/svcgen/svcgen/internal/tree"
)

// place puts the files together. Those that keep their names come first; one
// that gets a name, or a new one, gives way to what stands there: it stays
// where ours has it, and may be in the way itself there.
func (m *merger) place(files []*file) error {
	m.res.Tree = copyOf(m.Ours)
	var moving []*file
	for _, f := range files {
		if f.from != "" {
			delete(m.res.Tree, f.from)
		}
	}
	for _, f := range files {
		switch {
		case f.next == nil:
		case f.from == f.path:
			m.res.Tree[f.path] = *f.next
		default:
			moving = append(moving, f)
		}
	}
	foreign := map[*file]string{}
	for _, f := range moving {
		var err error
		if foreign[f], err = m.foreign(f.path); err != nil {
			return err
		}
	}
	for {
		folders := foldersOf(m.res.Tree)
		blocker := func(f *file) string { return cmp.Or(m.blocker(f, folders), foreign[f]) }
		i := slices.IndexFunc(moving, func(f *file) bool { return blocker(f) != "" })
		if i < 0 {
			break
		}
		m.block(moving[i], blocker(moving[i]))
		moving = slices.Delete(moving, i, i+1)
	}
	for _, f := range moving {
		m.res.Tree[f.path] = *f.next
	}
	for _, f := range files {
		if f.beside != nil {
			m.res.Tree[f.path+Besides] = *f.beside
		}
	}
	return nil
}

// foreign returns a file that Ours does not hold and that stands where p is to
// go, or "".
func (m *merger) foreign(p string) (string, error) {
	if m.Standing == nil {
		return "", nil
	}
	all, err := m.Standing(p)
	if i := slices.IndexFunc(all, func(q string) bool { return !has(m.Ours, q) }); i >= 0 {
		return all[i], err
	}
	return "", err
}

// blocker returns what of the result stands where f is to go, or "". What is
// just as theirs has it is in nobody's way.
func (m *merger) blocker(f *file, folders map[string]string) string {
	if there := side(m.res.Tree, f.path); there != nil && !same(there, f.theirs) {
		return f.path
	}
	for d := path.Dir(f.path); d != "."; d = path.Dir(d) {
		if has(m.res.Tree, d) {
			return d
		}
	}
	return folders[f.path]
}

// foldersOf leads from each folder of t to a file in it.
func foldersOf(t tree.Tree) map[string]string {
	out := map[string]string{}
	for p := range t {
		for d := path.Dir(p); d != "."; d = path.Dir(d) {
			if was, ok := out[d]; !ok || p < was {
				out[d] = p
			}
		}
	}
	return out
}

// block leaves f where ours has it, because of the file at p.
func (m *merger) block(f *file, p string) {
	kind, now := Moved, ""
	if linked(side(m.res.Tree, p)) {
		kind = Link
	}
	switch {
	case f.from != "" && p == f.path:
		now = f.from + " of " + m.label() + " is called so now"
	case f.from != "":
		now = f.from + " of " + m.label() + " is called " + f.path + " now"
	case p == f.path:
		now = m.label() + " has a new file of this name"
	default:
		now = m.label() + " has a new file " + f.path
	}
	switch {
	case m.Policy == Abort:
	case f.from != "":
		now += "; " + f.from + " stays as it is, and what changed in it is left out"
	default:
		now += ", which is left out"
	}
	f.conflicts = []Conflict{{Path: p, Kind: kind, Detail: "is in the way: " + now}}
	f.is(f.ours, stays)
	if f.from != "" {
		f.path = f.from
		m.res.Tree[f.from] = *f.ours
	}
}
