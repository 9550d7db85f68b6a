package main

import (
	"archive/zip"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// template is one that requires a module always, and another with a database.
var template = map[string]string{
	"template.yaml": "version: 1\nname: tiny\nrelease: 1.0.0\nkind: other\nvalues:\n" +
		"  database: {help: 'Which?', options: [none, postgres], default: none}\nlayers:\n  - base\n" +
		"  - {dir: postgres, when: 'eq .Values.database \"postgres\"'}\n",
	"base/main.go.tmpl":   "package main\n\nimport \"example.com/dep\"\n\nfunc main() { dep.Run() }\n",
	"postgres/db.go.tmpl": "package main\n\nimport _ \"example.com/db\"\n",
	"base/go.mod.tmpl": "module {{ .Service.Module }}\n\ngo 1.26.0\n\nrequire (\n" +
		"{{- if eq .Values.database \"postgres\" }}\n\texample.com/db v1.0.0\n{{- end }}\n\texample.com/dep v1.0.0\n)\n",
}

// goProxy writes a module proxy of folders: of dep and db two versions each, of
// which the newer dep needs a third module, and one that needs a newer Go.
func goProxy(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, m := range []struct{ path, version, mod, code string }{
		{"example.com/dep", "v1.0.0", "", "package dep\n\nfunc Run() {}\n"},
		{"example.com/dep", "v1.1.0", "require example.com/extra v0.1.0\n", "package dep\n\nimport _ \"example.com/extra\"\n\nfunc Run() {}\n"},
		{"example.com/dep", "v1.2.0-rc.1", "", "package dep\n\nfunc Run() {}\n"},
		{"example.com/extra", "v0.1.0", "", "package extra\n"},
		{"example.com/db", "v1.0.0", "", "package db\n"},
		{"example.com/db", "v1.3.0", "", "package db\n"},
	} {
		at := filepath.Join(dir, filepath.FromSlash(m.path), "@v")
		mod := "module " + m.path + "\n\ngo 1.26.0\n\n" + m.mod
		var archive bytes.Buffer
		z := zip.NewWriter(&archive)
		for name, text := range map[string]string{"go.mod": mod, "x.go": m.code} {
			f, err := z.Create(m.path + "@" + m.version + "/" + name)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = f.Write([]byte(text))
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		list, _ := os.ReadFile(filepath.Join(at, "list"))
		write(t, at, map[string]string{
			"list":              string(list) + m.version + "\n",
			m.version + ".info": `{"Version":"` + m.version + `","Time":"2026-01-01T00:00:00Z"}`,
			m.version + ".mod":  mod, m.version + ".zip": archive.String(),
		})
	}
	return "file://" + filepath.ToSlash(dir)
}

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// refreshed runs refresh over the folder's templates.
func refreshed(t *testing.T, folder string, want int, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(t.Context(), append([]string{"--templates", folder}, args...), &out, &errs); code != want {
		t.Fatalf("exit code %d, not %d\n%s%s", code, want, out.String(), errs.String())
	}
	return out.String(), errs.String()
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestRefresh moves a template's modules against a proxy of folders: go.mod and
// go.sum of both renderings, the table, and nothing at all the second time.
func TestRefresh(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds svcgen and runs go")
	}
	bin := filepath.Join(t.TempDir(), "svcgen.exe") // with the module cache that there is
	if out, err := exec.Command("go", "build", "-o", bin, "../../cmd/svcgen").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	t.Setenv("GOMODCACHE", t.TempDir())
	t.Setenv("GOFLAGS", "-modcacherw")
	t.Setenv("GOPROXY", goProxy(t))
	t.Setenv("GONOSUMDB", "*")
	t.Setenv("GOSUMDB", "off")
	t.Setenv("SVCGEN", bin)

	folder := t.TempDir()
	write(t, filepath.Join(folder, "tiny"), template)
	before := read(t, filepath.Join(folder, "tiny", "base", "go.mod.tmpl"))
	out, _ := refreshed(t, folder, 1, "--check", "--no-pins")
	if read(t, filepath.Join(folder, "tiny", "base", "go.mod.tmpl")) != before {
		t.Error("--check writes")
	}
	again, _ := refreshed(t, folder, 0, "--no-pins")
	if out != again {
		t.Errorf("--check tells something else:\n%s\n%s", out, again)
	}
	for _, row := range []string{"tiny example.com/db v1.0.0 v1.3.0", "tiny example.com/dep v1.0.0 v1.1.0", "tiny example.com/extra v0.1.0"} {
		if !strings.Contains(strings.Join(strings.Fields(out), " "), row) {
			t.Errorf("the table lacks %s:\n%s", row, out)
		}
	}
	const cond = "{{- if eq .Values.database \"postgres\" }}\n"
	want := "module {{ .Service.Module }}\n\ngo 1.26.0\n\n"
	mod := read(t, filepath.Join(folder, "tiny", "base", "go.mod.tmpl"))
	if !strings.HasPrefix(mod, want) || !strings.Contains(mod, cond) || !strings.Contains(mod, "example.com/extra v0.1.0 // indirect\n") {
		t.Errorf("go.mod.tmpl is\n%s", mod)
	}
	sum := read(t, filepath.Join(folder, "tiny", "base", "go.sum.tmpl"))
	if !strings.HasPrefix(sum, cond+"example.com/db v1.3.0 h1:") || strings.Contains(sum, "v1.0.0 h1:") {
		t.Errorf("go.sum.tmpl is\n%s", sum)
	}
	if out, _ := refreshed(t, folder, 0, "--check", "--no-pins"); !strings.Contains(out, "up to date") {
		t.Errorf("the second time:\n%s", out)
	}

	// A proxy that is away is told, and changes nothing.
	t.Setenv("GOPROXY", "file://"+filepath.ToSlash(filepath.Join(folder, "away")))
	out, errs := refreshed(t, folder, 0, "--no-pins")
	if !strings.Contains(errs, "example.com/dep was not asked") || read(t, filepath.Join(folder, "tiny", "base", "go.mod.tmpl")) != mod {
		t.Errorf("with the proxy away:\n%s%s", out, errs)
	}
	_, errs = refreshed(t, t.TempDir(), 3)
	if !strings.Contains(errs, "no templates") {
		t.Errorf("an empty folder: %s", errs)
	}
	refreshed(t, folder, 2, "--all")
}

// TestJoin: what two renderings have in common stands once, and each comes out
// again.
func TestJoin(t *testing.T) {
	lines := func(s string) []string { return strings.SplitAfter(s, "\n") }
	for _, tc := range []struct{ plain, with, want string }{
		{"a\nb\n", "a\nb\n", "a\nb\n"},
		{"a\nc\n", "a\nb\nc\n", "a\n{{- if eq X }}\nb\n{{- end }}\nc\n"},
		{"a\nb\nc\n", "a\nc\n", "a\n{{- if eq X }}\n{{- else }}\nb\n{{- end }}\nc\n"},
		{"a\nb 1\nc\n", "a\nb 2\nc\n", "a\n{{- if eq X }}\nb 2\n{{- else }}\nb 1\n{{- end }}\nc\n"},
		{"", "a\n", "{{- if eq X }}\na\n{{- end }}\n"},
	} {
		if got := join([][]string{lines(tc.plain), lines(tc.with)}, "X"); got != tc.want {
			t.Errorf("%q and %q: %q, want %q", tc.plain, tc.with, got, tc.want)
		}
	}
}
