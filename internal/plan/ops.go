package plan

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/tree"
)

// step is an op with what the stage needs for it.
type step struct {
	op
	file    *tree.File            // create, replace: the new content
	old     *tree.File            // replace: the old one
	files   map[string]*tree.File // folder: by path below it
	folders []string              // folder: empty ones that a move needs, below it
}

// steps returns what is to be done, in order: folders move; what stands in the
// way of a new path goes; files come, last last; files go; then the folders
// that this left empty.
func (c *check) steps(last string) []step {
	var moves, clearing, coming, final, going []step
	for _, s := range c.coming() {
		switch {
		case s.Do == move || len(s.folders) > 0:
			moves = append(moves, s)
		case within(last, s.Path):
			final = append(final, s)
		default:
			coming = append(coming, s)
		}
	}
	for _, s := range c.going() {
		if c.inTheWay(s.Path) {
			clearing = append(clearing, s)
		} else {
			going = append(going, s)
		}
	}
	// A folder that a move needs comes before the move.
	slices.SortStableFunc(moves, func(a, b step) int { return moving(a) - moving(b) })
	return slices.Concat(moves, clearing, coming, final, going)
}

// moving is the place of a step among those that moves need.
func moving(s step) int {
	if s.Do == move {
		return 1
	}
	return 0
}

// coming returns the steps that make and move things, in path order.
func (c *check) coming() []step {
	tops := map[string]*step{} // folders to create, by their path
	folder := func(top string) *step {
		if tops[top] == nil {
			tops[top] = &step{op: op{Do: createFolder, Path: top, Files: map[string]string{}}, files: map[string]*tree.File{}}
		}
		return tops[top]
	}
	var out []step
	for _, ch := range c.plan {
		top := c.top(ch.Path)
		switch {
		case ch.From != "":
			if top != ch.Path {
				f := folder(top)
				f.folders = append(f.folders, strings.TrimPrefix(path.Dir(ch.Path)[len(top):], "/"))
			}
			out = append(out, step{op: op{Do: move, Path: ch.Path, From: ch.From}})
		case ch.New == nil:
		case ch.Old != nil:
			out = append(out, step{op: op{Do: replace, Path: ch.Path, Old: sum(*ch.Old), New: sum(*ch.New)}, file: ch.New, old: ch.Old})
		case top == ch.Path:
			out = append(out, step{op: op{Do: create, Path: ch.Path, New: sum(*ch.New)}, file: ch.New})
		default:
			f, rel := folder(top), ch.Path[len(top)+1:]
			f.Files[rel], f.files[rel] = sum(*ch.New), ch.New
		}
	}
	for _, f := range tops {
		out = append(out, *f)
	}
	slices.SortFunc(out, func(a, b step) int { return strings.Compare(a.Path, b.Path) })
	return out
}

// top returns the outermost folder of p that does not exist, or p.
func (c *check) top(p string) string {
	for _, dir := range c.moves.folders(p) {
		if info, ok := c.folders[dir]; ok && info == nil && dir != stateDir {
			return dir
		}
	}
	return p
}

// going returns the steps that delete files, and after them those that remove
// the folders which this or a move empties, innermost first.
func (c *check) going() []step {
	var out []step
	empty := map[string]bool{}
	for _, ch := range c.plan {
		gone := ch.Path
		switch {
		case ch.From != "":
			gone = ch.From
		case ch.Old != nil && ch.New == nil:
			out = append(out, step{op: op{Do: remove, Path: ch.Path, Old: sum(*ch.Old)}})
		default:
			continue
		}
		for _, dir := range folders(gone) {
			if c.folders[dir] != nil && (!c.made[dir] || c.cleared[dir]) && dir != stateDir {
				empty[dir] = true
			}
		}
	}
	maps.Copy(empty, c.cleared)
	for _, dir := range slices.Backward(slices.Sorted(maps.Keys(empty))) {
		o := op{Do: tidy, Path: dir, Perm: c.folders[dir].Mode() & modeBits}
		if _, ok := c.cleared[dir]; ok {
			o.Do = clear
		}
		out = append(out, step{op: o})
	}
	return out
}

// inTheWay reports whether p must go before something can come: a file where a
// folder is to be, or whatever is in a folder that is to be a file.
func (c *check) inTheWay(p string) bool {
	if c.made[p] {
		return true
	}
	for _, dir := range folders(p) {
		if c.cleared[dir] {
			return true
		}
	}
	return false
}
