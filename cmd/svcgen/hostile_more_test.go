//go:build linux

package main_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// withOwn is a good repository with one more file in its own folder.
func withOwn(name, text string) func(testing.TB) string {
	return func(t testing.TB) string {
		d := newDepot(t)
		d.commit(d.template(), "v1.0.0")
		write(t, d.dir, map[string]string{name: text})
		return "git+file://" + d.dir
	}
}

// inFolder is a good template in a folder of this machine, changed.
func inFolder(change func(t testing.TB, dir string)) func(testing.TB) string {
	return func(t testing.TB) string {
		dir := t.TempDir()
		write(t, dir, map[string]string{"template.yaml": smallTemplate, "base/x": "x"})
		change(t, dir)
		return dir
	}
}

// fileNamed is a template with one more file.
func fileNamed(names ...string) func(testing.TB) string {
	return beside(func(d *depot) (lines []line) {
		for _, n := range names {
			lines = append(lines, line{"100644", n, d.blob("x")})
		}
		return lines
	})
}

// rawTar is a compressed archive with a small template and raw blocks behind it.
func rawTar(blocks ...[]byte) []byte {
	var plain, out bytes.Buffer
	z, err := gzip.NewReader(bytes.NewReader(packed()))
	if err == nil {
		_, err = plain.ReadFrom(z)
	}
	if err != nil {
		panic(err)
	}
	data := bytes.TrimRight(plain.Bytes(), "\x00")
	data = append(data, make([]byte, (512-len(data)%512)%512)...)
	data = append(data, bytes.Join(blocks, nil)...)
	w := gzip.NewWriter(&out)
	w.Write(append(data, make([]byte, 1024)...))
	w.Close()
	return out.Bytes()
}

// header is a block of a tar archive, as it is told.
func header(name string, flag byte, size string) []byte {
	b := make([]byte, 512)
	copy(b, name)
	copy(b[100:], "0000644\x000000000\x000000000\x00")
	copy(b[124:], size)
	copy(b[136:], "00000000000\x00")
	copy(b[148:], "        ")
	b[156] = flag
	copy(b[257:], "ustar\x0000")
	sum := 0
	for _, c := range b {
		sum += int(c)
	}
	copy(b[148:], fmt.Sprintf("%06o\x00 ", sum))
	return b
}

// moreSources are what became known after the first ones, or was thought of since.
func moreSources() []hostile {
	return []hostile{
		// URLs that say two things: CVE-2020-5260 and -11008 in git, CVE-2024-50349,
		// go-getter's CVE-2024-3817 and -6257.
		{"a line break in a host", as("git+https://example.com%0ahost=evil/x"), `in its host|for a host`},
		{"a line break in a path", as("git+https://example.com/x%0apath=y"), `in its path`},
		{"a host behind a user", as("git+http://127.0.0.1:1@evil.example/x"), `a user or a password|without encryption|for a`},
		{"a host behind a fragment", as("git+https://evil.example#@example.com/x"), `#|fragment|for a host`},
		{"a host that only begins like this machine", as("git+http://localhost.evil.example/x"), `without encryption`},
		{"a registry that only begins like this machine", as("oci://127.0.0.1.evil.invalid/x:1"), `the registry cannot be (used|reached)|no such host|lookup`},
		{"a query with options", as("git+https://example.com/x?sshkey=a&depth=1"), `\?|query`},
		{"an archive from the web", as("https://example.com/x.zip"), `"https"|git\+https|oci`},
		{"another getter", as("git::https://example.com/x"), `helper program|protocol|git\+https`},
		{"a bundle", as("git+file:///tmp/x.bundle@v1"), `there is no repository`},

		// Repositories that are elsewhere, or more than one: CVE-2022-39253, CVE-2024-32020.
		{"a common folder elsewhere", withOwn("commondir", "/tmp/evil\n"), `its objects or its configuration are elsewhere: commondir`},
		{"objects elsewhere", withOwn("objects/info/alternates", "/tmp/evil/objects\n"), `its objects or its configuration are elsewhere: objects/info/alternates`},
		{"objects elsewhere, by a link", func(t testing.TB) string {
			d := newDepot(t)
			d.commit(d.template(), "v1.0.0")
			to := filepath.Join(t.TempDir(), "objects")
			if err := os.Rename(filepath.Join(d.dir, "objects"), to); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(to, filepath.Join(d.dir, "objects")); err != nil {
				t.Fatal(err)
			}
			return "git+file://" + d.dir
		}, `its objects or its configuration are elsewhere: objects`},
		{"a history that was cut", withOwn("shallow", strings.Repeat("1", 40)+"\n"), ``},
		{"a commit that is replaced", func(t testing.TB) string {
			d := newDepot(t)
			good := d.commit(d.template(), "v1.0.0")
			evil := d.commit(d.tree(line{"120000", "template.yaml", d.blob("/etc/passwd")}), "")
			d.git("", "update-ref", "refs/replace/"+good, evil)
			return "git+file://" + d.dir
		}, ``},
		{"a tag of a tag of a tag", func(t testing.TB) string {
			d := newDepot(t)
			id, kind := d.commit(d.template(), ""), "commit"
			for range 40 {
				id = d.git("object "+id+"\ntype "+kind+"\ntag v1.0.0\ntagger Eve <eve@example.com> 1767225600 +0000\n\nx\n", "hash-object", "-t", "tag", "-w", "--stdin")
				kind = "tag"
			}
			d.git("", "update-ref", "refs/tags/v1.0.0", id)
			return "git+file://" + d.dir
		}, `the tag stands for another tag`},
		{"a tag that was never cut", withOwn("packed-refs", "# pack-refs with: peeled fully-peeled sorted\n"+strings.Repeat("1", 40)+" refs/tags/v9\x1b[2J.0.0\n"), ``},
		{"a version of a thousand digits", func(t testing.TB) string {
			d := newDepot(t)
			d.commit(d.template(), "v1.0.0")
			d.git("", "update-ref", "refs/tags/v"+strings.Repeat("9", 180)+".0.0", "refs/tags/v1.0.0")
			return "git+file://" + d.dir
		}, ``},
		{"a commit that writes to the terminal", func(t testing.TB) string {
			d := newDepot(t)
			id := d.git("tree "+d.template()+"\nauthor E\x1b[2Jve <e@x> 1767225600 +0000\ncommitter \x1b]0;owned\x07 <e@x> 1767225600 +0000\n\n\x1b[2Jhello\u202e\n",
				"hash-object", "-t", "commit", "-w", "--literally", "--stdin")
			d.git("", "update-ref", "refs/tags/v1.0.0", id)
			return "git+file://" + d.dir
		}, ``},
		{"a commit of sixteen megabytes", func(t testing.TB) string {
			d := newDepot(t)
			id := d.git("tree "+d.template()+"\nauthor E <e@x> 1767225600 +0000\ncommitter E <e@x> 1767225600 +0000\n\n"+strings.Repeat("x", 17<<20)+"\n",
				"hash-object", "-t", "commit", "-w", "--stdin")
			d.git("", "update-ref", "refs/tags/v1.0.0", id)
			return "git+file://" + d.dir
		}, `more than|too large|bytes|cannot be read`},

		// Names that two systems read in two ways: CVE-2019-1353, CVE-2019-1354, CVE-2021-21300.
		{"one name in two spellings", fileNamed("caf\u00e9", "cafe\u0301"), `U\+0301, which cannot be seen or is spelled in two ways`},
		{"svcgen's folder, hidden", fileNamed(".svc\u200cgen"), `has the character U\+200C`},
		{"a manifest in upper case", fileNamed("SVCGEN.YAML"), `the path is svcgen's own`},
		{"git's folder with a space", beside(func(d *depot) []line {
			return []line{{"40000", ".git ", d.tree(line{"100644", "config", d.blob("x")})}}
		}), `hasDotgit|git's own`},
		{"a backslash", fileNamed(`a\..\..\x`), `backslash`},
		{"a device with a raised digit", fileNamed("COM\u00b9.txt"), `is a device on Windows`},
		{"the console", fileNamed("CONIN$"), `is a device on Windows`},
		{"names like options", fileNamed("--help", "-rf", "@x", "~", "$(touch x)", "`touch x`"), ``},
		{"a long path", beside(func(d *depot) []line {
			id := d.tree(line{"100644", "f", d.blob("x")})
			for range 5 {
				id = d.tree(line{"40000", strings.Repeat("n", 100), id})
			}
			return []line{{"40000", "d", id}}
		}), `has 50\d bytes; 400 are allowed`},

		// Folders of this machine.
		{"a pipe for template.yaml", inFolder(func(t testing.TB, dir string) {
			os.Remove(filepath.Join(dir, "template.yaml"))
			if err := syscall.Mkfifo(filepath.Join(dir, "template.yaml"), 0o666); err != nil {
				t.Fatal(err)
			}
		}), `template.yaml is not a plain file`},
		{"a socket", inFolder(func(t testing.TB, dir string) {
			l, err := net.Listen("unix", filepath.Join(dir, "base", "s"))
			if err != nil {
				t.Skip(err)
			}
			t.Cleanup(func() { l.Close() })
		}), `base/s is not a plain file`},
		{"a file of a terabyte that holds nothing", inFolder(func(t testing.TB, dir string) {
			if err := os.Truncate(filepath.Join(dir, "base", "x"), 1<<40); err != nil {
				t.Skip(err)
			}
		}), `has 1099511627776 bytes|MiB`},

		// Archives whose headers disagree: CVE-2026-53655's kin in tar readers,
		// CVE-2025-53547 in helm, CVE-2021-3810x in npm's tar.
		{"a path in a second header", artifact(rawTar(header("x", 'x', "00000000023\x00"), append([]byte("19 path=../../evil\n"), make([]byte, 512-19)...), header("base/y", '0', "00000000000\x00")), nil), `the path leaves its folder`},
		{"a long name of GNU's", artifact(rawTar(header("././@LongLink", 'L', "00000000013\x00"), append([]byte("../../evil\x00"), make([]byte, 512-11)...), header("base/y", '0', "00000000000\x00")), nil), `the path leaves its folder`},
		{"a size below nothing", artifact(rawTar(negative()), nil), `no whole tar archive`},
		{"a header of a gigabyte", artifact(rawTar(header("x", 'x', "10000000000\x00")), nil), `no whole tar archive`},
		{"one path in two spellings", artifact(packed(tar.Header{Name: "./template.yaml"}), nil), `it is there twice`},
		{"a pipe in an archive", artifact(packed(tar.Header{Typeflag: tar.TypeFifo, Name: "base/p"}), nil), `it is a pipe`},
		{"a file of another user, who may become root", artifact(packed(tar.Header{Name: "base/su", Mode: 0o6777, Uid: 0, Uname: "root"}), nil), ``},
		{"a second archive behind the first", artifact(append(packed(), packed(tar.Header{Name: "../../x"})...), nil), ``},

		// Registries that say one thing and send another.
		{"a manifest of brackets", artifact(packed(), func(s *stall, _ map[string]any, _ *layer) {
			s.manifest = bytes.Repeat([]byte("["), 1<<19)
		}), `manifest|no artifact|cannot be used`},
		{"annotations that write to the terminal", artifact(packed(), func(_ *stall, m map[string]any, _ *layer) {
			m["annotations"] = map[string]string{"org.opencontainers.image.title": "\x1b[2Jowned"}
		}), ``},
		{"a layer of less than nothing", artifact(packed(), func(_ *stall, _ map[string]any, l *layer) { l.Size = -1 }), `layer has -1 bytes|size|bytes`},
		{"a layer that is somewhere else", artifact(packed(), func(s *stall, _ map[string]any, l *layer) {
			blobs := *s
			s.first = func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.URL.Path, "/blobs/") {
					http.Redirect(w, r, "http://169.254.169.254/x", http.StatusTemporaryRedirect)
					return
				}
				blobs.manifest = s.manifest
				blobs.ServeHTTP(w, r)
			}
		}), `it leads to http://169.254.169.254, without encryption`},
		{"credentials asked for a file", answering(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="file:///etc/passwd",service="x"`)
			w.WriteHeader(http.StatusUnauthorized)
		}), `without encryption|cannot be used`},
		{"an answer without an end", answering(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", manifestType)
			for range 64 {
				if _, err := w.Write(bytes.Repeat([]byte(" "), 1<<20)); err != nil {
					return
				}
			}
		}), `bytes|cannot be used|manifest`},
	}
}

// negative is a header whose size is -1, as GNU writes large numbers.
func negative() []byte { return header("base/y", '0', strings.Repeat("\xff", 12)) }
