package tree

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"syscall"

	"github.com/svcgen/svcgen/internal/diag"
)

// maxFile bounds what is read into memory from one file: sources and
// configuration are far below it, a disk image put into a folder is not.
const maxFile = 64 << 20

// Lookup reads the file at p, a valid tree path, and returns nil when nothing
// is there. A folder, a device or a socket in its place is an error; a symbolic
// link is returned as one.
func Lookup(root *os.Root, p string) (*File, error) {
	var info fs.FileInfo
	err := Again(func() (err error) { info, err = root.Lstat(filepath.FromSlash(p)); return err })
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return read(root, p, info)
}

// Again calls f until no signal interrupts it. os.Root leaves that to its callers
// for some calls, and disks over a network or in user space do interrupt them.
func Again(f func() error) error {
	for {
		if err := f(); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

func read(root *os.Root, p string, info fs.FileInfo) (*File, error) {
	name := filepath.FromSlash(p)
	switch mode := info.Mode(); {
	case mode&fs.ModeSymlink != 0:
		target, err := root.Readlink(name)
		if err != nil {
			return nil, err
		}
		return &File{Data: []byte(target), Kind: Symlink}, nil
	case !mode.IsRegular():
		return nil, odd(p)
	case info.Size() > maxFile:
		return nil, tooLarge(p)
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, tooLarge(p)
	}
	kind := Plain
	if info.Mode()&0o100 != 0 {
		kind = Executable
	}
	return &File{Data: data, Kind: kind}, nil
}

func odd(p string) error {
	return &diag.Error{File: p, Msg: "is not a file"}
}

// below puts dir before the path of an error of this package.
func below(dir string, err error) error {
	var e *diag.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("%s: %w", dir, err)
	}
	moved := *e
	moved.File = path.Join(dir, e.File)
	return &moved
}

func tooLarge(p string) error {
	return &diag.Error{File: p, Msg: fmt.Sprintf("is larger than %d MiB", maxFile>>20)}
}

// Read reads every file below dir ("." for all of root) into a tree whose paths
// are relative to dir. It does not enter a folder, nor read a file, for which
// skip returns true; skip sees paths relative to dir and may be nil. Symbolic
// links are recorded, never followed. A missing dir is an empty tree.
func Read(root *os.Root, dir string, skip func(p string, d fs.DirEntry) bool) (Tree, error) {
	t := Tree{}
	var info fs.FileInfo
	err := Again(func() (err error) { info, err = root.Lstat(filepath.FromSlash(dir)); return err })
	if errors.Is(err, fs.ErrNotExist) {
		return t, nil
	}
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s is not a folder", dir)
	}
	err = t.fill(root, dir, "", skip)
	var e *diag.Error
	if errors.As(err, &e) {
		err = below(dir, err)
	}
	return t, err
}

// fill adds the files below dir to t, under the paths that begin with rel. Each
// folder is opened once and its files from there: paths may be deep.
func (t Tree) fill(root *os.Root, dir, rel string, skip func(p string, d fs.DirEntry) bool) error {
	here, err := root.OpenRoot(filepath.FromSlash(dir))
	if err != nil {
		return err
	}
	defer here.Close()
	f, err := here.Open(".")
	if err != nil {
		return err
	}
	entries, err := f.ReadDir(-1)
	f.Close()
	if err != nil {
		return err
	}
	for _, e := range entries {
		p := path.Join(rel, e.Name())
		if skip != nil && skip(p, e) {
			continue
		}
		if e.IsDir() {
			if err := t.fill(here, e.Name(), p, skip); err != nil {
				return err
			}
			continue
		}
		file, err := Lookup(here, e.Name())
		if err != nil {
			return below(rel, err)
		}
		if file != nil {
			t[p] = *file
		}
	}
	return nil
}

// FromFS reads every file of fsys into a tree. An embedded file has no mode, so
// data that begins with "#!" is executable; a link in fsys is recorded as one
// where fsys can tell.
func FromFS(fsys fs.FS) (Tree, error) {
	return Gather(fsys, func(_ string, err error) error { return err })
}

// Gather is FromFS that asks odd, with the path and the error, about each file or
// folder that cannot be read: nil leaves it out and goes on.
func Gather(fsys fs.FS, odd func(p string, err error) error) (Tree, error) {
	t := Tree{}
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil {
			err = t.gather(fsys, p, d)
		}
		if err != nil {
			return odd(p, err)
		}
		return nil
	})
	return t, err
}

// gather adds what stands at p, but no folder.
func (t Tree) gather(fsys fs.FS, p string, d fs.DirEntry) error {
	switch {
	case d.IsDir():
		return nil
	case d.Type()&fs.ModeSymlink != 0:
		target, err := fs.ReadLink(fsys, p)
		if err == nil {
			t[p] = File{Data: []byte(target), Kind: Symlink}
		}
		return err
	case !d.Type().IsRegular():
		return odd(p)
	}
	info, err := d.Info()
	if err == nil && info.Size() > maxFile {
		return tooLarge(p)
	}
	data, err := fs.ReadFile(fsys, p)
	if err != nil {
		return err
	}
	kind := Plain
	if len(data) > 1 && data[0] == '#' && data[1] == '!' {
		kind = Executable
	} else if info != nil && info.Mode()&0o100 != 0 {
		kind = Executable
	}
	t[p] = File{Data: data, Kind: kind}
	return nil
}
