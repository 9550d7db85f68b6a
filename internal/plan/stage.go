package plan

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"maps"
	"path"
	"slices"

	"github.com/svcgen/svcgen/internal/tree"
)

// work is a journal being carried out.
type work struct {
	disk    disk
	journal *journal

	// originals are the files that Apply found, by operation, so that an edit
	// made while it renames is noticed. Recover has none.
	originals map[int]fs.FileInfo
	copied    map[int]bool // those of which the stage has a copy, not a second name
}

// stage writes everything that the steps need below stageDir. What it wrote is
// worth nothing until commit; discard takes it away.
func (c *check) stage(ctx context.Context, steps []step, command string) (*work, error) {
	w := &work{
		disk:      c.disk,
		journal:   &journal{Version: journalVersion, Command: command, Stage: randomName()},
		originals: map[int]fs.FileInfo{},
		copied:    map[int]bool{},
	}
	if err := w.open(); err != nil {
		return w, err
	}
	if err := c.sameDevice(w.journal.stage()); err != nil {
		return w, err
	}
	ignore, err := c.ignoreStep()
	if err != nil {
		return w, err
	}
	if ignore != nil {
		// git must not see the stage, and has no .gitignore yet.
		steps = append([]step{*ignore}, steps...)
		if err := w.disk.create(w.journal.stage()+"/.gitignore", []byte("*\n"), 0o666); err != nil {
			return w, fault(stateDir, "cannot be written", err)
		}
	}
	for n, s := range steps {
		if err := context.Cause(ctx); err != nil {
			return w, err
		}
		w.journal.Ops = append(w.journal.Ops, s.op)
		if s.Do == replace || s.Do == remove {
			w.originals[n] = c.found[s.Path]
		}
		if err := w.stageStep(n, s, c.moves.before(s.Path)); err != nil {
			return w, fault(s.Path, "cannot be written", err)
		}
	}
	return w, nil
}

func randomName() string {
	b := make([]byte, 8)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// open makes the stage's folders.
func (w *work) open() error {
	for _, dir := range []string{stateDir, stageDir} {
		info, err := w.disk.stat(dir)
		switch {
		case err != nil:
			return fault(dir, "cannot be looked at", err)
		case info != nil && !info.IsDir():
			return refuse(dir, "is not a folder")
		case info == nil:
			if err := w.disk.mkdir(dir, 0o777); err != nil {
				return fault(dir, "cannot be made", err)
			}
		}
	}
	for _, dir := range []string{w.journal.stage(), w.journal.marker()} {
		if err := w.disk.mkdir(dir, 0o777); err != nil {
			return fault(stageDir, "cannot be written", err)
		}
	}
	return nil
}

// ignoreStep returns the step that makes .svcgen/.gitignore, or nil where there
// is one.
func (c *check) ignoreStep() (*step, error) {
	info, err := c.disk.stat(ignorePath)
	if err != nil {
		return nil, fault(ignorePath, "cannot be looked at", err)
	}
	if info != nil || c.made[ignorePath] {
		return nil, nil
	}
	f := &tree.File{Data: []byte(ignored)}
	return &step{op: op{Do: create, Path: ignorePath, New: sum(*f)}, file: f}, nil
}

// sameDevice reports a folder to which nothing can be renamed from the stage.
// Only folders are compared: on an overlay, a file may name the device below.
func (c *check) sameDevice(stage string) error {
	info, err := c.disk.lstat(stage)
	if err != nil {
		return fault(stageDir, "cannot be looked at", err)
	}
	dev, ok := device(info)
	if !ok {
		return nil
	}
	dirs := maps.Clone(c.folders)
	if dirs["."], err = c.disk.lstat("."); err != nil {
		return fault(".", "cannot be looked at", err)
	}
	for _, m := range c.moves {
		dirs[m.From] = c.found[m.Path]
	}
	for _, dir := range slices.Sorted(maps.Keys(dirs)) {
		if dirs[dir] == nil {
			continue
		}
		if d, ok := device(dirs[dir]); ok && d != dev {
			return &Error{Path: dir, Msg: "is on another file system than " + stateDir,
				Hint: "svcgen changes files all at once or not at all, which works within one file system only"}
		}
	}
	return nil
}

// stageStep writes what step n needs; at is where its file stands now.
func (w *work) stageStep(n int, s step, at string) error {
	switch s.Do {
	case create:
		return w.write(w.journal.newPath(n), *s.file)
	case createFolder:
		return w.writeFolder(w.journal.newPath(n), s)
	case move:
		return w.disk.mkdir(w.journal.newPath(n), 0o777)
	case replace:
		if err := w.writeLike(w.journal.newPath(n), s, w.originals[n].Mode()); err != nil {
			return err
		}
		return w.keep(n, s, at)
	}
	return nil
}

// write writes a new file, with the permission bits that the umask leaves it.
func (w *work) write(p string, f tree.File) error {
	switch f.Kind {
	case tree.Symlink:
		return w.disk.symlink(string(f.Data), p)
	case tree.Executable:
		return w.disk.create(p, f.Data, 0o777)
	}
	return w.disk.create(p, f.Data, 0o666)
}

// writeAs writes a file with exactly the given permission bits. Nobody can read
// it before who could not afterwards.
func (w *work) writeAs(p string, f tree.File, mode fs.FileMode) error {
	if err := w.disk.create(p, f.Data, mode.Perm()); err != nil {
		return err
	}
	return w.disk.chmod(p, mode&modeBits)
}

func (w *work) writeFolder(top string, s step) error {
	made := map[string]bool{}
	folder := func(rel string) error {
		for _, dir := range append(folders(rel), rel) {
			if !made[dir] {
				if err := w.disk.mkdir(path.Join(top, dir), 0o777); err != nil {
					return err
				}
				made[dir] = true
			}
		}
		return nil
	}
	if err := folder(""); err != nil {
		return err
	}
	for _, rel := range s.folders {
		if err := folder(rel); err != nil {
			return err
		}
	}
	for _, rel := range slices.Sorted(maps.Keys(s.files)) {
		if dir := path.Dir(rel); dir != "." {
			if err := folder(dir); err != nil {
				return err
			}
		}
		if err := w.write(top+"/"+rel, *s.files[rel]); err != nil {
			return err
		}
	}
	return nil
}

// writeLike writes a file that replaces one with the given mode: its bits stay,
// but for the executable ones where the plan changes them.
func (w *work) writeLike(p string, s step, mode fs.FileMode) error {
	switch {
	case s.file.Kind == tree.Symlink || s.old.Kind == tree.Symlink:
		return w.write(p, *s.file)
	case s.file.Kind == s.old.Kind:
	case s.file.Kind == tree.Executable:
		mode |= (mode & 0o444) >> 2
	default:
		mode &^= 0o111
	}
	return w.writeAs(p, *s.file, mode)
}

// keep puts what is to be replaced into the stage: the file itself under a
// second name, or a copy where the disk has no hard links.
func (w *work) keep(n int, s step, at string) error {
	kept := w.journal.oldPath(n)
	if s.old.Kind != tree.Symlink && w.disk.link(at, kept) == nil {
		return nil
	}
	w.copied[n] = true
	if s.old.Kind == tree.Symlink {
		return w.write(kept, *s.old)
	}
	return w.writeAs(kept, *s.old, w.originals[n].Mode())
}

// commit makes the journal stand.
func (w *work) commit() error {
	data, err := json.Marshal(w.journal)
	if err != nil {
		return err
	}
	tmp := w.journal.stage() + "/journal.json"
	if err := w.disk.create(tmp, append(data, '\n'), 0o666); err != nil {
		return fault(journalPath, "cannot be written", err)
	}
	if err := w.disk.rename(tmp, journalPath); err != nil {
		return fault(journalPath, "cannot be written", err)
	}
	return nil
}
