// Package service computes what svcgen's commands change: a new service, a new
// unit, a new workspace. Each function reads what it needs and returns an
// Outcome; nothing is written, asked or printed here.
//
// A function reads only what its plan can touch: a new service in a workspace
// of a thousand does not read the other 999.
package service

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/plan"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// Outcome is what a command would do.
type Outcome struct {
	Plan  plan.Plan
	Lines []Line   // the summary, in the order in which it is shown
	Done  string   // what is true afterwards, e.g. "payments is ready on port 8081 (template http 1.0.0)"
	Notes []string // what a person should know, e.g. a slot that was skipped and why
	Next  []string // commands to type next

	Services  []Report // of commands that merge: what became of each service
	Conflicts int      // how many there are, in all services
	Unread    []Unread // of upgrade: what services could not come to
}

// Unread is a template whose new release cannot be read, and the services that
// stay on theirs for it; or one service that cannot be read itself.
type Unread struct {
	Template string    `json:"template"` // "": it is the service
	Services []string  `json:"services"`
	Problems []Problem `json:"problems"`
}

// Line is one line of the summary.
type Line struct {
	Action  string `json:"action"` // create, insert, change, delete
	Path    string `json:"path"`
	Files   int    `json:"files,omitempty"` // of a folder that is created
	Added   int    `json:"added"`           // lines
	Removed int    `json:"removed"`
	What    string `json:"what,omitempty"` // the address, e.g. services.payments
}

// MissingError names the values that have no default and were not given.
type MissingError struct {
	Values []template.Value
	Flag   func(name string) string // the flag that gives a value
}

func (e *MissingError) Error() string {
	var flags []string
	for _, v := range e.Values {
		flags = append(flags, e.Flag(v.Name))
	}
	return "missing: " + strings.Join(flags, ", ")
}

// lines counts the lines of data; a last one without its end counts.
func lines(data []byte) int {
	n := bytes.Count(data, []byte("\n"))
	if len(data) > 0 && data[len(data)-1] != '\n' {
		n++
	}
	return n
}

// creation summarizes the files of a new folder.
func creation(dir string, files tree.Tree) Line {
	l := Line{Action: "create", Path: dir, Files: len(files)}
	for _, f := range files {
		l.Added += lines(f.Data)
	}
	return l
}

// draft gathers a command's changes: what was read, and what it becomes. A path
// that was read and is not in next goes.
type draft struct {
	read, next tree.Tree
	moves      plan.Plan // folders that move before anything else
	lines      []Line
	notes      []string

	below *draft // what this draft is laid over, until commit; nil: the disk
}

func newDraft() *draft { return &draft{read: tree.Tree{}, next: tree.Tree{}} }

// create adds a file that must not be there.
func (d *draft) create(p string, f tree.File) { d.next[p] = f }

// edit replaces the content of a file that the draft has, and says in the
// summary what was inserted.
func (d *draft) edit(p string, data []byte, what string) {
	old := d.next[p]
	d.next[p] = tree.File{Data: data, Kind: old.Kind}
	if _, made := d.read[p]; !made {
		return // the file is new as a whole
	}
	added, removed := lines(data)-lines(old.Data), 0
	if added <= 0 {
		added, removed = 1-added, 1 // within a line: it is replaced
	}
	for i, l := range d.lines {
		if l.Path == p && l.Action == "insert" {
			d.lines[i].Added += added
			d.lines[i].Removed += removed
			d.lines[i].What += ", " + what
			return
		}
	}
	d.lines = append(d.lines, Line{Action: "insert", Path: p, Added: added, Removed: removed, What: what})
}

// file returns a file as the draft leaves it so far, reading it when it was not
// read yet. A missing file and a symbolic link on the way are errors.
func (d *draft) file(w *workspace.Workspace, p string) (*tree.File, error) {
	if f, ok := d.next[p]; ok {
		return &f, nil
	}
	if d.below != nil {
		if f, ok := d.below.next[p]; ok {
			d.next[p] = f
			return &f, nil
		}
	}
	if err := w.Solid(p); err != nil {
		return nil, err
	}
	f, err := tree.Lookup(w.Root, p)
	if err != nil {
		return nil, err
	}
	if f == nil {
		return nil, &diag.Error{File: p, Msg: "does not exist"}
	}
	d.read[p], d.next[p] = *f, *f
	return f, nil
}

// commit puts d into the draft that it is laid over.
func (d *draft) commit() {
	for p, f := range d.read {
		if _, known := d.below.read[p]; !known {
			d.below.read[p] = f
		}
		if _, stays := d.next[p]; !stays {
			delete(d.below.next, p)
		}
	}
	maps.Copy(d.below.next, d.next)
	d.below.moves = append(d.below.moves, d.moves...)
	d.below.notes = append(d.below.notes, d.notes...)
}

// plan is what the draft changes.
func (d *draft) plan() plan.Plan {
	p := append(plan.Diff(d.read, d.next), d.moves...)
	slices.SortFunc(p, func(a, b plan.Change) int { return strings.Compare(a.Path, b.Path) })
	return p
}

// outcome closes the draft. The folders created come first, then the files by
// name.
func (d *draft) outcome(created ...Line) *Outcome {
	slices.SortFunc(d.lines, func(a, b Line) int { return strings.Compare(a.Path, b.Path) })
	return &Outcome{Plan: d.plan(), Lines: append(created, d.lines...), Notes: d.notes}
}

// flagOf is how a value is given on new's command line.
func flagOf(name string) string { return fmt.Sprintf("--set %s=VALUE", name) }

// instead says how a value is given whose default is refused: nobody wrote it, so
// that nobody knows what to change.
func instead(err error, values []template.Value, given map[string]string, flag func(name string) string) error {
	list := slices.Clone(diag.All(err))
	for i, e := range list {
		name, _, _ := strings.Cut(e.Msg, ": ")
		_, is := given[name]
		if is || e.File != "" || !slices.ContainsFunc(values, func(v template.Value) bool { return v.Name == name }) {
			continue
		}
		c := *e
		if c.Hint = flag(name); e.Hint != "" {
			c.Hint += "; " + e.Hint
		}
		list[i] = &c
	}
	if len(list) == 0 {
		return err
	}
	return list.Err()
}
