package lint

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/svcgen/svcgen/internal/tree"
)

// Of nine bool values not all combinations are rendered. What a finding names
// must show it nevertheless, whatever the others are.
func TestNamedChoiceShowsTheFinding(t *testing.T) {
	var values strings.Builder
	for i := range 9 {
		fmt.Fprintf(&values, "  b%d: {type: bool, help: h}\n", i)
	}
	for condition, want := range map[string]string{
		"and .Values.b1 .Values.b5 .Values.b7":                       "b1=yes b5=yes b7=yes",
		"and .Values.b1 (not .Values.b5)":                            "b1=yes b5=no",
		"not .Values.b8":                                             "b8=no",
		"and .Values.b0 .Values.b2 .Values.b4 .Values.b6":            "all",
		"or (and .Values.b0 .Values.b3) (and .Values.b1 .Values.b5)": "b0=yes b3=yes",
	} {
		r, err := Run(context.Background(), []Input{{Label: "demo", Files: tree.Tree{
			"template.yaml":    {Data: []byte("version: 1\nname: demo\nrelease: 1.0.0\nkind: other\nlayers: [base]\nvalues:\n" + values.String())},
			"base/x.json.tmpl": {Data: []byte("{{ if " + condition + " }}[{{ else }}[]{{ end }}\n")},
		}}}, Options{Only: []string{outputDoesNotParse.ID}})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Sampled) != 1 || len(r.Findings) != 1 {
			t.Errorf("%s: sampled %v, %v", condition, r.Sampled, r.Findings)
			continue
		}
		got := r.Findings[0].With
		if want == "all" {
			if len(got) != 9 || got["b0"]+got["b2"]+got["b4"]+got["b6"] != strings.Repeat("yes", 4) {
				t.Errorf("%s: with %s", condition, Choice(got))
			}
		} else if Choice(got) != want {
			t.Errorf("%s: with %s", condition, Choice(got))
		}
	}
}
