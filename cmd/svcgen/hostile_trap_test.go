//go:build linux

package main_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/mod/sumdb/dirhash"
)

// place puts a file into a folder: a link, a pipe, a file of a terabyte, or a text.
func place(t *testing.T, dir, p, text string) {
	t.Helper()
	name := filepath.Join(dir, p)
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	var err error
	switch target, link := strings.CutPrefix(text, "link:"); {
	case link:
		err = os.Symlink(target, name)
	case text == "pipe:":
		err = syscall.Mkfifo(name, 0o666)
	case text == "huge:":
		if err = os.WriteFile(name, nil, 0o666); err == nil {
			err = os.Truncate(name, 1<<40)
		}
	default:
		err = os.WriteFile(name, []byte(text), 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// kept are the commands for a service that somebody proposed, with a kept release
// that is the trap and has the right digest. Each trap meets four of them.
var kept = [][]string{{"status", "old"}, {"diff", "old"}, {"add", "u", "--service", "old"}, {"set", "a=b", "--service", "old"}, {"upgrade", "old"},
	{"rename", "old", "older"}, {"remove", "older", "--force"}, {"check"}, {"graph"}}

// keep puts the trap into the workspace as the release of a service, too. What
// cannot be in a repository of git's is left out.
func (h trap) keep(t *testing.T, dir string) {
	t.Helper()
	own := map[string]string{}
	if _, ok := h.files["template.yaml"]; !ok {
		own["template.yaml"] = trapHead
	}
	for p, text := range h.files {
		if text == "pipe:" || text == "huge:" || len(text) > 1<<20 || len(h.files) > 1000 {
			continue
		}
		own[p] = text
	}
	var paths []string
	for p, text := range own {
		place(t, filepath.Join(dir, ".svcgen", "templates", "evil@1.0.0"), p, text)
		paths = append(paths, p)
	}
	sum, err := dirhash.Hash1(paths, func(p string) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader([]byte(own[p]))), nil
	})
	if err != nil && !strings.Contains(err.Error(), "newlines") {
		t.Fatal(err)
	}
	write(t, dir, map[string]string{
		".svcgen/templates/evil@1.0.0.sum": sum + "\n",
		"services/old/service.yaml":        "version: 1\nname: old\ntemplate: evil\nrelease: 1.0.0\nunits:\n  - u: {n: ../../../x}\n",
		"services/old/x.txt":               "x\n",
	})
}

// moreTraps are what became known after the first ones, or was thought of since.
func moreTraps() []trap {
	unit := func(name, yaml, want string, add ...string) trap {
		h := described(name, yaml, want)
		h.add = add
		return h
	}
	cases := func(name, text string) trap {
		return trap{name: name, files: map[string]string{"base/x.txt": "x\n", "tests/a/case.yaml": text}}
	}
	compose := func(name, entry, want string) trap {
		return trap{name: name, files: map[string]string{"template.yaml": trapHead + "wiring:\n  compose: [entry.tmpl]\n", "base/x.txt": "x\n", "entry.tmpl": entry}, want: want}
	}
	return []trap{
		// Making much of little in a place where nobody counts: Go templates'
		// CVE-2022-24921 and -30635, helm's CVE-2025-55198 and -55199.
		body("lists of lists of lists", `{{ $l := list 1 }}{{ range until 60 }}{{ $l = list $l $l }}{{ end }}{{ $l }}`, `list makes more than 4 MiB`),
		body("lists of lists, as JSON", `{{ $l := list 1 }}{{ range until 60 }}{{ $l = list $l $l }}{{ end }}{{ toJson $l }}`, `list makes more than 4 MiB`),
		body("lists of lists, compared", `{{ $l := list 1 }}{{ range until 60 }}{{ $l = list $l $l }}{{ end }}{{ eq $l $l }}`, `x\.txt\.tmpl:1:\d+: `),
		body("memory that nobody prints", `{{ $l := list }}{{ range until 9999 }}{{ $l = list $l (until 9999) }}{{ end }}x`, `list makes more than 4 MiB|too much data`),
		body("replacing by more, again and again", `{{ $s := repeat 2000 "a" }}{{ range until 9 }}{{ $s = replace "a" $s $s }}{{ end }}`, `MiB`),
		body("joining by more", `{{ join (repeat 9000 "x") (until 9000) }}`, `MiB`),
		body("a width from an argument", `{{ printf "%*d" 999999999 1 }}`, `printf`),
		body("an argument by its number, often", `{{ printf "`+strings.Repeat("%[1]s", 500)+`" (repeat 9999 "x") }}`, `printf`),
		body("a division by nothing", `{{ div 1 0 }}{{ mod 1 0 }}`, `x\.txt\.tmpl:1:\d+: `),
		body("an index from below", `{{ index (list 1) -1 }}{{ slice "x" 5 1 }}`, `x\.txt\.tmpl:1:\d+: `),
		body("nothing of nothing", `{{ (index .Values "x").y.z }}{{ nil.x }}`, `x\.txt\.tmpl`),
		body("a name of ten thousand characters", `{{ plural (repeat 9999 "sses") }}{{ operationName "GET" (repeat 9999 "/a") }}{{ wrap 1 (repeat 9999 "x ") }}`, `.`),
		body("a function that is made again", `{{ define "print" }}{{ end }}{{ define "_mark" }}x{{ end }}{{ _mark 99999 }}{{ _print 1 }}`, `_mark`),
		{name: "a path without an end", files: map[string]string{`base/{{ range until 9999 }}x{{ end }}`: "x\n"}, want: `bytes; 200 are allowed|bytes`},

		// Documents that are more than they seem.
		described("a description as deep as the sea", "summary: "+strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000)+"\n", `template\.yaml`),
		described("a description of mappings", "summary: "+strings.Repeat("{a: ", 20_000)+"x"+strings.Repeat("}", 20_000)+"\n", `template\.yaml`),
		described("a second document", "---\nhooks: [touch x]\n", `template\.yaml`),
		{name: "a description in another alphabet", files: map[string]string{"template.yaml": "\xff\xfe" + strings.Join(strings.Split(trapHead, ""), "\x00") + "\x00", "base/x": "x\n"}, want: `template\.yaml`},
		described("one key twice", "name: good\n", `name`),
		described("merged keys", "<<: {hooks: [x]}\n", `template\.yaml`),

		// Units whose values become flags and paths.
		unit("flags that svcgen has", "units:\n  u: {dir: unit, values: {service: {default: x}, force: {default: x}, help: {default: x}, json: {default: x}, set: {default: x}}}\n", ``),
		unit("one argument twice", "units:\n  u: {dir: unit, args: [n, n], values: {n: {}}}\n", `twice|argument|args`, "a", "b"),
		unit("an argument that is no value", "units:\n  u: {dir: unit, args: [nobody]}\n", `nobody`, "a"),
		{name: "an argument that leads out", files: map[string]string{"template.yaml": trapHead + "units:\n  u: {dir: unit, args: [n], values: {n: {}}}\n", "base/x.txt": "x\n",
			"unit/{{ .Unit.n }}.txt": "y\n"}, add: []string{"../../../../out/evil"}},
		{name: "an argument that is svcgen's own", files: map[string]string{"template.yaml": trapHead + "units:\n  u: {dir: unit, args: [n], values: {n: {}}}\n", "base/x.txt": "x\n",
			"unit/{{ .Unit.n }}": "y\n"}, add: []string{"service.yaml"}},
		unit("an insertion into the descriptor", "units:\n  u: {insert: [{file: service.yaml, end: true, text: entry}]}\n", `service\.yaml`),
		unit("an insertion into git's folder", "units:\n  u: {insert: [{file: .git/config, end: true, text: entry}]}\n", `\.git`),
		described("a pattern that leads out", "keep: ['../../**', '/etc/*']\n", ``),
		described("a descriptor that comes by a migration", "migrations:\n  - {to: 1.0.0, rename: {x.txt: service.yaml}}\n", `service\.yaml`),

		// Entries that break out of their place in a file that others edit.
		compose("a document behind the entry", "image: x\n---\nservices: {}\n", `entry\.tmpl|compose\.yaml`),
		compose("an entry that is another's", "image: x\nports: *everything\n", `entry\.tmpl|compose\.yaml`),
		compose("an entry that dedents", "image: x\n volumes: y\nnetworks: z\n", `entry\.tmpl|compose\.yaml`),
		compose("an entry with a tag", "image: !!python/object/apply:os.system [touch x]\n", ``), // it stays a tag
		{name: "lines in a line", files: map[string]string{"template.yaml": trapHead + "wiring:\n  codeowners: [entry.tmpl]\n", "base/x.txt": "x\n", "entry.tmpl": "/x @a\n* @evil\n"}},

		// Recorded cases, which template test runs.
		cases("a case elsewhere", "service: {name: a, path: ../../../out}\n"),
		cases("a case that is no case", "run: touch x\n"),

		// Files that are none.
		{name: "a pipe", files: map[string]string{"base/x.txt": "x\n", "base/p": "pipe:"}, want: `plain file|not a file`},
		{name: "a pipe for template.yaml", files: map[string]string{"template.yaml": "pipe:", "base/x.txt": "x\n"}, want: `plain file|not a file`},
		{name: "a terabyte of nothing", files: map[string]string{"base/x.txt": "x\n", "base/h": "huge:"}, want: `MiB`},
		named("a device with a raised digit", "LPT²", `device on Windows`),
		named("git's folder with dots", ".git. ./config", `git's own|Windows`),
		named("a name in two parts", "cafe\u0301", `spelled in two ways`),
	}
}
