package plan

import (
	"bytes"

	"github.com/svcgen/svcgen/internal/tree"
)

// Entry is a change as it is shown, to people in a summary and to programs as
// JSON.
type Entry struct {
	Path    string `json:"path"`
	Action  string `json:"action"`         // create, replace, delete or move
	From    string `json:"from,omitempty"` // of a move: the folder's old path
	Kind    string `json:"kind,omitempty"` // plain, executable or symlink; not of a move
	Added   int    `json:"added"`          // lines
	Removed int    `json:"removed"`        // lines
	Binary  bool   `json:"binary"`         // then no lines are counted
}

// Entries returns what p does, a change each, in the plan's order. It is never
// nil, so that an empty plan is an empty JSON list.
func (p Plan) Entries() []Entry {
	entries := make([]Entry, 0, len(p))
	for _, c := range p {
		entries = append(entries, c.entry())
	}
	return entries
}

func (c Change) entry() Entry {
	e := Entry{Path: c.Path, From: c.From}
	switch {
	case c.From != "":
		e.Action = "move"
		return e
	case c.Old == nil:
		e.Action, e.Kind = "create", c.New.Kind.String()
	case c.New == nil:
		e.Action, e.Kind = "delete", c.Old.Kind.String()
	default:
		e.Action, e.Kind = "replace", c.New.Kind.String()
	}
	if e.Binary = c.binary(); !e.Binary {
		e.Added, e.Removed = c.countLines()
	}
	return e
}

// Total is what several entries come to.
type Total struct {
	Files   int `json:"files"` // without moves
	Added   int `json:"added"`
	Removed int `json:"removed"`
	Binary  int `json:"binary"` // how many of the files are binary
}

// Sum adds entries up.
func Sum(entries []Entry) Total {
	var t Total
	for _, e := range entries {
		if e.From != "" {
			continue
		}
		t.Files++
		t.Added += e.Added
		t.Removed += e.Removed
		if e.Binary {
			t.Binary++
		}
	}
	return t
}

// countLines returns the number of lines that c adds and removes.
func (c Change) countLines() (added, removed int) {
	for _, d := range diffLines(c.lines()) {
		added += d.ReplEnd - d.ReplStart
		removed += d.End - d.Start
	}
	return added, removed
}

// lines returns the lines before and after c.
func (c Change) lines() (old, next []string) {
	if c.Old != nil {
		old = splitLines(string(c.Old.Data))
	}
	if c.New != nil {
		next = splitLines(string(c.New.Data))
	}
	return old, next
}

// binary reports whether a side of c is not text.
func (c Change) binary() bool { return binary(c.Old) || binary(c.New) }

// sniffed is how much of a file git looks at to tell text from the rest.
const sniffed = 8000

func binary(f *tree.File) bool {
	return f != nil && f.Kind != tree.Symlink && bytes.IndexByte(f.Data[:min(sniffed, len(f.Data))], 0) >= 0
}
