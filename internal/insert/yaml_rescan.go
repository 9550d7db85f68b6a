package insert

import (
	"cmp"
	"slices"
)

func sortedSplices(s []splice) []splice {
	s = slices.Clone(s)
	slices.SortFunc(s, func(a, b splice) int { return cmp.Compare(a.start, b.start) })
	return s
}

// rescan scans the new file and tells whether every node that was in the old
// one is where it must be, and nothing else but the entry. depth is how many
// segments of the path lead to the collection that gains or loses the entry.
func (p *yamlPlace) rescan(out []byte, e yamlEdit, depth int, insert bool) bool {
	t, bad := parseYAML(out)
	if bad != nil || len(t.docs) != 1 {
		return false
	}
	c := &yamlCompare{less: p.t, more: t, index: e.index}
	for _, s := range sortedSplices(e.splices) {
		if insert {
			c.gaps = append(c.gaps, yamlGap{s.start, len(s.text)})
			continue
		}
		at := s.start
		for _, g := range c.gaps {
			at -= g.n
		}
		c.gaps = append(c.gaps, yamlGap{at, s.end - s.start})
	}
	trail := make([]int, depth)
	for i := range trail {
		trail[i] = p.steps[i].index
	}
	root := t.docs[0].root
	if insert {
		return c.equal(p.doc.root, root, trail, true)
	}
	c.less, c.more = t, p.t
	return c.equal(root, p.doc.root, trail, true)
}

// yamlGap is where a file has n bytes less than another.
type yamlGap struct{ at, n int }

// yamlCompare compares a tree with one that has an entry more.
type yamlCompare struct {
	less, more *yamlTree
	gaps       []yamlGap
	index      int // of the entry
}

// start is where the byte at off of the smaller file is in the larger one; end
// is the same for an offset behind a byte.
func (c *yamlCompare) start(off int32) int32 {
	n := off
	for _, g := range c.gaps {
		if g.at <= int(off) {
			n += int32(g.n)
		}
	}
	return n
}

func (c *yamlCompare) end(off int32) int32 {
	n := off
	for _, g := range c.gaps {
		if g.at < int(off) {
			n += int32(g.n)
		}
	}
	return n
}

// equal compares nodes a and b. While on holds, they are on the way to the
// entry, and trail is the rest of that way.
func (c *yamlCompare) equal(a, b int32, trail []int, on bool) bool {
	x, y := &c.less.nodes[a], &c.more.nodes[b]
	here := on && len(trail) == 0
	if here && x.kind == yamlNull && (y.kind == yamlMap || y.kind == yamlSeq) && y.first != 0 {
		return true // its first entry; the library looks at that
	}
	if x.kind != y.kind || (x.anchor == 0) != (y.anchor == 0) || x.chomp != y.chomp || x.col != y.col {
		return false
	}
	if x.first == 0 && !here && !(on && x.kind == yamlNull) && (c.start(x.start) != y.start || c.end(x.end) != y.end || c.start(x.props) != y.props) {
		return false
	}
	i, j, n := x.first, y.first, 0
	for i != 0 || j != 0 {
		if here && n == c.index && j != 0 {
			if j = c.more.nodes[j].next; x.kind.mapping() {
				j = c.more.nodes[j].next
			}
			here = false
			continue
		}
		if i == 0 || j == 0 {
			return false
		}
		down := on && len(trail) > 0 && trail[0] == n
		if x.kind.mapping() {
			if !c.equal(i, j, nil, false) {
				return false
			}
			i, j = c.less.nodes[i].next, c.more.nodes[j].next
		}
		var rest []int
		if down {
			rest = trail[1:]
		}
		if !c.equal(i, j, rest, down) {
			return false
		}
		i, j = c.less.nodes[i].next, c.more.nodes[j].next
		n++
	}
	return true
}
