package main_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// binary builds svcgen once and returns its path. The tests in this file run
// the real thing: processes, signals, file systems.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "svcgen-test")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "svcgen")
	if runtime.GOOS == "windows" {
		bin += ".exe"
	}
	build := exec.Command("go", "build", "-o", bin, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as a release is
	out, err := build.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return bin, nil
})

func svcgen(t testing.TB, dir string, args ...string) *exec.Cmd {
	t.Helper()
	bin, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bin, args...)
	cmd.Dir = dir
	return cmd
}

func run(t testing.TB, dir string, args ...string) string {
	t.Helper()
	out, err := svcgen(t, dir, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("svcgen %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// emptyCache gives svcgen a cache of its own. svcgen is built before, with the
// cache that Go has.
func emptyCache(t testing.TB) string {
	t.Helper()
	if _, err := binary(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", dir)
	return dir
}

// tiny makes a workspace with a template of a few files, so that a test that
// runs svcgen hundreds of times stays short.
func tiny(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"svcgen.yaml": "version: 1\nmodule: example.com/shop\nservices:\ntemplates:\n  tiny: tools/tiny\nwiring:\n" +
			"  - {slot: compose}\n  - {file: list.txt, lines: true, entry: '{{ .Service.Name }} {{ .Service.Port }}'}\n",
		"compose.yaml": "services:\n",
		"list.txt":     "# services\n",
		"tools/tiny/template.yaml": "version: 1\nname: tiny\nrelease: 1.0.0\nkind: other\nvalues:\n  color: {default: blue}\nlayers: [base]\n" +
			"units:\n  note:\n    args: [name]\n    values: {name: {match: '[a-z]+'}}\n    unique: [[name]]\n    dir: note\n" +
			"    insert:\n      - {file: notes.yaml, at: [notes], key: '{{ .Unit.name }}', text: units/note.yaml.tmpl}\n" +
			"wiring:\n  compose: [wiring/compose.yaml.tmpl]\n",
		"tools/tiny/base/notes.yaml":                     "notes: {}\n",
		"tools/tiny/base/color.txt.tmpl":                 "{{ .Values.color }}\n",
		"tools/tiny/note/notes/{{ .Unit.name }}.md.tmpl": "# {{ .Unit.name }}\n",
		"tools/tiny/units/note.yaml.tmpl":                "file: notes/{{ .Unit.name }}.md\n",
		"tools/tiny/base/README.md.tmpl":                 "# {{ .Service.Name }}\n",
		"tools/tiny/base/a/b/c.txt":                      "c\n",
		"tools/tiny/wiring/compose.yaml.tmpl":            "image: {{ .Service.Name }}\nports: [\"{{ .Service.Port }}:{{ .Service.Port }}\"]\n",
		".svcgen/.gitignore":                             "/lock\n/journal*\n/stage/\n",
		"other/untouched.txt":                            "a person's own\r\n",
	})
	return dir
}

func write(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for p, text := range files {
		name := filepath.Join(dir, filepath.FromSlash(p))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// snapshot is every file below dir with its content, the lock left out.
func snapshot(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, p)
		rel = filepath.ToSlash(rel)
		if rel == ".svcgen/lock" {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		switch {
		case d.IsDir():
			out[rel+"/"] = info.Mode().String()
		case d.Type()&fs.ModeSymlink != 0:
			target, _ := os.Readlink(p)
			out[rel] = "link " + target
		case !d.Type().IsRegular() || info.Size() > 256<<20: // a pipe, or a terabyte of nothing
			out[rel] = fmt.Sprint(info.Mode(), info.Size())
		default:
			data, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			out[rel] = info.Mode().String() + " " + string(data)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// differences names the paths in which two snapshots differ.
func differences(a, b map[string]string) []string {
	var out []string
	for p, v := range a {
		if w, ok := b[p]; !ok {
			out = append(out, "- "+p)
		} else if v != w {
			out = append(out, "~ "+p)
		}
	}
	for p := range b {
		if _, ok := a[p]; !ok {
			out = append(out, "+ "+p)
		}
	}
	slices.Sort(out)
	return out
}

func TestTwoHundredAtOnce(t *testing.T) {
	dir := tiny(t)
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			cmd := svcgen(t, dir, "new", fmt.Sprintf("s%03d", i), "--template", "tiny")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	wg.Wait()
	manifest, err := os.ReadFile(filepath.Join(dir, "svcgen.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	ports := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?:port|admin): (\d+)`).FindAllSubmatch(manifest, -1) {
		if p := string(m[1]); ports[p] {
			t.Errorf("port %s twice", p)
		} else {
			ports[p] = true
		}
	}
	if len(ports) != 400 {
		t.Errorf("%d ports, want 400:\n%s", len(ports), manifest)
	}
	compose, _ := os.ReadFile(filepath.Join(dir, "compose.yaml"))
	list, _ := os.ReadFile(filepath.Join(dir, "list.txt"))
	for i := range 200 {
		name := fmt.Sprintf("s%03d", i)
		if !bytes.Contains(compose, []byte("\n  "+name+":\n")) || !bytes.Contains(list, []byte(name+" ")) {
			t.Errorf("%s is not wired", name)
		}
		if _, err := os.Stat(filepath.Join(dir, "services", name, "a", "b", "c.txt")); err != nil {
			t.Error(err)
		}
	}
}
