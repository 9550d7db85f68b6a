// Package plan describes changes to a workspace's files, shows them, and makes
// them all or none.
//
// A Plan is a value computed from two trees; nothing is touched until Apply.
// Apply checks that the disk is as the plan expects it, writes all new contents
// into a stage (.svcgen/stage), records what it is about to do in a journal
// (.svcgen/journal.json), and then only renames. A process that is killed
// before the journal stands has changed nothing; one that is killed later is
// finished or undone by Recover, which every writing command calls before it
// reads. Apply, Recover and the reading of the trees that a plan comes from
// must happen under one lock on the workspace, which the caller takes: two of
// them at once in one workspace lose changes.
//
// This package does not decide what changes and does not merge. It keeps
// permission bits, but neither owners nor extended attributes. It never writes
// outside of the root that it is given, through a symbolic link, or into a
// repository's .git. It promises nothing about power loss, and so never calls
// fsync: its promise is about processes that are killed, full disks and lost
// permissions.
package plan

import (
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/tree"
)

// Change is what happens to one path: created where Old is nil, deleted where
// New is nil, replaced otherwise.
//
// Where From is set, the folder From becomes Path, with everything in it, and
// Old and New are nil. Folders move before anything else happens: the paths of
// the other changes are those after the move, while their Old is what stands at
// the place before it.
type Change struct {
	Path     string
	Old, New *tree.File
	From     string
}

// Plan is a list of changes, sorted by path, no path twice.
type Plan []Change

// Diff returns the changes that turn old into next.
func Diff(old, next tree.Tree) Plan {
	var p Plan
	for path, o := range old {
		n, ok := next[path]
		switch {
		case !ok:
			p = append(p, Change{Path: path, Old: &o})
		case !o.Equal(n):
			p = append(p, Change{Path: path, Old: &o, New: &n})
		}
	}
	for path, n := range next {
		if _, ok := old[path]; !ok {
			p = append(p, Change{Path: path, New: &n})
		}
	}
	slices.SortFunc(p, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return p
}

// Under returns the changes at dir and below it.
func (p Plan) Under(dir string) Plan {
	var out Plan
	for _, c := range p {
		if within(c.Path, dir) {
			out = append(out, c)
		}
	}
	return out
}

// moves returns the changes that move a folder.
func (p Plan) moves() Plan {
	var out Plan
	for _, c := range p {
		if c.From != "" {
			out = append(out, c)
		}
	}
	return out
}

// before returns the path at which that which is to stand at name stands before
// the moves of p.
func (p Plan) before(name string) string {
	for _, m := range p {
		if m.From != "" && within(name, m.Path) {
			return m.From + name[len(m.Path):]
		}
	}
	return name
}

// folders returns the folders that name is in, outermost first. Below a folder
// that moves, those around it are left out: it brings its own.
func (p Plan) folders(name string) []string {
	all := folders(name)
	for _, m := range p {
		if m.From != "" && name != m.Path && within(name, m.Path) {
			return all[len(folders(m.Path)):]
		}
	}
	return all
}

// within reports whether p is dir or below it.
func within(p, dir string) bool {
	return strings.HasPrefix(p, dir) && (len(p) == len(dir) || p[len(dir)] == '/')
}
