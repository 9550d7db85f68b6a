package tree

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func folder(t *testing.T) (string, *os.Root) {
	t.Helper()
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return dir, root
}

func TestRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes and links differ on Windows")
	}
	dir, root := folder(t)
	for p, mode := range map[string]os.FileMode{"a.txt": 0o644, "b/run.sh": 0o755, "b/c/deep.txt": 0o600, "skip/x": 0o644} {
		name := filepath.Join(dir, p)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(p), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "b", "link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc", filepath.Join(dir, "folderlink")); err != nil {
		t.Fatal(err)
	}
	got, err := Read(root, ".", func(p string, d fs.DirEntry) bool { return p == "skip" })
	if err != nil {
		t.Fatal(err)
	}
	want := Tree{
		"a.txt": {Data: []byte("a.txt")}, "b/run.sh": {Data: []byte("b/run.sh"), Kind: Executable}, "b/c/deep.txt": {Data: []byte("b/c/deep.txt")},
		"b/link": {Data: []byte("/etc/passwd"), Kind: Symlink}, "folderlink": {Data: []byte("/etc"), Kind: Symlink},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	below, err := Read(root, "b", nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.Under("b"), below); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(below, below.Moved("x").Under("x")); diff != "" {
		t.Error(diff)
	}
	if none, err := Read(root, "nowhere", nil); err != nil || len(none) != 0 {
		t.Errorf("a missing folder gave %v, %v", none, err)
	}
	if _, err := Read(root, "a.txt", nil); err == nil || !strings.Contains(err.Error(), "not a folder") {
		t.Errorf("a file read as a folder gave %v", err)
	}
	if _, err := Lookup(root, "b"); err == nil || !strings.Contains(err.Error(), "not a file") {
		t.Errorf("a folder looked up as a file gave %v", err)
	}
	if f, err := Lookup(root, "b/none"); f != nil || err != nil {
		t.Errorf("a missing file gave %v, %v", f, err)
	}
	if _, err := Lookup(root, "folderlink/passwd"); err == nil {
		t.Error("a link out of the root was followed")
	}
}

func TestFromFS(t *testing.T) {
	got, err := FromFS(fstest.MapFS{"a/run": {Data: []byte("#!/bin/sh\n")}, "a/x": {Data: []byte("#")}})
	if err != nil {
		t.Fatal(err)
	}
	want := Tree{"a/run": {Data: []byte("#!/bin/sh\n"), Kind: Executable}, "a/x": {Data: []byte("#")}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestValid(t *testing.T) {
	for p, want := range map[string]bool{"a": true, "a/b.c": true, "": false, ".": false, "..": false, "../a": false, "/a": false,
		"a/../b": false, "a//b": false, "a/": false, `a\b`: false, "a\x00": false, "a/./b": false} {
		if got := Valid(p); got != want {
			t.Errorf("Valid(%q) = %v", p, got)
		}
	}
}
