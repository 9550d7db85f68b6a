package insert

import "bytes"

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

func (t *yamlTree) sameScalar(n int32, u *yamlTree, m int32) bool {
	a, b := &t.nodes[n], &u.nodes[m]
	if a.kind == yamlBlock || b.kind == yamlBlock {
		return a.kind == b.kind && bytes.Equal(t.data[a.start:a.end], u.data[b.start:b.end])
	}
	v, ok := t.value(n)
	w, also := u.value(m)
	text := func(kind yamlKind, s string) bool {
		return kind == yamlSingle || kind == yamlDouble || !yamlTyped(s)
	}
	return ok && also && v == w && text(a.kind, v) == text(b.kind, w)
}
