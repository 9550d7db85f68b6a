package insert

import (
	"bytes"
	"strings"
)

// equals tells whether a node has the content of a text.
func (t *yamlTree) equals(n int32, x *yamlText) bool {
	if x.root == 0 {
		return t.none(n) && t.nodes[n].props == t.nodes[n].start
	}
	return t.same(n, x.t, x.root)
}

// same tells whether two nodes of two files have the same content, whatever
// their style.
func (t *yamlTree) same(n int32, u *yamlTree, m int32) bool {
	a, b := &t.nodes[n], &u.nodes[m]
	switch {
	case a.kind == yamlAlias || b.kind == yamlAlias || a.props < a.start || b.props < b.start:
		return bytes.Equal(t.data[a.props:a.end], u.data[b.props:b.end])
	case a.kind.scalar() && b.kind.scalar():
		return t.sameScalar(n, u, m)
	case a.kind.mapping() != b.kind.mapping() || a.kind.sequence() != b.kind.sequence():
		return false
	}
	c, d := a.first, b.first
	for c != 0 && d != 0 {
		if !t.same(c, u, d) {
			return false
		}
		c, d = t.nodes[c].next, u.nodes[d].next
	}
	return c == d
}

// none tells whether a scalar is null, written out or not.
func (t *yamlTree) none(n int32) bool { return t.nodes[n].kind == yamlNull || t.isNull(n) }

func (t *yamlTree) sameScalar(n int32, u *yamlTree, m int32) bool {
	a, b := &t.nodes[n], &u.nodes[m]
	if a.kind == yamlBlock || b.kind == yamlBlock {
		return a.kind == b.kind && t.data[a.start] == u.data[b.start] && a.chomp == b.chomp && t.blockText(n) == u.blockText(m)
	}
	if t.none(n) || u.none(m) {
		return t.none(n) && u.none(m)
	}
	v, ok := t.value(n)
	w, also := u.value(m)
	text := func(kind yamlKind, s string) bool {
		return kind == yamlSingle || kind == yamlDouble || !yamlTyped(s)
	}
	return ok && also && v == w && text(a.kind, v) == text(b.kind, w)
}

// blockText is the content of a block scalar without its indentation.
func (t *yamlTree) blockText(n int32) string {
	node := &t.nodes[n]
	var b strings.Builder
	for at := yamlNextLine(t.data, int(node.start)); at < int(node.end); {
		end := yamlLineEnd(t.data, at)
		for i := 0; i < int(node.col) && at < end && t.data[at] == ' '; i++ {
			at++
		}
		b.Write(t.data[at:end])
		b.WriteByte('\n')
		at = end + yamlBreak(t.data, end)
	}
	return b.String()
}
