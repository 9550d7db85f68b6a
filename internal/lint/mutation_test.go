package lint

import (
	"bytes"
	"context"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
)

// builtin reads a built-in template.
func builtin(t testing.TB, name string) Input {
	t.Helper()
	files, err := tree.FromFS(os.DirFS("../../templates/" + name))
	if err != nil {
		t.Fatal(err)
	}
	return Input{Label: "templates/" + name, Files: files}
}

// builtins are the names of all of them.
func builtins(t testing.TB) []string {
	t.Helper()
	found, err := filepath.Glob("../../templates/*/" + template.File)
	if err != nil || len(found) == 0 {
		t.Fatalf("no templates: %v", err)
	}
	var out []string
	for _, f := range found {
		out = append(out, filepath.Base(filepath.Dir(f)))
	}
	return out
}

func TestBuiltinTemplatesAreClean(t *testing.T) {
	for _, name := range builtins(t) {
		r, err := Run(context.Background(), []Input{builtin(t, name)})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.Findings {
			t.Errorf("%s: %s [%s]", f.position(), f.Message, f.Rule)
		}
	}
}

// mutation breaks one thing in a template.
type mutation struct {
	rule  string
	name  string
	apply func(m *mutant)
	also  []string // rules that rightly speak too
}

// mutant is a template that is being broken. What cannot be broken as meant is a
// fault of the test.
type mutant struct {
	t  *testing.T
	in *Input
}

func (m *mutant) replace(file, old, next string) {
	m.t.Helper()
	data := m.in.Files[file].Data
	if n := bytes.Count(data, []byte(old)); n == 0 {
		m.t.Fatalf("%s has no %q", file, old)
	}
	f := m.in.Files[file]
	f.Data = bytes.Replace(data, []byte(old), []byte(next), 1)
	m.in.Files[file] = f
}

func (m *mutant) put(file, text string) { m.in.Files[file] = tree.File{Data: []byte(text)} }

func (m *mutant) add(file, text string) {
	m.t.Helper()
	f, ok := m.in.Files[file]
	if !ok {
		m.t.Fatalf("there is no %s", file)
	}
	f.Data = append(slices.Clone(f.Data), text...)
	m.in.Files[file] = f
}

func (m *mutant) rename(from, to string) {
	m.t.Helper()
	f, ok := m.in.Files[from]
	if !ok {
		m.t.Fatalf("there is no %s", from)
	}
	delete(m.in.Files, from)
	m.in.Files[to] = f
}

// release writes another release into template.yaml.
func (m *mutant) release(text string) {
	m.t.Helper()
	old := regexp.MustCompile(`(?m)^release: .*$`).Find(m.in.Files[doc].Data)
	m.replace(doc, string(old), "release: "+text)
}

func (m *mutant) released() {
	m.in.Released, m.in.Since = m.in.Files.Clone(), "v1"
}

const (
	readme = "base/README.md.tmpl"
	doc    = template.File
)

// mutations break the http template, each in one way.
func mutations() []mutation {
	replace := func(file, old, next string) func(*mutant) { return func(m *mutant) { m.replace(file, old, next) } }
	add := func(file, text string) func(*mutant) { return func(m *mutant) { m.add(file, text) } }
	put := func(file, text string) func(*mutant) { return func(m *mutant) { m.put(file, text) } }
	return []mutation{
		{"template-schema", "unknown key", replace(doc, "summary:", "sumary:"), nil},
		{"template-schema", "wrong kind of value", replace(doc, "type: bool", "type: [bool]"), nil},
		{"template-name", "not the folder's", replace(doc, "name: http", "name: https"), nil},
		{"template-name", "not a name", replace(doc, "name: http", "name: Http"), nil},
		{"template-release", "two numbers", func(m *mutant) { m.release("\"1.0\"") }, nil},
		{"symlink-in-template", "link", func(m *mutant) { m.in.Files["base/link"] = tree.File{Data: []byte("../x"), Kind: tree.Symlink} }, nil},
		{"migration-order", "future", add(doc, "\nmigrations: [{to: 99.0.0, remove: [x]}]\n"), nil},
		{"release-not-raised", "content", func(m *mutant) { m.released(); m.add(readme, "\nmore\n") }, nil},
		{"rename-without-migration", "renamed", func(m *mutant) {
			m.released()
			m.release("98.0.0")
			m.rename("base/docs/runbook.md.tmpl", "base/docs/manual.md.tmpl")
		}, nil},
		{"value-undeclared", "body", add(readme, "{{ .Values.resourc }}\n"), nil},
		{"value-undeclared", "condition", replace(doc, "when: '.Values.example'", "when: '.Values.exampel'"), nil},
		{"value-unused", "value", replace(doc, "values:\n", "values:\n  more: {help: 'More?', default: x}\n"), nil},
		{"value-without-help", "value", replace(doc, "    help: What does the service keep? One of them, e.g. payment\n", ""), nil},
		{"value-default-invalid", "pattern", replace(doc, "default: '{{ singular .Service.Name }}'", "default: 'No!'"), nil},
		{"value-default-invalid", "rendered", replace(doc, "default: '{{ singular .Service.Name }}'", "default: '{{ upper .Service.Name }}'"), nil},
		{"parse-error", "function", add(readme, "{{ nosuch }}\n"), nil},
		{"parse-error", "block", add(readme, "{{ if .Values.example }}\n"), nil},
		{"unstable-function", "clock", add(readme, "{{ now }}\n"), nil},
		{"unsafe-function", "environment", add(readme, "{{ env \"HOME\" }}\n"), nil},
		{"delimiter-collision", "workflow", add(readme, "${{ github.sha }}\n"), nil},
		{"delimiter-collision", "alert", add("base/observability/alerts.yaml.tmpl", "# {{ $labels.job }}\n"), nil},
		{"render-error", "index", add(readme, "{{ index (list 1) 5 }}\n"), nil},
		{"render-error", "loop", add(readme, "{{ range until 10000 }}{{ range until 10000 }}x{{ end }}{{ end }}\n"), nil},
		{"render-error", "wiring", add("wiring/compose.yaml.tmpl", "{{ index (list 1) 5 }}\n"), nil},
		{"render-error", "unit", add("units/endpoint/route.go.tmpl", "{{ index (list 1) 5 }}\n"), nil},
		{"leftover-delimiter", "printed", add(readme, "{{ \"{{\" }} Name }}\n"), nil},
		{"leftover-delimiter", "copied", put("base/NOTES.md", "{{ .Service.Name }}\n"), nil},
		{"path-escapes", "loose value", func(m *mutant) {
			m.replace(doc, "values:\n", "values:\n  page: {help: 'Which page?', default: notes}\n")
			m.put("base/docs/{{ .Values.page }}.md", "x\n")
		}, nil},
		{"path-collision", "case", put("base/readme.md", "x\n"), nil},
		{"path-collision", "same path", put("base/README.md", "x\n"), nil},
		{"path-not-portable", "device", put("base/docs/aux.md", "x\n"), nil},
		{"output-does-not-parse", "go", replace("base/internal/api/api.go.tmpl", "package api", "package api {"), nil},
		{"output-does-not-parse", "go.mod", add("base/go.mod.tmpl", "\nrequir x v1.0.0\n"), nil},
		{"output-does-not-parse", "yaml", add("base/deploy/base/service.yaml.tmpl", "\n\tx: [\n"), nil},
		{"output-does-not-parse", "json", add("base/observability/dashboard.json.tmpl", "}\n"), nil},
		{"output-does-not-parse", "Dockerfile", add("base/Dockerfile.tmpl", "COPPY a b\n"), nil},
		{"output-does-not-parse", "unit's entry", replace("units/endpoint/operation.json.tmpl", "\"operationId\":", "\"operationId\""), nil},
		{"output-not-gofmt", "spaces", replace("base/internal/api/api.go.tmpl", "package api", "package  api"), nil},
		{"output-not-gofmt", "unit's file", replace("endpoint/internal/api/{{ snakecase .Unit.name }}.go.tmpl", "package api", "package  api"), nil},
		{"insert-target-missing", "function", replace(doc, "func: '(*API).routes'", "func: '(*API).paths'"), nil},
		{"insert-target-missing", "file", replace(doc, "{file: internal/api/routes.go,", "{file: internal/api/paths.go,"), nil},
		{"insert-target-missing", "key", replace(doc, "at: [components, schemas]", "at: [components, models]"), nil},
		{"insert-target-ambiguous", "marker", func(m *mutant) {
			m.replace(doc, "func: '(*API).routes',", "before: '// here',")
			m.add("base/internal/api/routes.go.tmpl", "\n// here\n\n// here\n")
		}, nil},
		{"unit-not-repeatable", "fixed path", func(m *mutant) {
			m.rename("endpoint/internal/api/{{ snakecase .Unit.name }}_test.go.tmpl", "endpoint/internal/api/endpoint_test.go.tmpl")
		}, nil},
		{"ignore-without-reason", "no reason", add(readme, "<!-- svcgen:ignore path-collision -->\n"), nil},
		{"ignore-without-reason", "idle", add(readme, "<!-- svcgen:ignore path-collision -- once there were two -->\n"), nil},
	}
}

// Every rule finds the one thing that is broken in a built-in template, and no
// other rule speaks; where it offers a mend, that mends it.
func TestEachRuleFindsItsMutation(t *testing.T) {
	broken := map[string]bool{}
	for _, m := range slices.Concat(mutations(), surfaceMutations()) {
		broken[m.rule] = true
		t.Run(m.rule+"/"+m.name, func(t *testing.T) {
			t.Parallel()
			in := builtin(t, "http")
			before := in.Files.Clone()
			m.apply(&mutant{t, &in})
			r, err := Run(context.Background(), []Input{in})
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, f := range r.Findings {
				found = found || f.Rule == m.rule
				if f.Rule != m.rule && !slices.Contains(m.also, f.Rule) {
					t.Errorf("%s: %s [%s]", f.position(), f.Message, f.Rule)
				}
			}
			if !found {
				t.Errorf("%s does not speak", m.rule)
			}
			checkMend(t, m.rule+"/"+m.name, in, r, before)
		})
	}
	for _, r := range templateRules() {
		if !broken[r.ID] && !r.Build { // building takes minutes; its example shows it
			t.Errorf("no mutation for %s", r.ID)
		}
	}
}

// restored are mutations whose mend makes the template what it was.
var restored = []string{"output-not-gofmt/spaces", "output-not-gofmt/unit's file", "value-unused/value", "ignore-without-reason/idle",
	"image-runs-as-root/root", "image-add/sources", "k8s-privileged/escalation"}

// checkMend mends what offers a mend, and expects nothing to be left.
func checkMend(t *testing.T, name string, in Input, r *Report, before tree.Tree) {
	wholly := slices.Contains(restored, name)
	if r.fixable() == 0 {
		if wholly {
			t.Error("nothing offers a mend")
		}
		return
	}
	got, err := Mend(context.Background(), in, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Applied) != r.fixable() || len(got.Report.Findings) > 0 {
		t.Errorf("mended %v, left %v", got.Applied, got.Report.Findings)
	}
	for _, p := range before.Paths() {
		if wholly && !got.Files[p].Equal(before[p]) {
			t.Errorf("%s is not as it was:\n%s", p, got.Files[p].Data)
		}
	}
}

// Whatever file is broken, the finding stands in it, on the line that is broken.
func TestEveryFileIsLookedAt(t *testing.T) {
	for _, name := range builtins(t) {
		in := builtin(t, name)
		tmpl, err := template.Load(in.Files, in.Label)
		if err != nil {
			t.Fatal(err)
		}
		for i, file := range in.Files.Paths() {
			if !strings.HasSuffix(file, ".tmpl") || testing.Short() && i%5 > 0 {
				continue
			}
			breaks := []struct{ rule, text string }{
				{"parse-error", "{{ nosuch }}"}, {"value-undeclared", "{{ .Values.nosuch }}"},
				{"unstable-function", "{{ uuidv4 }}"}, {"delimiter-collision", "${{ secrets.TOKEN }}"},
			}
			b := breaks[i%len(breaks)]
			t.Run(name+"/"+b.rule+"/"+file, func(t *testing.T) {
				t.Parallel()
				in := in
				in.Files = tmpl.Files.Clone()
				line := bytes.Count(in.Files[file].Data, []byte("\n")) + 1
				(&mutant{t, &in}).add(file, b.text+"\n")
				only := []string{"parse-error", "value-undeclared", "unstable-function", "unsafe-function", "delimiter-collision", "render-error"}
				r, err := Run(context.Background(), []Input{in}, Options{Only: only})
				if err != nil {
					t.Fatal(err)
				}
				if len(r.Findings) != 1 || r.Findings[0].Rule != b.rule || r.Findings[0].File != path.Join(in.Label, file) || r.Findings[0].Line != line {
					t.Errorf("want %s at line %d, got %+v", b.rule, line, r.Findings)
				}
			})
		}
	}
}
