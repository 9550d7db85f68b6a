package lint

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// WriteText writes the report for people: a line a finding, the values that show
// it below, a summary at the end.
func (r *Report) WriteText(w io.Writer, color bool, took time.Duration) error {
	paint := func(code, s string) string {
		if !color {
			return s
		}
		return "\x1b[" + code + "m" + s + "\x1b[0m"
	}
	var b strings.Builder
	for _, f := range r.Findings {
		code := "31"
		if f.level < Error {
			code = "33"
		}
		fmt.Fprintf(&b, "%s: %s: %s [%s]\n", printable(f.position()), paint(code, f.Severity), printable(f.Message), f.Rule)
		if len(f.With) > 0 {
			fmt.Fprintf(&b, "    with %s\n", printable(Choice(f.With)))
		}
	}
	for _, t := range r.Sampled {
		fmt.Fprintf(&b, "%s has more than %d combinations of values: every pair was rendered, not every combination\n", t, maxCombinations)
	}
	fmt.Fprintf(&b, "%s, %s in %s, %s (%d ms)\n", many(r.Count(Error), "error"), many(r.Count(Warning), "warning"),
		many(r.Templates, "template"), many(r.Combinations, "combination"), max(1, took.Milliseconds()))
	if len(r.Findings) > 0 {
		fmt.Fprintf(&b, "hint: svcgen lint --explain %s\n", r.Findings[0].Rule)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (f Finding) position() string {
	switch {
	case f.Line == 0:
		return f.File
	case f.Col == 0:
		return fmt.Sprintf("%s:%d", f.File, f.Line)
	}
	return fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Col)
}

// printable keeps what a template says from steering the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r >= 0x7f && r < 0xa0 {
			return '\uFFFD'
		}
		return r
	}, s)
}

func many(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// WriteJSON writes the report for programs. Version grows when a field changes
// its meaning or goes.
func (r *Report) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(struct {
		Version  int `json:"version"`
		Errors   int `json:"errors"`
		Warnings int `json:"warnings"`
		*Report
	}{1, r.Count(Error), r.Count(Warning), r})
}
