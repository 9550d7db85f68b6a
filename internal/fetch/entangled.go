package fetch

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/svcgen/svcgen/internal/source"
)

// entangled are settings of a repository on this machine that make git, when it
// serves it, run programs or reach elsewhere; in lower case.
var entangled = []string{"promisor", "partialclone", "uploadpack", "packobjectshook", "include", "sshcommand", "fsmonitor",
	"alternaterefs", "gitproxy", "helper", "insteadof", "hookspath"}

// unentangled refuses a repository on this machine that is more than its
// objects. git runs with the rights of whoever calls svcgen, in the
// repository's own configuration.
func unentangled(s source.Source) error {
	if s.Scheme != "file" {
		return nil
	}
	dir := filepath.FromSlash(s.Path)
	info, err := os.Stat(dir)
	if err != nil || !info.IsDir() {
		return failed(s, "there is no repository %s", s.Path)
	}
	if at := filepath.Join(dir, ".git"); isFile(at) {
		return failed(s, "%s is a file: a work tree or a submodule, whose repository is elsewhere", at).WithHint("name the repository itself")
	} else if _, err := os.Stat(at); err == nil {
		dir = at
	}
	for _, name := range []string{"commondir", "objects/info/alternates", "objects/info/http-alternates"} {
		if _, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(name))); !errors.Is(err, os.ErrNotExist) {
			return failed(s, "its objects or its configuration are elsewhere: %s", name).WithHint("clone it anew: git clone --bare")
		}
	}
	for _, name := range []string{"objects", "refs"} {
		if info, err := os.Lstat(filepath.Join(dir, name)); err == nil && !info.IsDir() {
			return failed(s, "its objects or its configuration are elsewhere: %s is no folder", name).WithHint("clone it anew: git clone --bare")
		}
	}
	if err := regular(s, dir); err != nil {
		return err
	}
	for _, name := range []string{"config", "config.worktree"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return failed(s, "its configuration cannot be read: %v", err)
		}
		for _, word := range entangled {
			if bytes.Contains(bytes.ToLower(data), []byte(word)) {
				return failed(s, "its configuration speaks of %s, which can run programs", word).WithHint("clone it anew: git clone --bare")
			}
		}
	}
	return nil
}

// regular refuses a repository with something among what git reads of it that is
// neither a file nor a folder: git would wait for whoever writes into a named
// pipe. A link to a file is what old repositories have for HEAD.
func regular(s source.Source, dir string) error {
	for _, name := range []string{"HEAD", "packed-refs", "shallow", "config", "config.worktree", "info", "refs", "reftable", "objects"} {
		err := filepath.WalkDir(filepath.Join(dir, name), func(p string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil {
				return failed(s, "it cannot be read: %v", err)
			}
			kind := d.Type()
			if kind&fs.ModeSymlink != 0 {
				info, err := os.Stat(p)
				if err != nil {
					return nil // it leads nowhere, and so does git
				}
				kind = info.Mode().Type() // also a folder, which is not looked through
			} else if d.IsDir() {
				kind = 0
			}
			if kind.IsRegular() {
				return nil
			}
			at, _ := filepath.Rel(dir, p)
			return failed(s, "%s in it is neither a file nor a folder of its own", filepath.ToSlash(at)).WithHint("clone it anew: git clone --bare")
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func isFile(name string) bool {
	info, err := os.Lstat(name)
	return err == nil && !info.IsDir()
}
