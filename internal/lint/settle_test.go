package lint

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/svcgen/svcgen/internal/tree"
)

// untidy is a template with a finding of output-not-gofmt in each of two files,
// and one of value-without-help.
func untidy() Input {
	return Input{Label: "t/demo", Place: "t/demo", BaselinePlace: "t/demo", Files: tree.Tree{
		"template.yaml": {Data: []byte("version: 1\nname: demo\nrelease: 1.0.0\nkind: other\nvalues:\n  a: {type: bool}\nlayers: [{dir: base, when: .Values.a}]\n")},
		"base/x.go":     {Data: []byte("package x\nvar  y = 1\n")},
		"base/sub/z.go": {Data: []byte("package z\nvar  y = 1\n")},
	}}
}

func rulesAndFiles(r *Report) []string {
	var out []string
	for _, f := range r.Findings {
		out = append(out, f.Severity+" "+f.Rule+" "+strings.TrimPrefix(f.File, "t/demo/"))
	}
	return out
}

func TestConfigDecides(t *testing.T) {
	const z, x, help = "warning output-not-gofmt base/sub/z.go", "warning output-not-gofmt base/x.go", "info value-without-help template.yaml"
	for _, c := range []struct {
		name, config string
		want         []string
		hidden       int
	}{
		{"nothing", "version: 1\n", []string{z, x, help}, 0},
		{"off", "version: 1\nrules: {output-not-gofmt: off}\n", []string{help}, 0},
		{"louder", "version: 1\nrules: {value-without-help: error}\n", []string{z, x, "error value-without-help template.yaml"}, 0},
		{"a folder", "version: 1\nexclude: [t/demo/base/sub]\n", []string{x, help}, 0},
		{"a pattern", "version: 1\nexclude: ['**/base/*.go']\n", []string{z, help}, 0},
		{"everything", "version: 1\nexclude: ['**']\n", nil, 0},
		{"another folder", "version: 1\nexclude: [demo, t/dem]\n", []string{z, x, help}, 0},
		{"for a reason", "version: 1\nignore:\n  - {rules: [output-not-gofmt], paths: [t/*/base/sub], reason: generated}\n", []string{x, help}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := untidy()
			var err error
			if in.Config, err = ParseConfig("c.yaml", []byte(c.config)); err != nil {
				t.Fatal(err)
			}
			r, err := Run(context.Background(), []Input{in})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, rulesAndFiles(r)); diff != "" || r.Suppressed != c.hidden {
				t.Errorf("%d suppressed\n%s", r.Suppressed, diff)
			}
		})
	}
}

func TestConfigRefusesWhatItDoesNotKnow(t *testing.T) {
	for config, want := range map[string]string{
		"rules: {}\n":             "version is missing",
		"version: 2\n":            "version must be 1",
		"version: 1\nrulez: {}\n": `unknown key "rulez"`,
		"version: 1\nrules: {output-not-gofmt: of}\n":                                    `cannot be "of"`,
		"version: 1\nrules: {output-not-gofm: off}\n":                                    `there is no rule "output-not-gofm"`,
		"version: 1\nexclude: ['[']\n":                                                   "is not a pattern",
		"version: 1\nignore: [{rules: [no-tests-], paths: [a], reason: b}]\n":            "there is no rule",
		"version: 1\nignore: [{rules: [parse-error], paths: [a]}]\n":                     "reason is missing",
		"version: 1\nignore: [{rules: [parse-error], reason: b}]\n":                      "paths is missing",
		"version: 1\nignore: [{paths: [a], reason: b}]\n":                                "rules is missing",
		"version: 1\nignore: [{rules: [parse-error], paths: [a], reason: b, line: 3}]\n": `unknown key "line"`,
		"- a\n": "must be a mapping",
		"a: [":  "not valid YAML",
	} {
		if _, err := ParseConfig("c.yaml", []byte(config)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", config, err)
		}
	}
}

func TestBaselineHidesOldFindingsAlone(t *testing.T) {
	ctx := context.Background()
	in := untidy()
	first, err := Run(ctx, []Input{in})
	if err != nil {
		t.Fatal(err)
	}
	written := NewBaseline(first, []Input{in}).Bytes()
	base, err := ParseBaseline("b.json", written)
	if err != nil {
		t.Fatal(err)
	}
	in.Baseline = base
	second, err := Run(ctx, []Input{in})
	if err != nil {
		t.Fatal(err)
	}
	if len(second.Findings) != 0 || second.Suppressed != len(first.Findings) {
		t.Errorf("%d shown, %d suppressed: %v", len(second.Findings), second.Suppressed, second.Findings)
	}
	if again := NewBaseline(second, []Input{in}).Bytes(); string(again) != string(written) {
		t.Errorf("written again:\n%s", cmp.Diff(string(written), string(again)))
	}

	// A line above the old finding moves it; a new file's finding is new; what is
	// mended leaves the baseline.
	in.Files["base/x.go"] = tree.File{Data: []byte("package x\n\nconst c = 1\n\nvar  y = 1\n")}
	in.Files["base/new.go"] = tree.File{Data: []byte("package x\nvar  n = 1\n")}
	in.Files["base/sub/z.go"] = tree.File{Data: []byte("package z\n\nvar y = 1\n")}
	third, err := Run(ctx, []Input{in})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"warning output-not-gofmt base/new.go"}, rulesAndFiles(third)); diff != "" {
		t.Error(diff)
	}
	next := string(NewBaseline(third, []Input{in}).Bytes())
	if strings.Contains(next, "z.go") || !strings.Contains(next, "new.go") {
		t.Errorf("the next baseline:\n%s", next)
	}

	// Another template's findings stay when it is not linted.
	other := in
	other.Label, other.BaselinePlace = "t/other", "t/other"
	if kept := NewBaseline(&Report{}, []Input{other}); kept.Len() != base.Len() {
		t.Errorf("%d of %d findings stay", kept.Len(), base.Len())
	}
	for _, bad := range []string{"", "{", `{"version": 2}`, `{"version": 1, "x": 1}`} {
		if _, err := ParseBaseline("b.json", []byte(bad)); err == nil {
			t.Errorf("%q is taken for a baseline", bad)
		}
	}
}
