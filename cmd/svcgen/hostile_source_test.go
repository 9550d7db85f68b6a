//go:build linux

package main_test

import (
	"archive/tar"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// hostile is a source that means harm, after what became known of other tools
// (the comment says what it was there), and what svcgen says to it.
type hostile struct {
	name string
	make func(testing.TB) string // the source
	want string                  // a pattern of the whole error; "": it is harmless, and is taken
}

// as is a source that is as it is written.
func as(source string) func(testing.TB) string { return func(testing.TB) string { return source } }

// hostileSources have one for each class of incidents.
func hostileSources() []hostile {
	return []hostile{
		// Arguments that become options or programs: CVE-2017-1000117 and its like in
		// cookiecutter (CVE-2022-24065), Backstage, helm's plugins, go get.
		{"an option for git", as("--upload-pack=touch $CANARY/x"), `begins with a dash`},
		{"an option for ssh as host", as("git+ssh://-oProxyCommand=touch/x"), `has "-oproxycommand=touch" for a host`},
		{"an option for ssh as user", as("git+ssh://-oProxyCommand=x@host/y"), `for a user`},
		{"an option as version", as("git+file:///tmp/x@--upload-pack=touch"), `for a version`},
		{"an option as path", as("git+ssh://host/--upload-pack=touch/x"), `begins with a dash`},
		{"a helper program", as("ext::sh -c touch% x"), `names a helper program of git's`},
		{"a helper program in a git source", as("git+ext::sh -c touch% x"), `names a helper program of git's`},
		{"a descriptor", as("fd::17/x"), `names a helper program of git's`},
		{"a command in the path", as("git+ssh://host/x;touch y"), `in its path`},
		{"a command in a file's path", as("git+file:///x`touch y`/../z"), `not written plainly`},
		{"without encryption", as("git+http://example.com/x"), `would be fetched without encryption`},
		{"a password", as("git+https://ann:secret@example.com/x"), `a user or a password in it`},
		{"an old protocol", as("git+git://example.com/x"), `uses the protocol "git"`},
		{"control characters", as("git+https://example.com/\x1b[2Jx"), `has a character that cannot be seen`},

		// Links that lead out: copier (CVE-2025-55201, CVE-2025-55214), helm
		// (CVE-2025-53547), cookiecutter, git (CVE-2021-21300, CVE-2024-32002).
		{"a link", beside(func(d *depot) []line { return []line{{"120000", "link", d.blob("/etc/passwd")}} }), `v1.0.0: link is a symbolic link; a template has files alone`},
		{"a link that becomes a folder", beside(func(d *depot) []line {
			return []line{{"120000", "A", d.blob(".git/hooks")}, {"40000", "a", d.tree(line{"100755", "post-checkout", d.blob("#!/bin/sh\ntouch $CANARY/x\n")})}}
		}), `a is a file and a folder`},
		{"a link for template.yaml", evil(func(d *depot) string {
			return d.tree(line{"120000", "template.yaml", d.blob("/etc/passwd")})
		}), `template.yaml is a symbolic link`},
		{"a submodule", beside(func(d *depot) []line { return []line{{"160000", "module", strings.Repeat("1", 40)}} }), `module is a submodule; svcgen fetches none`},
		{"a submodule's url as option", beside(func(d *depot) []line { // CVE-2018-17456
			return []line{{"100644", ".gitmodules", d.blob("[submodule \"x\"]\n\tpath = x\n\turl = -u./payload\n")}}
		}), `git cannot fetch it: object [0-9a-f]+: gitmodulesUrl: `},
		{"modes that nobody knows", beside(func(d *depot) []line { return []line{{"100777", "odd", d.blob("x")}} }), ``},

		// Folders of git's in the tree: CVE-2014-9390, CVE-2018-11235, CVE-2019-1352 and on.
		{"git's folder", beside(func(d *depot) []line {
			return []line{{"40000", ".git", d.tree(line{"100644", "config", d.blob("[core]\n\tfsmonitor = touch x\n")})}}
		}), `git cannot fetch it: object [0-9a-f]+: hasDotgit: .*\n.*objects that git itself calls broken or hostile`},
		{"git's folder in upper case", beside(func(d *depot) []line {
			return []line{{"40000", ".GIT", d.tree(line{"100644", "config", d.blob("x")})}}
		}), `git cannot fetch it: object [0-9a-f]+: hasDotgit: `},
		{"git's folder by its short name", beside(func(d *depot) []line {
			return []line{{"40000", "git~1", d.tree(line{"100644", "config", d.blob("x")})}}
		}), `git cannot fetch it: object [0-9a-f]+: hasDotgit: `},
		{"git's folder with a character that cannot be seen", beside(func(d *depot) []line {
			return []line{{"40000", ".g\u200cit", d.tree(line{"100644", "config", d.blob("x")})}}
		}), `git cannot fetch it: object [0-9a-f]+: hasDotgit: `},
		{"two dots", evil(func(d *depot) string {
			return d.tree(line{"40000", "..", d.template()}, line{"100644", "template.yaml", d.blob(smallTemplate)})
		}), `git cannot fetch it: object [0-9a-f]+: hasDotdot: `},
		{"a path as a name", beside(func(d *depot) []line { return []line{{"100644", "../../x", d.blob("x")}} }), `git cannot fetch it: object [0-9a-f]+: fullPathname: `},
		{"a name twice", beside(func(d *depot) []line {
			return []line{{"100644", "same", d.blob("one")}, {"100644", "same", d.blob("two")}}
		}), `git cannot fetch it: object [0-9a-f]+: duplicateEntries: `},
		{"names in two cases", beside(func(d *depot) []line {
			return []line{{"100644", "SAME", d.blob("one")}, {"100644", "same", d.blob("two")}}
		}), `SAME and same differ only in upper and lower case`},
		{"svcgen's folder", beside(func(d *depot) []line {
			return []line{{"40000", "base.d", d.tree(line{"40000", ".svcgen", d.tree(line{"100644", "journal.json", d.blob("{}")})})}}
		}), `the path is svcgen's own`},
		{"a manifest", beside(func(d *depot) []line { return []line{{"100644", "svcgen.yaml", d.blob("version: 1\n")}} }), `the path is svcgen's own`},
		{"a device of Windows", beside(func(d *depot) []line { return []line{{"100644", "nul.txt", d.blob("x")}} }), `"nul.txt" is a device on Windows`},
		{"a stream of Windows", beside(func(d *depot) []line { return []line{{"100644", "h.txt:x", d.blob("x")}} }), `has a colon`},
		{"a name with control characters", beside(func(d *depot) []line { return []line{{"100644", "h\x1b]0;x\x07", d.blob("x")}} }), `has the character U\+001B`},
		{"a name that reads backwards", beside(func(d *depot) []line { return []line{{"100644", "h\u202etxt.exe", d.blob("x")}} }), `has the character U\+202E`},
		{"a name that is no text", beside(func(d *depot) []line { return []line{{"100644", "h\xff\xfe", d.blob("x")}} }), `the path is not UTF-8`},

		// Programs that git runs for content: filters, LFS (CVE-2021-21237), hooks.
		{"a filter", beside(func(d *depot) []line {
			return []line{{"100644", ".gitattributes", d.blob("* filter=evil ident text eol=crlf working-tree-encoding=UTF-16\n")}}
		}), ``},
		{"a pointer of LFS", beside(func(d *depot) []line {
			return []line{{"100644", "big", d.blob("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")}}
		}), `big is kept in Git LFS, which svcgen does not run`},
		{"hooks of the repository", func(t testing.TB) string {
			d := newDepot(t)
			d.commit(d.template(), "v1.0.0")
			for _, h := range []string{"post-checkout", "pre-auto-gc", "post-upload-pack", "reference-transaction", "update", "fsmonitor-watchman"} {
				write(t, d.dir, map[string]string{"hooks/" + h: "#!/bin/sh\ntouch \"$CANARY/" + h + "\"\n"})
				if err := os.Chmod(filepath.Join(d.dir, "hooks", h), 0o777); err != nil {
					t.Fatal(err)
				}
			}
			return "git+file://" + d.dir
		}, ``},
		// Configurations that run programs where the repository is served:
		// CVE-2022-24765, CVE-2024-32004, CVE-2024-32465.
		{"a promisor", configured("[remote \"o\"]\n\tpromisor = true\n\turl = ext::touch x\n[extensions]\n\tpartialClone = o\n"), `its configuration speaks of promisor, which can run programs`},
		{"a hook for packing", configured("[uploadpack]\n\tpackObjectsHook = touch x\n"), `speaks of uploadpack`},
		{"an included configuration", configured("[include]\n\tpath = /tmp/evil\n"), `speaks of include`},
		{"a monitor", configured("[core]\n\tfsmonitor = touch x\n"), `speaks of fsmonitor`},
		{"a command for ssh", configured("[core]\n\tSSHCommand = touch x\n"), `speaks of sshcommand`},
		{"a repository elsewhere", func(t testing.TB) string {
			dir := t.TempDir()
			write(t, dir, map[string]string{".git": "gitdir: /tmp/elsewhere\n"})
			return "git+file://" + dir
		}, `\.git is a file: a work tree or a submodule`},

		// Too much: git bombs, zip bombs (CVE-2025-32386 and -32387 in helm).
		{"a bomb of folders", evil(func(d *depot) string {
			id := d.tree(line{"100644", "f", d.blob("x")})
			for range 10 {
				var lines []line
				for i := range 10 {
					lines = append(lines, line{"40000", fmt.Sprintf("d%d", i), id})
				}
				id = d.tree(lines...)
			}
			return id
		}), `there are more than 100000 files`},
		{"a large file", beside(func(d *depot) []line {
			return []line{{"100644", "large", d.blob(strings.Repeat("\x00", 17<<20))}}
		}), `large has 17825792 bytes; 16 MiB a file and 64 MiB for all are allowed`},
		{"too much together", beside(func(d *depot) []line {
			id := d.blob(strings.Repeat("\x00", 15<<20))
			return []line{{"100644", "f1", id}, {"100644", "f2", id}, {"100644", "f3", id}, {"100644", "f4", id}, {"100644", "f5", id}}
		}), `f5 has 15728640 bytes; 16 MiB a file and 64 MiB for all are allowed`},
		{"many files", beside(func(d *depot) []line {
			id := d.blob("x")
			var files, folders []line
			for i := range 101 {
				files = append(files, line{"100644", fmt.Sprintf("f%03d", i), id})
			}
			tree := d.tree(files...)
			for i := range 100 {
				folders = append(folders, line{"40000", fmt.Sprintf("d%03d", i), tree})
			}
			return folders
		}), `there are 10102 files; 10000 are allowed`},
		{"many templates", evil(func(d *depot) string {
			tree, lines := d.template(), []line(nil)
			for i := range 65 {
				lines = append(lines, line{"40000", fmt.Sprintf("t%02d", i), tree})
			}
			return d.tree(lines...)
		}), `there are 65 templates; 64 are allowed`},
		{"deep folders", beside(func(d *depot) []line {
			id := d.tree(line{"100644", "f", d.blob("x")})
			for range 30 {
				id = d.tree(line{"40000", "d", id})
			}
			return []line{{"40000", "d", id}}
		}), `the path is more than 24 folders deep`},
		{"a long name", beside(func(d *depot) []line { return []line{{"100644", strings.Repeat("n", 250), d.blob("x")}} }), `has 250 bytes; 200 are allowed`},
		{"an alias bomb", evil(func(d *depot) string {
			bomb := "a: &a [x,x]\n"
			for c := 'b'; c < 'z'; c++ {
				bomb += fmt.Sprintf("%c: &%c [*%c,*%c,*%c]\n", c, c, c-1, c-1, c-1)
			}
			return d.tree(line{"100644", "template.yaml", d.blob(bomb)})
		}), `template.yaml:\d+:\d+: `},

		// Repositories that are not what they seem.
		{"a tag for a file", func(t testing.TB) string {
			d := newDepot(t)
			d.git("", "update-ref", "refs/tags/v1.0.0", d.blob("x"))
			return "git+file://" + d.dir + "@v1.0.0"
		}, `the version stands for a blob, not for a commit`},
		{"an empty repository", func(t testing.TB) string { return "git+file://" + newDepot(t).dir }, `the repository is empty`},
		{"refs like options", func(t testing.TB) string {
			d := newDepot(t)
			id := d.commit(d.template(), "")
			d.git("", "update-ref", "refs/heads/--upload-pack=touch", id)
			write(t, d.dir, map[string]string{"refs/tags/-v9.0.0": id + "\n"})
			return "git+file://" + d.dir
		}, ``},
		{"a summary that writes to the terminal", evil(func(d *depot) string {
			base := d.tree(line{"100644", "hello.txt", d.blob("hello\n")})
			return d.tree(line{"40000", "base", base}, line{"100644", "template.yaml",
				d.blob(smallTemplate + `summary: "\e[2J\e]0;owned\a\u202Egood\nsignature  signed by alice"` + "\n")})
		}), ``},

		// Folders on this machine.
		{"a link in a folder", func(t testing.TB) string {
			dir := t.TempDir()
			write(t, dir, map[string]string{"template.yaml": smallTemplate, "base/x": "x"})
			if err := os.Symlink("/etc", filepath.Join(dir, "base", "etc")); err != nil {
				t.Fatal(err)
			}
			return dir
		}, `base/etc is not a plain file`},
		{"a pipe in a folder", func(t testing.TB) string {
			dir := t.TempDir()
			write(t, dir, map[string]string{"template.yaml": smallTemplate, "base/x": "x"})
			if err := syscall.Mkfifo(filepath.Join(dir, "base", "pipe"), 0o666); err != nil {
				t.Fatal(err)
			}
			return dir
		}, `base/pipe is not a plain file`},
		{"a link for a folder", func(t testing.TB) string {
			dir := t.TempDir()
			if err := os.Symlink("/etc", filepath.Join(dir, "small")); err != nil {
				t.Fatal(err)
			}
			return dir
		}, `there is no template.yaml`},

		// Registries: containerd's CVE-2020-15157, helm's chart archives
		// (CVE-2025-53547), tar in many tools (zip slip).
		{"an archive that leads out", artifact(packed(tar.Header{Name: "../../x"}), nil), `the archive in it: "../../x": the path leaves its folder`},
		{"an absolute path in an archive", artifact(packed(tar.Header{Name: "/etc/cron.d/x"}), nil), `the path leaves its folder`},
		{"a link in an archive", artifact(packed(tar.Header{Typeflag: tar.TypeSymlink, Name: "base/l", Linkname: "/etc"}), nil), `"base/l": it is a symbolic link`},
		{"a hard link in an archive", artifact(packed(tar.Header{Typeflag: tar.TypeLink, Name: "base/l", Linkname: "/etc/passwd"}), nil), `it is a hard link`},
		{"a device in an archive", artifact(packed(tar.Header{Typeflag: tar.TypeChar, Name: "base/null", Devmajor: 1, Devminor: 3}), nil), `it is a device`},
		{"git's folder in an archive", artifact(packed(tar.Header{Name: ".git/hooks/post-checkout"}), nil), `the path is git's own`},
		{"a name twice in an archive", artifact(packed(tar.Header{Name: "template.yaml"}), nil), `it is there twice`},
		{"a bomb", artifact(bomb(80), nil), `"base/zeros": it has 80 MiB; 16 MiB a file and 64 MiB for all are allowed`},
		{"no archive", artifact([]byte("hello"), nil), `it is not compressed with gzip`},
		{"half an archive", artifact(packed()[:100], nil), `no whole tar archive`},
		{"a layer from elsewhere", artifact(packed(), func(_ *stall, _ map[string]any, l *layer) { l.URLs = []string{"http://169.254.169.254/x"} }), `a layer is to be fetched from elsewhere`},
		{"another layer than its digest", artifact(packed(), func(s *stall, _ map[string]any, l *layer) { s.blobs[l.Digest] = append(packed(), 0) }), `the registry cannot be used: .*(mismatch|trailing|size)`},
		{"a changed layer", artifact(packed(), func(s *stall, _ map[string]any, l *layer) {
			changed := packed()
			changed[len(changed)/2] ^= 1
			s.blobs[l.Digest] = changed
		}), `the registry cannot be used: .*mismatch`},
		{"a layer of a terabyte", artifact(packed(), func(_ *stall, _ map[string]any, l *layer) { l.Size = 1 << 40 }), `a layer has 1099511627776 bytes; 67108864 are allowed`},
		{"a layer of another kind", artifact(packed(), func(_ *stall, _ map[string]any, l *layer) { l.MediaType = "application/x-sh" }), `a layer of the kind "application/x-sh"`},
		{"two layers", artifact(packed(), func(_ *stall, m map[string]any, l *layer) { m["layers"] = []layer{*l, *l} }), `it has 2 layers with files`},
		{"an image", artifact(packed(), func(_ *stall, m map[string]any, _ *layer) { m["artifactType"] = "" }), `it is no artifact with templates`},
		{"an index", artifact(packed(), func(s *stall, _ map[string]any, _ *layer) { s.kind = "application/vnd.oci.image.index.v1+json" }), `it is no artifact with templates`},
		{"a huge manifest", artifact(packed(), func(s *stall, _ map[string]any, _ *layer) { s.manifest = make([]byte, 2<<20) }), `its manifest has 2097152 bytes; 1048576 are allowed`},
		{"a digest that runs something", artifact(packed(), func(_ *stall, _ map[string]any, l *layer) { l.Digest = "sha256:../../x" }), `a layer's digest is`},
		{"a redirect to the metadata of a cloud", answering(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusTemporaryRedirect)
		}), `it leads to http://169.254.169.254, without encryption`},
		{"a redirect to a file", answering(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "file:///etc/passwd", http.StatusTemporaryRedirect)
		}), `without encryption`},
		{"a redirect without an end", answering(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path+"x", http.StatusTemporaryRedirect)
		}), `from one address to the next without an end`},
		{"a token service without encryption", answering(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="http://tokens.invalid/",service="x"`)
			w.WriteHeader(http.StatusUnauthorized)
		}), `it leads to http://tokens.invalid, without encryption`},
		{"a token service in a cloud's network", answering(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="https://169.254.169.254/token",service="x"`)
			w.WriteHeader(http.StatusUnauthorized)
		}), `the registry cannot be used: .*blocked`},
		{"an error that writes to the terminal", answering(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"errors":[{"code":"X","message":"\u001b[2Jowned"}]}`)
		}), `the registry cannot be used`},
	}
}
