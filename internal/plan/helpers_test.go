package plan

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/svcgen/svcgen/internal/tree"
)

func plain(s string) tree.File { return tree.File{Data: []byte(s)} }
func script(s string) tree.File {
	return tree.File{Data: []byte(s), Kind: tree.Executable}
}
func linkTo(s string) tree.File { return tree.File{Data: []byte(s), Kind: tree.Symlink} }

// made is the change that creates a file.
func made(p, s string) Change { f := plain(s); return Change{Path: p, New: &f} }

// gone is the change that deletes one.
func gone(p, s string) Change { f := plain(s); return Change{Path: p, Old: &f} }

// edited is the change that replaces one.
func edited(p, old, next string) Change {
	o, n := plain(old), plain(next)
	return Change{Path: p, Old: &o, New: &n}
}

// moved is the change that moves a folder.
func moved(from, to string) Change { return Change{Path: to, From: from} }

// put writes t into a folder of the disk, not through this package.
func put(t testing.TB, dir string, files tree.Tree) {
	t.Helper()
	for p, f := range files {
		name := filepath.Join(dir, filepath.FromSlash(p))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		err := error(nil)
		switch f.Kind {
		case tree.Symlink:
			err = os.Symlink(string(f.Data), name)
		case tree.Executable:
			err = os.WriteFile(name, f.Data, 0o777)
		default:
			err = os.WriteFile(name, f.Data, 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// workspace returns a new folder with files, open. It is in memory where there
// is such a disk: the exhaustive tests make some ten thousand of them.
func workspace(t testing.TB, files tree.Tree) (*os.Root, string) {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "svcgen-plan-")
	if err != nil {
		dir = t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	put(t, dir, files)
	return open(t, dir), dir
}

func open(t testing.TB, dir string) *os.Root {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root
}

// snapshot is all that dir holds: by path, the mode and the content. A folder
// ends in a slash.
func snapshot(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == dir {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		p := filepath.ToSlash(rel)
		data := []byte(nil)
		switch {
		case d.IsDir():
			p += "/"
		case info.Mode()&fs.ModeSymlink != 0:
			target, err := os.Readlink(name)
			out[p] = "-> " + target
			return err
		default:
			if data, err = os.ReadFile(name); err != nil {
				return err
			}
		}
		out[p] = fmt.Sprintf("%v %s", info.Mode(), data)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// filesOnly leaves the folders and the stage out of a snapshot.
func filesOnly(s map[string]string) map[string]string {
	s = maps.Clone(s)
	maps.DeleteFunc(s, func(p, _ string) bool {
		return strings.HasSuffix(p, "/") || strings.HasPrefix(p, stageDir)
	})
	return s
}

// difference describes how two snapshots differ; it is empty where they do not.
func difference(want, got map[string]string) string {
	var out []string
	for p, w := range want {
		if g, ok := got[p]; !ok {
			out = append(out, "- "+p+": "+w)
		} else if g != w {
			out = append(out, "! "+p+": "+w+" => "+g)
		}
	}
	for p, g := range got {
		if _, ok := want[p]; !ok {
			out = append(out, "+ "+p+": "+g)
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// scenario is a plan and the files that it is for.
type scenario struct {
	name  string
	files tree.Tree
	plan  Plan
	last  string
}

// scenarios are one for each kind of operation, and one with all of them.
func scenarios() []scenario {
	return []scenario{
		{
			name:  "create a folder of files",
			files: tree.Tree{"svcgen.yaml": plain("one\n")},
			plan: Plan{
				made("services/a/go.mod", "module a\n"),
				made("services/a/internal/api/api.go", "package api\n"),
				{Path: "services/a/run.sh", New: ptr(script("#!/bin/sh\n"))},
				{Path: "services/a/zlink", New: ptr(linkTo("run.sh"))},
				edited("svcgen.yaml", "one\n", "two\n"),
				made("top", "top\n"),
			},
			last: "svcgen.yaml",
		},
		{
			name: "replace files",
			files: tree.Tree{"a": plain("a\n"), "d/b": script("b\n"), "d/c": plain("c\n"), "l": linkTo("a"),
				"svcgen.yaml": plain("one\n"), ".svcgen/.gitignore": plain("/stage/\n")},
			plan: Plan{
				edited("a", "a\n", "A\n"),
				{Path: "d/b", Old: ptr(script("b\n")), New: ptr(plain("B\n"))},
				{Path: "d/c", Old: ptr(plain("c\n")), New: ptr(script("c\n"))},
				{Path: "l", Old: ptr(linkTo("a")), New: ptr(linkTo("d/b"))},
				edited("svcgen.yaml", "one\n", "two\n"),
			},
			last: "svcgen.yaml",
		},
		{
			name: "delete files",
			files: tree.Tree{"services/a/x": plain("x"), "services/a/in/y": plain("y"), "services/b/z": plain("z"),
				"services/b/ignored": plain("i"), "services/a/l": linkTo("x"), "svcgen.yaml": plain("one\n")},
			plan: Plan{
				gone("services/a/in/y", "y"),
				{Path: "services/a/l", Old: ptr(linkTo("x"))},
				gone("services/a/x", "x"),
				gone("services/b/z", "z"),
				edited("svcgen.yaml", "one\n", "two\n"),
			},
			last: "svcgen.yaml",
		},
		{
			name: "move a folder",
			files: tree.Tree{"old/x": plain("x"), "old/in/y": plain("y"), "old/in/gone": plain("gone"), "old/ignored": plain("i"),
				"old/only/z": plain("z"), "svcgen.yaml": plain("one\n")},
			plan: Plan{
				moved("old", "far/away/new"),
				made("far/away/beside", "beside"),
				gone("far/away/new/in/gone", "gone"),
				edited("far/away/new/in/y", "y", "Y"),
				made("far/away/new/made/it", "it"),
				gone("far/away/new/only/z", "z"),
				edited("svcgen.yaml", "one\n", "two\n"),
			},
			last: "svcgen.yaml",
		},
		{
			name: "files become folders, and folders files",
			files: tree.Tree{"a": plain("a"), "b/c": plain("c"), "b/d/e": plain("e"), "f": linkTo("a"), "g/h": plain("h"),
				".svcgen/.gitignore": plain("/stage/\n")},
			plan: Plan{
				gone("a", "a"), made("a/x/y", "y"),
				made("b", "b"), gone("b/c", "c"), gone("b/d/e", "e"),
				{Path: "f", Old: ptr(linkTo("a"))}, made("f/z", "z"),
				{Path: "g", New: ptr(linkTo("b"))}, gone("g/h", "h"),
			},
		},
	}
}

func ptr[T any](v T) *T { return &v }

func sorted(p Plan) Plan {
	p = slices.Clone(p)
	slices.SortFunc(p, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return p
}
