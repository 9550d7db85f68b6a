package plan

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/svcgen/svcgen/internal/tree"
)

// modeBits are the bits of an existing file that a replaced one keeps.
const modeBits = fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky

// disk is all that this package does to files, so that tests can make any step
// of it fail. Paths are slash-separated and relative to the workspace.
type disk struct {
	lookup    func(p string) (*tree.File, error) // nil: nothing there
	lstat     func(p string) (fs.FileInfo, error)
	readDir   func(p string) ([]fs.DirEntry, error)
	mkdir     func(p string, perm fs.FileMode) error
	create    func(p string, data []byte, perm fs.FileMode) error // fails where p exists
	chmod     func(p string, mode fs.FileMode) error
	symlink   func(target, p string) error
	link      func(from, to string) error
	rename    func(from, to string) error
	remove    func(p string) error // a file or an empty folder
	removeAll func(p string) error
}

// realDisk is the folder that root is open on.
func realDisk(root *os.Root) disk {
	local := filepath.FromSlash
	return disk{
		lookup: func(p string) (*tree.File, error) { return tree.Lookup(root, p) },
		lstat: func(p string) (info fs.FileInfo, err error) {
			err = tree.Again(func() error { info, err = root.Lstat(local(p)); return err })
			return info, err
		},
		readDir: func(p string) ([]fs.DirEntry, error) {
			f, err := root.Open(local(p))
			if err != nil {
				return nil, err
			}
			defer f.Close()
			return f.ReadDir(-1)
		},
		mkdir: func(p string, perm fs.FileMode) error { return root.Mkdir(local(p), perm) },
		create: func(p string, data []byte, perm fs.FileMode) error {
			f, err := root.OpenFile(local(p), os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
			if err != nil {
				return err
			}
			_, err = f.Write(data)
			if cerr := f.Close(); err == nil {
				err = cerr // a disk over the network says only here that it is full
			}
			return err
		},
		chmod:   func(p string, mode fs.FileMode) error { return root.Chmod(local(p), mode) },
		symlink: func(target, p string) error { return root.Symlink(target, local(p)) },
		link: func(from, to string) error {
			return tree.Again(func() error { return root.Link(local(from), local(to)) })
		},
		rename: func(from, to string) error {
			return tree.Again(func() error { return root.Rename(local(from), local(to)) })
		},
		remove:    func(p string) error { return root.Remove(local(p)) },
		removeAll: func(p string) error { return tree.Again(func() error { return root.RemoveAll(local(p)) }) },
	}
}

// absent reports whether err says that nothing is at a path, or that one of its
// folders is a file.
func absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// stat is lstat that returns nil where nothing is.
func (d disk) stat(p string) (fs.FileInfo, error) {
	info, err := d.lstat(p)
	if err != nil && absent(err) {
		return nil, nil
	}
	return info, err
}
