package insert

import (
	"bytes"
	"cmp"
	"slices"
)

// Rewriting says what an entry becomes.
type Rewriting struct {
	At   Address
	Text []byte // the entry as Insert was given it; "" where its key is enough to find it
	To   Address
	New  []byte

	// Merge puts the change from base to theirs into ours, which somebody edited:
	// three texts of whole entries, indented as in the file. It returns nil when
	// that cannot be done. A nil Merge lets theirs win.
	Merge func(base, ours, theirs []byte) []byte
}

// Rewrite returns data with an entry changed, and perhaps renamed, where it
// stands. An entry that nobody touched and that gets another key goes where
// Insert would put it. edited reports that somebody had changed it; a nil result
// without an error, that Merge could not merge.
func Rewrite(name string, data []byte, r Rewriting) (out []byte, edited bool, err error) {
	c, err := change(name, data, r)
	if err != nil || c.Text == nil {
		return nil, c.Edited, err
	}
	if c.whole != nil {
		return c.whole, false, nil
	}
	out = splices(data, c.At, c.Text)
	return out, c.Edited, sound(name, out, c.bare, r)
}

// Rewritten is what an entry becomes: the bytes At of the file become Text. A
// nil Text without an Err is an entry that Merge could not merge.
type Rewritten struct {
	At     Span
	Text   []byte
	Edited bool
	Err    error

	bare  []byte // the file without the entry
	whole []byte // the file with the entry where Insert puts it, if nobody touched it
}

// Rewrites computes many changes of one file. None of them gives an entry
// another place: At and To are the same. They do not overlap, and Join makes any
// choice of them. In a block of a YAML file a change is computed from its own
// lines, so that the time grows with the file and not with its square.
func Rewrites(name string, data []byte, rs []Rewriting) []Rewritten {
	out := make([]Rewritten, len(rs))
	head, spans := excerpts(name, data, rs)
	for i, r := range rs {
		if at, ok := spans[i]; ok {
			if c, ok := within(name, data, head, at, r); ok {
				out[i] = c
				continue
			}
		}
		c, err := change(name, data, r)
		if err == nil && c.Text != nil {
			err = sound(name, splices(data, c.At, c.Text), c.bare, r)
		}
		c.Err = err
		out[i] = c
	}
	return out
}

// within computes a change in an excerpt: what stands before the collection, and
// the entry's lines.
func within(name string, data []byte, head int, at Span, r Rewriting) (Rewritten, bool) {
	part := append(append(make([]byte, 0, head+at.End-at.Start), data[:head]...), data[at.Start:at.End]...)
	c, err := change(name, part, r)
	if err != nil {
		return c, false // the whole file has more to say
	}
	if c.Text == nil {
		return c, true
	}
	if c.At.Start < head || sound(name, splices(part, c.At, c.Text), c.bare, r) != nil {
		return c, false
	}
	c.At = Span{c.At.Start - head + at.Start, c.At.End - head + at.Start}
	return c, true
}

// Join makes changes in data.
func Join(data []byte, cs []Rewritten) []byte {
	cs = slices.Clone(cs)
	slices.SortFunc(cs, func(a, b Rewritten) int { return cmp.Compare(a.At.Start, b.At.Start) })
	var out []byte
	at := 0
	for _, c := range cs {
		out = append(append(out, data[at:c.At.Start]...), c.Text...)
		at = c.At.End
	}
	return append(out, data[at:]...)
}

// change computes what an entry becomes.
func change(name string, data []byte, r Rewriting) (c Rewritten, err error) {
	if c.At, err = Find(name, data, r.At, r.Text); err != nil {
		return c, err
	}
	if c.bare, err = Remove(name, data, r.At, r.Text); err != nil {
		return c, err
	}
	before, err := Insert(name, c.bare, r.At, r.Text)
	if err != nil {
		return c, err
	}
	after, err := Insert(name, c.bare, r.To, r.New)
	if err != nil {
		return c, err
	}
	base, err := Find(name, before, r.At, r.Text)
	if err != nil {
		return c, err
	}
	next, err := Find(name, after, r.To, r.New)
	if err != nil {
		return c, err
	}
	c.Text = after[next.Start:next.End]
	if bytes.Equal(before, data) {
		c.whole = after
		return c, nil
	}
	if c.Edited = !alike(name, data, before, r); c.Edited && r.Merge != nil {
		c.Text = r.Merge(before[base.Start:base.End], data[c.At.Start:c.At.End], c.Text)
	}
	return c, nil
}

// excerpts finds the lines of entries that stand side by side in one block of a
// YAML file. head is where the first entry of the block begins.
func excerpts(name string, data []byte, rs []Rewriting) (head int, spans map[int]Span) {
	if len(rs) < 2 || FormatOf(name) != YAML || rs[0].At.Kind != At {
		return 0, nil
	}
	place := rs[0].At
	p, err := locate(name, data, place)
	if err != nil || len(p.missing) > 0 || p.doc == nil || place.Doc != 0 || p.t.nodes[p.node].kind.flow() {
		return 0, nil
	}
	list := p.t.entries(p.node)
	l := p.blockList(p.node)
	if len(list) == 0 || !l.own(0) {
		return 0, nil
	}
	head, spans = l.lead(0), map[int]Span{}
	for i, r := range rs {
		if r.At.Kind != At || r.At.Key == "" || !slices.Equal(r.At.Path, place.Path) || r.At.Doc != 0 {
			continue
		}
		if found := p.t.find(p.node, r.At.Key); len(found) == 1 {
			spans[i] = Span{l.lead(found[0]), l.tail(found[0])}
		}
	}
	return head, spans
}

// alike reports whether the entry means in both what svcgen wrote, comments
// included.
func alike(name string, a, b []byte, r Rewriting) bool {
	x, err := Value(name, a, r.At, r.Text)
	if err != nil {
		return false
	}
	y, err := Value(name, b, r.At, r.Text)
	if err != nil || !bytes.Equal(x, y) {
		return false
	}
	// A comment above an entry, or behind a scalar, is not part of its value.
	s, err := Find(name, a, r.At, r.Text)
	if err != nil {
		return false
	}
	t, err := Find(name, b, r.At, r.Text)
	same := func(what string) bool {
		return bytes.Count(a[s.Start:s.End], []byte(what)) == bytes.Count(b[t.Start:t.End], []byte(what))
	}
	return err == nil && same("\n") && same("#")
}

func splices(data []byte, at Span, text []byte) []byte {
	out := make([]byte, 0, len(data)-(at.End-at.Start)+len(text))
	out = append(out, data[:at.Start]...)
	out = append(out, text...)
	return append(out, data[at.End:]...)
}

// sound checks that the new entry can be found, and that without it the file is
// what it was without the old one.
func sound(name string, out, bare []byte, r Rewriting) error {
	rest, err := Remove(name, out, r.To, r.New)
	if err != nil {
		if e, ok := err.(*Error); ok && e.Reason == Missing && len(r.New) > 0 && r.To.Key == "" {
			return nil // an element without a key, which somebody edited
		}
		return err
	}
	if !bytes.Equal(trimmed(rest), trimmed(bare)) {
		return &Error{Reason: Unsafe, File: name, Msg: "changing " + r.At.String() + " would have changed more than the entry"}
	}
	return nil
}

// trimmed leaves out what Remove may keep or take: blank lines.
func trimmed(data []byte) []byte {
	return bytes.Join(bytes.Fields(data), []byte(" "))
}
