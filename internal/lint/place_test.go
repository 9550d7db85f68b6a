package lint

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/svcgen/svcgen/internal/tree"
)

// lintText lints a template that has the files of a txtar archive, and whose
// template.yaml ends with what the archive's comment holds. Each finding is a
// line; remedies are left out.
func lintText(t *testing.T, archive string) []string {
	t.Helper()
	a := txtar.Parse([]byte(archive))
	files := tree.Tree{"template.yaml": {Data: []byte("version: 1\nname: demo\nrelease: 1.0.0\nkind: other\nlayers: [base]\n" + string(a.Comment))}}
	for _, f := range a.Files {
		files[f.Name] = tree.File{Data: f.Data}
	}
	r, err := Run(context.Background(), []Input{{Label: "demo", Files: files}})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range r.Findings {
		out = append(out, fmt.Sprintf("%s:%d:%d: %s [%s]", strings.TrimPrefix(f.File, "demo/"), f.Line, f.Col, f.Message, f.Rule))
	}
	return out
}

// An entry that does not parse is told where the template writes it, whatever
// stands before it, and in every language that entries have.
func TestEntriesAreBlamedAtTheirLine(t *testing.T) {
	unit := func(file, at, entry string) string {
		return "units:\n  thing:\n    help: h\n    args: [name]\n    values: {name: {type: identifier, help: h}}\n    unique: [[name]]\n" +
			"    insert: [{file: " + file + ", " + at + ", text: e.tmpl}]\n-- e.tmpl --\n" + entry
	}
	for name, c := range map[string]struct{ template, want string }{
		"Go": {
			unit("a.go", "func: f", "{{- /* a comment */}}\nprintln(\"{{ .Unit.name }}\")\nprintln(1,,)\n") + "-- base/a.go --\npackage a\n\nfunc f() {\n}\n",
			"e.tmpl:3:11: unit thing: its entry does not fit into a.go: the entry does not parse as Go: expected operand, found ','",
		},
		"Go that is not closed": {
			unit("a.go", "func: f", "if {{ .Unit.name }} {\n") + "-- base/a.go --\npackage a\n\nfunc f() {\n}\n",
			"e.tmpl:1:21: unit thing: its entry does not fit into a.go: the entry does not parse as Go: expected '}', found 'EOF'",
		},
		"JSON": {
			unit("a.json", "at: [], key: '{{ .Unit.name }}'", "\n  {\"a\": \"{{ .Unit.name }}\",\n  \"b\": ]}\n") + "-- base/a.json --\n{}\n",
			"e.tmpl:3:8: unit thing: its entry does not fit into a.json: the entry does not parse as JSON: invalid character ']' at start of value",
		},
		"JSON on its first line": {
			unit("a.json", "at: [], key: '{{ .Unit.name }}'", "   ]\n") + "-- base/a.json --\n{}\n",
			"e.tmpl:1:4: unit thing: its entry does not fit into a.json: the entry does not parse as JSON: invalid character ']' at start of value",
		},
		"YAML": {
			unit("a.yaml", "at: [m], key: '{{ .Unit.name }}'", "a: {{ .Unit.name }}\nb: *x\n") + "-- base/a.yaml --\nm: {}\n",
			"e.tmpl:2:4: unit thing: its entry does not fit into a.yaml: the entry does not parse as YAML: the alias *x has no anchor",
		},
		"TOML": {
			unit("a.toml", "at: [m], key: '{{ .Unit.name }}'", "\n  a = 1\n  b = = 2\n") + "-- base/a.toml --\n[m]\n",
			"e.tmpl:3:7: unit thing: its entry does not fit into a.toml: the entry is neither a value nor the lines of a table",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := lintText(t, c.template)
			found := false
			for _, line := range got {
				found = found || strings.HasPrefix(line, c.want)
			}
			if !found {
				t.Errorf("want %s", cmp.Diff(c.want, strings.Join(got, "\n")))
			}
		})
	}
}
