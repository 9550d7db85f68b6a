package lint

import (
	"context"
	"strings"
	"testing"

	"github.com/svcgen/svcgen/internal/tree"
)

func demo(files ...string) Input {
	in := Input{Label: "demo", Files: tree.Tree{}}
	for i := 0; i < len(files); i += 2 {
		in.Files[files[i]] = tree.File{Data: []byte(files[i+1])}
	}
	return in
}

const demoHead = "version: 1\nname: demo\nrelease: 1.0.0\nkind: other\nlayers: [base]\n"

// TestEntriesParse looks at entries of shared files as svcgen new does, which
// refuses those that do not parse.
func TestEntriesParse(t *testing.T) {
	for _, tt := range []struct{ wiring, text, want string }{
		{"compose: [wiring/x.tmpl]", "image: a\nrestart: [unless\n", "2:10: the entry for compose does not parse: a flow collection does not end"},
		{"prometheus: [wiring/x.tmpl]", "job_name: a\n   scheme: b\n", "2:10: the entry for prometheus does not parse: a key spans several lines"},
		{"compose: [wiring/x.tmpl]", "image: a\n\tb: c\n", "2:1: the entry for compose does not parse: a tab cannot indent"},
		{"skaffold: [wiring/x.tmpl]", "image: a\nimage: b\n", "2:1: the entry for skaffold does not parse: mapping key \"image\" already defined at line 1"},
		{"dependabot: [wiring/x.tmpl]", "a: b\n---\nc: d\n", "1:1: the entry for dependabot does not parse: it holds a document marker"},
		{"compose: [wiring/x.tmpl]", "plain text\n", "1:1: the entry for compose is no mapping"},
		{"compose: [wiring/x.tmpl]", "- a", "1:1: the entry for compose is no mapping"},
		{"compose: [{text: wiring/x.tmpl, at: [x]}]", "plain text\n", ""},
		{"compose: [wiring/x.tmpl]", "image: {{ .Service.Name }}", ""},
		{"procfile: [wiring/x.tmpl]", "{{ .Service.Name }}: [unless\n", ""},
	} {
		rep, err := Run(context.Background(), []Input{demo("template.yaml", demoHead+"wiring:\n  "+tt.wiring+"\n", "base/x.txt", "x\n", "wiring/x.tmpl", tt.text)})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range rep.Findings {
			if f.Severity == "error" {
				got = append(got, strings.TrimPrefix(f.position(), "demo/wiring/x.tmpl:")+": "+f.Message)
			}
		}
		if s := strings.Join(got, "\n"); s != tt.want {
			t.Errorf("%s, %q: got %s, want %s", tt.wiring, tt.text, s, tt.want)
		}
	}
}

// TestOneDefectOneFinding looks at defects that several rules could tell of.
func TestOneDefectOneFinding(t *testing.T) {
	for name, tt := range map[string]struct {
		files []string
		want  string
	}{
		"index":         {[]string{"template.yaml", demoHead, "base/x.txt.tmpl", `{{ index .Values "foo" }}`}, `demo/base/x.txt.tmpl:1:10: there is no value "foo" in template.yaml`},
		"when":          {[]string{"template.yaml", strings.Replace(demoHead, "[base]", "\n- dir: base\n  when: eq .Values.foo \"x\"", 1), "base/x.txt", "x"}, `demo/template.yaml:7:9: there is no value "foo" in template.yaml`},
		"default":       {[]string{"template.yaml", demoHead + "values:\n  a: {help: x, default: '{{ .Values.foo }}'}\n", "base/x.txt.tmpl", "{{ .Values.a }}"}, `demo/template.yaml:7:25: there is no value "foo" in template.yaml`},
		"unit default":  {[]string{"template.yaml", demoHead + "units:\n  u:\n    dir: u\n    values: {n: {help: x, type: identifier, default: '{{ .Values.foo }}'}}\n", "base/x.txt", "x", "u/x.tmpl", "{{ .Unit.n }}"}, `demo/template.yaml:9:54: there is no value "foo" in template.yaml`},
		"nothing there": {[]string{"template.yaml", demoHead, "base/x.txt.tmpl", `{{ get (dict "a" "b") "c" }}`}, "demo/base/x.txt.tmpl:1:19: there is no value here"},
		"token":         {[]string{"template.yaml", demoHead, "base/x.yaml", "token: ghp_" + strings.Repeat("aB3", 12) + "\n"}, "demo/base/x.yaml:1:8: this looks like a token of GitHub"},
		"AWS":           {[]string{"template.yaml", demoHead, "base/x.env", "AWS_SECRET_ACCESS_KEY=" + strings.Repeat("a/Q+9", 8) + "\n"}, "demo/base/x.env:1:23: this looks like a secret key of AWS"},
		"AWS in YAML":   {[]string{"template.yaml", demoHead, "base/x.yaml", "aws_secret_access_key: " + strings.Repeat("aZQ89", 8) + "\n"}, "demo/base/x.yaml:1:24: this looks like a secret key of AWS"},
		"documents":     {[]string{"template.yaml", demoHead + "---\nlayers: [more]\n", "base/x.txt", "x"}, "demo/template.yaml:7:1: this is a second document, which nothing reads"},
	} {
		rep, err := Run(context.Background(), []Input{demo(tt.files...)})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range rep.Findings {
			if f.Severity == "error" {
				got = append(got, f.position()+": "+f.Message)
			}
		}
		if s := strings.Join(got, "\n"); s != tt.want {
			t.Errorf("%s: got %s, want %s", name, s, tt.want)
		}
	}
}
