package archive

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/svcgen/svcgen/internal/tree"
)

var limits = Limits{Files: 100, File: 1 << 20, Total: 2 << 20}

func TestUnpackReadsWhatPackWrites(t *testing.T) {
	files := tree.Tree{
		"a/template.yaml": {Data: []byte("version: 1\n")},
		"a/base/{{ .Service.Name }}/" + strings.Repeat("long", 40) + ".go.tmpl": {Data: []byte("x")},
		"a/run.sh": {Data: []byte("#!/bin/sh\n"), Kind: tree.Executable},
		"a/empty":  {Data: []byte{}},
		"ü/日本":     {Data: bytes.Repeat([]byte{0}, 1000)},
	}
	data, err := Pack(files)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Pack(files.Clone())
	if err != nil || !bytes.Equal(data, again) {
		t.Error("the same tree gives other bytes", err)
	}
	got, err := Unpack(data, limits)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(files, got); d != "" {
		t.Error(d)
	}
	z, err := Compress(data)
	if err != nil {
		t.Fatal(err)
	}
	if got, err = UnpackCompressed(z, limits); err != nil || cmp.Diff(files, got) != "" {
		t.Error(err, cmp.Diff(files, got))
	}
	if _, err := Pack(tree.Tree{"x": {Kind: tree.Symlink}}); err == nil {
		t.Error("a symbolic link is packed")
	}
	for i := range data {
		// Tar cannot tell that whole files are missing at its end; digests do.
		f, err := Unpack(data[:i], limits)
		for p := range f {
			if err == nil && !f[p].Equal(files[p]) {
				t.Fatalf("of %d of %d bytes, half of %s is taken for the whole", i, len(data), p)
			}
		}
	}
	for i := range z {
		if _, err := UnpackCompressed(z[:i], limits); err == nil {
			t.Fatalf("%d of %d compressed bytes are taken for the whole", i, len(z))
		}
	}
}

// TestUnpackRefuses has one archive for each way in which unpacking one was
// turned against somebody.
func TestUnpackRefuses(t *testing.T) {
	file := func(name, data string) tar.Header {
		return tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(data)), Mode: 0o644}
	}
	link := func(kind byte, name, to string) tar.Header {
		return tar.Header{Typeflag: kind, Name: name, Linkname: to}
	}
	for _, c := range []struct {
		name, want string
		headers    []tar.Header
	}{
		{"out with dots", "leaves its folder", []tar.Header{file("../x", "")}},
		{"out with dots inside", "leaves its folder", []tar.Header{file("a/../../x", "")}},
		{"in with dots", "not written plainly", []tar.Header{file("a/../x", "")}},
		{"absolute", "leaves its folder", []tar.Header{file("/etc/passwd", "")}},
		{"absolute on Windows", "colon", []tar.Header{file("C:/x", "")}},
		{"backslashes", "backslash", []tar.Header{file(`..\x`, "")}},
		{"symbolic link", "symbolic link", []tar.Header{link(tar.TypeSymlink, "a", "/etc")}},
		{"through a link", "symbolic link", []tar.Header{link(tar.TypeSymlink, "a", ".."), file("a/x", "")}},
		{"hard link", "hard link", []tar.Header{file("a", ""), link(tar.TypeLink, "b", "a")}},
		{"hard link out", "hard link", []tar.Header{link(tar.TypeLink, "b", "/etc/passwd")}},
		{"device", "a device", []tar.Header{{Typeflag: tar.TypeChar, Name: "null", Devmajor: 1, Devminor: 3}}},
		{"block device", "a device", []tar.Header{{Typeflag: tar.TypeBlock, Name: "sda"}}},
		{"pipe", "a pipe", []tar.Header{{Typeflag: tar.TypeFifo, Name: "p"}}},
		{"kept room", "of the kind", []tar.Header{{Typeflag: tar.TypeCont, Name: "c"}}},
		{"twice", "it is there twice", []tar.Header{file("a", ""), file("a", "")}},
		{"twice, with a dot", "it is there twice", []tar.Header{file("a", ""), file("./a", "")}},
		{"case", "differ only in upper and lower case", []tar.Header{file("a", ""), file("A", "")}},
		{"file as folder", "is a file and a folder", []tar.Header{file("a", ""), file("a/b", "")}},
		{"git's", "git's own", []tar.Header{file(".git/hooks/pre-commit", "")}},
		{"git's, in upper case", "git's own", []tar.Header{file("a/.GIT/config", "")}},
		{"git's folder", "git's own", []tar.Header{{Typeflag: tar.TypeDir, Name: ".git/"}}},
		{"svcgen's", "svcgen's own", []tar.Header{file(".svcgen/journal.json", "")}},
		{"control characters", "cannot be seen", []tar.Header{file("a\x1b[2Jb", "")}},
		{"right to left", "cannot be seen", []tar.Header{file("a\u202egnp.exe", "")}},
		{"a line break", "cannot be seen", []tar.Header{file("a\nb", "")}},
		{"no name", "leaves its folder", []tar.Header{file("", "")}},
		{"long", "are allowed", []tar.Header{file(strings.Repeat("a", 300), "")}},
		{"deep", "folders deep", []tar.Header{file(strings.Repeat("a/", 60)+"b", "")}},
	} {
		data := written(t, c.headers)
		z, err := Compress(data)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Unpack(data, limits)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want something with %q", c.name, err, c.want)
			continue
		}
		if strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' }) {
			t.Errorf("%s: control characters in %q", c.name, err)
		}
		if _, zerr := UnpackCompressed(z, limits); zerr == nil || zerr.Error() != err.Error() {
			t.Errorf("%s: compressed: %v, plain: %v", c.name, zerr, err)
		}
	}
}

func written(t testing.TB, headers []tar.Header) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range headers {
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestLimits(t *testing.T) {
	pack := func(n, size int) []byte {
		files := tree.Tree{}
		for i := range n {
			files[fmt.Sprintf("f%d", i)] = tree.File{Data: make([]byte, size)}
		}
		data, err := Pack(files)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	for _, c := range []struct {
		name, want string
		data       []byte
	}{
		{"as many as may be", "", pack(100, 10)},
		{"one too many", "more than 100 entries", pack(101, 10)},
		{"as large as may be", "", pack(2, 1<<20)},
		{"one too large", "1 MiB a file and 2 MiB for all", pack(1, 1<<20+1)},
		{"too much together", "1 MiB a file and 2 MiB for all", pack(3, 1<<20)},
	} {
		z, err := Compress(c.data)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Unpack(c.data, limits)
		_, zerr := UnpackCompressed(z, limits)
		for _, err := range []error{err, zerr} {
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%s: got %v, want something with %q", c.name, err, c.want)
			}
		}
	}
	// A bomb: 100 MB of zeros in 100 kB, behind the archive's end and before it.
	bomb, err := Compress(make([]byte, 100<<20))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := UnpackCompressed(bomb, limits); err == nil {
		t.Error("a bomb was unpacked")
	}
	behind, err := Compress(append(pack(1, 10), make([]byte, 100<<20)...))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := UnpackCompressed(behind, limits); err == nil || !strings.Contains(err.Error(), "too much") {
		t.Errorf("a bomb behind the end: %v", err)
	}
	if _, err := UnpackCompressed([]byte("plain"), limits); err == nil {
		t.Error("plain data was taken for compressed")
	}
}

// TestSparse writes by hand what archive/tar does not: a file whose extended
// header says that most of it is a hole of a terabyte.
func TestSparse(t *testing.T) {
	records := ""
	for _, kv := range []string{"GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.name=hole", "GNU.sparse.realsize=1099511627776"} {
		n := len(kv) + 4
		records += fmt.Sprintf("%d %s\n", n, kv)
	}
	var b bytes.Buffer
	block := func(flag byte, name string, data []byte) {
		h := make([]byte, 512)
		copy(h, name)
		copy(h[100:], "0000644\x000000000\x000000000\x00")
		copy(h[124:], fmt.Sprintf("%011o\x00", len(data)))
		copy(h[136:], "00000000000\x00        ")
		h[156] = flag
		copy(h[257:], "ustar\x0000")
		sum := 0
		for _, c := range h {
			sum += int(c)
		}
		copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
		b.Write(h)
		b.Write(data)
		b.Write(make([]byte, (512-len(data)%512)%512))
	}
	block('x', "PaxHeaders/hole", []byte(records))
	block('0', "GNUSparseFile/hole", append([]byte("1\n0\n0\n"), make([]byte, 506)...))
	b.Write(make([]byte, 1024))
	if _, err := Unpack(b.Bytes(), limits); err == nil {
		t.Error("a sparse file was unpacked")
	}
}

func FuzzUnpack(f *testing.F) {
	good, err := Pack(tree.Tree{"a/b": {Data: []byte("x")}, "c": {Data: []byte("#!"), Kind: tree.Executable}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(written(f, []tar.Header{{Typeflag: tar.TypeSymlink, Name: "a", Linkname: "/"}}))
	f.Add(good[:700])
	f.Fuzz(func(t *testing.T, data []byte) {
		files, err := Unpack(data, limits)
		slow, serr := unpack(struct{ io.Reader }{bytes.NewReader(data)}, nil, limits)
		if (err == nil) != (serr == nil) || err == nil && cmp.Diff(files, slow) != "" {
			t.Fatalf("in memory %v, from a stream %v\n%s", err, serr, cmp.Diff(files, slow))
		}
		if err != nil {
			return
		}
		total := 0
		for p, file := range files {
			if !tree.Valid(p) || strings.Contains(p, "..") && strings.Contains("/"+p+"/", "/../") || file.Kind == tree.Symlink {
				t.Fatalf("%q came out as %v", p, file.Kind)
			}
			total += len(file.Data)
		}
		if len(files) > limits.Files || total > int(limits.Total) {
			t.Fatalf("%d files with %d bytes", len(files), total)
		}
	})
}
