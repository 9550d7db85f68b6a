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
	"maps"
	"slices"
	"strings"

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

// chooses reports whether p decides a conflict by itself.
func (p Policy) chooses() bool { return p == Ours || p == Theirs }

// Kind is what kind of conflict there is.
type Kind string

const (
	Content Kind = "content" // both changed the same lines
	Deleted Kind = "deleted" // ours changed what theirs deletes
	Added   Kind = "added"   // both added the path, differently
	Binary  Kind = "binary"  // both changed a file that is no text
	Link    Kind = "symlink" // a symbolic link on either side, or on the way
	Broken  Kind = "broken"  // it merges, and no longer parses
	Moved   Kind = "moved"   // both renamed the file, or a file is in the way
	Sums    Kind = "sums"    // go.sum: two sums for one module
)

// Conflict is a file that could not be decided. Its path is where the file
// stands when the caller has done as the policy says: with Abort, where ours has
// it; otherwise, where the result has it. A file that is in the way of another
// is named itself.
type Conflict struct {
	Path   string `json:"path"`
	Kind   Kind   `json:"kind"`
	Detail string `json:"detail"`
	Line   int    `json:"line,omitempty"` // of the file at Path; 0 where none applies
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
	// file has a new name. Of several files with one new name, the first counts.
	Renames map[string]string

	// Removed are base's paths of which the template says that they are gone:
	// nothing that is like them is what became of them.
	Removed map[string]bool

	// Others returns ours' files that are in neither base nor theirs: one of them
	// may be a file of base that a person renamed, and their imports count for
	// go.mod. Ours need not hold them. It is called once at most, and only when it
	// matters; nil: there are none.
	Others func() (tree.Tree, error)

	// Standing returns ours' files that stand where a new file is to go and that
	// Ours need not hold: one in the place of a folder of path, or those in a folder
	// in its place, in order. Nil: there are none.
	Standing func(path string) ([]string, error)

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
	Decided   []Conflict        // what Ours or Theirs decided, and what became of ours; not in Merged
	Merged    []string          // both sides had changed, and it went well
	Taken     []string          // ours was as in base, and is now as in theirs
	Kept      []string          // theirs changed, ours had been deleted: it stays so
	Moves     map[string]string // ours' path to the new one, for what changed its name
	Read      tree.Tree         // of Others, what turned out to be ours' name of a file
	Requires  bool              // go.mod or go.sum were merged: go mod tidy is due
}

// Trees merges, by this table:
//
//	ours = base                    theirs, deletions and modes included
//	theirs = base, or both same    ours
//	both changed a text            git's line merge
//	go.mod, go.sum changed         by meaning
//	theirs deletes, ours changed   conflict; ours stays
//	ours deleted, theirs changed   stays deleted, and is reported
//	both add, different            conflict, unless one of them is empty
//	theirs renamed                 ours is merged into the new name
//	ours renamed                   theirs is merged into ours' name
//	a file or folder in the way    conflict; ours stays where it is
//	binary, both changed           conflict; ours stays, theirs stands beside it
//	a symbolic link on either side conflict; never followed
//	Keep                           ours, also where theirs deletes it
//
// Content and mode are merged each by itself. Line ends alone are no change that
// keeps a file from being deleted. Ours and Theirs decide every conflict but a
// file in the way; Theirs does not replace a symbolic link.
func Trees(ctx context.Context, in Input) (*Result, error) {
	m := &merger{Input: in, ctx: ctx, res: &Result{Moves: map[string]string{}, Read: tree.Tree{}}}
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
	if err := m.place(files); err != nil {
		return nil, err
	}
	m.report(files)
	return m.res, nil
}

type merger struct {
	Input
	ctx    context.Context
	res    *Result
	others tree.Tree // what Others returned; nil: not asked yet
}

// rest returns ours' files that are in neither base nor theirs.
func (m *merger) rest() (tree.Tree, error) {
	if m.others != nil || m.Others == nil {
		return m.others, nil
	}
	all, err := m.Others()
	if err != nil {
		return nil, err
	}
	m.others = tree.Tree{}
	for p, f := range all {
		if !has(m.Base, p) && !has(m.Theirs, p) {
			m.others[p] = f
		}
	}
	return m.others, nil
}

// report fills the lists of the result.
func (m *merger) report(files []*file) {
	r := m.res
	for _, f := range files {
		r.Conflicts = append(r.Conflicts, f.conflicts...)
		r.Decided = append(r.Decided, f.decided...)
		switch f.how {
		case merged:
			if len(f.decided) > 0 {
				break
			}
			r.Merged = append(r.Merged, f.path)
		case taken:
			r.Taken = append(r.Taken, f.path)
		case absent:
			r.Kept = append(r.Kept, f.path)
		}
		if f.next != nil && f.from != "" && f.from != f.path {
			r.Moves[f.from] = f.path
		}
	}
	slices.SortStableFunc(r.Conflicts, func(a, b Conflict) int { return strings.Compare(a.Path, b.Path) })
	slices.Sort(r.Merged)
	slices.Sort(r.Taken)
	slices.Sort(r.Kept)
}

func (m *merger) label() string {
	if m.Label == "" {
		return "the template"
	}
	return m.Label
}

// copyOf returns a tree that can be written to.
func copyOf(t tree.Tree) tree.Tree {
	out := make(tree.Tree, len(t))
	maps.Copy(out, t)
	return out
}
