package service

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"path"
	"strconv"
	"strings"

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
	dir = path.Join(g.service.Path, dir)
	if err := g.w.Solid(dir); err != nil {
		return 0, err
	}
	entries, err := fs.ReadDir(g.w.Root.FS(), dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	var greatest int64
	for _, e := range entries {
		name := e.Name()
		digits := name[:len(name)-len(strings.TrimLeft(name, "0123456789"))]
		if n, err := strconv.ParseInt(digits, 10, 64); err == nil {
			greatest = max(greatest, n)
		}
	}
	return greatest, nil
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
