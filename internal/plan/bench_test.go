package plan

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/svcgen/svcgen/internal/tree"
)

// service is a folder of 45 files of 2 KB each, as svcgen new makes it.
func service() tree.Tree {
	t := tree.Tree{}
	for n := range 45 {
		dir := []string{"", "internal/api/", "internal/store/", "cmd/payments/", "deploy/base/"}[n%5]
		t[fmt.Sprintf("services/payments/%sfile%d.go", dir, n)] = tree.File{Data: bytes.Repeat([]byte("twenty-two bytes here\n"), 93)}
	}
	return t
}

// BenchmarkApplyFolder makes the folder through a plan.
func BenchmarkApplyFolder(b *testing.B) {
	p := Diff(nil, service())
	for range b.N {
		b.StopTimer()
		dir, root := benchRoot(b)
		put(b, dir, tree.Tree{".svcgen/.gitignore": plain(ignored), "services/other": plain("")})
		b.StartTimer()
		if err := p.Apply(b.Context(), root, Options{}); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		closeBench(dir, root)
	}
}

// BenchmarkCopyFolder writes the same files, with no promise at all.
func BenchmarkCopyFolder(b *testing.B) {
	files := service()
	for range b.N {
		b.StopTimer()
		dir, root := benchRoot(b)
		b.StartTimer()
		for _, p := range files.Paths() {
			name := filepath.Join(dir, p)
			if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
				b.Fatal(err)
			}
			if err := os.WriteFile(name, files[p].Data, 0o666); err != nil {
				b.Fatal(err)
			}
		}
		b.StopTimer()
		closeBench(dir, root)
	}
}

// thousand are files that an upgrade of many services replaces.
func thousand(content string) tree.Tree {
	t := tree.Tree{}
	for n := range 1000 {
		t[fmt.Sprintf("services/s%02d/internal/file%d.go", n/20, n)] = plain(content + fmt.Sprint(n))
	}
	return t
}

// BenchmarkReplaceThousand replaces a thousand files through a plan.
func BenchmarkReplaceThousand(b *testing.B) {
	old, next := thousand("old"), thousand("next")
	p := Diff(old, next)
	for range b.N {
		b.StopTimer()
		dir, root := benchRoot(b)
		put(b, dir, old)
		b.StartTimer()
		if err := p.Apply(b.Context(), root, Options{}); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		closeBench(dir, root)
	}
}

// BenchmarkOverwriteThousand writes them in place.
func BenchmarkOverwriteThousand(b *testing.B) {
	old, next := thousand("old"), thousand("next")
	for range b.N {
		b.StopTimer()
		dir, root := benchRoot(b)
		put(b, dir, old)
		b.StartTimer()
		for _, p := range next.Paths() {
			if err := os.WriteFile(filepath.Join(dir, p), next[p].Data, 0o666); err != nil {
				b.Fatal(err)
			}
		}
		b.StopTimer()
		closeBench(dir, root)
	}
}

func BenchmarkUnified(b *testing.B) {
	p := Diff(thousand("old\n"), thousand("next\n"))
	for range b.N {
		if err := p.Unified(&bytes.Buffer{}, false); err != nil {
			b.Fatal(err)
		}
	}
}

func benchRoot(b *testing.B) (string, *os.Root) {
	dir, err := os.MkdirTemp(b.TempDir(), "")
	if err != nil {
		b.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		b.Fatal(err)
	}
	return dir, root
}

func closeBench(dir string, root *os.Root) {
	root.Close()
	os.RemoveAll(dir)
}
