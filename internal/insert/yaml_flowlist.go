package insert

import "strings"

// yamlFlowList is a flow collection as a bracketed list.
type yamlFlowList struct {
	list
}

// flowList makes a list of flow collection n.
func (p *yamlPlace) flowList(n int32) *yamlFlowList {
	node := &p.t.nodes[n]
	eol := p.eol(int(node.start))
	if eol == "\r" {
		eol = "\n" // a list knows no other
	}
	l := &yamlFlowList{list{
		source: &source{name: p.name, data: p.t.data, base: p.t.base, eol: eol},
		open:   int(node.start) + 1, close: int(node.end) - 1,
		comment: hashComment,
		unit:    strings.Repeat(" ", p.style(0).width),
	}}
	for _, e := range p.t.entries(n) {
		it := item{start: p.t.mark(e), end: p.t.end(e), comma: -1}
		if p.t.nodes[e.val].kind == yamlNull && it.end < l.close && isBlank(p.t.data[it.end]) {
			it.end++ // a comma directly behind "a:" or a tag would be part of it
		}
		if at := p.t.pastComments(it.end); p.t.data[at] == ',' {
			it.comma = at
		}
		l.items = append(l.items, it)
	}
	return l
}

// pastComments is the offset of the next token from off on inside a flow
// collection.
func (t *yamlTree) pastComments(off int) int {
	for off < len(t.data) {
		switch n := yamlBreak(t.data, off); {
		case n > 0:
			off += n
		case isBlank(t.data[off]):
			off++
		case t.data[off] == '#':
			off = yamlLineEnd(t.data, off)
		default:
			return off
		}
	}
	return off
}

// remove takes entry i out. The only entry on a line of its own leaves the two
// lines of the brackets: they were there before it.
func (l *yamlFlowList) remove(i int) []splice {
	if len(l.items) == 1 && l.own(0) {
		if lead, tail := l.lead(0), l.tail(0); l.atBreak(tail) && l.leads(lead) && l.lineStart(lead) > l.open {
			return []splice{l.cut(lead, tail)}
		}
	}
	return l.list.remove(i)
}
