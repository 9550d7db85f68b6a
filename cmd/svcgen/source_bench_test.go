package main_test

import (
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkNewFromCache creates the same service from the built-in template, and
// from a copy of it that comes from a source: out of the cache, with its digest
// computed and compared.
func BenchmarkNewFromCache(b *testing.B) {
	for _, c := range []struct{ name, template string }{{"builtin", "worker"}, {"cache", "acme/worker"}} {
		b.Run(c.name, func(b *testing.B) {
			emptyCache(b)
			dir, shared := filepath.Join(b.TempDir(), "shop"), b.TempDir()
			if err := os.CopyFS(filepath.Join(shared, "worker"), os.DirFS("../../templates/worker")); err != nil {
				b.Fatal(err)
			}
			run(b, b.TempDir(), "init", dir)
			run(b, dir, "template", "add", "acme", shared, "--trust")
			run(b, dir, "new", "aa-first", "--template", c.template)
			base := snapshotFiles(b, dir)
			for b.Loop() {
				run(b, dir, "new", "zz-last", "--template", c.template)
				b.StopTimer()
				restore(b, dir, base)
				b.StartTimer()
			}
		})
	}
}
