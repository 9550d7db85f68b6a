package plan

import (
	"fmt"
	"io/fs"
	"os"
	"path"

	"github.com/svcgen/svcgen/internal/tree"
)

// check is what Apply knows of the disk before it stages anything.
type check struct {
	disk  disk
	plan  Plan
	moves Plan // those of the plan's changes that move a folder

	deleted map[string]bool        // the paths that the plan deletes
	made    map[string]bool        // the paths that the plan creates, and their folders
	folders map[string]fs.FileInfo // by path after the moves; nil: missing
	found   map[string]fs.FileInfo // the files that the plan changes and the folders that it moves
	cleared map[string]bool        // folders that stand where the plan creates a file
	changed []string               // the paths that are not as the plan expects them
}

// look compares the disk with what p expects of it.
func look(d disk, p Plan) (*check, error) {
	c := &check{
		disk: d, plan: p, moves: p.moves(),
		deleted: map[string]bool{}, made: map[string]bool{}, cleared: map[string]bool{},
		folders: map[string]fs.FileInfo{}, found: map[string]fs.FileInfo{},
	}
	for _, ch := range p {
		if ch.Old != nil && ch.New == nil {
			c.deleted[ch.Path] = true
		}
		if ch.Old == nil {
			c.made[ch.Path] = true
			for _, dir := range folders(ch.Path) {
				c.made[dir] = true
			}
		}
	}
	for _, ch := range p {
		if err := c.change(ch); err != nil {
			return nil, err
		}
	}
	if len(c.changed) > 0 {
		return nil, &ChangedError{Paths: c.changed}
	}
	return c, nil
}

func (c *check) change(ch Change) error {
	missing, err := c.parents(ch.Path)
	if err != nil {
		return err
	}
	if ch.From != "" {
		return c.move(ch, missing)
	}
	if missing != "" {
		if ch.Old != nil {
			c.changed = append(c.changed, ch.Path)
		}
		return nil
	}
	at := c.moves.before(ch.Path)
	info, err := c.disk.stat(at)
	switch {
	case err != nil:
		return fault(ch.Path, "cannot be looked at", err)
	case info == nil && ch.Old == nil:
		return nil
	case info == nil:
		c.changed = append(c.changed, ch.Path)
		return nil
	case info.Mode()&fs.ModeSymlink != 0 && !ch.saysSymlink():
		return &Error{Path: ch.Path, Msg: "is a symbolic link, and svcgen does not write through one",
			Hint: "put the file itself in its place"}
	case info.IsDir() && ch.Old == nil:
		return c.clearable(ch.Path, info)
	case info.IsDir() || ch.Old == nil:
		c.changed = append(c.changed, ch.Path)
		return nil
	}
	cur, err := c.disk.lookup(at)
	if err != nil {
		return fault(ch.Path, "cannot be read", err)
	}
	if cur == nil || !cur.Equal(*ch.Old) {
		c.changed = append(c.changed, ch.Path)
	}
	c.found[ch.Path] = info
	return nil
}

func (c Change) saysSymlink() bool {
	return c.Old != nil && c.Old.Kind == tree.Symlink || c.New != nil && c.New.Kind == tree.Symlink
}

// move checks a folder that moves; missing is the outermost folder of its new
// place that does not exist yet.
func (c *check) move(ch Change, missing string) error {
	for _, dir := range folders(ch.From) {
		if err := c.folder(dir, dir); err != nil {
			return err
		}
	}
	info, err := c.disk.stat(ch.From)
	switch {
	case err != nil:
		return fault(ch.From, "cannot be looked at", err)
	case info == nil || !info.IsDir():
		return refuse(ch.From, "is not a folder, and so cannot move to "+ch.Path)
	}
	c.found[ch.Path] = info
	if missing != "" {
		return nil
	}
	there, err := c.disk.stat(ch.Path)
	if err == nil && there != nil {
		return refuse(ch.Path, fmt.Sprintf("exists already, and so %s cannot move there", ch.From))
	}
	return err
}

// parents checks the folders that p is to be in, and returns the outermost one
// that does not exist yet, or "".
func (c *check) parents(p string) (missing string, err error) {
	for _, dir := range c.moves.folders(p) {
		if err := c.folder(dir, c.moves.before(dir)); err != nil {
			return "", err
		}
		if c.folders[dir] == nil && dir != stateDir {
			return dir, nil
		}
	}
	return "", nil
}

// folder checks that dir, now at the path at, is a folder or missing. A file
// that the plan deletes is as good as missing.
func (c *check) folder(dir, at string) error {
	if _, ok := c.folders[dir]; ok {
		return nil
	}
	info, err := c.disk.stat(at)
	switch {
	case err != nil:
		return fault(dir, "cannot be looked at", err)
	case info == nil || info.IsDir():
		c.folders[dir] = info
		return nil
	case c.deleted[dir]:
		c.folders[dir] = nil
		return nil
	case info.Mode()&fs.ModeSymlink != 0:
		return &Error{Path: dir, Msg: "is a symbolic link, and svcgen does not write through one",
			Hint: "put the folder itself in its place"}
	}
	return refuse(dir, "is a file, but the plan needs a folder there")
}

// clearable notes that the folder p stands where a file is to be, which is fine
// if the plan deletes everything in it.
func (c *check) clearable(p string, info fs.FileInfo) error {
	c.cleared[p], c.folders[p] = true, info
	entries, err := c.disk.readDir(c.moves.before(p))
	if err != nil {
		return fault(p, "cannot be read", err)
	}
	for _, e := range entries {
		name := path.Join(p, e.Name())
		info, err := e.Info()
		switch {
		case err != nil:
			return fault(name, "cannot be looked at", err)
		case info.IsDir():
			if err := c.clearable(name, info); err != nil {
				return err
			}
		case !c.deleted[name]:
			c.changed = append(c.changed, name)
		}
	}
	return nil
}

// same reports whether a file is as it was, as far as a look from outside can
// tell. Two nils are the same.
func same(a, b fs.FileInfo) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	if a.IsDir() || b.IsDir() {
		return a.IsDir() == b.IsDir() // its time changes with every file in it
	}
	return a.Mode() == b.Mode() && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime()) && os.SameFile(a, b)
}
