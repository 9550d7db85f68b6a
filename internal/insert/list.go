package insert

import (
	"bytes"
	"strings"
)

// list is a bracketed list of items parted by commas: an object, an array, an
// inline table, a composite literal.
//
// Comments are told apart by place. One behind an item on its line belongs to
// that item; those on the lines directly above an item belong to the item
// below; all others belong to the list.
type list struct {
	*source
	open, close int // behind the opening bracket; at the closing one
	items       []item

	comment  func(data []byte, off int) int // the end of the comment at off, or off
	unit     string                         // one level of indentation
	broken   bool                           // an empty list gets its first item on a line of its own
	tight    bool                           // no space behind a comma
	trailing bool                           // a last item on a line of its own has a comma behind it
}

// item is one element: its bytes, and the comma behind it or -1.
type item struct{ start, end, comma int }

// after is the offset behind an item and its comma.
func (it item) after() int {
	if it.comma >= 0 {
		return it.comma + 1
	}
	return it.end
}

// slashComment is the end of a comment of Go or of JSON with comments.
func slashComment(data []byte, off int) int {
	rest := data[off:]
	switch {
	case len(rest) < 2 || rest[0] != '/':
		return off
	case rest[1] == '/':
		return lineComment(data, off)
	case rest[1] == '*':
		if i := bytes.Index(rest[2:], []byte("*/")); i >= 0 {
			return off + 2 + i + 2
		}
		return len(data)
	}
	return off
}

// lineComment is the end of the comment that runs from off to its line's end.
func lineComment(data []byte, off int) int {
	end := off
	for end < len(data) && data[end] != '\n' {
		end++
	}
	if end > off && end < len(data) && data[end-1] == '\r' {
		end--
	}
	return end
}

// hashComment is the end of a comment of TOML.
func hashComment(data []byte, off int) int {
	if off < len(data) && data[off] == '#' {
		return lineComment(data, off)
	}
	return off
}

// tail is the offset where what belongs to item i ends: behind its comma, the
// comments on its line and, at the line's end, the white space. Item -1 is the
// opening bracket.
func (l *list) tail(i int) int {
	from := l.open
	if i >= 0 {
		from = l.items[i].after()
	}
	last, at := from, from
	for {
		at = l.skipBlanks(at)
		if at == len(l.data) || l.breakAt(at) > 0 {
			return at
		}
		end := l.comment(l.data, at)
		if end == at {
			break
		}
		last, at = end, end
	}
	if at == l.close {
		return last
	}
	return from // the comments belong to the item that follows on the same line
}

// lead is the offset of the comments directly above item i, or of the item.
func (l *list) lead(i int) int {
	start := l.items[i].start
	at, run, breaks := l.tail(i-1), -1, 0
	for at < start {
		at = l.skipBlanks(at)
		if n := l.breakAt(at); n > 0 {
			if breaks++; breaks > 1 {
				run = -1
			}
			at += n
			continue
		}
		end := l.comment(l.data, at)
		if end == at {
			break
		}
		if run < 0 {
			run = at
		}
		breaks, at = 0, end
	}
	if run < 0 {
		return start
	}
	return run
}

// own tells whether item i begins on a line of its own, and that line, from its
// first comment above.
func (l *list) own(i int) bool { return l.leads(l.items[i].start) }

// atBreak tells whether a line ends at off.
func (l *list) atBreak(off int) bool { return l.breakAt(off) > 0 }

// insert returns the splices that make write's text item i. write gets the
// indentation of the line that the item stands on, and whether that line is the
// item's own; else the item should keep to one line.
func (l *list) insert(i int, write func(indent string, own bool) string) []splice {
	switch {
	case len(l.items) == 0:
		return []splice{l.insertOnly(write)}
	case i == 0 && l.own(0):
		indent := l.indent(l.items[0].start)
		return []splice{l.above(l.lead(0), indent+write(indent, true)+",")}
	case i == 0:
		at := l.firstOnLine()
		return []splice{{at, at, write(l.indent(at), false) + "," + l.gap()}}
	case l.own(i - 1):
		return l.insertBelow(i, write)
	}
	return l.insertBehind(i, write)
}

// insertOnly fills an empty list.
func (l *list) insertOnly(write func(string, bool) string) splice {
	inner := string(l.data[l.open:l.close])
	outer := l.indent(l.open)
	comma := ""
	if l.trailing {
		comma = ","
	}
	at := l.tail(-1)
	switch {
	case l.atBreak(at): // the list is broken already
		return l.below(at, outer+l.unit+write(outer+l.unit, true)+comma)
	case inner == "" && l.broken:
		text := l.eol + outer + l.unit + write(outer+l.unit, true) + comma + l.eol + outer
		return splice{at, at, text}
	case inner == "":
		return splice{at, at, write(outer, false)}
	}
	return splice{at, at, " " + write(outer, false)}
}

// insertBelow puts item i on a line below item i-1, which has a line of its own.
func (l *list) insertBelow(i int, write func(string, bool) string) []splice {
	prev := l.items[i-1]
	indent := l.indent(prev.start)
	text := indent + write(indent, true)
	var out []splice
	if prev.comma < 0 {
		out = append(out, splice{prev.end, prev.end, ","})
	} else {
		text += ","
	}
	at := l.tail(i - 1)
	if l.atBreak(at) {
		return append(out, l.below(at, text))
	}
	return append(out, splice{at, at, l.eol + text})
}

// insertBehind puts item i on the line of item i-1.
func (l *list) insertBehind(i int, write func(string, bool) string) []splice {
	prev := l.items[i-1]
	if prev.comma >= 0 {
		at := prev.comma + 1
		return []splice{{at, at, l.gap() + write(l.indent(prev.start), false) + ","}}
	}
	at := l.tail(i - 1)
	if !l.atBreak(at) {
		return []splice{{at, at, "," + l.gap() + write(l.indent(prev.start), false)}}
	}
	if len(strings.TrimSpace(string(l.data[prev.end:at]))) == 0 {
		return []splice{{prev.end, prev.end, "," + l.gap() + write(l.indent(prev.start), false)}}
	}
	// A comment up to the line's end: the comma before it, the item below it.
	indent := l.indent(l.open) + l.unit
	return []splice{{prev.end, prev.end, ","}, l.below(at, indent+write(indent, true))}
}

// firstOnLine is where an item goes that is to stand before the first one on
// its line: before its comments too.
func (l *list) firstOnLine() int {
	if at := l.skipBlanks(l.open); !l.atBreak(at) {
		return at
	}
	return l.items[0].start
}

// gap is the white space that this list has behind a comma inside a line.
func (l *list) gap() string {
	for i := 0; i+1 < len(l.items); i++ {
		if l.items[i].comma < 0 {
			continue
		}
		between := string(l.data[l.items[i].comma+1 : l.items[i+1].start])
		if strings.Trim(between, " \t") == "" {
			return between
		}
	}
	if l.tight {
		return ""
	}
	return " "
}

// remove returns the splices that take item i out: what insert made, and the
// comments that belong to the item.
func (l *list) remove(i int) []splice {
	if len(l.items) == 1 {
		return []splice{l.removeOnly()}
	}
	it := l.items[i]
	switch {
	case l.own(i):
		return l.removeLine(i)
	case i == 0:
		at := l.skipBlanks(it.after())
		if l.atBreak(at) {
			at = it.after()
		}
		return []splice{{l.firstOnLine(), at, ""}}
	case it.comma >= 0:
		return []splice{{l.items[i-1].comma + 1, it.comma + 1, ""}}
	}
	return []splice{{l.items[i-1].comma, it.end, ""}}
}

// removeOnly empties a list. Brackets between which only white space is left
// close up when the item had a line of its own.
func (l *list) removeOnly() splice {
	it, lead, tail := l.items[0], l.lead(0), l.tail(0)
	switch {
	case !l.own(0):
		start := it.start
		for start > l.open && isBlank(l.data[start-1]) {
			start--
		}
		return splice{start, it.after(), ""}
	case l.onlyBreak(l.open, lead) && l.onlyBreak(tail, l.close):
		return splice{l.open, l.close, ""}
	}
	if l.atBreak(tail) && l.leads(lead) {
		return l.cut(lead, tail)
	}
	return splice{l.joint(-1, lead), tail, ""}
}

// removeLine takes out an item that has a line of its own.
func (l *list) removeLine(i int) []splice {
	var out []splice
	if i > 0 && l.items[i].comma < 0 {
		comma := l.items[i-1].comma
		out = append(out, splice{comma, comma + 1, ""})
	}
	tail := l.tail(i)
	lead := l.lead(i)
	if l.atBreak(tail) && l.leads(lead) {
		return append(out, l.cut(lead, tail))
	}
	return append(out, splice{l.joint(i-1, lead), tail, ""})
}

// joint is where the text from off on may be cut away, line break included: the
// tail of item i, or the line break before off when other lines stand between.
// It is off itself where a comment needs that line break.
func (l *list) joint(i, off int) int {
	if !l.leads(off) || l.lineStart(off) == l.base {
		return off
	}
	at := l.prevEnd(l.lineStart(off))
	if tail := l.tail(i); tail < at || l.inLineComment(i, at) {
		return off
	}
	return at
}

// inLineComment tells whether a comment behind item i runs up to its line's end.
func (l *list) inLineComment(i, end int) bool {
	at := l.open
	if i >= 0 {
		at = l.items[i].after()
	}
	for at = l.skipBlanks(at); at < end; at = l.skipBlanks(at) {
		next := l.comment(l.data, at)
		if next == at {
			return false
		}
		if l.data[at] == '#' || bytes.HasPrefix(l.data[at:], []byte("//")) {
			return true
		}
		at = next
	}
	return false
}
