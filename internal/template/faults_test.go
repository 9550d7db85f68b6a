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
		{"short block and more", "{{if}}{{ bad }}{{if}}é{{ bad }}{{end}}{{end}}", []string{"l/f:1:1: missing value for if", `l/f:1:10: function "bad" not defined`,
			"l/f:1:16: missing value for if", `l/f:1:26: function "bad" not defined`}},
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

// FuzzParseErrors looks for texts that it does not end on, or whose errors it
// puts outside of them.
func FuzzParseErrors(f *testing.F) {
	f.Add("{{ if }}a{{ else if nope }}b{{ end }}{{ bad }}")
	f.Add("{{/* x */}}{{ `a\n` }}{{ \"\\\"")
	f.Add("{{ define \"x\" }}{{ end }}{{ $x := 1 }}\n{{- break -}}")
	f.Fuzz(func(t *testing.T, src string) {
		_, err := parseBody("f", src)
		all := ParseErrors("l", "f", src)
		if (err == nil) != (len(all) == 0) {
			t.Fatalf("%v, but %d errors", err, len(all))
		}
		for _, e := range all {
			if lines := strings.Count(src, "\n") + 1; e.Line > lines || e.Col > len(src)+1 || e.Msg == "" {
				t.Errorf("%+v in %d lines", e, lines)
			}
		}
	})
}

func TestParseErrorsEnds(t *testing.T) {
	for _, src := range []string{strings.Repeat("{{ nope }}", 20_000), strings.Repeat("{{ if }}\n", 3000), strings.Repeat("{{ \"", 5000), "{{", "{{/*", "{{ `"} {
		if len(ParseErrors("l", "f", src)) == 0 {
			t.Errorf("no error in %.20q", src)
		}
	}
}
