package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/plan"
	"github.com/svcgen/svcgen/internal/prompt"
	"github.com/svcgen/svcgen/internal/service"
)

// report prints err and returns the exit code for it. It is the one place that
// maps errors to codes.
func (a *app) report(err error) int {
	var (
		missing *service.MissingError
		splice  *insert.Error
		changed *plan.ChangedError
		stuck   *plan.StuckError
		refused *plan.Error
	)
	switch {
	case errors.Is(err, errSilent):
		return a.code
	case errors.Is(err, prompt.ErrInterrupted), errors.Is(err, context.Canceled):
		a.fail("interrupted; nothing was changed", "")
		return ExitInterrupted
	case errors.As(err, &missing):
		a.fail(err.Error(), missingHint(missing))
		return ExitUsage
	case diag.All(err) != nil:
		seen := map[diag.Error]bool{}
		for _, e := range diag.All(err) {
			if !seen[*e] { // many services may suffer from one thing
				a.fail(e.Error(), e.Hint)
			}
			seen[*e] = true
		}
		return ExitUsage
	case errors.As(err, &splice):
		a.fail(splice.Error(), splice.Hint)
		return ExitUsage
	case errors.As(err, &stuck):
		a.fail(err.Error(), stuck.Hint())
		return ExitFault
	case errors.As(err, &changed):
		a.fail(err.Error(), "run the command again")
		return ExitFault
	case errors.As(err, &refused):
		a.fail(err.Error(), refused.Hint)
		if refused.Err != nil {
			return ExitFault
		}
		return ExitUsage
	}
	a.fail(err.Error(), "")
	return ExitFault
}

func missingHint(e *service.MissingError) string {
	var lines []string
	for _, v := range e.Values {
		line := v.Name
		if v.Help != "" {
			line += ": " + v.Help
		}
		if len(v.Options) > 0 {
			line += " (" + strings.Join(v.Options, ", ") + ")"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// fail prints one error and its hint. Control characters in them are shown,
// not obeyed: names and paths may come from anywhere.
func (a *app) fail(msg, hint string) {
	label, note := "error:", "hint:"
	if a.ErrColor {
		label, note = red(label), bold(note)
	}
	fmt.Fprintf(a.Stderr, "%s %s\n", label, visible(msg))
	if hint == "" {
		return
	}
	for i, line := range strings.Split(strings.TrimRight(hint, "\n"), "\n") {
		if i == 0 {
			fmt.Fprintf(a.Stderr, "%s  %s\n", note, visible(line))
			continue
		}
		fmt.Fprintf(a.Stderr, "       %s\n", visible(line))
	}
}

// hint prints advice that belongs to a result, not to an error.
func (a *app) hint(text string) {
	if !a.quiet {
		fmt.Fprintf(a.Stderr, "hint:  %s\n", visible(text))
	}
}

// visible replaces control characters by their escapes, line breaks and tabs
// excepted.
func visible(s string) string {
	if !strings.ContainsFunc(s, hidden) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hidden(r) {
			if r > 0xff {
				fmt.Fprintf(&b, "\\u%04x", r)
			} else {
				fmt.Fprintf(&b, "\\x%02x", r)
			}
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// hidden reports whether a terminal does something with r, or shows what
// follows in another order or place than it is.
func hidden(r rune) bool {
	return r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
}

// line is visible for a text that stands in one line: a name, a summary.
func line(s string) string {
	return strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(visible(s))
}

func red(s string) string   { return "\x1b[31m" + s + "\x1b[0m" }
func green(s string) string { return "\x1b[32m" + s + "\x1b[0m" }
func bold(s string) string  { return "\x1b[1m" + s + "\x1b[0m" }

// note tells a person something on standard error, unless they want quiet.
func (a *app) note(format string, args ...any) {
	if !a.quiet {
		fmt.Fprintf(a.Stderr, "note:  %s\n", visible(fmt.Sprintf(format, args...)))
	}
}

func (a *app) print(w io.Writer, format string, args ...any) { fmt.Fprintf(w, format, args...) }
