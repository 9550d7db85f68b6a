package lint

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/svcgen/svcgen/internal/tree"
)

// Templates that were made to take for ever, or all memory, do not. Where a
// bound is lost, this test does not end.
func TestHostileTemplatesEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	each := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	times := strings.Repeat
	aliases := "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
	for i := range 30 {
		aliases += fmt.Sprintf("a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(times(fmt.Sprintf("*a%d,", i), 9), ","))
	}
	options := strings.TrimSuffix(each(400, "o%d,"), ",")
	for name, c := range map[string]struct {
		doc, file, text string
		combinations    int
		rule            string // that speaks; or ""
	}{
		"parentheses":        {"", "x.tmpl", "{{" + times("(", 400_000) + "1" + times(")", 400_000) + "}}", 1, "parse-error"},
		"nested blocks":      {"", "x.tmpl", times("{{if 1}}", 50_000) + times("{{end}}", 50_000), 1, ""},
		"blocks never ended": {"", "x.tmpl", times("{{if 1}}", 100_000), 1, "parse-error"},
		"errors on one line": {"", "x.tmpl", times("{{ nope }}", 100_000), 1, "parse-error"},
		"other braces":       {"", "x.tmpl", times("${{ github.x }} ", 60_000), 1, "delimiter-collision"},
		"much in each combination": {"values:\n" + each(6, "  v%d: {type: bool, help: h}\n"), "x.go.tmpl",
			"package x\n{{ range until 9000 }}{{ repeat 1000 \"x\" }}\n{{ end }}//" + each(6, "{{ .Values.v%d }}"), 64, "render-error"},
		"a loop in each combination": {"values:\n" + each(6, "  v%d: {type: bool, help: h}\n"), "x.tmpl",
			"{{ range until 9999 }}{{ range until 9999 }}{{ end }}{{ end }}" + each(6, "{{ .Values.v%d }}"), renderedAtOnce, "render-error"},
		"many values":      {"values:\n" + each(20_000, "  v%d: {type: bool, help: h}\n"), "x", "x", 2, "value-unused"},
		"many options":     {"values:\n" + each(100, "  v%d: {help: h, options: ["+options+"]}\n"), "x", "x", maxCover, "value-unused"},
		"nested YAML":      {"", "x.yaml", times("[", 900_000), 1, "output-does-not-parse"},
		"nested JSON":      {"", "x.json", times("[", 900_000), 1, "output-does-not-parse"},
		"nested TOML":      {"", "x.toml", "a = " + times("[", 900_000), 1, "output-does-not-parse"},
		"nested Go":        {"", "x.go", "package x\nvar a = " + times("(", 900_000), 1, "output-does-not-parse"},
		"aliases":          {"", "x.yaml", aliases, 1, "output-does-not-parse"},
		"lines that go on": {"", "Dockerfile", "FROM " + times("\\\n", 300_000), 1, "output-does-not-parse"},
		"suppressions":     {"", "x.go", "package x\n" + times("// svcgen:ignore path-collision -- b\n", 20_000), 1, "ignore-without-reason"},
		"repetition":       {"values:\n  a: {help: h, match: '(((a{1,9}){1,9}){1,9}b*)*y'}\n", "x.tmpl", "{{ .Values.a }}", 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := Run(context.Background(), []Input{{Label: "demo", Files: tree.Tree{
				"template.yaml":  {Data: []byte("version: 1\nname: demo\nrelease: 1.0.0\nkind: other\nlayers: [base]\n" + c.doc)},
				"base/" + c.file: {Data: []byte(c.text)},
			}}})
			if err != nil {
				t.Fatal(err)
			}
			spoke := map[string]bool{}
			for _, f := range r.Findings {
				spoke[f.Rule] = true
			}
			if r.Combinations != c.combinations || c.rule != "" && !spoke[c.rule] || c.rule == "" && len(spoke) > 0 {
				t.Errorf("%d combinations, %v", r.Combinations, spoke)
			}
		})
	}
}

// A template with more files than one may have is refused, and nobody reads
// them: whatever is wrong in them, it is one finding.
func TestTooManyFilesAreNotRead(t *testing.T) {
	files := tree.Tree{"template.yaml": {Data: []byte("version: 1\nname: demo\nrelease: 1.0.0\nkind: other\nlayers: [base]\nvalues: {a: {help: h}}\n")}}
	for i := range 2001 {
		files[fmt.Sprintf("base/f%d.tmpl", i)] = tree.File{Data: []byte("{{ .Values.b }} {{ $ # svcgen:ignore x")}
	}
	r, err := Run(context.Background(), []Input{{Label: "demo", Files: files}})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Findings) != 1 || r.Findings[0].Rule != templateSchema.ID || r.Combinations != 0 {
		t.Errorf("%d combinations, %v", r.Combinations, r.Findings)
	}
}
