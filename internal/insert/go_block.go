package insert

import (
	"bytes"
	"strings"
)

// goBlock is what stands between two braces line by line: statements or the
// fields of a struct.
type goBlock struct {
	*source
	open, close int // behind the opening brace; at the closing one
	items       []Span
}

// tail is the offset where what belongs to item i ends: behind its semicolon
// and the comments on its line. Item -1 is the opening brace.
func (b *goBlock) tail(i int) int {
	at := b.open
	if i >= 0 {
		at = b.items[i].End
	}
	last, semicolon := at, i < 0
	for {
		at = b.skipBlanks(at)
		if at == len(b.data) || b.breakAt(at) > 0 {
			return at
		}
		if !semicolon && b.data[at] == ';' {
			at++
			last, semicolon = at, true
			continue
		}
		end := slashComment(b.data, at)
		if end == at {
			return last
		}
		at, last = end, end
	}
}

// lead is the offset of the comment lines directly above item i, or the item.
func (b *goBlock) lead(i int) int {
	l := list{source: b.source, open: b.open, close: b.close, comment: slashComment}
	for j, it := range b.items[:i+1] {
		l.items = append(l.items, item{it.Start, it.End, -1})
		if j < i {
			l.items[j].comma = b.tail(j) - 1 // so that what belongs to item j is passed over
		}
	}
	return l.lead(i)
}

// broken tells whether the braces stand on different lines.
func (b *goBlock) broken() bool {
	return bytes.ContainsRune(b.data[b.open:b.close], '\n')
}

// blank tells whether nothing but white space stands between two offsets.
func (b *goBlock) blank(from, to int) bool {
	return len(bytes.TrimSpace(b.data[from:to])) == 0
}

// insert is the candidates for putting fr before item i.
func (b *goBlock) insert(i int, fr *fragment) ([]candidate, error) {
	outer := b.indent(b.open) + "\t"
	switch tail := b.tail(i - 1); {
	case !b.broken():
		return b.insertOnLine(i, fr)
	case i == 0 && len(b.items) > 0 && b.leads(b.items[0].Start):
		indent := b.indent(b.items[0].Start)
		return []candidate{{b.above(b.lead(0), fr.write(indent, b.eol, false))}}, nil
	case b.breakAt(tail) == 0:
		return b.insertBetween(i, tail, fr)
	case i == 0:
		return []candidate{{b.below(tail, fr.write(outer, b.eol, false))}}, nil
	case b.leads(b.items[i-1].Start):
		outer = b.indent(b.items[i-1].Start)
		fallthrough
	default:
		plain := b.below(tail, fr.write(outer, b.eol, false))
		if i < len(b.items) {
			return []candidate{{plain}}, nil
		}
		apart := plain
		apart.text = b.eol + apart.text // columns end at a blank line
		return []candidate{{plain}, {apart}}, nil
	}
}

// insertBetween puts fr on a line that holds other items too.
func (b *goBlock) insertBetween(i, tail int, fr *fragment) ([]candidate, error) {
	if len(fr.lines) > 1 || fr.comments > 0 {
		return nil, b.fail(Unsafe, tail, "there are several statements or braces on this line: write each on its own")
	}
	switch {
	case i < len(b.items), i > 0 && bytes.HasSuffix(b.data[:tail], []byte(";")):
		return []candidate{{{tail, tail, " " + fr.lines[0] + ";"}}}, nil
	case i > 0:
		return []candidate{{{b.items[i-1].End, b.items[i-1].End, "; " + fr.lines[0]}}}, nil
	}
	return []candidate{{{tail, tail, " " + fr.lines[0]}}}, nil
}

// insertOnLine puts fr into braces that stand on one line, as { return nil }: on
// that line, if gofmt likes it there, else every item gets a line.
func (b *goBlock) insertOnLine(i int, fr *fragment) ([]candidate, error) {
	outer := b.indent(b.open)
	inner := outer + "\t"
	if b.blank(b.open, b.close) {
		text := b.eol + fr.write(inner, b.eol, false) + b.eol + outer
		return []candidate{{{b.open, b.open, text}}}, nil
	}
	if b.hasComments() {
		return nil, b.fail(Unsafe, b.open, "the braces on this line have comments inside: write them on several lines")
	}
	var list []candidate
	if len(fr.lines) == 1 && fr.comments == 0 {
		text := fr.lines[0]
		if i < len(b.items) {
			at := b.items[i].Start
			list = append(list, candidate{{at, at, text + "; "}})
		} else {
			at := b.items[i-1].End
			list = append(list, candidate{{at, at, "; " + text}})
		}
	}
	text := fr.write(inner, b.eol, false)
	var c candidate
	from := b.open
	for j := 0; j <= len(b.items); j++ {
		to, gap := b.close, b.eol+outer
		if j < len(b.items) {
			to, gap = b.items[j].Start, b.eol+inner
		}
		if i == j {
			gap = b.eol + text + gap
		}
		c = append(c, splice{from, to, gap})
		if j < len(b.items) {
			from = b.items[j].End
		}
	}
	return append(list, c), nil
}

// hasComments tells whether there is a comment between the items.
func (b *goBlock) hasComments() bool {
	at := b.open
	for _, it := range b.items {
		if bytes.ContainsRune(b.data[at:it.Start], '/') {
			return true
		}
		at = it.End
	}
	return bytes.ContainsRune(b.data[at:b.close], '/')
}

// remove takes out items first to last, which are fr.
func (b *goBlock) remove(first, last int, fr *fragment) splice {
	a, z := b.items[first].Start, b.items[last].End
	if !b.broken() || !b.leads(a) || b.breakAt(b.tail(last)) == 0 {
		return b.removeOnLine(first, last)
	}
	lead, tail := b.lead(first), b.tail(last)
	// Comments of the entry's own that a blank line parts from it.
	if from, to := b.own(first, last, fr); from >= 0 {
		lead, tail = min(lead, from), max(tail, to)
	}
	switch {
	case b.onlyBreak(b.open, lead) && b.onlyBreak(tail, b.close):
		return splice{b.open, b.close, ""}
	case !b.leads(lead):
		return splice{a, z, ""}
	}
	// A last item that a blank line parts from those above leaves none behind.
	if above := b.lineStart(lead); last == len(b.items)-1 && first > 0 && above > b.base && b.empty(above-1) {
		lead = b.lineStart(above - 1)
	}
	return b.cut(lead, tail)
}

// removeOnLine takes out items that share their line.
func (b *goBlock) removeOnLine(first, last int) splice {
	a, z := b.items[first].Start, b.items[last].End
	switch {
	case last+1 < len(b.items):
		return splice{a, b.items[last+1].Start, ""}
	case first > 0 && b.data[b.skipBlanks(z)] == ';':
		z = b.skipBlanks(z) + 1
	case first > 0 && string(bytes.TrimSpace(b.data[b.items[first-1].End:a])) == ";":
		return splice{b.items[first-1].End, z, ""}
	case b.blank(b.open, a) && b.blank(z, b.close):
		return splice{b.open, b.close, ""}
	}
	for a > b.open && isBlank(b.data[a-1]) {
		a--
	}
	return splice{a, z, ""}
}

// own finds the lines of fr around items first to last as Insert wrote them: the
// offsets of the first and of the last, or -1.
func (b *goBlock) own(first, last int, fr *fragment) (from, to int) {
	if fr == nil {
		return -1, -1
	}
	from = b.lineStart(b.items[first].Start)
	for range fr.first {
		if from == b.base {
			return -1, -1
		}
		from = b.lineStart(from - 1)
	}
	to = b.items[last].End
	for range len(fr.lines) - 1 - fr.last {
		to = b.nextLine(to)
	}
	to = b.lineEnd(min(to, len(b.data)))
	if from < b.open || to > b.close {
		return -1, -1
	}
	is := strings.Split(string(b.data[from:to]), "\n")
	if len(is) != len(fr.lines) {
		return -1, -1
	}
	for i, line := range is {
		if strings.TrimSpace(line) != strings.TrimSpace(fr.lines[i]) {
			return -1, -1
		}
	}
	return from, to
}
