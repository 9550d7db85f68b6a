// Package tree holds files in memory: what a folder contains, what a template
// renders to, what a command is about to write.
//
// A Tree is a value. This package does not write to disk, does not follow
// symbolic links and knows nothing of templates or services; plan writes.
package tree

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// Kind is what a path holds.
type Kind uint8

const (
	Plain      Kind = iota // a regular file
	Executable             // a regular file whose owner may execute it
	Symlink                // a symbolic link; Data is its target
)

func (k Kind) String() string {
	switch k {
	case Plain:
		return "plain"
	case Executable:
		return "executable"
	case Symlink:
		return "symlink"
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// File is one file's content and kind. Permission bits beyond the executable
// one are the disk's own business and are kept by whoever writes.
type File struct {
	Data []byte
	Kind Kind
}

// Equal reports whether f and g are the same kind with the same bytes.
func (f File) Equal(g File) bool { return f.Kind == g.Kind && bytes.Equal(f.Data, g.Data) }

// Tree maps slash-separated relative paths to files. It holds no folders: a
// folder exists because a file stands in it.
type Tree map[string]File

// Paths returns the tree's paths, sorted.
func (t Tree) Paths() []string { return slices.Sorted(maps.Keys(t)) }

// Clone returns a copy of t that shares file contents but not the map.
func (t Tree) Clone() Tree { return maps.Clone(t) }

// Under returns the tree below dir, its paths relative to dir.
func (t Tree) Under(dir string) Tree {
	out := Tree{}
	for p, f := range t {
		if rest, ok := strings.CutPrefix(p, dir+"/"); ok {
			out[rest] = f
		}
	}
	return out
}

// Moved returns the tree with dir put in front of every path.
func (t Tree) Moved(dir string) Tree {
	out := make(Tree, len(t))
	for p, f := range t {
		out[path.Join(dir, p)] = f
	}
	return out
}

// Valid reports whether p may stand in a Tree: relative, slash-separated,
// cleaned, and not leaving its root.
func Valid(p string) bool {
	return p != "." && fs.ValidPath(p) && !strings.ContainsAny(p, "\\\x00")
}
