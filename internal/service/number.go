package service

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/template"
)

// stride bounds how far a number is above those that there are.
const stride = 9999

// number answers the values that number files: with a number greater than those
// that the names in their folder begin with. How much greater follows from the
// unit's arguments, so that two branches, which do not see each other's files,
// seldom choose the same.
func (g *growth) number() error {
	for _, v := range g.unit.Values {
		if _, given := g.answers[v.Name]; given || v.Next == "" {
			continue
		}
		greatest, err := g.greatest(v.Next)
		if err != nil {
			return err
		}
		var args []string
		for _, a := range g.unit.Args {
			args = append(args, g.answers[a])
		}
		step := 1 + int64(crc32.ChecksumIEEE([]byte(strings.Join(args, "\x00")))%stride)
		g.answers[v.Name] = fmt.Sprintf("%08d", greatest+step)
	}
	return nil
}

// greatest is the greatest number that the name of a file in a folder of the
// service begins with, or 0.
func (g *growth) greatest(dir string) (int64, error) {
	entries, err := g.folder(dir)
	if err != nil {
		return 0, err
	}
	var greatest int64
	for _, e := range entries {
		digits, _ := numbered(e.Name())
		if n, err := strconv.ParseInt(digits, 10, 64); err == nil {
			greatest = max(greatest, n)
		}
	}
	return greatest, nil
}

// folder lists a folder of the service; one that is not there is empty.
func (g *growth) folder(dir string) ([]fs.DirEntry, error) {
	dir = path.Join(g.service.Path, dir)
	if err := g.w.Solid(dir); err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(g.w.Root.FS(), dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return entries, err
}

// numbered splits a file's name behind the number that it begins with.
func numbered(name string) (digits, rest string) {
	rest = strings.TrimLeft(name, "0123456789")
	return name[:len(name)-len(rest)], rest
}

// fresh refuses a numbered file that differs from one that is there in its
// number alone: the same command was given twice.
func (g *growth) fresh(p string) error {
	for _, v := range g.unit.Values {
		if v.Next == "" || v.Next != path.Dir(p) {
			continue
		}
		entries, err := g.folder(v.Next)
		if err != nil {
			return err
		}
		_, rest := numbered(path.Base(p))
		for _, e := range entries {
			if _, other := numbered(e.Name()); other == rest && rest != "" {
				return (&diag.Error{File: path.Join(g.service.Path, v.Next, e.Name()), Msg: "exists already, under another number"}).
					WithHint("choose another name")
			}
		}
	}
	return nil
}

// replayed reports whether there is anything of the unit to bring to a later
// release. Where people own all that it makes from the start, there is not; it
// stays out of the descriptor, which two branches would both have to change.
func (g *growth) replayed(made *template.Rendering) (bool, error) {
	st := state{service: *g.service, tmpl: g.tmpl, scope: g.base}
	keep, err := st.keeper()
	if err != nil {
		return false, err
	}
	for p := range made.Files {
		if !keep(p) {
			return true, nil
		}
	}
	return len(made.Inserts) > 0, nil
}
