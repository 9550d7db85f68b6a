package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
)

// comment is one "svcgen:ignore RULE[,RULE] -- reason" in a template's file.
type comment struct {
	file       string
	pos        template.Pos
	rules      []string
	reason     string
	alone      bool // nothing else stands on its line
	start, end int  // what goes with the comment, in bytes
	list       [2]int
	used       map[string]bool // the rules of which it suppresses something
}

// marker finds the comment: its opener must come right before it, so that prose
// about comments is none.
var marker = regexp.MustCompile(`(\{\{-?[ \t]*/\*|#+|//+|/\*+|<!--|--|;+|%+)[ \t]*svcgen:ignore\b([^\n]*)`)

// closers end a comment on its line.
var closers = regexp.MustCompile(`[ \t\r]*(\*/[ \t]*-?\}\}|\*/|-->)?[ \t\r]*$`)

// comments lists the suppressions in the template's files, by file and place.
func comments(files tree.Tree) []*comment {
	var out []*comment
	for _, f := range files.Paths() {
		src := string(files[f].Data)
		if files[f].Kind == tree.Symlink || !strings.Contains(src, "svcgen:ignore") {
			continue
		}
		places := template.NewPlaces(src)
		for _, m := range marker.FindAllStringSubmatchIndex(src, -1) {
			if quoted(f, src, m[0]) {
				continue
			}
			c := &comment{file: f, pos: places.At(m[0]), used: map[string]bool{}}
			c.read(src, m[0], m[4], m[5])
			out = append(out, c)
		}
	}
	return out
}

// quoted reports whether what opens at open is prose in Markdown about a comment,
// in backticks.
func quoted(file, src string, open int) bool {
	name := strings.TrimSuffix(file, ".tmpl")
	return strings.HasSuffix(name, ".md") && open > 0 && src[open-1] == '`'
}

// read fills in the comment that opens at open and whose text is src[from:to].
func (c *comment) read(src string, open, from, to int) {
	text := src[from:to]
	text = text[:closers.FindStringIndex(text)[0]]
	list, reason, _ := strings.Cut(text, "--")
	c.reason = strings.TrimSpace(reason)
	c.rules = strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
	c.list = [2]int{from + len(list) - len(strings.TrimLeft(list, " \t")), from + len(strings.TrimRight(list, " \t"))}
	c.list[0] = min(c.list[0], c.list[1])
	line := strings.LastIndexByte(src[:open], '\n') + 1
	c.alone = strings.TrimLeft(src[line:open], " \t") == ""
	c.start, c.end = open-(len(src[line:open])-len(strings.TrimRight(src[line:open], " \t"))), to
	switch {
	case c.alone && to < len(src):
		c.start, c.end = line, to+1
	case c.alone:
		c.start = line
	case strings.HasSuffix(src[from:to], "\r"):
		c.end--
	}
}

// suppress takes out the findings that a comment with a reason speaks of: those
// on its own line or, where nothing else stands there, on the first line below
// that is no such comment. What is said of a file as a whole counts as its first
// line.
func (p *Pass) suppress(found []Finding) (kept []Finding, hidden []Hidden) {
	type place struct {
		file string
		line int
	}
	at := map[place][]*comment{}
	below := map[place]int{} // the line that a comment on its own speaks of
	for _, c := range slices.Backward(p.comments) {
		here := place{c.file, c.pos.Line}
		at[here] = append(at[here], c)
		if c.alone {
			next := place{c.file, c.pos.Line + 1}
			below[here] = max(next.line, below[next])
			spoken := place{c.file, below[here]}
			at[spoken] = append(at[spoken], c)
		}
	}
	kept = make([]Finding, 0, len(found))
	for _, f := range found {
		if c := speaking(at[place{p.local(f.File), max(f.Line, 1)}], f.Rule); c != nil {
			c.used[f.Rule] = true
			hidden = append(hidden, Hidden{f, InSource, c.reason})
			continue
		}
		kept = append(kept, f)
	}
	return kept, hidden
}

func speaking(list []*comment, rule string) *comment {
	for _, c := range list {
		if c.reason != "" && slices.Contains(c.rules, rule) {
			return c
		}
	}
	return nil
}

// local is a finding's file as it stands below the template.
func (p *Pass) local(file string) string {
	return strings.TrimPrefix(file, pathIn(p.Label, "")+"/")
}

// ignoreWithoutReason runs after all others: it asks what was suppressed.
var ignoreWithoutReason = Rule{
	ID: "ignore-without-reason", Severity: Warning,
	Doc:    "A svcgen:ignore comment has no reason, names a rule that does not exist, or suppresses nothing.",
	Why:    "Nobody can tell later whether it may go. Without a reason it has no effect; one that is out of date would hide the next mistake on its line.",
	Remedy: "write `svcgen:ignore RULE -- reason`, or take the comment out",
	Check: func(p *Pass) {
		for _, c := range p.comments {
			switch {
			case len(c.rules) == 0:
				p.Report(c.file, c.pos, "svcgen:ignore names no rule")
			case c.reason == "":
				p.Report(c.file, c.pos, "svcgen:ignore %s gives no reason, and has no effect", strings.Join(c.rules, ","))
			default:
				p.reportIdle(c)
			}
		}
	},
}

// reportIdle reports the rules that the comment names for nothing.
func (p *Pass) reportIdle(c *comment) {
	for _, r := range c.rules {
		if c.used[r] {
			continue
		}
		msg := fmt.Sprintf("svcgen:ignore %s suppresses nothing here", r)
		if !slices.Contains(p.rules, r) {
			msg = fmt.Sprintf("svcgen:ignore names %s, and there is no such rule", r)
			if near := diag.Nearest(r, p.rules); near != "" {
				msg += "; did you mean " + near + "?"
			}
		} else if !p.ran[r] || !p.decided() {
			continue
		}
		p.Report(c.file, c.pos, "%s", msg).Mend(c.without(r))
	}
}

// decided reports whether nothing in the template keeps a rule from speaking.
func (p *Pass) decided() bool {
	whole := len(p.Renderings) > 0 && len(p.schema) == 0 && len(p.parsing()) == 0
	for _, r := range p.Renderings {
		whole = whole && r.Whole()
	}
	return whole
}

// without edits the rule out of the comment, and the comment out with its last.
func (c *comment) without(rule string) Edit {
	left := slices.DeleteFunc(slices.Clone(c.rules), func(r string) bool { return r == rule })
	if len(left) == 0 {
		return Edit{c.file, c.start, c.end, ""}
	}
	return Edit{c.file, c.list[0], c.list[1], strings.Join(left, ",")}
}
