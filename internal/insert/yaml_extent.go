package insert

// yamlBlockList is a block collection seen as lines. To an entry belong its own
// lines; the comment lines directly above it in its column (its lead), which
// people wrote and which stay when it goes; and the comment lines below it that
// are indented deeper, with the blank lines between them (its tail). Every other comment belongs to nobody and stays, and so do
// all comments above the first entry of a document, which speak of the file.
type yamlBlockList struct {
	*yamlTree
	node int32
	col  int
	root bool
	list []yamlEntry
}

func (p *yamlPlace) blockList(n int32) *yamlBlockList {
	return &yamlBlockList{p.t, n, int(p.t.nodes[n].col), p.doc.root == n, p.t.entries(n)}
}

// own tells whether entry i begins on a line of its own, and not behind the
// indicator of the entry that holds the collection.
func (l *yamlBlockList) own(i int) bool { return l.leads(l.mark(l.list[i])) }

// body is the offset behind the lines of entry i.
func (l *yamlBlockList) body(i int) int { return l.after(l.end(l.list[i])) }

// leaf is the last scalar or flow collection of entry i.
func (l *yamlBlockList) leaf(i int) *yamlNode { return l.yamlTree.leaf(l.list[i].val) }

// keeps tells whether blank lines below entry i would be part of its value.
func (l *yamlBlockList) keeps(i int) bool {
	return l.leaf(i).keeps()
}

// start is the offset where the lines of entry i begin.
func (l *yamlBlockList) start(i int) int {
	mark := l.mark(l.list[i])
	if !l.own(i) {
		return mark
	}
	return l.lineStart(mark)
}

// lead is the offset where entry i begins, with its comments above.
func (l *yamlBlockList) lead(i int) int {
	start := l.start(i)
	if !l.own(i) || i == 0 && l.root {
		return start
	}
	for start > l.base {
		above := l.lineStart(start - yamlBreakBefore(l.data, start))
		if kind, col := l.line(above); kind != yamlCommentLine || col != l.col {
			break
		}
		start = above
	}
	return start
}

// tail is the offset where entry i ends, with its comments below.
func (l *yamlBlockList) tail(i int) int {
	end := l.body(i)
	for at := end; at < len(l.data); {
		kind, col := l.line(at)
		if kind == yamlContentLine || kind == yamlCommentLine && col <= l.col {
			break
		}
		at = yamlNextLine(l.data, at)
		if kind == yamlCommentLine {
			end = at
		}
	}
	return end
}

// blankFrom tells whether a blank line begins at off. White space at the end of
// the file, without a line break, is none.
func (t *yamlTree) blankFrom(off int) bool {
	kind, _ := t.line(off)
	return kind == yamlBlankLine && yamlLineEnd(t.data, off) < len(t.data)
}

// pastBlanks is the offset of the first line from off on that is not blank.
func (t *yamlTree) pastBlanks(off int) int {
	for t.blankFrom(off) {
		off = yamlNextLine(t.data, off)
	}
	return off
}

// pastSpace is the offset of the first line from off on that holds more than
// white space, or of the end.
func (t *yamlTree) pastSpace(off int) int {
	off = t.pastBlanks(off)
	if kind, _ := t.line(off); kind == yamlBlankLine {
		return len(t.data)
	}
	return off
}

// ragged tells whether the white space from off on holds a line with more than
// width spaces. Below a block scalar, that line could be part of its value.
func (t *yamlTree) ragged(off, width int) bool {
	for end := t.pastSpace(off); off < end; off = yamlNextLine(t.data, off) {
		if _, n := t.line(off); n > width {
			return true
		}
	}
	return false
}

// pastHungry moves off behind the white space there if an entry whose last
// scalar is leaf would otherwise swallow some of it.
func (t *yamlTree) pastHungry(off int, leaf *yamlNode) int {
	if leaf.keeps() || leaf != nil && leaf.kind == yamlBlock && t.ragged(off, 0) {
		return t.pastSpace(off)
	}
	return off
}

// swallowed is the end of the white space from off on that the block scalar
// above it would swallow.
func (t *yamlTree) swallowed(off int, above *yamlNode) int {
	if above.keeps() {
		off = t.pastBlanks(off)
	}
	if above != nil && above.kind == yamlBlock && (!above.empty || above.fixed) && t.ragged(off, int(above.col)) {
		off = t.pastSpace(off)
	}
	return off
}

// spaces tells whether an entry at off, the last scalar of which is leaf, may
// be parted from its neighbours by a blank line: not if the blank line could
// become part of that scalar.
func (l *yamlBlockList) spaces(off int, leaf *yamlNode) bool {
	if leaf == nil || leaf.kind != yamlBlock {
		return true
	}
	if leaf.keeps() {
		return false
	}
	for off > l.base {
		off = l.lineStart(off - yamlBreakBefore(l.data, off))
		kind, n := l.line(off)
		if kind != yamlBlankLine {
			break
		}
		if n > 0 {
			return false
		}
	}
	return true
}

// gap tells whether a blank line stands between entries i and i+1.
func (l *yamlBlockList) gap(i int) bool {
	end := l.lead(i + 1)
	for at := l.tail(i); at < end; at = yamlNextLine(l.data, at) {
		if l.blankFrom(at) {
			return true
		}
	}
	return false
}

// spaced tells whether blank lines part the entries: there are at least two,
// not counting entry skip, and between any two stands a blank line. A new entry
// then gets one too. Where skip is an entry, both gaps around it must have one.
func (l *yamlBlockList) spaced(skip int) bool {
	n := len(l.list)
	if skip >= 0 {
		n--
	}
	if n < 2 {
		return false
	}
	for i := range len(l.list) - 1 {
		if !l.gap(i) {
			return false
		}
	}
	return true
}
