package service

import (
	"errors"
	"io/fs"
	"path"
	"strings"
)

// standing returns the files of the service's folder that stand where p is to
// go: one in the place of a folder of it, or all in a folder in its place.
func (t *transition) standing(p string) ([]string, error) {
	dir := t.folder()
	for i := range p {
		if p[i] != '/' {
			continue
		}
		info, err := t.w.Lstat(path.Join(dir, p[:i]))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			return []string{p[:i]}, nil
		}
	}
	info, err := t.w.Lstat(path.Join(dir, p))
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []string
	err = fs.WalkDir(t.w.Root.FS(), path.Join(dir, p), func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, strings.TrimPrefix(name, dir+"/"))
		}
		return err
	})
	return out, err
}
