package plan

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/aymanbagabas/go-udiff/lcs"

	"github.com/svcgen/svcgen/internal/tree"
)

// contextLines is the number of unchanged lines that a diff shows around a change.
const contextLines = 3

// Unified writes p as a unified diff that git apply and, where no links and no
// modes change, patch accept. Of a binary file it only says that it differs,
// which git apply refuses. Of a folder that moves it shows the files that
// change; a line says that the others move along. With color, it is for a
// terminal.
func (p Plan) Unified(w io.Writer, color bool) error {
	b := bufio.NewWriter(w)
	out := printer{w: b, color: color}
	moves := p.moves()
	for _, m := range moves {
		out.line(bold, "# the folder %s moves to %s, with everything in it", quote(m.From), quote(m.Path))
	}
	for _, c := range p {
		if c.From == "" {
			out.change(c, moves.before(c.Path))
		}
	}
	return b.Flush()
}

// The styles of lines on a terminal: SGR parameters.
const (
	bold  = "1"
	red   = "31"
	green = "32"
	cyan  = "36"
)

// printer writes diffs. Its writer remembers the first error.
type printer struct {
	w     *bufio.Writer
	color bool
}

func (p printer) line(style, format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	if p.color && style != "" {
		s = "\x1b[" + style + "m" + s + "\x1b[m"
	}
	p.w.WriteString(s)
	p.w.WriteByte('\n')
}

// change writes the diff of c, whose file stands at from before the plan. git
// knows no change between a link and a file: it is a deletion and a creation.
func (p printer) change(c Change, from string) {
	if c.Old != nil && c.New != nil && (c.Old.Kind == tree.Symlink) != (c.New.Kind == tree.Symlink) {
		p.change(Change{Path: from, Old: c.Old}, from)
		p.change(Change{Path: c.Path, New: c.New}, c.Path)
		return
	}
	switch {
	case c.Old == nil:
		from = c.Path
	case c.New == nil:
		c.Path = from
	}
	p.line(bold, "diff --git %s %s", quote("a/"+from), quote("b/"+c.Path))
	switch {
	case c.Old == nil:
		p.line(bold, "new file mode %s", mode(c.New))
	case c.New == nil:
		p.line(bold, "deleted file mode %s", mode(c.Old))
	case mode(c.Old) != mode(c.New):
		p.line(bold, "old mode %s", mode(c.Old))
		p.line(bold, "new mode %s", mode(c.New))
	}
	if from != c.Path {
		p.line(bold, "rename from %s", quote(from))
		p.line(bold, "rename to %s", quote(c.Path))
	}
	p.content(c, from)
}

func (p printer) content(c Change, from string) {
	old, next := "/dev/null", "/dev/null"
	if c.Old != nil {
		old = "a/" + from
	}
	if c.New != nil {
		next = "b/" + c.Path
	}
	if c.binary() {
		if c.Old == nil || c.New == nil || string(c.Old.Data) != string(c.New.Data) {
			p.line("", "Binary files %s and %s differ", quote(old), quote(next))
		}
		return
	}
	a, b := c.lines()
	diffs := diffLines(a, b)
	if len(diffs) == 0 {
		return
	}
	p.line(bold, "--- %s", label(old))
	p.line(bold, "+++ %s", label(next))
	for len(diffs) > 0 {
		n := hunkLength(diffs)
		p.hunk(a, b, diffs[:n])
		diffs = diffs[n:]
	}
}

// hunkLength returns how many of the first diffs are so near to each other that
// they share a hunk.
func hunkLength(diffs []lcs.Diff) int {
	n := 1
	for n < len(diffs) && diffs[n].Start-diffs[n-1].End <= 2*contextLines {
		n++
	}
	return n
}

func (p printer) hunk(a, b []string, diffs []lcs.Diff) {
	first, last := diffs[0], diffs[len(diffs)-1]
	lead := min(contextLines, first.Start)
	trail := min(contextLines, len(a)-last.End)
	p.line(cyan, "@@ -%s +%s @@",
		lineRange(first.Start-lead, last.End+trail),
		lineRange(first.ReplStart-lead, last.ReplEnd+trail))
	at := first.Start - lead
	for _, d := range diffs {
		p.lines("", " ", a[at:d.Start])
		p.lines(red, "-", a[d.Start:d.End])
		p.lines(green, "+", b[d.ReplStart:d.ReplEnd])
		at = d.End
	}
	p.lines("", " ", a[at:last.End+trail])
}

// lineRange writes the lines from start up to end, counted from zero, as a hunk
// has it: an empty range stands after the line that it names.
func lineRange(start, end int) string {
	switch end - start {
	case 0:
		return fmt.Sprintf("%d,0", start)
	case 1:
		return fmt.Sprint(start + 1)
	}
	return fmt.Sprintf("%d,%d", start+1, end-start)
}

func (p printer) lines(style, sign string, lines []string) {
	for _, l := range lines {
		text, ended := strings.CutSuffix(l, "\n")
		p.line(style, "%s%s", sign, text)
		if !ended {
			p.line("", "\\ No newline at end of file")
		}
	}
}

func mode(f *tree.File) string {
	switch f.Kind {
	case tree.Executable:
		return "100755"
	case tree.Symlink:
		return "120000"
	}
	return "100644"
}

// label is a name in a line that may say a time after it: a tab ends a name
// with spaces.
func label(name string) string {
	q := quote(name)
	if q == name && strings.Contains(name, " ") {
		q += "\t"
	}
	return q
}

// quote writes a name as git does, in quotes when it has bytes that would be
// misread.
func quote(name string) string {
	var b strings.Builder
	for i := range len(name) {
		switch c := name[i]; c {
		case '"', '\\':
			b.WriteString(`\` + string(rune(c)))
		case '\a', '\b', '\t', '\n', '\v', '\f', '\r':
			b.WriteString(`\` + string("abtnvfr"[c-'\a']))
		default:
			if c < ' ' || c >= 0x7f {
				fmt.Fprintf(&b, `\%03o`, c)
			} else {
				b.WriteByte(c)
			}
		}
	}
	if b.Len() == len(name) {
		return name
	}
	return `"` + b.String() + `"`
}
