package merge

import (
	"bytes"
	"fmt"

	"github.com/svcgen/svcgen/internal/tree"
)

// file is one file on three sides, and what becomes of it. A nil side has none.
type file struct {
	base, ours, theirs *tree.File
	from               string // ours' path, "" where ours has none
	path               string // the path in the result

	next      *tree.File // in the result; nil: nothing
	how       how
	beside    *tree.File // theirs, where it is to stand beside next
	conflicts []Conflict
	decided   []Conflict
}

// how is how a file came to what it is.
type how uint8

const (
	stays how = iota // as ours has it
	taken            // from theirs
	merged
	absent // deleted by people, and changed by theirs
)

// is makes next the file's content; nil: it goes, or was never there.
func (f *file) is(next *tree.File, h how) { f.next, f.how = next, h }

// fail leaves ours as it is and says why.
func (m *merger) fail(f *file, kind Kind, line int, format string, args ...any) {
	at := f.path
	if m.Policy == Abort && f.from != "" {
		at = f.from
	}
	f.conflicts = append(f.conflicts, Conflict{at, kind, fmt.Sprintf(format, args...), line})
}

// kind is the mode of a file that two sides changed: that of the side which
// changed it, executable where there is no base.
func (f *file) kind() tree.Kind {
	switch {
	case f.ours.Kind == f.theirs.Kind:
		return f.ours.Kind
	case f.base == nil:
		return tree.Executable
	case f.ours.Kind == f.base.Kind:
		return f.theirs.Kind
	}
	return f.ours.Kind
}

// unedited reports whether ours is as in base, line ends aside.
func (f *file) unedited() bool {
	return same(f.ours, f.base) || f.base != nil && f.ours != nil && f.ours.Kind == f.base.Kind && !linked(f.ours) && onlyEnds(f.ours.Data, f.base.Data)
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

// binary looks for a zero byte anywhere: what git, which looks at the beginning
// only, would take for text is none either.
func binary(f *tree.File) bool {
	return f != nil && f.Kind != tree.Symlink && bytes.IndexByte(f.Data, 0) >= 0
}

// plain reports whether f is a text that can be told by its content.
func plain(f *tree.File) bool { return !linked(f) && !binary(f) && len(f.Data) > 0 }

func side(t tree.Tree, p string) *tree.File {
	if f, ok := t[p]; ok {
		return &f
	}
	return nil
}

func has(t tree.Tree, p string) bool { _, ok := t[p]; return ok }
