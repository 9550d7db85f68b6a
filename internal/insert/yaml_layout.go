package insert

import (
	"sort"
	"strings"
)

// yamlRegion is a node with the comments around it, as lines of a file.
type yamlRegion struct {
	t        *yamlTree
	node     int32
	from, to int // from the first byte behind the ":" or "-" (or of the text) to the end of the last line
	parent   int // the column of the key or dash in front of it; -1 for a text of its own
}

// yamlSpot is where a region is to be written.
type yamlSpot struct {
	parent int  // the column of the key or dash in front of it; -1 for a text of its own
	seq    bool // it is a dash
	style  yamlStyle
}

// base is the column of what goes into the spot on a line of its own.
func (s yamlSpot) base(kind yamlKind) int {
	switch {
	case s.parent < 0:
		return 0
	case s.seq:
		return s.parent + s.style.dash
	case kind == yamlSeq:
		return s.parent + s.style.seq
	}
	return s.parent + s.style.width
}

// yamlTextLine is a line of a region; its column changes from old to new.
type yamlTextLine struct {
	start, end int // of its text, white space in front and the line break behind left out
	old, new   int
	known      bool // new is final
	raw        bool // a line of a block scalar; old and new may count its own spaces
	wall       int  // behind a block scalar: the column that a comment must stay left of; 0 for none
}

// yamlLayout moves the lines of a region: every collection gets the column that
// the spot's style gives it, and every line moves with the collection that it
// stands in.
type yamlLayout struct {
	t     *yamlTree
	lines []yamlTextLine
	style yamlStyle
}

// layout returns the region's lines as they read in the spot. first goes behind
// the key or dash, on its line; it may be empty.
func layout(r yamlRegion, s yamlSpot) (first string, rest []string) {
	l := &yamlLayout{t: r.t, style: s.style}
	l.split(r)
	if len(l.lines) == 0 {
		return "", nil
	}
	base := s.base(yamlPlain)
	if r.node != 0 {
		base = s.base(r.t.nodes[r.node].kind)
		l.root(r, s, base)
	}
	l.comments(base, s.parent)
	for i := range l.lines {
		line := &l.lines[i]
		text := string(r.t.data[line.start:line.end])
		switch {
		case i == 0 && l.onFirst(r, s):
			first = text
		case text == "" && !line.raw:
			rest = append(rest, "")
		default:
			rest = append(rest, strings.Repeat(" ", max(line.new, 0))+text)
		}
	}
	return first, rest
}

// onFirst tells whether the region's first line goes behind the key or dash.
func (l *yamlLayout) onFirst(r yamlRegion, s yamlSpot) bool {
	if s.parent < 0 || s.seq {
		return s.parent >= 0
	}
	if r.node == 0 {
		return false
	}
	node := &r.t.nodes[r.node]
	block := node.kind == yamlMap || node.kind == yamlSeq
	return l.lines[0].start == int(node.props) && (!block || node.props < node.start)
}

// split cuts the region into lines and drops blank ones around it. Blank lines
// at the end stay where they are part of a block scalar.
func (l *yamlLayout) split(r yamlRegion) {
	for at := r.from; at < r.to; {
		end := min(yamlLineEnd(r.t.data, at), r.to)
		start := at
		for start < end && isBlank(r.t.data[start]) {
			start++
		}
		l.lines = append(l.lines, yamlTextLine{start: start, end: end, old: start - r.t.lineStart(at)})
		at = end + yamlBreak(r.t.data, end)
	}
	for len(l.lines) > 0 && l.lines[0].start == l.lines[0].end {
		l.lines = l.lines[1:]
	}
	keep := 0
	if r.node != 0 {
		if leaf := r.t.leaf(r.node); leaf.kind == yamlBlock && leaf.chomp == yamlKeep {
			keep = int(leaf.end)
		}
	}
	for n := len(l.lines); n > 0 && l.lines[n-1].start == l.lines[n-1].end && l.lines[n-1].end >= keep; n-- {
		l.lines = l.lines[:n-1]
	}
}

// lineOf is the number of the line that off is on.
func (l *yamlLayout) lineOf(off int) int {
	return sort.Search(len(l.lines), func(i int) bool { return l.lines[i].end >= off })
}

// move puts the line that begins at off into column col. An offset inside a
// line moves nothing.
func (l *yamlLayout) move(off, col int) bool {
	i := l.lineOf(off)
	if i == len(l.lines) || l.lines[i].start != off {
		return false
	}
	if !l.lines[i].known {
		l.lines[i].new, l.lines[i].known = col, true
	}
	return true
}

// leads tells whether a line begins at off.
func (l *yamlLayout) leads(off int) bool {
	i := l.lineOf(off)
	return i < len(l.lines) && l.lines[i].start == off
}

// root lays the region's node out, whose lines begin in column base.
func (l *yamlLayout) root(r yamlRegion, s yamlSpot, base int) {
	node := &l.t.nodes[r.node]
	switch node.kind {
	case yamlMap, yamlSeq:
		l.move(int(node.props), base)
		l.collection(r.node, base)
	case yamlBlock:
		l.move(int(node.props), base)
		l.blockScalar(r.node, r.parent, s.parent, s.seq)
	default:
		l.move(int(node.props), base)
		l.follow(r.node, base-l.left(r.node), s.parent+1)
	}
}

// left is the leftmost column of the lines on which a node continues.
func (l *yamlLayout) left(n int32) int {
	node := &l.t.nodes[n]
	least := -1
	for i := l.lineOf(int(node.props)) + 1; i < len(l.lines) && l.lines[i].start < int(node.end); i++ {
		if line := &l.lines[i]; line.start < line.end && (least < 0 || line.old < least) {
			least = line.old
		}
	}
	return least
}

// collection puts the entries of a block collection into column col.
func (l *yamlLayout) collection(n int32, col int) {
	node := &l.t.nodes[n]
	for _, e := range l.t.entries(n) {
		l.move(l.t.mark(e), col)
		if e.key != 0 {
			l.node(e.key, node, col, false)
			if colon := l.t.nodes[e.val].mark; colon >= 0 {
				l.move(int(colon), col)
			}
		}
		l.node(e.val, node, col, node.kind == yamlSeq)
	}
}

// node lays out a node inside a collection that moves to column col.
func (l *yamlLayout) node(n int32, parent *yamlNode, col int, seq bool) {
	node := &l.t.nodes[n]
	old := int(parent.col)
	switch node.kind {
	case yamlMap, yamlSeq:
		to := col + int(node.col) - old
		if !seq && l.leads(int(node.start)) {
			to = yamlSpot{parent: col, style: l.style}.base(node.kind)
		}
		l.move(int(node.props), to)
		l.collection(n, to)
	case yamlBlock:
		if i := l.lineOf(int(node.props)); i < len(l.lines) {
			l.move(int(node.props), max(l.lines[i].old+col-old, col+1))
		}
		l.blockScalar(n, old, col, seq)
	default:
		l.follow(n, col-old, col+1)
	}
}

// follow moves the lines of a node that is no block by d, but not left of
// least.
func (l *yamlLayout) follow(n int32, d, least int) {
	node := &l.t.nodes[n]
	for i := l.lineOf(int(node.props)); i < len(l.lines) && l.lines[i].start < int(node.end); i++ {
		line := &l.lines[i]
		if line.start >= int(node.props) && !line.known {
			line.new, line.known = max(line.old+d, least), true
		}
	}
}

// blockScalar moves the lines of a block scalar whose parent's column changes
// from old to col.
func (l *yamlLayout) blockScalar(n int32, old, col int, seq bool) {
	node := &l.t.nodes[n]
	d := max(col, 0) - max(old, 0)
	if !node.fixed && !(seq && old >= 0 && col >= 0) {
		to := yamlSpot{parent: col, seq: seq, style: l.style}.base(yamlPlain)
		if col < 0 {
			to = 2
		}
		d = max(to, col+2) - int(node.col)
	}
	first := l.lineOf(int(node.start)) + 1
	i := first
	for ; i < len(l.lines) && l.lines[i].start < int(node.end); i++ {
		line := &l.lines[i]
		line.known, line.raw, line.new = true, true, line.old+d
		if line.start == line.end && line.old <= int(node.col) {
			line.new = 0 // a blank line
		}
	}
	// Comments directly below must not become content.
	for ; i < len(l.lines) && !l.lines[i].known && i < l.nextContent(i); i++ {
		l.lines[i].wall = int(node.col) + d
	}
}

// nextContent is the number of the first line from i on that is neither blank
// nor a comment.
func (l *yamlLayout) nextContent(i int) int {
	for i < len(l.lines) && (l.lines[i].start == l.lines[i].end || l.t.data[l.lines[i].start] == '#') {
		i++
	}
	return i
}

// comments places the comment lines. One in the column of the next line of
// content goes with that; others go with the nearest line above that stands no
// deeper.
func (l *yamlLayout) comments(base, parent int) {
	for i := range l.lines {
		line := &l.lines[i]
		if line.known || line.start == line.end {
			continue
		}
		line.new = base
		next := l.nextContent(i)
		if i > 0 && next < len(l.lines) && l.lines[next].old == line.old {
			line.new = l.lines[next].new
		} else {
			for j := i - 1; j >= 0; j-- {
				if a := &l.lines[j]; a.start < a.end && !a.raw && a.old <= line.old {
					line.new = a.new + line.old - a.old
					break
				}
			}
		}
		if line.wall > 0 {
			line.new = min(line.new, line.wall-1)
		}
		if next == len(l.lines) {
			line.new = max(line.new, parent+1)
		}
		line.known = true
	}
}
