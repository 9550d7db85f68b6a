package merge

import (
	"bytes"
	"fmt"
	"path"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/tree"
)

// decide applies the table to one file. What is merged by meaning is left to
// modules.
func (m *merger) decide(f *file) error {
	switch {
	case m.Keep != nil && m.Keep(f.path):
		m.keep(f)
	case byMeaning(f):
	case f.ours == nil:
		m.missing(f)
	case same(f.ours, f.theirs):
		f.is(f.ours, stays)
	case f.theirs == nil && f.unedited(), same(f.ours, f.base):
		f.is(f.theirs, taken)
	case same(f.theirs, f.base):
		f.is(f.ours, stays)
	case linked(f.base), linked(f.ours), linked(f.theirs):
		m.link(f)
	case f.theirs == nil:
		m.choose(f, Deleted, "was changed here, and %s no longer has it%s", m.label(), m.told("; yours stays"))
	default:
		return m.both(f)
	}
	return nil
}

// keep creates a file that is written once, unless it ever was there.
func (m *merger) keep(f *file) {
	switch {
	case f.ours != nil:
		f.is(f.ours, stays)
	case f.base == nil:
		f.is(f.theirs, taken)
	}
}

// missing decides a file that ours has not: a new one, or one that people deleted.
func (m *merger) missing(f *file) {
	switch {
	case f.base == nil:
		f.is(f.theirs, taken)
	case f.theirs == nil || same(f.theirs, f.base):
	case linkAbove(m.Ours, f.path) != "":
		// It is not gone: its folder is elsewhere.
		m.fail(f, Link, 0, "%s is a symbolic link here; links are not followed%s", linkAbove(m.Ours, f.path), m.leftOut())
	default:
		f.is(nil, absent)
	}
}

// linkAbove returns the folder above p that is a symbolic link in t, or "".
func linkAbove(t tree.Tree, p string) string {
	for d := path.Dir(p); d != "."; d = path.Dir(d) {
		if linked(side(t, d)) {
			return d
		}
	}
	return ""
}

// choose takes the side that the policy names as a whole, or reports a conflict
// and leaves ours.
func (m *merger) choose(f *file, kind Kind, format string, args ...any) {
	switch m.Policy {
	case Theirs:
		f.is(f.theirs, taken)
		f.decide(kind, 0, map[bool]string{true: "deleted although you changed it", false: "yours is replaced as a whole"}[f.theirs == nil])
	case Ours:
		f.is(f.ours, stays)
		f.decide(kind, 0, "yours stays as a whole")
	default:
		f.is(f.ours, stays)
		m.fail(f, kind, 0, format, args...)
	}
}

// both merges two edits of one file.
func (m *merger) both(f *file) error {
	switch {
	case bytes.Equal(f.ours.Data, f.theirs.Data), f.base != nil && bytes.Equal(f.theirs.Data, f.base.Data):
		f.is(&tree.File{Data: f.ours.Data, Kind: f.kind()}, merged)
	case f.base != nil && bytes.Equal(f.ours.Data, f.base.Data):
		f.is(&tree.File{Data: f.theirs.Data, Kind: f.kind()}, merged)
	case binary(f.base) || binary(f.ours) || binary(f.theirs):
		m.binary(f)
	default:
		return m.text(f)
	}
	return nil
}

// link leaves a symbolic link to people, also where theirs is to win: what it
// leads to is not ours to give up.
func (m *merger) link(f *file) {
	f.is(f.ours, stays)
	if m.Policy == Ours {
		f.decide(Link, 0, "yours stays as a whole")
	} else {
		m.fail(f, Link, 0, "is a symbolic link on one side; links are not followed%s", m.leftOut())
	}
}

// decide notes what the policy did with ours.
func (f *file) decide(kind Kind, line int, what string) {
	f.decided = append(f.decided, Conflict{f.path, kind, what, line})
}

// told is what a conflict says besides where the caller goes on in spite of it.
func (m *merger) told(text string) string {
	if m.Policy == Abort {
		return ""
	}
	return text
}

// leftOut tells that ours stays, where no marker does.
func (m *merger) leftOut() string {
	return m.told("; yours stays, and what " + m.label() + " changed in it is left out")
}

// Besides is how the name of theirs ends where ours cannot be merged with it, and
// markers were asked for.
const Besides = ".svcgen-new"

func (m *merger) binary(f *file) {
	where := ""
	if m.Policy == Markers {
		f.beside = f.theirs
		where = "; the new one stands beside it as " + f.path + Besides
	}
	m.choose(f, Binary, "was changed here and in %s, and is no text%s", m.label(), where)
}

func (m *merger) text(f *file) error {
	out, err := m.lines(f)
	if err != nil {
		return m.at(f.path, err)
	}
	for _, r := range out.decided {
		f.decide(Content, r.from, r.what(m.Policy))
	}
	next := &tree.File{Data: out.Data, Kind: f.kind()}
	if out.Conflicts > 0 {
		kind, detail := Content, "the same lines were changed here and in "+m.label()
		if f.base == nil {
			kind, detail = Added, "was added here and in "+m.label()+", differently"
		}
		line := out.marker
		if m.Policy == Abort {
			next, line = f.ours, out.Line
		}
		f.is(next, stays)
		m.fail(f, kind, line, "%s%s", detail, m.called(f))
		return nil
	}
	if why := m.broken(f, next.Data); why != nil {
		if m.Policy == Markers {
			f.is(next, stays)
			m.fail(f, Broken, 0, "merges with %s, and then no longer parses: %v", m.label(), why)
			return nil
		}
		m.choose(f, Broken, "merges with %s, and then no longer parses: %v", m.label(), why)
		return nil
	}
	f.is(next, merged)
	return nil
}

// at says at which file an error came up.
func (m *merger) at(name string, err error) error {
	name = path.Join(m.Dir, name)
	if list := diag.All(err); len(list) == 1 && list[0].File == "" {
		e := *list[0]
		e.File = name
		return &e
	}
	return fmt.Errorf("%s: %w", name, err)
}

// lines merges line by line, and word by word where that is asked for.
func (m *merger) lines(f *file) (Text, error) {
	if m.Words && f.base != nil {
		whole, ok, err := m.Git.Words(m.ctx, f.base.Data, f.ours.Data, f.theirs.Data)
		if ok || err != nil {
			return Text{Data: whole}, err
		}
	}
	return m.Git.Texts(m.ctx, content(f.base), f.ours.Data, f.theirs.Data, m.label(), m.Policy)
}

// called says how theirs calls a file that moves, where nothing moves yet.
func (m *merger) called(f *file) string {
	if m.Policy != Abort || f.from == f.path {
		return ""
	}
	return ", where it is called " + f.path
}

// broken tells why a merged text does not parse although both sides do.
func (m *merger) broken(f *file, data []byte) error {
	if m.Parses == nil || m.Parses(f.path, f.ours.Data) != nil || m.Parses(f.path, f.theirs.Data) != nil {
		return nil
	}
	return m.Parses(f.path, data)
}
