package merge

import (
	"maps"
	"slices"

	"github.com/svcgen/svcgen/internal/tree"
)

// pair puts together what is one file on the three sides, renames considered.
// Every path of a side is in one file at most.
func (m *merger) pair() ([]*file, error) {
	theirs, err := m.theirNames()
	if err != nil {
		return nil, err
	}
	ours, err := m.ourNames(theirs)
	if err != nil {
		return nil, err
	}
	var out []*file
	claimed := map[string]bool{}    // theirs' paths that have a base
	ourClaimed := map[string]bool{} // ours' paths that have a base
	for _, p := range m.Base.Paths() {
		f := &file{base: side(m.Base, p), path: p}
		t, in := theirs[p]
		if in {
			f.theirs, claimed[t] = side(m.Theirs, t), true
		}
		o, here := ours[p]
		if here {
			f.ours, f.from, ourClaimed[o] = side(m.Ours, o), o, true
		}
		m.name(f, t)
		out = append(out, f)
	}
	for _, p := range m.Theirs.Paths() {
		if claimed[p] {
			continue
		}
		f := &file{theirs: side(m.Theirs, p), path: p}
		if has(m.Ours, p) && !ourClaimed[p] {
			f.ours, f.from = side(m.Ours, p), p
		}
		out = append(out, f)
	}
	return out, nil
}

// name chooses the path of f, a file of base at f.path: that of the side which
// renamed it. theirs is its path there, or "".
func (m *merger) name(f *file, theirs string) {
	was := f.path
	switch {
	case theirs != "" && (f.from == "" || f.from == was || f.from == theirs):
		f.path = theirs
	case f.from == "" || f.from == was:
	case theirs == "" || theirs == was:
		f.path = f.from
	case m.Policy == Ours:
		f.path = f.from
		f.decide(Moved, 0, "your name stays; "+m.label()+" calls it "+theirs)
	case m.Policy == Theirs:
		f.path = theirs
		f.decide(Moved, 0, "you called it "+f.from)
	default:
		f.path = f.from
		m.fail(f, Moved, 0, "was renamed here, and to %s in %s", theirs, m.label())
	}
}

// theirNames leads from base's paths to theirs': declared renames, the same
// path, and what git finds for a file that a person changed, or owns, and that
// theirs no longer has.
func (m *merger) theirNames() (map[string]string, error) {
	out, gone := map[string]string{}, map[string]bool{} // gone: theirs' paths that are spoken for
	for _, p := range slices.Sorted(maps.Keys(m.Renames)) {
		if to := m.Renames[p]; p != to && has(m.Base, p) && has(m.Theirs, to) && !gone[to] {
			out[p], gone[to] = to, true
		}
	}
	for p := range m.Base {
		if _, declared := out[p]; !declared && has(m.Theirs, p) && !gone[p] {
			out[p], gone[p] = p, true
		}
	}
	from, to := map[string][]byte{}, map[string][]byte{}
	for p, b := range m.Base {
		o := side(m.Ours, p)
		if out[p] == "" && !m.Removed[p] && o != nil && plain(&b) && (!same(o, &b) || m.Keep != nil && m.Keep(p)) {
			from[p] = b.Data
		}
	}
	if len(from) == 0 {
		return out, nil
	}
	for p, t := range m.Theirs {
		if !has(m.Ours, p) && !gone[p] && plain(&t) {
			to[p] = t.Data
		}
	}
	found, err := m.Git.renames(m.ctx, from, to)
	maps.Copy(out, found)
	return out, err
}

// ourNames leads from base's paths to ours': the same path, theirs' new name
// where ours has it already, and what git finds among the other files for one
// that theirs changes.
func (m *merger) ourNames(theirs map[string]string) (map[string]string, error) {
	if maps.EqualFunc(m.Ours, m.Theirs, tree.File.Equal) {
		return maps.Clone(theirs), nil // every new name is here already
	}
	out, from := map[string]string{}, map[string][]byte{}
	for p, b := range m.Base {
		at := theirs[p]
		switch {
		case has(m.Ours, p):
			out[p] = p
		case at == "":
		case has(m.Ours, at) && !has(m.Base, at):
			out[p] = at
		case !same(side(m.Theirs, at), &b) && plain(&b) && (m.Keep == nil || !m.Keep(at)) && linkAbove(m.Ours, p) == "":
			from[p] = b.Data
		}
	}
	if len(from) == 0 {
		return out, nil
	}
	others, err := m.rest()
	if err != nil {
		return nil, err
	}
	to := map[string][]byte{}
	for p, o := range others {
		if plain(&o) {
			to[p] = o.Data
		}
	}
	found, err := m.Git.renames(m.ctx, from, to)
	if err != nil {
		return nil, err
	}
	m.Ours = copyOf(m.Ours)
	for p, o := range found {
		out[p] = o
		m.Ours[o] = others[o]
		m.res.Read[o] = others[o]
	}
	return out, nil
}
