package cache

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/trust"
	"github.com/svcgen/svcgen/internal/workspace"
)

var files = tree.Tree{"template.yaml": {Data: []byte("version: 1\n")}, "run.sh": {Data: []byte("#!/bin/sh\n"), Kind: tree.Executable}}

func stored(t testing.TB) (Dir, Record) {
	t.Helper()
	digest, err := workspace.Digest(files)
	if err != nil {
		t.Fatal(err)
	}
	d := Dir(filepath.Join(t.TempDir(), "a", "b"))
	r := Record{Version: 1, Source: "git+https://host/x@v1.0.0", Digest: digest, Commit: "c", Proof: trust.Proof{Commit: []byte{0, 1}}}
	if err := d.Store(files, r); err != nil {
		t.Fatal(err)
	}
	return d, r
}

func TestStoredIsLoaded(t *testing.T) {
	d, r := stored(t)
	got, err := d.Load(r.Digest)
	if err != nil || cmp.Diff(files, got) != "" {
		t.Errorf("%v\n%s", err, cmp.Diff(files, got))
	}
	back, err := d.Record(r.Digest, r.Source)
	if err != nil || cmp.Diff(r, back) != "" {
		t.Errorf("%v\n%s", err, cmp.Diff(r, back))
	}
	if _, err := d.Record(r.Digest, "git+https://host/y@v1.0.0"); !errors.Is(err, ErrMissing) {
		t.Errorf("from another source: %v", err)
	}
	for _, none := range []Dir{"", Dir(t.TempDir()), Dir(filepath.Join(t.TempDir(), "none"))} {
		if _, err := none.Load(r.Digest); !errors.Is(err, ErrMissing) {
			t.Errorf("in %q: %v", none, err)
		}
	}
	if err := Dir("").Store(files, r); err == nil {
		t.Error("without a place, something was stored")
	}
	for _, bad := range []string{"", "h1:", "h1:../../x", "h2:" + r.Digest[3:], r.Digest + "=", "sha256:00"} {
		if _, err := d.Load(bad); err == nil || errors.Is(err, ErrMissing) {
			t.Errorf("%q is a digest: %v", bad, err)
		}
	}
}

// TestEveryByteCounts changes each byte of an entry: none is believed.
func TestEveryByteCounts(t *testing.T) {
	d, r := stored(t)
	name, err := file(r.Digest)
	if err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(string(d), filepath.FromSlash(entry(name)))
	good, err := os.ReadFile(at)
	if err != nil {
		t.Fatal(err)
	}
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 0x41
		if err := os.WriteFile(at, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := d.Load(r.Digest); err == nil {
			for p, f := range files {
				if !bytes.Equal(got[p].Data, f.Data) || len(got) != len(files) {
					t.Fatalf("byte %d changed: %v", i, got)
				}
			}
		} else if !errors.Is(err, ErrChanged) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
	}
	for _, n := range []int{0, 1, 511, 512, 600, len(good) / 2} {
		if err := os.WriteFile(at, good[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Load(r.Digest); !errors.Is(err, ErrChanged) {
			t.Errorf("the first %d bytes: %v", n, err)
		}
	}
	if err := os.Remove(at); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/dev/zero", at); err == nil {
		if _, err := d.Load(r.Digest); !errors.Is(err, ErrChanged) {
			t.Errorf("a link in its place: %v", err)
		}
	}
	if err := d.Store(files, r); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Load(r.Digest); err != nil {
		t.Errorf("stored anew: %v", err)
	}
}

func TestManyAtOnce(t *testing.T) {
	d, r := stored(t)
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			if err := d.Store(files, r); err != nil {
				t.Error(err)
			}
			if _, err := d.Load(r.Digest); err != nil {
				t.Error(err)
			}
			if _, err := d.Record(r.Digest, r.Source); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if left, _ := filepath.Glob(filepath.Join(string(d), "*", ".new-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// BenchmarkVerify loads 10 MB and checks them: what every command does with
// templates of that size.
func BenchmarkVerify(b *testing.B) {
	large := tree.Tree{}
	for i := range 500 {
		large["base/"+string(rune('a'+i%26))+"/"+string(rune('a'+i/26))+".txt"] = tree.File{Data: bytes.Repeat([]byte{byte(i), byte(i >> 8), 'x', '\n'}, 5<<10)}
	}
	digest, err := workspace.Digest(large)
	if err != nil {
		b.Fatal(err)
	}
	d := Dir(b.TempDir())
	if err := d.Store(large, Record{Source: "x", Digest: digest}); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(500 * 20 << 10)
	for b.Loop() {
		if _, err := d.Load(digest); err != nil {
			b.Fatal(err)
		}
	}
}
