// Package merge brings a tree that people edit up to a new rendering: base is
// what both sides come from, ours is what people made of it, theirs is the new
// rendering.
//
// Whole files are decided by the table in Trees. Two edits of one text are
// merged by git itself (git merge-file), in an environment in which no
// configuration, attribute or hook of the user's counts. go.mod and go.sum are
// merged by meaning.
//
// The package reads and writes no file of a workspace, runs nothing but git,
// and touches no repository. It never drops a line of ours without saying so:
// what it cannot decide is a Conflict.
package merge

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/tree"
)

// Policy says what becomes of a conflict.
type Policy uint8

const (
	Abort   Policy = iota // ours stays; the caller writes nothing
	Markers               // git-style markers in the text
	Ours                  // the conflicting lines of ours
	Theirs                // the conflicting lines of theirs
)

// Kind is what kind of conflict there is.
type Kind string

const (
	Content Kind = "content" // both changed the same lines
	Deleted Kind = "deleted" // ours changed what theirs deletes
	Added   Kind = "added"   // both added the path, differently
	Binary  Kind = "binary"  // both changed a file that is no text
	Link    Kind = "symlink" // a symbolic link on either side
	Broken  Kind = "broken"  // it merges, and no longer parses
	Moved   Kind = "moved"   // both renamed the file, or a file is in the way
	Sums    Kind = "sums"    // go.sum: two sums for one module
)

// Conflict is a file that could not be decided.
type Conflict struct {
	Path   string `json:"path"`
	Kind   Kind   `json:"kind"`
	Detail string `json:"detail"`
	Line   int    `json:"line,omitempty"` // of ours; 0 where none applies
}

func (c Conflict) String() string {
	at := c.Path
	if c.Line > 0 {
		at = fmt.Sprintf("%s:%d", c.Path, c.Line)
	}
	return at + ": " + c.Detail
}

// Input is what is merged. Paths are relative to one folder, Dir, which stands
// before them in errors.
type Input struct {
	Dir string

	Base, Ours, Theirs tree.Tree

	// Renames leads from base's paths to theirs' where the template says that a
	// file has a new name.
	Renames map[string]string

	// Removed are base's paths of which the template says that they are gone:
	// nothing that is like them is what became of them.
	Removed map[string]bool

	// Others returns ours' files that are in neither base nor theirs: one of them
	// may be a file of base that a person renamed. Ours need not hold them. It is
	// called only when a file that theirs changed is gone; nil: there are none.
	Others func() (tree.Tree, error)

	Keep   func(path string) bool // files that are created once, and then left; nil: none
	Parses func(path string, data []byte) error
	Policy Policy
	Label  string // what theirs is called in markers, e.g. "http 1.1.0"

	// Words merges word by word what conflicts line by line: for a change that
	// only renames, where an edit beside a name on its line is no conflict.
	Words bool

	Git Git
}

// Result is the merged tree and how it came about. Lists are sorted.
type Result struct {
	Tree      tree.Tree // ours, with the changes made
	Conflicts []Conflict
	Merged    []string          // both sides had changed, and it went well
	Taken     []string          // ours was as in base, and is now as in theirs
	Kept      []string          // theirs changed, ours had been deleted: it stays so
	Moves     map[string]string // ours' path to the new one, for what changed its name
	Read      tree.Tree         // of Others, what turned out to be ours' name of a file
	Requires  bool              // go.mod or go.sum were merged: go mod tidy is due
}

// file is one file on three sides. A nil side has none.
type file struct {
	base, ours, theirs *tree.File
	from               string // ours' path, "" where ours has none
	path               string // the path in the result
	known              string // the path in base, or theirs' for a new file
}

// Trees merges, by this table:
//
//	ours = base                    theirs, deletions and modes included
//	theirs = base, or both same    ours
//	both changed a text            git's line merge
//	go.mod, go.sum both changed    by meaning
//	theirs deletes, ours changed   conflict; ours stays
//	ours deleted, theirs changed   stays deleted, and is reported
//	both add, different            conflict
//	theirs renamed                 ours is merged into the new name
//	ours renamed                   theirs is merged into ours' name
//	binary, both changed           conflict; ours stays, theirs stands beside it
//	a symbolic link on either side conflict; never followed
func Trees(ctx context.Context, in Input) (*Result, error) {
	m := &merger{Input: in, ctx: ctx, res: &Result{Tree: in.Ours.Clone(), Moves: map[string]string{}, Read: tree.Tree{}}}
	files, err := m.pair()
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if err := m.decide(f); err != nil {
			return nil, err
		}
	}
	if err := m.modules(files); err != nil {
		return nil, err
	}
	slices.SortFunc(m.res.Conflicts, func(a, b Conflict) int { return strings.Compare(a.Path, b.Path) })
	slices.Sort(m.res.Merged)
	slices.Sort(m.res.Taken)
	slices.Sort(m.res.Kept)
	return m.res, nil
}

type merger struct {
	Input
	ctx context.Context
	res *Result
}

// decide applies the table to one file.
func (m *merger) decide(f *file) error {
	switch {
	case f.theirs != nil && m.Keep != nil && m.Keep(f.path):
		m.keep(f)
	case isModule(f.path) && f.base != nil && f.ours != nil && f.theirs != nil && !same(f.ours, f.base) && !same(f.theirs, f.base) && !same(f.ours, f.theirs):
		// Decided last: what is required depends on the code.
	case f.ours == nil && f.base != nil:
		if f.theirs != nil && !same(f.theirs, f.base) {
			m.res.Kept = append(m.res.Kept, f.path)
		}
	case same(f.ours, f.theirs):
		m.put(f, f.ours)
	case same(f.ours, f.base):
		m.res.Taken = append(m.res.Taken, f.path)
		m.put(f, f.theirs)
	case same(f.theirs, f.base):
		m.put(f, f.ours)
	case linked(f.ours), linked(f.theirs):
		m.put(f, f.ours)
		m.fail(f, Link, 0, "is a symbolic link on one side; links are not followed")
	case f.theirs == nil:
		return m.deleted(f)
	case binary(f.base) || binary(f.ours) || binary(f.theirs):
		m.binary(f)
	default:
		return m.text(f)
	}
	return nil
}

// keep creates a file that is written once, unless it ever was there.
func (m *merger) keep(f *file) {
	switch {
	case f.ours != nil:
		m.put(f, f.ours)
	case f.base == nil:
		m.res.Taken = append(m.res.Taken, f.path)
		m.put(f, f.theirs)
	}
}

func (m *merger) deleted(f *file) error {
	switch m.Policy {
	case Theirs:
		m.put(f, nil)
		m.res.Taken = append(m.res.Taken, f.path)
		return nil
	case Ours:
		m.put(f, f.ours)
		return nil
	}
	m.put(f, f.ours)
	m.fail(f, Deleted, 0, "was changed here, and %s no longer has it", m.label())
	return nil
}

// beside is where theirs goes when ours cannot be merged with it.
const beside = ".svcgen-new"

func (m *merger) binary(f *file) {
	if m.Policy == Theirs {
		m.put(f, f.theirs)
		m.res.Taken = append(m.res.Taken, f.path)
		return
	}
	m.put(f, f.ours)
	switch m.Policy {
	case Markers:
		m.res.Tree[f.path+beside] = *f.theirs
		m.fail(f, Binary, 0, "was changed here and in %s, and is no text; the new one stands beside it as %s", m.label(), f.path+beside)
	case Abort:
		m.fail(f, Binary, 0, "was changed here and in %s, and is no text", m.label())
	}
}

func (m *merger) text(f *file) error {
	out, err := m.Git.Texts(m.ctx, content(f.base), f.ours.Data, f.theirs.Data, m.label(), m.Policy)
	if err != nil {
		return m.at(f.path, err)
	}
	next := &tree.File{Data: out.Data, Kind: kind(f)}
	if out.Conflicts > 0 && m.Words && f.base != nil {
		if whole, ok, err := m.Git.Words(m.ctx, f.base.Data, f.ours.Data, f.theirs.Data); err != nil {
			return m.at(f.path, err)
		} else if ok {
			out, next = Text{Data: whole}, &tree.File{Data: whole, Kind: kind(f)}
		}
	}
	if out.Conflicts > 0 {
		why := Content
		detail := fmt.Sprintf("the same lines were changed here and in %s", m.label())
		if f.base == nil {
			why, detail = Added, fmt.Sprintf("was added here and in %s, differently", m.label())
		}
		if m.Policy == Abort {
			next = f.ours
		}
		m.put(f, next)
		m.fail(f, why, out.Line, "%s", detail)
		return nil
	}
	if why := m.broken(f, next.Data); why != nil {
		switch m.Policy {
		case Abort, Ours:
			next = f.ours
		case Theirs:
			next = f.theirs
		}
		m.put(f, next)
		if m.Policy == Abort || m.Policy == Markers {
			m.fail(f, Broken, 0, "merges with %s, and then no longer parses: %v", m.label(), why)
		}
		return nil
	}
	m.put(f, next)
	m.res.Merged = append(m.res.Merged, f.path)
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

// broken tells why a merged text does not parse although both sides do.
func (m *merger) broken(f *file, data []byte) error {
	if m.Parses == nil || m.Parses(f.path, f.ours.Data) != nil || m.Parses(f.path, f.theirs.Data) != nil {
		return nil
	}
	return m.Parses(f.path, data)
}

// put makes next the content of f in the result; nil deletes it.
func (m *merger) put(f *file, next *tree.File) {
	if f.from != "" && f.from != f.path {
		delete(m.res.Tree, f.from)
		if next != nil {
			m.res.Moves[f.from] = f.path
		}
	}
	if next == nil {
		delete(m.res.Tree, f.path)
		return
	}
	m.res.Tree[f.path] = *next
}

func (m *merger) fail(f *file, kind Kind, line int, format string, args ...any) {
	m.res.Conflicts = append(m.res.Conflicts, Conflict{f.path, kind, fmt.Sprintf(format, args...), line})
}

func (m *merger) label() string {
	if m.Label == "" {
		return "the template"
	}
	return m.Label
}

func same(a, b *tree.File) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}

func linked(f *tree.File) bool { return f != nil && f.Kind == tree.Symlink }

func content(f *tree.File) []byte {
	if f == nil {
		return nil
	}
	return f.Data
}

// kind is ours' kind, or theirs' where ours has the base's.
func kind(f *file) tree.Kind {
	if f.base != nil && f.ours.Kind == f.base.Kind {
		return f.theirs.Kind
	}
	return f.ours.Kind
}

// binary looks for a zero byte where git does.
func binary(f *tree.File) bool {
	return f != nil && f.Kind != tree.Symlink && slices.Contains(f.Data[:min(len(f.Data), 8000)], 0)
}
