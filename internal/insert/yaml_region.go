package insert

import "sort"

// brief checks a splice by an excerpt of the file. It is false where that
// cannot be done or does not pass; the whole file then decides. edit gets the
// number of entries that the excerpt leaves out before the entry.
func (p *yamlPlace) brief(out []byte, e yamlEdit, depth int, insert bool, edit func(m *yamlModel, skipped int) error) bool {
	if len(p.t.data) <= yamlSmall || len(p.t.docs) != 1 {
		return false
	}
	x := p.excerpt(e, depth)
	if x == nil {
		return false
	}
	unmoved := make(chan bool, 1)
	go func() { unmoved <- p.rescan(out, e, depth, insert) }()
	data := x.apply(p.t.data)
	splices := make([]splice, len(e.splices))
	for i, s := range e.splices {
		splices[i] = splice{x.shift(s.start), x.shift(s.end), s.text}
	}
	err := p.check(data, apply(data, splices...), 0, "", func(m *yamlModel) error { return edit(m, x.skipped) })
	return <-unmoved && err == nil
}

// yamlExcerpt is a file without some of its lines.
type yamlExcerpt struct {
	cuts    []splice // in order
	skipped int      // the entries left out before the entry, in its collection
}

func (x *yamlExcerpt) apply(data []byte) []byte { return apply(data, x.cuts...) }

// shift is where the byte at off is in the excerpt.
func (x *yamlExcerpt) shift(off int) int {
	n := off
	for _, c := range x.cuts {
		if c.start < off {
			n -= min(c.end, off) - c.start
		}
	}
	return n
}

// yamlLevel is a block collection on the way to a splice, and which of its
// entries the excerpt keeps.
type yamlLevel struct {
	l    *yamlBlockList
	on   int // the entry that the path goes through; -1 at the end of the path
	keep []bool
}

// excerpt decides what to leave out; nil where an excerpt would not do.
func (p *yamlPlace) excerpt(e yamlEdit, depth int) *yamlExcerpt {
	var levels []yamlLevel
	node := p.doc.root
	for i := 0; p.t.nodes[node].kind == yamlMap || p.t.nodes[node].kind == yamlSeq; i++ {
		l := p.blockList(node)
		v := yamlLevel{l: l, on: -1, keep: make([]bool, len(l.list))}
		if i == depth {
			v.around(e.index)
			levels = append(levels, v)
			break
		}
		v.on = p.steps[i].index
		v.keep[v.on] = true
		if next := v.on + 1; next < len(l.list) && l.body(next)-l.mark(l.list[next]) < yamlAround {
			v.keep[next] = true
		}
		levels = append(levels, v)
		node = l.list[v.on].val
	}
	if len(levels) == 0 || !p.keepAnchors(levels) {
		return nil
	}
	x := &yamlExcerpt{}
	size := len(p.t.data)
	for _, v := range levels {
		for _, c := range v.cuts() {
			x.cuts = append(x.cuts, c)
			size -= c.end - c.start
		}
	}
	x.cuts = sortedSplices(x.cuts)
	last := levels[len(levels)-1]
	for i := 0; last.on < 0 && i < min(e.index, len(last.keep)); i++ {
		if !last.keep[i] {
			x.skipped++
		}
	}
	if size > yamlLarge || !x.spares(e.splices) {
		return nil
	}
	return x
}

// spares tells whether no splice touches what is left out.
func (x *yamlExcerpt) spares(splices []splice) bool {
	for _, s := range splices {
		for _, c := range x.cuts {
			if s.start < c.end && c.start < s.end || c.start < s.start && s.start < c.end {
				return false
			}
		}
	}
	return true
}

// around keeps the entries around index.
func (v *yamlLevel) around(index int) {
	for _, step := range []int{-1, 1} {
		left := yamlAround
		i := index
		if step < 0 {
			i--
		}
		for n := 0; i >= 0 && i < len(v.keep) && (left > 0 || n < 2); i, n = i+step, n+1 {
			v.keep[i] = true
			left -= v.l.body(i) - v.l.mark(v.l.list[i])
		}
	}
	// The first entry may stand behind the dash of another, on its line.
	if len(v.keep) > 0 && !v.l.own(0) {
		v.keep[0] = true
	}
}

// cuts are the lines of the entries that are not kept.
func (v *yamlLevel) cuts() []splice {
	if len(v.keep) > 0 && !v.l.own(0) {
		v.keep[0] = true
	}
	var cuts []splice
	for i := 0; i < len(v.keep); i++ {
		if v.keep[i] {
			continue
		}
		start := v.l.lineStart(v.l.mark(v.l.list[i]))
		for i+1 < len(v.keep) && !v.keep[i+1] {
			i++
		}
		end := v.l.body(i)
		if i+1 < len(v.keep) {
			end = v.l.lineStart(v.l.mark(v.l.list[i+1]))
		}
		cuts = append(cuts, splice{start, end, ""})
	}
	return cuts
}

// entryAt is the entry of the level that off is in, -1 for none.
func (v *yamlLevel) entryAt(off int) int {
	return sort.Search(len(v.l.list), func(i int) bool { return v.l.mark(v.l.list[i]) > off }) - 1
}

// keepAnchors keeps the entries that define the anchors which the kept ones
// use. It is false when that does not come to an end soon.
func (p *yamlPlace) keepAnchors(levels []yamlLevel) bool {
	if len(p.t.anchors) == 0 {
		return true
	}
	for range 8 {
		more := false
		defined := make(map[string]int)
		for _, a := range p.t.anchors {
			if !a.alias {
				defined[a.name] = int(a.pos)
			} else if level, _ := kept(levels, int(a.pos)); level < 0 {
				if level, i := kept(levels, defined[a.name]); level >= 0 {
					levels[level].keep[i] = true
					more = true
				}
			}
		}
		if !more {
			return true
		}
	}
	return false
}

// kept finds the entry that hides the byte at off: its level and number, or -1
// where the excerpt keeps the byte.
func kept(levels []yamlLevel, off int) (level, i int) {
	for n := range levels {
		v := &levels[n]
		i := v.entryAt(off)
		if i < 0 {
			return -1, 0
		}
		if !v.keep[i] {
			return n, i
		}
		if i != v.on {
			return -1, 0
		}
	}
	return -1, 0
}
