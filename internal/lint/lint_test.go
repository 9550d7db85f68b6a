package lint

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/svcgen/svcgen/internal/tree"
)

// TestFixtures lints the templates in testdata. Each archive holds one template;
// its comment lists the findings that it must get, a line each, and nothing else.
func TestFixtures(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	fired := map[string]bool{}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files := tree.Tree{}
			for _, f := range a.Files {
				kind := tree.Plain
				if strings.HasPrefix(string(f.Data), "link to ") {
					kind = tree.Symlink
				}
				files[f.Name] = tree.File{Data: f.Data, Kind: kind}
			}
			rep, err := Run(context.Background(), []Input{{Label: "demo", Files: files}})
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			for _, f := range rep.Findings {
				fired[f.Rule] = true
				line := fmt.Sprintf("%s: %s: %s [%s]", f.position(), f.Severity, f.Message, f.Rule)
				if len(f.With) > 0 {
					line += " with " + Choice(f.With)
				}
				fmt.Fprintln(&got, line)
			}
			if os.Getenv("UPDATE") != "" {
				a.Comment = []byte(got.String())
				if err := os.WriteFile(name, txtar.Format(a), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(a.Comment), got.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
	for _, r := range Rules() {
		if !fired[r.ID] {
			t.Errorf("no fixture shows the rule %s", r.ID)
		}
		if r.Doc == "" || r.Remedy == "" || (r.Static == nil) == (r.Rendered == nil) {
			t.Errorf("the rule %s is incomplete", r.ID)
		}
	}
}

func TestPairwiseCoversAllPairs(t *testing.T) {
	lists := [][]string{{"a", "b", "c"}, {"1", "2"}, {"x", "y", "z", "w"}, {"p", "q"}, {"k", "l", "m"}}
	sets := pairwise(lists)
	for i := range lists {
		for j := i + 1; j < len(lists); j++ {
			for _, a := range lists[i] {
				for _, b := range lists[j] {
					met := false
					for _, s := range sets {
						met = met || s[i] == a && s[j] == b
					}
					if !met {
						t.Errorf("no set has %s with %s", a, b)
					}
				}
			}
		}
	}
	if len(sets) > 24 {
		t.Errorf("%d sets for 144 combinations", len(sets))
	}
}

func FuzzLint(f *testing.F) {
	f.Add("version: 1\nname: demo\nrelease: 1.0.0\nkind: other\nlayers: [base]\n", "{{ .Service.Name }}")
	f.Add("values: {a: {type: bool}}\n", "{{ if }}{{ end }}\n{{ x")
	f.Add("", "{{- range until 3 -}}{{ . }}{{ end }}")
	f.Fuzz(func(t *testing.T, doc, body string) {
		files := tree.Tree{"template.yaml": {Data: []byte(doc)}, "base/x.yaml.tmpl": {Data: []byte(body)}}
		if _, err := Run(context.Background(), []Input{{Label: "demo", Files: files}}); err != nil {
			t.Fatal(err)
		}
	})
}
