package merge

import (
	"maps"
	"slices"

	"github.com/svcgen/svcgen/internal/tree"
)

// pair puts together what is one file on the three sides, renames considered.
func (m *merger) pair() ([]*file, error) {
	toTheirs, err := m.theirRenames()
	if err != nil {
		return nil, err
	}
	toOurs, err := m.ourRenames(toTheirs)
	if err != nil {
		return nil, err
	}
	var out []*file
	claimed := map[string]bool{} // theirs' paths that have a base
	for _, p := range m.Base.Paths() {
		f := &file{base: side(m.Base, p), known: p, path: p}
		t, o := p, p
		if to, ok := toTheirs[p]; ok {
			t = to
		}
		if to, ok := toOurs[p]; ok {
			o = to
		}
		if f.theirs = side(m.Theirs, t); f.theirs != nil {
			claimed[t] = true
		}
		if f.ours = side(m.Ours, o); f.ours == nil && o == p && t != p {
			// A person, or an earlier upgrade, gave it the new name already.
			f.ours, o = side(m.Ours, t), t
		}
		if f.ours != nil {
			f.from = o
		}
		switch {
		case o != p:
			f.path = o
		case t != p && f.theirs != nil:
			f.path = t
		}
		if o != p && t != p && o != t && f.ours != nil && f.theirs != nil {
			m.fail(f, Moved, 0, "was renamed here, and to %s in %s", t, m.label())
		}
		if f.ours != nil && f.path != f.from {
			if other := side(m.Ours, f.path); other != nil && !same(other, f.theirs) {
				m.fail(f, Moved, 0, "is in the way: %s of %s is called so now", p, m.label())
				m.res.Tree[f.from] = *f.ours
				continue
			}
		}
		out = append(out, f)
	}
	for _, p := range m.Theirs.Paths() {
		if claimed[p] {
			continue
		}
		f := &file{theirs: side(m.Theirs, p), ours: side(m.Ours, p), known: p, path: p}
		if f.ours != nil {
			f.from = p
		}
		out = append(out, f)
	}
	return out, nil
}

// theirRenames are the declared ones, and what git finds for files that a person
// changed and theirs no longer has.
func (m *merger) theirRenames() (map[string]string, error) {
	out := map[string]string{}
	for from, to := range m.Renames {
		if _, there := m.Base[from]; there && side(m.Theirs, to) != nil && from != to {
			out[from] = to
		}
	}
	taken := map[string]bool{}
	for _, to := range out {
		taken[to] = true
	}
	from, to := map[string][]byte{}, map[string][]byte{}
	for p, b := range m.Base {
		o := side(m.Ours, p)
		if _, declared := out[p]; !declared && !m.Removed[p] && side(m.Theirs, p) == nil && o != nil && !same(o, &b) && plain(&b) {
			from[p] = b.Data
		}
	}
	if len(from) == 0 {
		return out, nil
	}
	for p, t := range m.Theirs {
		if side(m.Base, p) == nil && side(m.Ours, p) == nil && !taken[p] && plain(&t) {
			to[p] = t.Data
		}
	}
	found, err := m.Git.renames(m.ctx, from, to)
	maps.Copy(out, found)
	return out, err
}

// ourRenames are files of base that theirs changes, and that a person seems to
// have renamed.
func (m *merger) ourRenames(toTheirs map[string]string) (map[string]string, error) {
	from := map[string][]byte{}
	for p, b := range m.Base {
		at := p
		if to, ok := toTheirs[p]; ok {
			at = to
		}
		t := side(m.Theirs, at)
		if side(m.Ours, p) == nil && side(m.Ours, at) == nil && t != nil && !same(t, &b) && plain(&b) && (m.Keep == nil || !m.Keep(p)) {
			from[p] = b.Data
		}
	}
	if len(from) == 0 || m.Others == nil {
		return nil, nil
	}
	others, err := m.Others()
	if err != nil {
		return nil, err
	}
	to := map[string][]byte{}
	for p, o := range others {
		if side(m.Base, p) == nil && side(m.Theirs, p) == nil && plain(&o) {
			to[p] = o.Data
		}
	}
	found, err := m.Git.renames(m.ctx, from, to)
	if err != nil {
		return nil, err
	}
	m.Ours = m.Ours.Clone()
	for _, p := range found {
		m.Ours[p] = others[p]
		m.res.Tree[p] = others[p]
		m.res.Read[p] = others[p]
	}
	return found, nil
}

func plain(f *tree.File) bool { return !linked(f) && !binary(f) && len(f.Data) > 0 }

func side(t tree.Tree, p string) *tree.File {
	if f, ok := t[p]; ok {
		return &f
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
