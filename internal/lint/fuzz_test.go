package lint

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/svcgen/svcgen/internal/tree"
)

// FuzzLint lints and mends whatever a template holds: it ends, it points into
// files that exist, and mending makes nothing worse.
func FuzzLint(f *testing.F) {
	const head = "version: 1\nname: demo\nrelease: 1.0.0\nkind: other\nlayers: [base]\n"
	f.Add(head, "{{ .Service.Name }}", "package x\nvar  y = 1 // svcgen:ignore output-not-gofmt -- x")
	f.Add("values: {a: {type: bool}}\n", "{{ if }}{{ end }}\n{{ x", "{{- range until 3 -}}{{ . }}{{ end }}")
	f.Add("", "a: [b, *c, &d e]\n---\n? x", "{{ define \"x\" }}{{ template \"x\" }}{{ end }}{{ template \"x\" }}")
	f.Add(head+"values: {n: {type: int}, m: {match: '(a|b)+[^x]{2,9}'}}\n", "${{ github.x }} {{ $labels.y }}", "{{ .Values.n }}{{/* svcgen:ignore a,b */}}")
	f.Add(head+"units: {u: {dir: unit, values: {name: {}}, insert: [{file: x.yaml, at: [a], key: '{{ .Unit.name }}', text: base/x.yaml.tmpl}]}}\n", "a: {}\n", "package x\n")
	f.Add(head+"migrations: [{to: 0.9.0, rename: {a: b}}]\nkeep: ['*']\nwiring: {compose: [base/x.yaml.tmpl]}\n", "{{ repeat 100000 \"x\" }}", "{{ range until 9999 }}{{ range until 9999 }}{{ end }}{{ end }}")
	f.Fuzz(func(t *testing.T, doc, text, code string) {
		in := Input{Label: "demo", Files: tree.Tree{
			"template.yaml":    {Data: []byte(doc)},
			"base/x.yaml.tmpl": {Data: []byte(text)}, "base/x.go.tmpl": {Data: []byte(code)}, "base/Dockerfile": {Data: []byte(text)},
			"unit/{{ .Unit.name }}.go.tmpl": {Data: []byte(code)},
		}}
		in.Released, in.Since = in.Files, "v1"
		lintAndMend(t, in)
	})
}

// The bounds of linting and mending any template. They hold while new inputs are
// looked for; a test that only runs the known ones must not depend on how busy
// the machine is.
const (
	mostTime   = 5 * time.Second
	mostMemory = 256 << 20
)

// bound ends the program where the bounds are passed, so that the fuzzer keeps
// the input. The result ends the watch.
func bound() (done func()) {
	if f := flag.Lookup("test.fuzz"); f == nil || f.Value.String() == "" {
		return func() {}
	}
	end := make(chan struct{})
	go func() {
		start, tick := worked(), time.NewTicker(20*time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-end:
				return
			case <-tick.C:
			}
			if took := worked() - start; took > mostTime {
				panic(fmt.Sprintf("it takes longer than %v", mostTime))
			}
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			if m.HeapAlloc > mostMemory {
				panic(fmt.Sprintf("it takes %d MiB", m.HeapAlloc>>20))
			}
		}
	}()
	return func() { close(end) }
}

// lintAndMend checks what must hold for every template.
func lintAndMend(t *testing.T, in Input) {
	defer bound()()
	m, err := Mend(context.Background(), in, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range m.Report.Findings {
		name, ok := strings.CutPrefix(f.File, "demo/")
		if _, exists := in.Files[name]; !exists && ok || f.Rule == "" || f.Message == "" || f.Remedy == "" {
			t.Errorf("a finding about nothing: %+v", f)
		}
		if n := strings.Count(string(m.Files[name].Data), "\n") + 1; f.Line > n {
			t.Errorf("%s has %d lines: %+v", name, n, f)
		}
	}
	in.Files = m.Files
	again, err := Mend(context.Background(), in, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(again.Applied) > 0 {
		t.Errorf("mended twice: %+v", again.Applied)
	}
}

// FuzzBodies is FuzzLint for a template whose template.yaml is right.
func FuzzBodies(f *testing.F) {
	const doc = "version: 1\nname: demo\nrelease: 1.0.0\nkind: server\nvalues:\n  a: {type: bool, default: no}\n  s: {match: '[a-z]+'}\n" +
		"layers: [base, {dir: more, when: .Values.a}]\nunits:\n  u:\n    values: {name: {}}\n    dir: unit\n    insert: [{file: x.yaml, at: [a], key: '{{ .Unit.name }}', text: u.yaml.tmpl}]\n"
	f.Add("a: {}\n", "package x\nvar  y = 1 // svcgen:ignore output-not-gofmt -- x", "FROM scratch\nUSER 1", "{{ .Unit.name }}: 1")
	f.Add("a:\n  b: ${{ github.x }}", "{{ if .Values.a }}package{{ end }} x\nfunc f() {{{ .Values.s }}}", "FROM a AS b\nADD x y\nCMD [\"a\"]", "1")
	f.Add("apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - {name: x, image: y, ports: [{containerPort: 1}], livenessProbe: {httpGet: {path: /livez, port: 2}}}\n",
		"package main\n\nimport \"net/http\"\n\nfunc main() { http.ListenAndServe(\":1\", nil) }\n", "FROM a\nADD . .\nCMD run\n", "x")
	f.Add("on: push\npermissions: write-all\njobs:\n  a:\n    steps: [{uses: actions/checkout@v4}, {run: x, env: {T: AKIAABCDEFGHIJKLMNOP}}]\n",
		"package x\n\nimport \"net/http\"\n\nvar s = &http.Server{Addr: \"x\"}\n", "ARG V=1\nFROM a:$V AS b\nFROM b\nUSER root\nENTRYPOINT [\"x\"]\n", "x")
	f.Add("{{ $labels.x }}", "{{/* svcgen:ignore a,b */}}{{- range $i, $x := list 1 2 }}{{ $x }}{{ else }}{{ end }}", "# syntax=x\nRUN <<E\n{{ .Values.nosuch }}\nE", "{{ now }}")
	f.Fuzz(func(t *testing.T, text, code, image, entry string) {
		in := Input{Label: "demo", Files: tree.Tree{
			"template.yaml": {Data: []byte(doc)}, "base/x.yaml.tmpl": {Data: []byte(text)}, "base/x.go.tmpl": {Data: []byte(code)},
			"base/Dockerfile.tmpl": {Data: []byte(image)}, "more/{{ .Values.s }}/deploy.yaml": {Data: []byte(text)},
			"base/.github/workflows/ci.yml": {Data: []byte(text)}, "base/x_test.go": {Data: []byte(code)}, "u.yaml.tmpl": {Data: []byte(entry)},
			"unit/{{ .Unit.name }}.go.tmpl": {Data: []byte(code)},
		}}
		in.Released, in.Since = tree.Tree{"template.yaml": in.Files["template.yaml"]}, "v1"
		lintAndMend(t, in)
	})
}

// FuzzConfig reads whatever a config or a baseline holds.
func FuzzConfig(f *testing.F) {
	f.Add("version: 1\nrules: {parse-error: off}\nexclude: ['**/x', '[']\n", "a/b/c", `{"version": 1, "findings": [{"rule": "a", "file": "b", "message": "c", "count": 2}]}`)
	f.Add("version: 1\nignore: [{rules: [parse-error], paths: ['**'], reason: x}]\n", "", "{}")
	f.Fuzz(func(t *testing.T, config, name, baseline string) {
		if c, err := ParseConfig("c.yaml", []byte(config)); err == nil {
			c.judge("parse-error", name)
		}
		b, err := ParseBaseline("b.json", []byte(baseline))
		if err != nil {
			return
		}
		again, err := ParseBaseline("b.json", b.Bytes())
		if err != nil || string(again.Bytes()) != string(b.Bytes()) {
			t.Errorf("%s became %s: %v", baseline, b.Bytes(), err)
		}
	})
}
