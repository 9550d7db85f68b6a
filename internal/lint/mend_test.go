package lint

import (
	"context"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
)

func TestMendLooksAtAllRules(t *testing.T) {
	// The value's removal would take the only use of another one away.
	in := Input{Label: "demo", Files: tree.Tree{
		"template.yaml": {Data: []byte("version: 1\nname: demo\nrelease: 1.0.0\nkind: other\nvalues:\n" +
			"  a: {help: a, default: x}\n  b: {help: b, default: '{{ .Values.a }}'}\nlayers: [base]\n")},
		"base/x.go": {Data: []byte("package x\nvar  y = 1\n")},
	}}
	m, err := Mend(context.Background(), in, Options{Only: []string{"value-unused"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Applied) > 0 || len(m.Report.Findings) != 1 {
		t.Errorf("b went, and left a: %v", m.Applied)
	}

	// What is not asked for is left.
	m, err = Mend(context.Background(), in, Options{Only: []string{"output-not-gofmt"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := string(m.Files["base/x.go"].Data); len(m.Applied) != 1 || got != "package x\n\nvar y = 1\n" || len(m.Report.Findings) > 0 {
		t.Errorf("%q, %v", got, m.Report.Findings)
	}
	if string(m.Files["template.yaml"].Data) != string(in.Files["template.yaml"].Data) {
		t.Error("template.yaml changed")
	}
}

// On Windows, git may have written every line end as two characters.
func TestLineEndsOfWindowsAreNoFinding(t *testing.T) {
	in := Input{Label: "demo", Files: tree.Tree{
		"template.yaml": {Data: []byte("version: 1\r\nname: demo\r\nrelease: 1.0.0\r\nkind: other\r\nlayers: [base]\r\n")},
		"base/x.go":     {Data: []byte("package x\r\n\r\n// Y is\r\n// `so`.\r\nvar Y = 1\r\n")},
		"base/bad.go":   {Data: []byte("package x\r\n\r\nvar  z = 1\r\n")},
	}}
	m, err := Mend(context.Background(), in, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := string(m.Files["base/bad.go"].Data); len(m.Applied) != 1 || len(m.Report.Findings) > 0 || got != "package x\r\n\r\nvar z = 1\r\n" {
		t.Errorf("%q, mended %v, left %v", got, m.Applied, m.Report.Findings)
	}
}

// What would be mended in one combination and broken in another stays.
func TestMendHoldsInAllCombinations(t *testing.T) {
	in := Input{Label: "demo", Files: tree.Tree{
		"template.yaml": {Data: []byte("version: 1\nname: demo\nrelease: 1.0.0\nkind: other\nvalues:\n" +
			"  a: {help: a, type: bool}\nlayers: [base]\n")},
		"base/x.go.tmpl": {Data: []byte("package x\n\nvar (\n\tb = 1\n{{- if .Values.a }}\n\tlong = 2\n{{- end }}\n)\n\nfunc  f() {}\n")},
	}}
	m, err := Mend(context.Background(), in, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(string(in.Files["base/x.go.tmpl"].Data), "func  f", "func f", 1)
	if got := string(m.Files["base/x.go.tmpl"].Data); got != want || len(m.Applied) != 1 || len(m.Report.Findings) != 1 {
		t.Errorf("%q, mended %v, left %v", got, m.Applied, m.Report.Findings)
	}
}

func TestEditsThatMeetAreRefused(t *testing.T) {
	files := tree.Tree{"x": {Data: []byte("0123456789")}, "link": {Data: []byte("x"), Kind: tree.Symlink}}
	for _, c := range []struct {
		edits []Edit
		want  string // of x; "": refused
	}{
		{[]Edit{{"x", 1, 2, "a"}, {"x", 2, 4, "b"}}, "0ab456789"},
		{[]Edit{{"x", 2, 4, "b"}, {"x", 1, 2, "a"}, {"x", 2, 4, "b"}}, "0ab456789"},
		{[]Edit{{"x", 10, 10, "!"}, {"x", 0, 0, "?"}}, "?0123456789!"},
		{[]Edit{{"x", 1, 3, "a"}, {"x", 2, 4, "b"}}, ""},
		{[]Edit{{"x", 1, 1, "a"}, {"x", 1, 1, "b"}}, ""},
		{[]Edit{{"x", 5, 11, ""}}, ""},
		{[]Edit{{"x", 5, 4, ""}}, ""},
		{[]Edit{{"x", -1, 4, ""}}, ""},
		{[]Edit{{"link", 0, 1, "y"}}, ""},
	} {
		got, ok := change(files, c.edits)
		if ok != (c.want != "") || ok && string(got["x"].Data) != c.want {
			t.Errorf("%v: %v %q", c.edits, ok, got["x"].Data)
		}
	}
	if string(files["x"].Data) != "0123456789" {
		t.Error("the files themselves changed")
	}
	made, ok := change(files, []Edit{{File: "new", New: "n"}})
	if !ok || string(made["new"].Data) != "n" || len(files) != 2 {
		t.Errorf("a new file: %v", made)
	}
}

func TestOutputEditsReachLiteralTextAlone(t *testing.T) {
	in := Input{Label: "demo", Files: tree.Tree{
		"template.yaml":   {Data: []byte("version: 1\nname: demo\nrelease: 1.0.0\nkind: other\nlayers: [base]\n")},
		"base/x.txt.tmpl": {Data: []byte("{{/* note */}}ADD a b\nADD {{ .Service.Name }} ADD\nlast")},
		"base/y.txt":      {Data: []byte("{{ x\n")},
	}}
	p := newPass(in)
	p.render(context.Background())
	out := map[string]*Output{}
	for _, o := range p.Outputs {
		out[o.Path] = o
	}
	x, y := out["x.txt"], out["y.txt"]
	apply := func(name string, edits []Edit) string {
		if edits == nil {
			return "none"
		}
		next, ok := change(in.Files, edits)
		if !ok {
			return "refused"
		}
		return string(next[name].Data)
	}
	for what, c := range map[string][2]string{
		"replace":                {apply("base/x.txt.tmpl", x.Replace(1, "ADD", "COPY")), "{{/* note */}}COPY a b\nADD {{ .Service.Name }} ADD\nlast"},
		"replace one of two":     {apply("base/x.txt.tmpl", x.Replace(2, "ADD", "COPY")), "none"},
		"replace what is not":    {apply("base/x.txt.tmpl", x.Replace(1, "RUN", "COPY")), "none"},
		"replace what a value":   {apply("base/x.txt.tmpl", x.Replace(2, "card-payments", "x")), "none"},
		"insert":                 {apply("base/x.txt.tmpl", x.InsertLines(2, "USER 1\n")), strings.Replace(string(in.Files["base/x.txt.tmpl"].Data), "b\n", "b\nUSER 1\n", 1)},
		"insert at the end":      {apply("base/x.txt.tmpl", x.InsertLines(9, "USER 1")), string(in.Files["base/x.txt.tmpl"].Data) + "\nUSER 1\n"},
		"insert an action":       {apply("base/x.txt.tmpl", x.InsertLines(2, "{{ x }}")), "none"},
		"braces in a copied one": {apply("base/y.txt", y.Replace(1, "{{ x", "{{ y")), "{{ y\n"},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: %q, not %q", what, c[0], c[1])
		}
	}
	if e := p.NewFile(".dockerignore", "x\n"); len(e) != 1 || e[0].File != "base/.dockerignore" {
		t.Errorf("a new file: %v", e)
	}
	if e := p.NewFile("y.txt", "x\n"); e != nil {
		t.Errorf("a file that exists: %v", e)
	}
}

// Whatever an output is to become, the edits make it.
func FuzzBecome(f *testing.F) {
	f.Add("import \"a\"\n\nfunc  f() {}\n", "import (\n\t\"a\"\n\t\"b\"\n)\n\nfunc f() {}\n")
	f.Add("aaaa", "aa")
	f.Add("abab\xff\xc3", "ab\xc3ab")
	f.Fuzz(func(t *testing.T, from, to string) {
		files := tree.Tree{"x": {Data: []byte(from)}}
		o := newOutput("x", []byte(from), template.Source{File: "x"})
		edits := o.become([]byte(to))
		next, ok := change(files, edits)
		plain := utf8.ValidString(from) && utf8.ValidString(to)
		if from != to && plain && (edits == nil || !ok) || edits != nil && string(next["x"].Data) != to {
			t.Errorf("%q became %q, not %q, by %v", from, next["x"].Data, to, edits)
		}
	})
}
