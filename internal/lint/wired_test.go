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
