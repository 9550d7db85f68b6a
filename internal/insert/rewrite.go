package insert

import "bytes"

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
// stands. An entry that nobody touched and that stands where Insert would put it
// goes where Insert would put the new one. changed reports that somebody had
// edited it; a nil result without an error, that Merge could not merge.
func Rewrite(name string, data []byte, r Rewriting) (out []byte, edited bool, err error) {
	was, err := Find(name, data, r.At, r.Text)
	if err != nil {
		return nil, false, err
	}
	bare, err := Remove(name, data, r.At, r.Text)
	if err != nil {
		return nil, false, err
	}
	before, err := Insert(name, bare, r.At, r.Text)
	if err != nil {
		return nil, false, err
	}
	after, err := Insert(name, bare, r.To, r.New)
	if err != nil {
		return nil, false, err
	}
	if bytes.Equal(before, data) {
		return after, false, nil
	}
	base, err := Find(name, before, r.At, r.Text)
	if err != nil {
		return nil, false, err
	}
	next, err := Find(name, after, r.To, r.New)
	if err != nil {
		return nil, false, err
	}
	text := after[next.Start:next.End]
	if edited = !alike(name, data, before, r); edited && r.Merge != nil {
		text = r.Merge(before[base.Start:base.End], data[was.Start:was.End], text)
		if text == nil {
			return nil, true, nil
		}
	}
	out = splices(data, was, text)
	return out, edited, sound(name, out, bare, r)
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
	// A comment above an entry is not part of its value.
	s, err := Find(name, a, r.At, r.Text)
	if err != nil {
		return false
	}
	t, err := Find(name, b, r.At, r.Text)
	return err == nil && bytes.Count(a[s.Start:s.End], []byte("\n")) == bytes.Count(b[t.Start:t.End], []byte("\n"))
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
