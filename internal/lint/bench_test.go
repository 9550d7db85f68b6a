package lint

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/svcgen/svcgen/internal/tree"
)

// BenchmarkHTTP lints the largest built-in template: its own files and every
// rendering.
func BenchmarkHTTP(b *testing.B) {
	in := builtin(b, "http")
	for b.Loop() {
		if _, err := Run(context.Background(), []Input{in}); err != nil {
			b.Fatal(err)
		}
	}
}

// Benchmark200 lints two hundred templates of ten files and four combinations.
func Benchmark200(b *testing.B) {
	var all []Input
	for i := range 200 {
		all = append(all, Input{Label: fmt.Sprintf("templates/small-%d", i), Folder: "small", Files: small()})
	}
	for b.Loop() {
		r, err := Run(context.Background(), all)
		if err != nil {
			b.Fatal(err)
		}
		if r.Count(Error) > 0 || r.Combinations != 800 {
			b.Fatalf("%d combinations, %+v", r.Combinations, r.Findings[:min(3, len(r.Findings))])
		}
	}
}

// small is a template of the size that teams write for themselves.
func small() tree.Tree {
	handler := "package main\n\nimport \"net/http\"\n\n" + strings.Repeat("// note of {{ .Service.Name }}\n", 20) +
		"func handle(w http.ResponseWriter, _ *http.Request) {\n\tw.WriteHeader(http.StatusOK)\n{{- if .Values.loud }}\n\tprintln(\"{{ .Values.database }}\")\n{{- end }}\n}\n"
	files := map[string]string{
		"template.yaml": "version: 1\nname: small\nrelease: 1.0.0\nkind: other\nvalues:\n  loud: {help: 'Loud?', type: bool, default: no}\n" +
			"  database: {help: 'Which?', options: [none, postgres], default: none}\nlayers: [base]\nunits:\n  route:\n    values: {name: {help: 'Its name?', type: identifier}}\n" +
			"    dir: route\n    insert: [{file: config.yaml, at: [routes], key: '{{ .Unit.name }}', text: units/route.yaml.tmpl}]\n",
		"base/main.go.tmpl":                          "package main\n\nimport \"net/http\"\n\nfunc main() {\n\t_ = http.ListenAndServe(\":{{ .Service.Port }}\", http.HandlerFunc(handle))\n}\n",
		"base/handle.go.tmpl":                        handler,
		"base/main_test.go.tmpl":                     "package main\n\nimport \"testing\"\n\nfunc TestMain(t *testing.T) {}\n",
		"base/go.mod.tmpl":                           "module {{ .Service.Module }}\n\ngo 1.26\n",
		"base/Dockerfile.tmpl":                       "FROM golang:1.26 AS build\nCOPY . .\nRUN go build -o /app\n\nFROM scratch\nCOPY --from=build /app /app\nUSER 65532\nENTRYPOINT [\"/app\"]\n",
		"base/config.yaml.tmpl":                      "name: {{ .Service.Name }}\nroutes: {}\n",
		"base/README.md.tmpl":                        strings.Repeat("# {{ .Service.Name }} of {{ .Service.Owner }}\n\nText.\n", 10),
		"base/.github/workflows/x.yml":               "on: push\njobs: {}\n",
		"route/{{ .Unit.name | snakecase }}.go.tmpl": "package main\n\nfunc {{ .Unit.name }}() {}\n",
		"units/route.yaml.tmpl":                      "method: GET\n",
	}
	out := tree.Tree{}
	for name, text := range files {
		out[name] = tree.File{Data: []byte(text)}
	}
	return out
}
