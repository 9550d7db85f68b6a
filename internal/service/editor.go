package service

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/workspace"
)

// editor changes scalars and entries of one YAML file, and keeps the first
// error. Comments, quotes and blank lines at what it changes stay.
type editor struct {
	file string
	data []byte
	err  error
}

// rewrite changes an entry. Where its text is not as svcgen wrote it, the word
// old behind skip becomes next, or the entry inside it where old is "".
func (e *editor) rewrite(r insert.Rewriting, skip, old, next string) {
	if e.err != nil {
		return
	}
	r.Merge = func(base, ours, theirs []byte) []byte {
		if old != "" {
			return swapped(ours, skip, old, next)
		}
		if b := bytes.TrimSpace(base); bytes.Count(ours, b) == 1 {
			return bytes.Replace(ours, b, bytes.TrimSpace(theirs), 1)
		}
		return nil
	}
	data, _, err := insert.Rewrite(e.file, e.data, r)
	if err == nil && data == nil {
		err = (&diag.Error{File: e.file, Msg: r.At.String() + " is written in a way that svcgen cannot change"}).WithHint("change it by hand, then run the command again")
	}
	e.keep(data, err)
}

// swapped is an entry with one word of its first line that is no comment
// changed: the first old behind skip becomes next.
func swapped(entry []byte, skip, old, next string) []byte {
	at := 0
	for line := range bytes.Lines(entry) {
		text := bytes.TrimSpace(line)
		if len(text) == 0 || text[0] == '#' {
			at += len(line)
			continue
		}
		from := bytes.Index(line, []byte(skip))
		if from < 0 {
			return nil
		}
		from += len(skip)
		found := bytes.Index(line[from:], []byte(old))
		if found < 0 {
			return nil
		}
		from += at + found
		return append(append(bytes.Clone(entry[:from]), next...), entry[from+len(old):]...)
	}
	return nil
}

// like writes a scalar as the one at a is written, which is old: with the quotes
// that a person gave it, or, where svcgen wrote it, with those that text needs.
// was is that one.
func (e *editor) like(a insert.Address, old, text string) (was, next string) {
	raw, _ := insert.Value(e.file, e.data, a, nil)
	if own := workspace.FlowScalar(old); bytes.HasPrefix(bytes.TrimSpace(raw), []byte(own)) {
		return own, workspace.FlowScalar(text)
	}
	double := func(s string) string { b, _ := json.Marshal(s); return string(b) }
	single := func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
	for _, quoted := range []func(string) string{double, single} {
		if bytes.HasPrefix(bytes.TrimSpace(raw), []byte(quoted(old))) {
			return quoted(old), quoted(text)
		}
	}
	return old, workspace.FlowScalar(text)
}

func (e *editor) keep(data []byte, err error) {
	if e.err = err; err == nil {
		e.data = data
	}
}

// scalar changes the value of a key.
func (e *editor) scalar(at []string, key, old, text string) {
	if old == text || e.err != nil {
		return
	}
	a := insert.Address{Path: at, Key: key}
	was, next := e.like(a, old, text)
	e.rewrite(insert.Rewriting{At: a, Text: []byte(workspace.FlowScalar(old)), To: a, New: []byte(next)}, ":", was, next)
}

// rekey gives an entry another key, in the order of names.
func (e *editor) rekey(at []string, old, next string, peers []string) {
	if e.err != nil {
		return
	}
	from := insert.Address{Path: at, Key: old, Peers: peers}
	to := from
	to.Key = next
	value, err := insert.Value(e.file, e.data, from, nil)
	if err != nil {
		e.err = err
		return
	}
	e.rewrite(insert.Rewriting{At: from, Text: value, To: to, New: value}, "", old, next)
}

// element replaces one scalar of a sequence.
func (e *editor) element(at []string, old, next string) {
	if e.err != nil {
		return
	}
	from := insert.Address{Path: at, Key: "[=" + old + "]"}
	was, text := e.like(from, old, next)
	e.rewrite(insert.Rewriting{
		At: from, Text: []byte(workspace.FlowScalar(old)),
		To: insert.Address{Path: at, Key: "[=" + next + "]"}, New: []byte(text),
	}, "", was, text)
}
