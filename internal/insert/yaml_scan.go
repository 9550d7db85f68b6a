package insert

import (
	"bytes"
	"unicode/utf8"
)

// The scanner finds where every node begins and ends, and judges the file as
// strictly as the library that checks the splices does: the two agree on which
// files are YAML and on the shape of each (see FuzzYAMLScan). It decodes no
// values.

// yamlDepth bounds how deep collections nest, and so the stack.
const yamlDepth = 1000

// yamlSyntax is why a file does not parse. The parser panics with it, parseYAML
// recovers it.
type yamlSyntax struct {
	pos int
	msg string
}

type yamlParser struct {
	yamlTree
	pos     int
	bol     int             // the offset of the current line
	fresh   bool            // an entry may begin here: nothing, or only "-", "?" or ":" stands before it on its line
	flow    int             // how many brackets are open
	outer   int             // the indentation of the entry that holds the outermost bracket
	depth   int             // how many collections are open
	handles map[string]bool // tag handles that the document declares
	defined map[string]bool // anchors so far
}

func (p *yamlParser) fail(pos int, msg string) { panic(yamlSyntax{pos, msg}) }

// parseYAML parses a whole stream. Where it does not parse, the tree is good for
// positions only.
func parseYAML(data []byte) (t *yamlTree, bad *yamlSyntax) {
	defer func() {
		if r := recover(); r != nil {
			s, ok := r.(yamlSyntax)
			if !ok {
				panic(r)
			}
			bad = &s
		}
	}()
	p := &yamlParser{}
	t = &p.yamlTree
	p.data = data
	p.nodes = make([]yamlNode, 1, 16+len(data)/8)
	if bytes.HasPrefix(data, []byte("\xEF\xBB\xBF")) {
		p.base = 3
	}
	p.characters()
	p.pos, p.bol = p.base, p.base
	p.stream()
	return t, nil
}

// characters refuses what is no text: the rest then need not look.
func (p *yamlParser) characters() {
	if len(p.data) > 1<<30 {
		p.fail(0, "the file is too large")
	}
	for i := p.base; i < len(p.data); {
		c := p.data[i]
		if c >= 0x20 && c < 0x7F || c == '\n' || c == '\t' || c == '\r' {
			i++
			continue
		}
		r, size := utf8.DecodeRune(p.data[i:])
		switch {
		case r == utf8.RuneError && size <= 1:
			p.fail(i, "the file is not UTF-8")
		case r == 0xFEFF:
			p.fail(i, "a byte order mark stands inside the file")
		case r < 0xA0 && r != 0x85, r == 0xFFFE, r == 0xFFFF:
			p.fail(i, "a control character is not allowed")
		}
		i += size
	}
}

// column is where pos stands on its line. Only ASCII precedes a place where a
// column matters.
func (p *yamlParser) column() int { return p.pos - p.bol }

func (p *yamlParser) at(c byte) bool { return p.pos < len(p.data) && p.data[p.pos] == c }

// indicator tells whether c stands here and white space behind it.
func (p *yamlParser) indicator(c byte) bool { return p.at(c) && yamlBlankAt(p.data, p.pos+1) }

// marker tells whether a line "---" or "..." begins here.
func (p *yamlParser) marker() bool {
	if p.pos != p.bol || p.pos+3 > len(p.data) {
		return false
	}
	s := string(p.data[p.pos : p.pos+3])
	return (s == "---" || s == "...") && yamlBlankAt(p.data, p.pos+3)
}

// ended tells whether the document ends at pos: the file does, or a marker or a
// directive begins.
func (p *yamlParser) ended() bool {
	return p.pos >= len(p.data) || p.marker() || p.pos == p.bol && p.data[p.pos] == '%'
}

func (p *yamlParser) newline(n int) {
	p.pos += n
	p.bol = p.pos
}

// skip passes white space, line breaks and comments. A tab does not indent, but
// may stand before a comment that has comments above it.
func (p *yamlParser) skip() {
	for p.pos < len(p.data) {
		switch c := p.data[p.pos]; c {
		case ' ':
			p.pos++
		case '\t':
			if p.flow == 0 && p.fresh {
				return
			}
			p.pos++
		case '#':
			p.comments()
		case '\n', '\r', 0xC2, 0xE2:
			n := yamlBreak(p.data, p.pos)
			if n == 0 {
				return
			}
			p.newline(n)
			if p.flow == 0 {
				p.fresh = true
			}
		default:
			return
		}
	}
}

// comments passes the comment at pos and, where it has a line of its own or
// stands behind a dash, those on the lines below it.
func (p *yamlParser) comments() {
	before := p.pos
	for before > p.bol && isBlank(p.data[before-1]) {
		before--
	}
	many := before == p.bol || p.fresh && p.data[before-1] == '-'
	for {
		p.pos = yamlLineEnd(p.data, p.pos)
		next, bol := p.pos, p.bol
		for yamlBlankAt(p.data, next) && next < len(p.data) {
			if n := yamlBreak(p.data, next); n > 0 {
				next += n
				bol = next
			} else {
				next++
			}
		}
		if !many || next == len(p.data) || p.data[next] != '#' {
			return
		}
		p.pos, p.bol = next, bol
		p.fresh = p.fresh || p.flow == 0
	}
}

// toComment passes spaces and tabs if a comment follows.
func (p *yamlParser) toComment() {
	start := p.pos
	if p.blanks(); !p.at('#') {
		p.pos = start
	}
}

// blanks passes spaces and tabs.
func (p *yamlParser) blanks() {
	for p.pos < len(p.data) && isBlank(p.data[p.pos]) {
		p.pos++
	}
}

// plainStop marks the bytes at which a plain scalar may end.
var plainStop = [256]bool{
	' ': true, '\t': true, '\n': true, '\r': true, 0xC2: true, 0xE2: true,
	':': true, ',': true, '?': true, '[': true, ']': true, '{': true, '}': true,
}

// plain scans a plain scalar whose lines are indented deeper than n, and the
// white space behind it.
func (p *yamlParser) plain(n int) int32 {
	start, end := p.pos, p.pos
	p.fresh = false
	crossed := false
	for !(crossed && p.marker()) && !p.at('#') {
		if i := p.word(); i > p.pos {
			end, p.pos, crossed = i, i, false
		}
		if p.pos == len(p.data) || !yamlBlankAt(p.data, p.pos) {
			break
		}
		crossed = p.fold(n, crossed)
		if p.flow == 0 && p.column() <= n {
			break
		}
	}
	if crossed {
		p.fresh = true
	}
	return p.add(yamlNode{kind: yamlPlain, start: int32(start), end: int32(end)})
}

// word finds the end of the part of a plain scalar that has no white space.
func (p *yamlParser) word() int {
	i := p.pos
	for i < len(p.data) {
		c := p.data[i]
		if !plainStop[c] {
			i++
			continue
		}
		switch c {
		case ' ', '\t', '\n', '\r':
			return i
		case 0xC2, 0xE2:
			if yamlBreak(p.data, i) > 0 {
				return i
			}
		case ':':
			if yamlBlankAt(p.data, i+1) {
				return i
			}
		default:
			if p.flow > 0 {
				return i
			}
		}
		i++
	}
	return i
}

// fold passes the white space and line breaks inside or behind a plain scalar.
func (p *yamlParser) fold(n int, crossed bool) bool {
	for p.pos < len(p.data) {
		if isBlank(p.data[p.pos]) {
			if crossed && p.data[p.pos] == '\t' && p.column() <= n {
				p.fail(p.pos, "a tab cannot indent")
			}
			p.pos++
			continue
		}
		b := yamlBreak(p.data, p.pos)
		if b == 0 {
			break
		}
		p.newline(b)
		crossed = true
	}
	return crossed
}

// quoted scans a scalar in quotes.
func (p *yamlParser) quoted() int32 {
	start, quote := p.pos, p.data[p.pos]
	kind := yamlSingle
	if quote == '"' {
		kind = yamlDouble
	}
	p.fresh = false
	p.pos++
	for {
		if p.pos >= len(p.data) {
			p.fail(start, "a quoted scalar does not end")
		}
		switch c := p.data[p.pos]; {
		case c == quote && quote == '\'' && p.pos+1 < len(p.data) && p.data[p.pos+1] == quote:
			p.pos += 2
		case c == quote:
			p.pos++
			return p.add(yamlNode{kind: kind, start: int32(start), end: int32(p.pos)})
		case c == '\\' && quote == '"':
			p.escape()
		case c == '\n' || c == '\r' || c == 0xC2 || c == 0xE2:
			if n := yamlBreak(p.data, p.pos); n > 0 {
				p.newline(n)
				if p.marker() {
					p.fail(p.pos, "a document marker stands inside a quoted scalar")
				}
				continue
			}
			p.pos++
		default:
			p.pos++
		}
	}
}

// escape passes an escape sequence in a double-quoted scalar.
func (p *yamlParser) escape() {
	start := p.pos
	p.pos++
	if yamlBreak(p.data, p.pos) > 0 {
		return // an escaped line break; the caller counts the line
	}
	digits := 0
	if p.pos < len(p.data) {
		switch c := p.data[p.pos]; c {
		case 'x':
			digits = 2
		case 'u':
			digits = 4
		case 'U':
			digits = 8
		default:
			if bytes.IndexByte([]byte("0abt\tnvfre \"'\\N_LP"), c) < 0 {
				p.fail(start, "an unknown escape sequence")
			}
		}
		p.pos++
	}
	r := 0
	for range digits {
		d := -1
		if p.pos < len(p.data) {
			d = yamlHex(p.data[p.pos])
		}
		if d < 0 {
			p.fail(start, "an escape sequence lacks hexadecimal digits")
		}
		r = r<<4 + d
		p.pos++
	}
	if r > utf8.MaxRune || r >= 0xD800 && r < 0xE000 {
		p.fail(start, "an escape sequence names no character")
	}
}

func yamlHex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
