package plan

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
)

// forward does every op that is still to be done, in order: all of them where v
// is nil.
func (w *work) forward(v *view) error {
	for n, o := range w.journal.Ops {
		if v != nil && !v.ops[n].do {
			continue
		}
		err := w.passable(o)
		if err == nil {
			err = w.do(n, o)
		}
		var changed *ChangedError
		switch {
		case errors.As(err, &changed):
			return changed
		case err != nil:
			return fault(o.Path, "cannot be "+participle[o.Do], err)
		}
	}
	return nil
}

// back undoes every op that is done, last first.
func (w *work) back(v *view) error {
	for n, o := range slices.Backward(w.journal.Ops) {
		if !v.ops[n].undo {
			continue
		}
		err := w.passable(o)
		if err == nil {
			err = w.undo(n, o)
		}
		if err != nil {
			return fault(o.Path, "cannot be put back as it was", err)
		}
	}
	return nil
}

// passable reports a link among the folders that o's paths are in. Apply has
// looked for one; by the time of Recover, a person may have made one.
func (w *work) passable(o op) error {
	if w.originals != nil {
		return nil
	}
	for _, dir := range append(folders(o.Path), folders(o.From)...) {
		info, err := w.disk.stat(dir)
		if err != nil {
			return err
		}
		if info != nil && !info.IsDir() {
			return errors.New(dir + " is not a folder")
		}
	}
	return nil
}

// participle names verbs in errors.
var participle = map[verb]string{
	create: "created", createFolder: "created", replace: "replaced",
	remove: "deleted", move: "moved there", tidy: "removed", clear: "removed",
}

func (w *work) do(n int, o op) error {
	fresh, kept := w.journal.newPath(n), w.journal.oldPath(n)
	switch o.Do {
	case create:
		return w.place(fresh, o.Path, o.New)
	case createFolder:
		return w.renameNew(fresh, o.Path)
	case replace:
		if err := w.untouched(n, o.Path); err != nil {
			return err
		}
		if err := w.disk.rename(fresh, o.Path); err != nil || w.copied[n] {
			return err
		}
		return w.untouched(n, kept)
	case remove:
		if err := w.disk.rename(o.Path, kept); err != nil {
			return err
		}
		return w.untouched(n, kept)
	case move:
		if err := w.renameNew(o.From, o.Path); err != nil {
			return err
		}
		w.tidy(fresh) // the mark only helps where a person makes one of the folders again
	case clear:
		return w.removeFolder(o.Path)
	case tidy:
		w.tidy(o.Path)
	}
	return nil
}

// tidy removes a folder if it can: a tree holds no folders, and so one that is
// in use or not empty may stay.
func (w *work) tidy(p string) { _ = w.removeFolder(p) }

// removeFolder removes an empty folder, and never a file.
func (w *work) removeFolder(p string) error {
	info, err := w.disk.lstat(p)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return errors.New("it is not a folder")
	}
	return w.disk.remove(p)
}

// place brings a file of the given sum to a path where nothing is. Unlike a
// rename, neither a hard link nor a symbolic one ever takes the place of what
// somebody made there meanwhile.
func (w *work) place(from, to, sum string) error {
	var err error
	if isLink(sum) {
		f, lerr := w.disk.lookup(from)
		if lerr != nil || f == nil {
			return errors.Join(lerr, fs.ErrNotExist)
		}
		err = w.disk.symlink(string(f.Data), to)
	} else {
		err = w.disk.link(from, to)
	}
	switch {
	case err == nil:
		return w.disk.remove(from)
	case errors.Is(err, fs.ErrExist):
		return &ChangedError{Paths: []string{to}}
	}
	return w.renameNew(from, to) // some disks have no links
}

// renameNew renames to a path where nothing is.
func (w *work) renameNew(from, to string) error {
	switch info, err := w.disk.stat(to); {
	case err != nil:
		return err
	case info != nil:
		return &ChangedError{Paths: []string{to}}
	}
	return w.disk.rename(from, to)
}

// untouched reports whether the file of op n, now at p, is the one that Apply
// found. An editor may have written to it meanwhile.
func (w *work) untouched(n int, p string) error {
	found := w.originals[n]
	if found == nil {
		return nil
	}
	info, err := w.disk.stat(p)
	if err == nil && !same(found, info) {
		err = &ChangedError{Paths: []string{w.journal.Ops[n].Path}}
	}
	return err
}

func (w *work) undo(n int, o op) error {
	fresh, kept := w.journal.newPath(n), w.journal.oldPath(n)
	switch o.Do {
	case create:
		info, err := w.disk.stat(fresh)
		switch {
		case err != nil:
			return err
		case info != nil: // the file has two names
			return w.disk.remove(o.Path)
		}
		return w.disk.rename(o.Path, fresh)
	case createFolder:
		return w.disk.rename(o.Path, fresh)
	case replace:
		return w.disk.rename(kept, o.Path)
	case remove:
		if err := w.makeFolders(o.Path); err != nil {
			return err
		}
		return w.place(kept, o.Path, o.Old)
	case move:
		if err := w.makeFolders(o.From); err != nil {
			return err
		}
		if err := w.renameNew(o.Path, o.From); err != nil {
			return err
		}
		_ = w.disk.mkdir(fresh, 0o777)
	default:
		return w.untidy(o)
	}
	return nil
}

// untidy makes a folder again.
func (w *work) untidy(o op) error {
	if err := w.makeFolders(o.Path); err != nil {
		return err
	}
	there, err := w.exists(o.Path)
	if err != nil || there {
		return err
	}
	if err := w.disk.mkdir(o.Path, o.Perm.Perm()); err != nil {
		return err
	}
	return w.disk.chmod(o.Path, o.Perm&modeBits)
}

// makeFolders makes the folders of p that a person removed when they were
// empty.
func (w *work) makeFolders(p string) error {
	for _, dir := range folders(p) {
		info, err := w.disk.stat(dir)
		if err != nil {
			return err
		}
		if info == nil {
			if err := w.disk.mkdir(dir, 0o777); err != nil {
				return err
			}
		}
	}
	return nil
}

// finish takes the journal and then the stage away. With the journal, the
// command is over; a stage that cannot be removed is left to the next one.
func (w *work) finish() error {
	if err := w.disk.remove(journalPath); err != nil {
		return fault(journalPath, "cannot be removed", err)
	}
	w.discard()
	return nil
}

// discard removes the stage, and .svcgen where nothing else is in it. What it
// leaves, the next Recover removes.
func (w *work) discard() {
	_ = w.disk.removeAll(w.journal.stage())
	w.tidy(stageDir)
	w.tidy(stateDir)
}

// exists reports whether anything is at p.
func (w *work) exists(p string) (bool, error) {
	info, err := w.disk.stat(p)
	return info != nil, err
}

// sameFile reports whether both paths are names of one file.
func (w *work) sameFile(a, b string) (bool, error) {
	x, err := w.disk.stat(a)
	if err != nil || x == nil {
		return false, err
	}
	y, err := w.disk.stat(b)
	if err != nil || y == nil {
		return false, err
	}
	return os.SameFile(x, y), nil
}

// readFolder returns the sums of all files below dir, by path below it. It does
// not enter the folders for which skip returns true.
func (w *work) readFolder(dir string, skip func(p string) bool) (map[string]string, error) {
	sums := map[string]string{}
	var walk func(rel string) error
	walk = func(rel string) error {
		entries, err := w.disk.readDir(path.Join(dir, rel))
		if err != nil {
			return err
		}
		for _, e := range entries {
			p := path.Join(rel, e.Name())
			switch {
			case e.IsDir() && skip(path.Join(dir, p)):
			case e.IsDir():
				if err := walk(p); err != nil {
					return err
				}
			default:
				if sums[p], err = w.sumAt(path.Join(dir, p)); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return sums, walk("")
}

// What sumAt returns besides sums.
const (
	nothing = ""
	foreign = "foreign" // a folder, a device, a file too large to be one of ours
)

// sumAt returns the sum of the file at p.
func (w *work) sumAt(p string) (string, error) {
	info, err := w.disk.stat(p)
	switch {
	case err != nil:
		return "", err
	case info == nil:
		return nothing, nil
	case info.Mode()&fs.ModeSymlink == 0 && !info.Mode().IsRegular(), info.Size() > maxFile:
		return foreign, nil
	}
	f, err := w.disk.lookup(p)
	if err != nil || f == nil {
		return nothing, err
	}
	return sum(*f), nil
}
