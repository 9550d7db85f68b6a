package template

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
)

// maxParsed bounds the bytes that ParseErrors parses in all: every fault costs
// some parses of the whole text.
const maxParsed = 4 << 20

// ParseErrors returns what is wrong with src as a template's file, with columns.
// text/template reports the first error alone and only its line: here the action
// to blame is found, put out of the way, and the rest parsed again, until
// nothing is wrong or nothing can be blamed.
func ParseErrors(label, file, src string) []*diag.Error {
	var out []*diag.Error
	s := &sifter{label: label, file: file, left: maxParsed, done: map[int]bool{}}
	places := NewPlaces(src)
	e := s.parse(src)
	for e != nil && s.left > 0 {
		a, without, next := s.blame(src, e)
		if a == nil {
			return append(out, e)
		}
		at := places.At(s.original(a.start + s.word(src[a.start:a.end], e.Msg)))
		e.Line, e.Col = at.Line, at.Col
		out = append(out, e)
		s.done[s.original(a.start)] = true
		if by := len(without) - len(src); by > 0 {
			s.grown = append(s.grown, growth{a.start, by})
		}
		src, e = without, next
	}
	return out
}

// action is one pair of braces in a template's text.
type action struct{ start, end int }

type sifter struct {
	label, file string
	left        int
	done        map[int]bool // where actions began, as given, that were put aside
	grown       []growth
}

// growth is where an action became longer by being put aside: {{if}} takes two
// bytes more to be right.
type growth struct{ at, by int }

// original leads from an offset back to the text as it was given.
func (s *sifter) original(offset int) int {
	for _, g := range slices.Backward(s.grown) {
		if offset > g.at {
			offset = max(g.at, offset-g.by)
		}
	}
	return offset
}

// parse returns the first error, or nil.
func (s *sifter) parse(src string) *diag.Error {
	s.left -= len(src) + 64
	_, err := parseBody(s.file, src)
	if err == nil {
		return nil
	}
	var e *diag.Error
	if errors.As(faulty(s.label, s.file, err), &e) {
		return e
	}
	return diag.Errorf("%v", err)
}

// blame finds the action that makes e: the first on its line without which the
// text has another error or none. An unended block is its opening's fault.
func (s *sifter) blame(src string, e *diag.Error) (a *action, without string, next *diag.Error) {
	all := actions(src)
	var suspects []action
	if strings.Contains(e.Msg, "unexpected EOF") {
		if open := unended(src, all); open != nil {
			e.Msg = fmt.Sprintf("%s is never ended", src[open.start:open.end])
			without = src[:open.start] + blank(src[open.start:open.end]) + src[open.end:]
			return open, without, s.parse(without)
		}
		return nil, "", nil
	}
	places := NewPlaces(src)
	for _, c := range all {
		if !s.done[s.original(c.start)] && places.Line(c.start) <= e.Line && e.Line <= places.Line(max(c.start, c.end-1)) {
			suspects = append(suspects, c)
		}
	}
	for _, c := range suspects {
		without = src[:c.start] + putAside(src[c.start:c.end]) + src[c.end:]
		next = s.parse(without)
		if next == nil || next.Line != e.Line || next.Msg != e.Msg || s.left < 0 {
			return &c, without, next
		}
	}
	// The same message again and again: two faults of one kind on the line.
	for _, c := range suspects {
		if w := s.word(src[c.start:c.end], e.Msg); w > 0 {
			without = src[:c.start] + putAside(src[c.start:c.end]) + src[c.end:]
			return &c, without, s.parse(without)
		}
	}
	return nil, "", nil
}

// quoted matches the word that a parser's message names.
var quoted = regexp.MustCompile(`(?:function|variable|unexpected|bad number syntax:) <?"?([^\s">]+)`)

// word is the offset in an action of the word that msg names, or zero.
func (s *sifter) word(text, msg string) int {
	m := quoted.FindStringSubmatch(msg)
	if m == nil {
		return 0
	}
	return max(0, strings.Index(text, m[1]))
}

// actions finds the actions of a text. One that is not closed ends before the
// next, or with its line.
func actions(src string) []action {
	var out []action
	for at := 0; ; {
		i := strings.Index(src[at:], "{{")
		if i < 0 {
			return out
		}
		a := action{start: at + i}
		a.end = endOf(src, a.start)
		out = append(out, a)
		at = a.end
	}
}

func endOf(src string, start int) int {
	inner := strings.TrimPrefix(src[start+2:], "- ")
	if strings.HasPrefix(inner, "/*") {
		if i := strings.Index(src[start:], "*/"); i >= 0 {
			if j := strings.Index(src[start+i:], "}}"); j >= 0 {
				return start + i + j + 2
			}
		}
		return len(src)
	}
	for i := start + 2; i < len(src); i++ {
		switch c := src[i]; {
		case strings.HasPrefix(src[i:], "}}"):
			return i + 2
		case strings.HasPrefix(src[i:], "{{"):
			return i
		case c == '"' || c == '\'' || c == '`':
			n := closing(src[i:])
			if n < 0 { // the quote is not closed
				return max(i, endOfLine(src, start))
			}
			i += n
		}
	}
	return endOfLine(src, start)
}

func endOfLine(src string, at int) int {
	if i := strings.IndexByte(src[at:], '\n'); i >= 0 {
		return at + i
	}
	return len(src)
}

// closing is the offset of the quote that closes the one s begins with, or -1.
func closing(s string) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == s[0]:
			return i
		case s[0] == '`':
		case s[i] == '\n':
			return -1
		case s[i] == '\\':
			i++
		}
	}
	return -1
}

var (
	opening = regexp.MustCompile(`^\{\{(?:- )?\s*(if|with|range|define|block)\b`)
	ending  = regexp.MustCompile(`^\{\{(?:- )?\s*end\b`)
	elseIf  = regexp.MustCompile(`^\{\{(?:- )?\s*else\s`)
)

// unended returns the last block that opens and has no end.
func unended(src string, all []action) *action {
	var open []action
	for _, a := range all {
		text := src[a.start:a.end]
		switch {
		case opening.MatchString(text):
			open = append(open, a)
		case ending.MatchString(text) && len(open) > 0:
			open = open[:len(open)-1]
		}
	}
	if len(open) == 0 {
		return nil
	}
	return &open[len(open)-1]
}

// putAside replaces an action by blanks, so that lines and columns stay where
// they are, or, where it opens a block, by one that opens it rightly.
func putAside(text string) string {
	plain := ""
	switch {
	case !strings.HasSuffix(text, "}}"):
	case opening.MatchString(text):
		plain = "{{if 1"
	case elseIf.MatchString(text):
		plain = "{{else"
	}
	if plain == "" || strings.HasPrefix(plain, "{{if") && text == plain+"}}" {
		return blank(text)
	}
	fill := blank(text[:max(0, len(text)-2)])
	return plain + fill[min(len(plain), len(fill)):] + "}}"
}

// blank keeps nothing but line breaks.
func blank(text string) string {
	b := []byte(text)
	for i, c := range b {
		if c != '\n' {
			b[i] = ' '
		}
	}
	return string(b)
}
