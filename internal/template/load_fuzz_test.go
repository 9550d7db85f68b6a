package template

import (
	"maps"
	"strings"
	"testing"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/tree"
)

// FuzzLoad reads and renders whole templates whose template.yaml, a body and a path
// are anything. What is refused has a place and a reason; what is rendered is so for
// each time, within the limits, and at paths that can be.
func FuzzLoad(f *testing.F) {
	for _, yaml := range []string{
		"version: 1\nname: a\nrelease: 1.0.0\nkind: other\nlayers: [base]\n",
		"version: 1\nname: a\nrelease: 1.0.0\nkind: server\nvalues:\n  v: {default: x, match: '[a-z]+'}\nlayers:\n  - {dir: base, when: 'eq .Values.v \"x\"'}\n" +
			"units:\n  u:\n    args: [n]\n    values: {n: {type: identifier}}\n    unique: [[n]]\n    dir: unit\n    insert: [{file: x, end: true, text: entry}]\n",
		"version: 1\nname: a\nrelease: 1.0.0\nkind: worker\nlayers: [base]\nwiring:\n  compose: [entry]\nkeep: ['*']\nmigrations:\n  - {to: 1.0.0, rename: {a: b}}\n",
		"version: &a [*a]\n", "a: !!binary x\n", "\xef\xbb\xbfversion: 1\r\n", "? [a]\n: b\n", "<<: {version: 1}\n", "version: 1\n---\nversion: 2\n",
	} {
		f.Add([]byte(yaml), "{{ .Service.Name }}\n", "x.tmpl")
	}
	f.Add([]byte("version: 1\nname: a\nrelease: 1.0.0\nkind: other\nlayers: [base]\n"), "{{ range until 9 }}{{ . }}{{ end }}", "{{ .Service.Name | upper }}/{{ \"..\" }}.tmpl")
	breaks := strings.NewReplacer("\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n") // YAML's line ends
	f.Fuzz(func(t *testing.T, yaml []byte, body, at string) {
		if !tree.Valid("base/"+at) || len(yaml) > 1<<14 || len(body) > 1<<12 {
			t.Skip()
		}
		files := tree.Tree{File: {Data: yaml}, "base/" + at: {Data: []byte(body)}, "unit/y": {Data: []byte("y\n")}, "entry": {Data: []byte("x: y\n")}}
		tmpl, err := Load(maps.Clone(files), "evil")
		if err != nil {
			problems := diag.All(err)
			for _, e := range problems {
				if e.Msg == "" || e.Line > strings.Count(breaks.Replace(string(yaml)), "\n")+strings.Count(body, "\n")+2 {
					t.Errorf("an error without a reason or a place: %+v", e)
				}
			}
			if len(problems) == 0 {
				t.Errorf("an error that nobody can find: %v", err)
			}
			return
		}
		scope := payments
		scope.Values = map[string]any{}
		for _, v := range tmpl.Values {
			if len(v.Options) > 0 {
				scope.Values[v.Name] = v.Options[0]
			} else {
				scope.Values[v.Name] = "x"
			}
		}
		first, err := tmpl.Service(scope)
		second, again := tmpl.Service(scope)
		if (err == nil) != (again == nil) || err != nil && err.Error() != again.Error() {
			t.Fatalf("two renderings differ: %v; %v", err, again)
		}
		if err != nil {
			return
		}
		if len(first.Files) != len(second.Files) {
			t.Fatalf("%d files, and then %d", len(first.Files), len(second.Files))
		}
		for p, file := range first.Files {
			if !tree.Valid(p) || !file.Equal(second.Files[p]) || file.Kind == tree.Symlink {
				t.Errorf("%q is rendered: %v", p, file.Kind)
			}
		}
	})
}
