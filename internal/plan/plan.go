// Package plan describes changes to a workspace's files, shows them, and makes
// them all or none.
//
// A Plan is a value computed from two trees; nothing is touched until Apply.
// This package does not decide what changes, does not merge, takes no lock (its
// caller holds the workspace's) and promises nothing about power loss: its
// promise is about processes that are killed, full disks and lost permissions.
package plan

import (
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/tree"
)

// Change is what happens to one path: created where Old is nil, deleted where
// New is nil, replaced otherwise.
type Change struct {
	Path     string
	Old, New *tree.File
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
