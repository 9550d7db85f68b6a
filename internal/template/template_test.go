package template

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/tree"
)

const head = "version: 1\nname: demo\nrelease: 1.0.0\nkind: other\n"

// files makes a template's tree: template.yaml is head and doc.
func files(doc string, pairs ...string) tree.Tree {
	t := tree.Tree{File: {Data: []byte(head + doc)}}
	for i := 0; i < len(pairs); i += 2 {
		t[pairs[i]] = tree.File{Data: []byte(pairs[i+1])}
	}
	return t
}

func load(t *testing.T, doc string, pairs ...string) *Template {
	t.Helper()
	tmpl, err := Load(files(doc, pairs...), "demo")
	if err != nil {
		t.Fatal(err)
	}
	return tmpl
}

var payments = Scope{
	Service: Service{Name: "payments", Path: "services/payments", Module: "example.com/shop/services/payments", Port: 8081, Admin: 9081},
	Values:  map[string]any{"resource": "payment"},
}

func TestServiceRendersLayersInOrder(t *testing.T) {
	tmpl := load(t, "layers: [base, {dir: more, when: 'eq .Values.resource \"payment\"'}, {dir: never, when: 'false'}]\n",
		"base/cmd/{{ .Service.Name }}/main.go.tmpl", "package main // {{ .Service.Port }}\n",
		"base/run.sh", "#!/bin/sh\n",
		"base/workflow.yml", "${{ untouched }}\n",
		"more/x.txt.tmpl", "{{ goName .Values.resource }} {{ plural .Values.resource | upper }}",
		"never/x.txt", "never",
	)
	out, err := tmpl.Service(payments)
	if err != nil {
		t.Fatal(err)
	}
	want := tree.Tree{
		"cmd/payments/main.go": {Data: []byte("package main // 8081\n")},
		"run.sh":               {Data: []byte("#!/bin/sh\n"), Kind: tree.Executable},
		"workflow.yml":         {Data: []byte("${{ untouched }}\n")},
		"x.txt":                {Data: []byte("Payment PAYMENTS")},
	}
	if diff := cmp.Diff(want, out.Files); diff != "" {
		t.Error(diff)
	}
}

func TestSourceLeadsBack(t *testing.T) {
	tmpl := load(t, "layers: [base]\n", "base/x.tmpl",
		"one\n{{- range list 1 2 }}\nloop {{ . }}\n{{- end }}\n\nlast {{ .Service.Name }}\n")
	out, err := tmpl.Service(payments)
	if err != nil {
		t.Fatal(err)
	}
	data, src := out.Files["x"].Data, out.Sources["x"]
	var got []int
	for i, c := range string(data) {
		if i > 0 && data[i-1] == '\n' && c != '\n' || i == 0 {
			got = append(got, src.Place(data, i).Line)
		}
	}
	if diff := cmp.Diff([]int{1, 3, 3, 6}, got); diff != "" {
		t.Errorf("lines of %q:\n%s", data, diff)
	}
}

// What Origin calls literal is the same text in the template, and Place points
// at it in characters.
func TestOriginIsTheSameText(t *testing.T) {
	const body = "é {{ .Service.Name }} ü\n{{ range list 1 2 -}} \tß{{ . }}x\n{{ end }}\n\nlast"
	tmpl := load(t, "layers: [base]\n", "base/x.tmpl", body, "base/y", "é\nü\n")
	out, err := tmpl.Service(payments)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"x", "y"} {
		data, src := out.Files[name].Data, out.Sources[name]
		own := string(tmpl.Files[src.File].Data)
		literal := 0
		for start := range data {
			for end := start + 1; end <= len(data); end++ {
				from, to, ok := src.Origin(data, start, end)
				if !ok {
					continue
				}
				literal++
				if own[from:to] != string(data[start:end]) {
					t.Fatalf("%s: %q is said to come from %q", name, data[start:end], own[from:to])
				}
				line := own[:from]
				want := Pos{1 + strings.Count(line, "\n"), 1 + len([]rune(line[strings.LastIndex(line, "\n")+1:]))}
				if got := src.Place(data, start); got != want && utf8.RuneStart(data[start]) {
					t.Fatalf("%s: byte %d is at %v, not %v", name, start, got, want)
				}
			}
		}
		if literal < 10 {
			t.Errorf("%s: only %d literal stretches", name, literal)
		}
		if _, _, ok := src.Origin(data, 0, len(data)); ok != (name == "y") {
			t.Errorf("%s as a whole: %v", name, ok)
		}
	}
}

func TestLoadTellsEverythingThatIsWrong(t *testing.T) {
	for _, c := range []struct {
		name, doc string
		want      []string
	}{
		{"unknown key", head + "layres: [base]\n", []string{`demo/template.yaml:5:1: unknown key "layres" in template.yaml`, "layers is missing"}},
		{"no folder", head + "layers: [bse]\n", []string{"demo/template.yaml:5:10: there is no folder bse in the template, or it is empty"}},
		{"syntax", head + "layers: [base\nx: y\n", []string{"demo/template.yaml:", "not valid YAML"}},
		{"twice", head + "name: other\nlayers: [base]\n", []string{`demo/template.yaml:5:1: "name" is given twice`}},
		{"many", "version: 2\nname: Demo\nrelease: 1.0\nkind: thing\nlayers: [base]\n", []string{
			"version 2 is newer than this svcgen reads", `the name "Demo"`, `the release "1.0"`, `unknown kind "thing"`}},
		{"values", head + "layers: [base]\nvalues:\n  a: {type: colour}\n  b: {options: [x, y], default: z}\n  c: {match: '('}\n  d: {type: bool, default: maybe}\n  e: {type: int, except: [x]}\n  f: {except: [x], default: x}\n",
			[]string{`demo/template.yaml:7:13: unknown type "colour"`, `"z" is not one of x, y`, "is not a regular expression", "neither yes nor no", "except lists words, for strings", `"x" cannot be used here`}},
		{"unit", head + "layers: [base]\nunits:\n  u: {args: [x], dir: base}\n  empty: {}\n", []string{`unit u has no value "x"`, "unit empty makes nothing"}},
		{"next", head + "layers: [base]\nvalues:\n  a: {next: x}\nunits:\n  u:\n    dir: base\n    when: 'eq .Values.a'\n    values:\n      b: {next: ../x}\n      c: {next: x, type: int}\n      d: {next: x}\n",
			[]string{"demo/template.yaml:7:", "demo/template.yaml:13:", "demo/template.yaml:14:", "next is a folder of the service"}},
		{"condition of a unit", head + "layers: [base]\nunits:\n  u: {dir: base, when: '{{'}\n", []string{"is not a condition"}},
		{"condition", head + "layers: [{dir: base, when: 'eq .Values.x'}, {dir: base, when: '{{'}]\n", []string{"is not a condition"}},
		{"alias", head + "layers: &l [base]\nkeep: *l\n", []string{"aliases are not allowed"}},
		{"empty", "", []string{"template.yaml is empty"}},
		{"scalar", "hello\n", []string{"must be a mapping"}},
	} {
		_, err := Load(tree.Tree{File: {Data: []byte(c.doc)}, "base/x": {}}, "demo")
		if err == nil {
			t.Errorf("%s: no error", c.name)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got\n%v\nwant something with %q", c.name, err, want)
			}
		}
	}
}

func TestRenderingRefuses(t *testing.T) {
	for name, c := range map[string]struct{ path, body, want string }{
		"missing value":  {"x.tmpl", "a\n{{ .Values.nope }}\n", `demo/base/x.tmpl:2:11: map has no entry for key "nope"`},
		"missing field":  {"x.tmpl", "{{ .Service.Nme }}", `can't evaluate field Nme`},
		"no such func":   {"x.tmpl", "{{ env \"HOME\" }}", `demo/base/x.tmpl:1: function "env" not defined`},
		"does not parse": {"x.tmpl", "a\nb {{ if }}\n", "demo/base/x.tmpl:2: missing value for if"},
		"endless":        {"x.tmpl", "{{ range 1000000000 }}{{ end }}", "takes more than 500000 steps"},
		"recursion":      {"x.tmpl", `{{ define "a" }}{{ template "a" }}{{ end }}{{ template "a" }}`, `the template "a" calls itself`},
		"doubling":       {"x.tmpl", `{{ $x := "0123456789" }}{{ range until 60 }}{{ $x = print $x $x }}{{ end }}{{ $x }}`, "longer than 4 MiB"},
		"nested list":    {"x.tmpl", `{{ $x := list 1 }}{{ range until 60 }}{{ $x = list $x $x }}{{ end }}{{ $x }}`, "list makes more than 4 MiB"},
		"printf width":   {"x.tmpl", `{{ printf "%1000000d" 1 }}`, "is too large"},
		"printf star":    {"x.tmpl", `{{ printf "%*d" 1000000 1 }}`, "not available"},
		"printf index":   {"x.tmpl", `{{ printf "%[1]d" 1 }}`, "not available"},
		"replace bomb":   {"x.tmpl", `{{ $x := repeat 10000 "a" }}{{ replace "a" $x $x }}`, "makes more than 4 MiB"},
		"join bomb":      {"x.tmpl", `{{ $x := repeat 9000 "abcdefghij" }}{{ $l := splitList "a" $x }}{{ range until 100 }}{{ $y := join $x $l }}{{ end }}`, "longer than 4 MiB"},
		"output":         {"x.tmpl", `{{ $x := repeat 10000 "abcdefghijklmnopqrstuvwxyz" }}{{ range until 1000 }}{{ $x }}{{ end }}`, "renders more than 64 MiB"},
		"call of mark":   {"x.tmpl", `{{ _mark 3 }}`, `function "_mark" not defined`},
		"a folder":       {"a/{{ .Values.evil }}/x", "", "which is no file name"},
		"leaving":        {"{{ .Values.up }}/x", "", "which is no file name"},
		"two make one":   {"{{ .Values.resource }}.tmpl", "", "makes payment, which"},
		"backslash":      {"{{ .Values.back }}", "", "which is no file name"},
	} {
		tmpl := load(t, "layers: [base]\n", "base/"+c.path, c.body, "base/payment", "")
		scope := payments
		scope.Values = map[string]any{"resource": "payment", "evil": "a/b", "up": "..", "back": `a\b`}
		_, err := tmpl.Service(scope)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want something with %q", name, err, c.want)
		}
	}
}

func TestResolve(t *testing.T) {
	tmpl := load(t, `layers: [base]
values:
  resource: {default: '{{ singular .Service.Name }}', match: '[a-z-]+', except: [table]}
  table: {default: '{{ plural .Values.resource }}'}
  database: {options: [none, postgres]}
  example: {type: bool, default: yes}
  count: {type: int, default: 3}
`, "base/x", "")
	scope := func(known map[string]any) Scope {
		s := payments
		s.Values = known
		return s
	}
	got, missing, err := Resolve(tmpl.Values, map[string]string{"database": "postgres", "example": "no"}, scope)
	if err != nil || len(missing) != 0 {
		t.Fatal(missing, err)
	}
	want := map[string]any{"resource": "payment", "table": "payments", "database": "postgres", "example": false, "count": 3}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	_, missing, err = Resolve(tmpl.Values, nil, scope)
	if err != nil || len(missing) != 1 || missing[0].Name != "database" {
		t.Errorf("missing %v, error %v; want database missing", missing, err)
	}
	_, _, err = Resolve(tmpl.Values, map[string]string{"databse": "x", "database": "mysql", "count": "x", "resource": "A B"}, scope)
	if l := diag.All(err); len(l) != 4 || l[3].Hint != "did you mean database?" {
		t.Errorf("got %v, want four errors, the last with a hint", err)
	}
	_, _, err = Resolve(tmpl.Values, map[string]string{"database": "none", "resource": "table"}, scope)
	if l := diag.All(err); len(l) != 1 || l[0].Msg != `resource: "table" cannot be used here` {
		t.Errorf("got %v for a word that is excepted", err)
	}
}

func TestUnitRendersAddresses(t *testing.T) {
	tmpl := load(t, `layers: [base]
units:
  endpoint:
    args: [method, path]
    values:
      method: {type: method}
      path: {type: route}
      name: {default: '{{ operationName .Unit.method .Unit.path }}'}
    dir: endpoint
    insert:
      - {file: routes.go, func: routes, text: units/route.tmpl}
      - {file: openapi.json, at: [paths, '{{ .Unit.path }}'], key: '{{ lower .Unit.method }}', create: true, text: units/path.tmpl}
      - {file: never, end: true, when: 'eq .Unit.method "GET"', text: units/path.tmpl}
`, "base/x", "", "endpoint/{{ .Unit.name | snakecase }}.go.tmpl", "// {{ .Unit.name }}", "units/route.tmpl", "{{ .Unit.method }}", "units/path.tmpl", "{}")
	u := tmpl.Unit("endpoint")
	scope := func(known map[string]any) Scope { s := payments; s.Unit = known; return s }
	values, _, err := Resolve(u.Values, map[string]string{"method": "post", "path": "/v1/payments/{id}/refund"}, scope)
	if err != nil {
		t.Fatal(err)
	}
	out, err := tmpl.RenderUnit(u, scope(values))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"refund_payment.go"}, out.Files.Paths()); diff != "" {
		t.Error(diff)
	}
	if len(out.Inserts) != 2 {
		t.Fatalf("%d insertions, want 2", len(out.Inserts))
	}
	if a := out.Inserts[1].Address.String(); a != "paths./v1/payments/{id}/refund.post" {
		t.Errorf("address %s", a)
	}
}

func TestUnitIsOfferedWhen(t *testing.T) {
	tmpl := load(t, `layers: [base]
values:
  database: {options: [none, postgres]}
units:
  always: {dir: unit}
  migration: {dir: unit, when: 'eq .Values.database "postgres"'}
  broken: {dir: unit, when: '.Values.databse'}
`, "base/x", "", "unit/x", "")
	for _, c := range []struct {
		unit, database string
		offered, fails bool
	}{
		{"always", "none", true, false},
		{"migration", "none", false, false},
		{"migration", "postgres", true, false},
		{"broken", "none", false, true},
	} {
		scope := payments
		scope.Values = map[string]any{"database": c.database}
		if ok, err := tmpl.Offers(tmpl.Unit(c.unit), scope); ok != c.offered || (err != nil) != c.fails {
			t.Errorf("%s with database=%s: %t, %v", c.unit, c.database, ok, err)
		}
	}
}

func FuzzBody(f *testing.F) {
	for _, s := range []string{"", "{{ .Service.Name }}", "{{ range until 3 }}{{ . }}{{ else }}x{{ end }}", "{{- /* c */ -}}",
		`{{ define "a" }}{{ end }}{{ block "b" . }}x{{ end }}`, `{{ $x := list 1 2 }}{{ join "," $x }}`, `{{ printf "%5.2f|%q" 1.0 "x" }}`,
		"{{ with .Values.resource }}{{ . }}{{ end }}", "{{ range 5 }}{{ break }}{{ end }}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		first, err := Text(src, payments)
		second, again := Text(src, payments)
		if first != second || (err == nil) != (again == nil) {
			t.Fatalf("two renderings of %q differ: %q, %v; %q, %v", src, first, err, second, again)
		}
	})
}
