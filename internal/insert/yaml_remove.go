package insert

import "strings"

// yamlRemove takes out the entry that a.Key names. See yaml.go.
func yamlRemove(name string, data []byte, a Address) ([]byte, error) {
	return yamlRemoveText(name, data, a, nil)
}

// yamlRemoveText also takes out an element without a key: the one that equals
// text.
func yamlRemoveText(name string, data []byte, a Address, text []byte) ([]byte, error) {
	p, err := locate(name, data, a)
	if err == nil {
		err = p.unshared()
	}
	if err != nil {
		return nil, err
	}
	i, err := p.entry(text)
	if err != nil {
		return nil, err
	}
	if err := p.unused(i); err != nil {
		return nil, err
	}
	// Where the file cannot do without a parent, the parent stays.
	for depth := p.highest(i); ; depth++ {
		node, index := p.node, i
		if depth < len(p.steps) {
			node, index = p.steps[depth].node, p.steps[depth].index
		}
		s := p.without(node, index)
		out := apply(data, s...)
		err := p.checkRemove(out, yamlEdit{s, index}, depth)
		if err == nil {
			return out, nil
		}
		if depth == len(p.steps) {
			return nil, err
		}
	}
}

// unused refuses to take out entry i if it defines an anchor that is used
// outside it.
func (p *yamlPlace) unused(i int) error {
	e := p.t.entries(p.node)[i]
	start, end := p.t.mark(e), p.t.end(e)
	defined := make(map[string]int)
	for _, a := range p.t.anchors {
		at := int(a.pos)
		if !a.alias {
			defined[a.name] = at
			continue
		}
		if from := defined[a.name]; (at < start || at >= end) && from >= start && from < end {
			return p.fail(Unsafe, at, "move the anchor first", "%s defines the anchor &%s, which is used here", p.a, a.name)
		}
	}
	return nil
}

// highest is how many segments of the path lead to the collection that loses an
// entry when entry i of the place goes: with Create, parents go with it that
// Insert made and that would be left empty.
func (p *yamlPlace) highest(i int) int {
	depth, node := len(p.steps), p.node
	for p.a.Create && depth > 0 && p.made(depth, node) {
		depth--
		node = p.steps[depth].node
	}
	return depth
}

// made tells whether Insert may have made collection n, to which depth segments
// lead, for its one entry: no comment, tag or anchor stands at it, and it looks
// as Insert writes it. Elements of sequences are not made.
func (p *yamlPlace) made(depth int, n int32) bool {
	t, up := p.t, p.steps[depth-1]
	node, parent := &t.nodes[n], &t.nodes[up.node]
	list := t.entries(n)
	if len(list) != 1 || !parent.kind.mapping() || node.props < node.start || node.kind.flow() != parent.kind.flow() {
		return false
	}
	e := t.entries(up.node)[up.index]
	if node.kind.flow() {
		around := string(t.data[t.nodes[e.key].end:t.mark(list[0])]) + string(t.data[t.end(list[0]):t.end(e)])
		return !strings.Contains(around, "#")
	}
	inner, outer := p.blockList(n), p.blockList(up.node)
	head := t.nodes[e.val].mark + 1
	between := strings.Trim(string(t.data[head:inner.start(0)]), " ")
	start := t.mark(e)
	return (between == "\n" || between == "\r\n" || between == "\r") && start == int(t.nodes[e.key].start) &&
		(!outer.own(up.index) || outer.lead(up.index) == t.lineStart(start)) &&
		outer.tail(up.index) == inner.tail(0)
}

// without plans to take entry i of collection n out.
func (p *yamlPlace) without(n int32, i int) []splice {
	if p.t.nodes[n].kind.flow() {
		return p.flowList(n).remove(i)
	}
	l := p.blockList(n)
	if !l.own(i) {
		return []splice{l.cutCompact()}
	}
	return []splice{l.cut(i)}
}

// cutCompact takes out the first entry, which stands behind the dash of the
// element that the collection is. The second one takes its place, if no comment
// stands between them.
func (l *yamlBlockList) cutCompact() splice {
	start, tail := l.mark(l.list[0]), l.tail(0)
	if len(l.list) > 1 && tail == l.lineStart(l.mark(l.list[1])) {
		return splice{start, l.mark(l.list[1]), ""}
	}
	for isBlank(l.data[start-1]) {
		start--
	}
	return splice{start, tail - yamlBreakBefore(l.data, tail), ""}
}

// cut takes out the lines of entry i, and the blank line that Insert wrote to
// part it from its neighbours. Insert writes no comment above an entry: one that
// stands there stays, and so do the blank lines around it.
func (l *yamlBlockList) cut(i int) splice {
	start, end := l.start(i), l.tail(i)
	var before *yamlNode
	if i > 0 && l.body(i-1) == start {
		before = l.leaf(i - 1)
	}
	open := end == len(l.data) && yamlBreakBefore(l.data, end) == 0
	if past := l.swallowed(end, before); past > end {
		end = past
	} else if l.lead(i) == start && l.spaced(i) && l.spaces(start, l.leaf(i)) && !(i > 0 && l.keeps(i-1)) {
		start, end = l.withBlank(i, start, end)
	}
	if open && start > l.base && !before.needsBreak() {
		start -= yamlBreakBefore(l.data, start)
	}
	return splice{start, end, ""}
}

func (n *yamlNode) keeps() bool {
	return n != nil && n.kind == yamlBlock && n.chomp == yamlKeep
}

// withBlank adds one blank line to the lines of entry i: the one before it, or
// else behind it, whichever is as Insert writes it.
func (l *yamlBlockList) withBlank(i, start, end int) (int, int) {
	eol := string(l.data[yamlLineEnd(l.data, l.mark(l.list[i])):])
	eol = eol[:yamlBreak([]byte(eol[:min(len(eol), 3)]), 0)]
	if eol == "" { // the file's last line, which has no line break
		eol = string(l.data[start-yamlBreakBefore(l.data, start) : start])
	}
	if n := yamlBreakBefore(l.data, start); i > 0 && string(l.data[start-n:start]) == eol {
		if above := start - n; above == l.base || yamlBreakBefore(l.data, above) > 0 {
			return above, end
		}
	}
	if n := yamlBreak(l.data, end); n > 0 && string(l.data[end:end+n]) == eol {
		return start, end + n
	}
	return start, end
}
