package lint

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// WriteText writes the report for people: a line a finding, the values that show
// it below, a summary at the end.
func (r *Report) WriteText(w io.Writer, color bool, took time.Duration) error {
	paint := func(s Severity, text string) string {
		if !color {
			return text
		}
		return "\x1b[" + [...]string{"36", "33", "31"}[s] + "m" + text + "\x1b[0m"
	}
	var b strings.Builder
	for _, f := range r.Mended {
		fmt.Fprintf(&b, "%s: mended: %s [%s]\n", printable(f.position()), printable(f.Message), f.Rule)
	}
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s: %s: %s [%s]\n", printable(f.position()), paint(f.level, f.Severity), printable(f.Message), f.Rule)
		if len(f.With) > 0 {
			fmt.Fprintf(&b, "    with %s\n", printable(Choice(f.With)))
		}
	}
	for _, t := range r.Sampled {
		fmt.Fprintf(&b, "%s has more than %d combinations of values: pairs of them were rendered, not all\n", printable(t), maxCombinations)
	}
	fmt.Fprintf(&b, "%s in %s, %s (%d ms)\n", r.counts(), many(r.Templates, "template"), r.rendered(), max(1, took.Milliseconds()))
	if len(r.Findings) > 0 {
		fmt.Fprintf(&b, "hint: svcgen lint --explain %s\n", r.worst().Rule)
	}
	if n := r.fixable(); n > 0 && len(r.Mended) == 0 {
		fmt.Fprintf(&b, "hint: --fix may mend %d of them; --fix --diff shows how\n", n)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// fixable is how many findings offer a mend; whether it is certain is found by
// trying it.
func (r *Report) fixable() int {
	n := 0
	for _, f := range r.Findings {
		if f.Fixable {
			n++
		}
	}
	return n
}

// rendered says how much was rendered, and built.
func (r *Report) rendered() string {
	s := many(r.Combinations, "combination")
	if r.Built > 0 {
		s += fmt.Sprintf(", %d built", r.Built)
	}
	if r.Tested < r.Built {
		s += fmt.Sprintf(", %d tested", r.Tested)
	}
	return s
}

// counts says how much was found; what there is none of is left out, but for
// errors and warnings.
func (r *Report) counts() string {
	s := many(r.Count(Error), "error") + ", " + many(r.Count(Warning), "warning")
	if n := r.Count(Info); n > 0 {
		s += ", " + many(n, "remark")
	}
	if r.Suppressed > 0 {
		s += fmt.Sprintf(", %d suppressed", r.Suppressed)
	}
	if n := len(r.Mended); n > 0 {
		s += fmt.Sprintf(", %d mended", n)
	}
	return s
}

// worst is the first of the gravest findings.
func (r *Report) worst() Finding {
	return slices.MaxFunc(r.Findings, func(a, b Finding) int { return int(a.level) - int(b.level) })
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

// Choice writes a combination as it is given on a command line.
func Choice(with map[string]string) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(with)) {
		parts = append(parts, k+"="+with[k])
	}
	return strings.Join(parts, " ")
}

// printable keeps what a template says from steering the terminal, or from
// turning the direction of its text.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < ' ' && r != '\t', r >= 0x7f && r < 0xa0, r >= 0x200e && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
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
