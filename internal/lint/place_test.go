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

// YAML that does not parse is told at its very line and column, in template.yaml
// and in what is rendered.
func TestYAMLIsBlamedAtItsPlace(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"never closed":     {"a: 1\nb: [1,\n  2\nc: 3\n", "4:2"},
		"quote":            {"a: 1\nb: \"x\n", "2:4"},
		"indentation":      {"a:\n  b: 1\n c: 2\n", "3:2"},
		"tab":              {"a:\n\tb: 1\n", "2:1"},
		"no anchor":        {"a: 1\nb: *x\n", "2:4"},
		"behind a value":   {"a: \"x\" y\n", "1:8"},
		"behind an accent": {"é: 1\né: *x\n", "2:4"},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(lintText(t, "-- base/x.yaml --\n"+c.text), "\n")
			if !strings.Contains(got, "base/x.yaml:"+c.want+":") {
				t.Errorf("rendered: want %s: %s", c.want, got)
			}
			got = strings.Join(lintText(t, c.text), "\n")
			line, col, _ := strings.Cut(c.want, ":")
			var n int
			fmt.Sscan(line, &n)
			if want := fmt.Sprintf("template.yaml:%d:%s: ", n+5, col); !strings.Contains(got, want) {
				t.Errorf("template.yaml: want %s: %s", want, got)
			}
		})
	}
}

// A path that is gone is told where a suppression can stand.
func TestWhatIsGoneIsToldWhereItCanBeSuppressed(t *testing.T) {
	const head, doc = "version: 1\nname: demo\nrelease: 1.1.0\n", "kind: other\nlayers: [base]\n"
	run := func(doc string) []Finding {
		files := tree.Tree{"template.yaml": {Data: []byte(doc)}, "base/new.txt": {Data: []byte("x\n")}}
		was := tree.Tree{"template.yaml": {Data: []byte(strings.ReplaceAll(doc, "1.1.0", "1.0.0"))}, "base/old.txt": {Data: []byte("x\n")}}
		r, err := Run(context.Background(), []Input{{Label: "demo", Files: files, Released: was, Since: "v1"}})
		if err != nil {
			t.Fatal(err)
		}
		return r.Findings
	}
	got := run(head + doc)
	if len(got) != 1 || got[0].Rule != "rename-without-migration" || got[0].Line != 4 || got[0].Col != 1 {
		t.Errorf("got %+v", got)
	}
	if got := run(head + "# svcgen:ignore rename-without-migration -- nobody has it\n" + doc); len(got) != 0 {
		t.Errorf("suppressed, and told: %+v", got)
	}
}

// Prose that shows a suppression in backticks is none; a comment beside it is.
func TestProseAboutSuppressionsIsNone(t *testing.T) {
	const idle = "base/README.md:2:1: svcgen:ignore parse-error suppresses nothing here [ignore-without-reason]"
	got := lintText(t, "-- base/README.md --\nWrite `# svcgen:ignore parse-error -- why` above it.\n<!-- svcgen:ignore parse-error -- x -->\n")
	if len(got) != 1 || got[0] != idle {
		t.Errorf("got %q", got)
	}
}
