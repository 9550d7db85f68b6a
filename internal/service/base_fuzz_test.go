package service

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/merge"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// FuzzBase renders bases: what a service was made from, out of any descriptor and
// a kept release. What cannot be is refused; what can be is the same each time, and
// brings the service to the next release or says why not. Nothing is written.
func FuzzBase(f *testing.F) {
	dir := f.TempDir()
	old := tree.Tree{
		"template.yaml": {Data: []byte("version: 1\nname: tiny\nrelease: 1.0.0\nkind: other\nvalues:\n  color: {default: blue}\n  many: {type: bool, default: 'no'}\nlayers:\n  - base\n" +
			"  - {dir: more, when: '.Values.many'}\nunits:\n  note:\n    args: [name]\n    values: {name: {match: '[a-z]+'}}\n    unique: [[name]]\n    dir: note\n" +
			"    insert:\n      - {file: notes.yaml, at: [notes], key: '{{ .Unit.name }}', text: entry.tmpl}\n")},
		"base/notes.yaml":                 {Data: []byte("notes: {}\n")},
		"base/{{ .Values.color }}.tmpl":   {Data: []byte("{{ .Values.color }} {{ .Service.Name }}\n")},
		"more/{{ .Service.Name }}.txt":    {Data: []byte("more\n")},
		"note/n/{{ .Unit.name }}.md.tmpl": {Data: []byte("# {{ .Unit.name }}\n")},
		"entry.tmpl":                      {Data: []byte("file: n/{{ .Unit.name }}.md\n")},
	}
	put := func(files tree.Tree) {
		for p, file := range files {
			name := filepath.Join(dir, filepath.FromSlash(p))
			if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
				f.Fatal(err)
			}
			if err := os.WriteFile(name, file.Data, 0o666); err != nil {
				f.Fatal(err)
			}
		}
	}
	tmpl, err := template.Load(old, "tiny")
	if err != nil {
		f.Fatal(err)
	}
	kept, err := workspace.Keep("tiny", tmpl)
	if err != nil {
		f.Fatal(err)
	}
	put(kept)
	next := old.Clone()
	next["template.yaml"] = tree.File{Data: []byte(strings.Replace(string(old["template.yaml"].Data), "release: 1.0.0", "release: 1.1.0", 1))}
	next["base/new.txt"] = tree.File{Data: []byte("new\n")}
	put(next.Moved("tools/tiny"))
	put(tree.Tree{
		"svcgen.yaml":  {Data: []byte("version: 1\nmodule: example.com/shop\nservices:\n  x: {path: x, port: 8081}\ntemplates: {tiny: tools/tiny}\n")},
		"x/notes.yaml": {Data: []byte("notes: {}\n# a person's\n")}, "x/blue": {Data: []byte("blue x\n")},
	})
	head := "version: 1\nname: x\ntemplate: tiny\nrelease: 1.0.0\n"
	for _, text := range []string{head, head + "values: {color: red, many: 'yes'}\nunits:\n  - note: {name: first}\n  - note: {name: second}\n",
		head + "values: {color: ../../x}\n", head + "values: {color: .git}\n", head + "values: {color: notes.yaml}\n", head + "values: {other: x}\n",
		head + "units: [note: {name: first}, note: {name: first}]\n", head + "units: [note: {name: '{{ x }}'}]\n", head + "units: [nobody: {}]\n",
		"version: 1\nname: x\ntemplate: ../x\nrelease: 1.0.0\n", "version: 1\nname: x\ntemplate: tiny\nrelease: 1.0.0-../../x\n", "version: 1\nname: x\ntemplate: tiny\nrelease: 1.1.0\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, descriptor []byte) {
		if err := os.WriteFile(filepath.Join(dir, "x", "service.yaml"), descriptor, 0o666); err != nil {
			t.Fatal(err)
		}
		w, err := workspace.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		lib := workspace.Library{W: w}
		one, _, err := Diff(w, lib, w.Manifest.Service("x"), true)
		two, _, again := Diff(w, lib, w.Manifest.Service("x"), true)
		if (err == nil) != (again == nil) || len(one) != len(two) {
			t.Fatalf("two bases differ: %v, %v; %v, %v", one, err, two, again)
		}
		if err != nil {
			if len(diag.All(err)) == 0 {
				t.Errorf("an error without a place: %v", err)
			}
			return
		}
		for i := range one {
			if one[i].Path != two[i].Path || !tree.Valid(one[i].Path) {
				t.Errorf("%q, %q", one[i].Path, two[i].Path)
			}
		}
		out, err := Upgrade(context.Background(), w, lib, UpgradeOptions{Merging: Merging{Policy: merge.Abort}})
		if err != nil {
			return
		}
		for _, c := range out.Plan {
			if !within(c.Path, "x") && c.Path != workspace.ManifestFile && workspace.ReleaseOf(c.Path) == "" && c.Path != ".gitattributes" && !within(c.Path, workspace.Dir) {
				t.Errorf("an upgrade writes %s", c.Path)
			}
		}
		if err := out.Plan.Check(w.Root); err != nil {
			t.Errorf("the upgrade's plan cannot be applied: %v", err)
		}
	})
}
