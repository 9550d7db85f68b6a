package insert

import (
	"slices"
	"strings"
)

func tomlRemove(s *source, a Address, text []byte) ([]byte, error) {
	f, err := parseTOML(s)
	if err != nil {
		return nil, err
	}
	p, err := f.entryAt(a, text)
	if err != nil {
		return nil, err
	}
	only := -1 // the one block to take out
	for a.Create && only < 0 {
		up, block := f.made(p)
		if up == nil {
			break
		}
		if only = block; only < 0 {
			p = *up
		}
	}
	splices, err := f.cutOut(p, only)
	if err != nil {
		return nil, err
	}
	out := apply(f.data, splices...)
	return out, f.becomes(out, f.lessOf(p), "without the entry")
}

// made is the parent of p when nothing but p is in it, so that Insert may have
// made it for p. Where the parent's header is all that can go, because there are
// tables below it, that block is returned too, else -1.
func (f *tomlFile) made(p tomlPlace) (*tomlPlace, int) {
	if len(p.up) < 2 {
		return nil, -1
	}
	up, _ := p.above()
	n := up.n
	switch n.kind {
	case tomlInline, tomlArray:
		if len(n.items) != 1 {
			return nil, -1
		}
		around := string(f.data[n.start+1:n.items[0].start]) + string(f.data[n.items[0].end:n.end-1])
		if strings.Trim(around, " \t\r\n,") != "" || up.up[len(up.up)-1].kind == tomlArray {
			return nil, -1
		}
		return &up, -1
	case tomlTable:
		if n.block < 1 || f.blocks[n.block].array || len(f.blocks[n.block].lines) != 1 || p.n.first >= 0 {
			return nil, -1
		}
		b := &f.blocks[n.block]
		around := string(f.data[b.header.end:b.lines[0].start]) + string(f.data[b.lines[0].end:f.lineEnd(f.contentEnd(n.block))])
		switch {
		case strings.TrimSpace(around) != "":
			return nil, -1
		case n.count > 1:
			return &up, n.block
		}
		return &up, -1
	}
	return nil, -1
}

// cutOut takes the entry at p out, or only block only.
func (f *tomlFile) cutOut(p tomlPlace, only int) ([]splice, error) {
	if only >= 0 {
		return []splice{f.cutBlocks(only, only)}, nil
	}
	n := p.n
	holder, step := p.above()
	switch {
	case holder.n.kind == tomlInline:
		return f.list(holder.n).remove(slices.Index(holder.n.names, step.(string))), nil
	case holder.n.kind == tomlArray:
		return f.list(holder.n).remove(step.(int)), nil
	}
	if _, ok := f.extent(p); !ok {
		return nil, f.fail(Ambiguous, f.offset(n), "%s is defined in several places of the file", tomlPath(p.names()))
	}
	if n.first >= 0 {
		return []splice{f.cutBlocks(n.first, n.last)}, nil
	}
	return []splice{f.cutLines(n.in, n.lines[0], n.lines[len(n.lines)-1])}, nil
}

// cutBlocks undoes putBlock.
func (f *tomlFile) cutBlocks(first, last int) splice {
	start, end := f.leadOfLine(first, -1), f.contentEnd(last)
	switch {
	case first > 1 || f.lastLine(0) >= 0:
		if above := f.lineStart(start); above > f.base && f.empty(above-1) {
			start = f.lineStart(above - 1)
		}
		return f.cut(start, end)
	case last < len(f.blocks)-1:
		return f.cut(start, f.blankBelow(end))
	}
	return f.cut(f.blankAbove(start), end)
}

// cutLines undoes putLine.
func (f *tomlFile) cutLines(i, first, last int) splice {
	start, end := f.leadOfLine(i, first), f.blocks[i].lines[last].end
	if i == 0 && last-first+1 == len(f.blocks[0].lines) {
		if len(f.blocks) > 1 {
			return f.cut(start, f.blankBelow(end))
		}
		return f.cut(f.blankAbove(start), end)
	}
	return f.cut(start, end)
}

// blankBelow is on the blank line below off, or off.
func (f *tomlFile) blankBelow(off int) int {
	if next := f.nextLine(off); next < len(f.data) && f.empty(next) {
		return next
	}
	return off
}

// blankAbove is on the blank line above off that parts it from what is above,
// or off.
func (f *tomlFile) blankAbove(off int) int {
	above := f.lineStart(off)
	if above == f.base || !f.empty(above-1) {
		return off
	}
	if blank := f.lineStart(above - 1); blank > f.base && !f.empty(blank-1) {
		return blank
	}
	return off
}

// lessOf is what the file means without the entry at p. Tables that exist only
// by what is below them, and an array without a last element, go with it.
func (f *tomlFile) lessOf(p tomlPlace) any {
	for len(p.up) > 1 {
		up, _ := p.above()
		gone := up.n.kind == tomlTables && len(up.n.elems) == 1 ||
			up.n.kind == tomlTable && up.n.block < 0 && len(up.n.child) == 1
		if !gone {
			break
		}
		p = up
	}
	return dropped(f.tree, p.trail)
}

func tomlFind(s *source, a Address, text []byte) (Span, error) {
	f, err := parseTOML(s)
	if err != nil {
		return Span{}, err
	}
	p, err := f.entryAt(a, text)
	if err != nil {
		return Span{}, err
	}
	span, ok := f.extent(p)
	if !ok {
		return Span{}, f.fail(Ambiguous, f.offset(p.n), "%s is defined in several places of the file", tomlPath(p.names()))
	}
	return span, nil
}

func tomlValue(s *source, a Address, text []byte) ([]byte, error) {
	f, err := parseTOML(s)
	if err != nil {
		return nil, err
	}
	p, err := f.entryAt(a, text)
	if err != nil {
		return nil, err
	}
	if _, ok := f.extent(p); !ok {
		return nil, f.fail(Ambiguous, f.offset(p.n), "%s is defined in several places of the file", tomlPath(p.names()))
	}
	n := p.n
	switch {
	case n.kind == tomlTables:
		return nil, f.fail(Mismatch, f.offset(n), "%s is an array of tables: pick an element", tomlPath(p.names()))
	case n.kind != tomlTable:
		return []byte(f.valueText(n)), nil
	case n.dotted:
		return []byte(f.dottedText(p)), nil
	}
	return []byte(f.tableText(p)), nil
}

// valueText is a value with the indentation of its first line taken off the
// others.
func (f *tomlFile) valueText(n *tomlNode) string {
	indent := f.indent(n.start)
	raw := string(f.text[n.start:n.end])
	inside := tomlInside([]byte(raw))
	var b strings.Builder
	at := 0
	for line := range strings.Lines(raw) {
		short := line
		if at > 0 && !inside(at) {
			short = strings.TrimPrefix(line, indent)
		}
		b.WriteString(strings.ReplaceAll(short, "\r\n", "\n"))
		at += len(line)
	}
	return b.String()
}

// dottedText is the lines of a table made by dotted keys, without its own key.
func (f *tomlFile) dottedText(p tomlPlace) string {
	n := p.n
	prefix := len(p.names())
	if h := f.blocks[n.in].header; h != nil {
		prefix -= len(h.keys)
	}
	var out []string
	for _, j := range n.lines {
		line := f.blocks[n.in].lines[j]
		out = append(out, string(f.text[line.keys[prefix].start:line.end]))
	}
	return strings.ReplaceAll(strings.Join(out, "\n"), "\r\n", "\n")
}

// tableText is what stands below a table's header; the headers below it are
// relative to it.
func (f *tomlFile) tableText(p tomlPlace) string {
	n := p.n
	start, end := f.nextLine(f.blocks[n.first].header.end), f.lineEnd(f.contentEnd(n.last))
	if start >= end {
		return ""
	}
	var splices []splice
	for i := n.first + 1; i <= n.last; i++ {
		keys := f.blocks[i].header.keys
		splices = append(splices, splice{keys[0].start - start, keys[len(p.names())].start - start, ""})
	}
	text := strings.ReplaceAll(string(apply(f.text[start:end], splices...)), "\r\n", "\n")
	return tomlDedent(text, "\n")
}
