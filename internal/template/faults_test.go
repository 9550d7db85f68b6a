package template

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseErrorsTellsAllOfThem(t *testing.T) {
	for _, c := range []struct {
		name, src string
		want      []string
	}{
		{"fine", "a {{ .Service.Name }} b", nil},
		{"two lines", "{{ nosuch }}\nx\n  {{ other 1 }}\n", []string{`l/f:1:4: function "nosuch" not defined`, `l/f:3:6: function "other" not defined`}},
		{"one line", "{{ nosuch }} {{ .Service.Name }} {{ other }}", []string{`l/f:1:4: function "nosuch" not defined`, `l/f:1:37: function "other" not defined`}},
		{"twice the same", "{{ no }} {{ no }}", []string{`l/f:1:4: function "no" not defined`, `l/f:1:13: function "no" not defined`}},
		{"block", "{{ if }}a{{ else if nope }}b{{ end }}{{ bad }}", []string{"l/f:1:1: missing value for if",
			`l/f:1:21: function "nope" not defined`, `l/f:1:41: function "bad" not defined`}},
		{"short block", "{{if}}a{{end}}\n{{ bad }}", []string{"l/f:1:1: missing value for if", `l/f:2:4: function "bad" not defined`}},
		{"not ended", "a\n{{ if true }}\n{{ range until 3 }}\n{{ end }}\n", []string{"l/f:2:1: {{ if true }} is never ended"}},
		{"two not ended", "{{ if true }}\n{{ with 1 }}\n", []string{"l/f:2:1: {{ with 1 }} is never ended", "l/f:1:1: {{ if true }} is never ended"}},
		{"end too much", "{{ end }}\n{{ nope }}", []string{"l/f:1:1: unexpected {{end}}", `l/f:2:4: function "nope" not defined`}},
		{"unclosed", "a {{ print \"x\n{{ nope }}\n", []string{"l/f:1:3: unterminated quoted string", `l/f:2:4: function "nope" not defined`}},
		{"variable", "{{ $x }}", []string{`l/f:1:4: undefined variable "$x"`}},
		{"comment", "{{/* {{ nope }} */}}{{ nope }}", []string{`l/f:1:24: function "nope" not defined`}},
	} {
		var got []string
		for _, e := range ParseErrors("l", "f", c.src) {
			got = append(got, e.Error())
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}

func TestParseErrorsEnds(t *testing.T) {
	for _, src := range []string{strings.Repeat("{{ nope }}", 20_000), strings.Repeat("{{ if }}\n", 3000), strings.Repeat("{{ \"", 5000), "{{", "{{/*", "{{ `"} {
		if len(ParseErrors("l", "f", src)) == 0 {
			t.Errorf("no error in %.20q", src)
		}
	}
}
