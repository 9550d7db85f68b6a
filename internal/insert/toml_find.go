package insert

import "slices"

// tomlPlace is how far a path leads: a node, the keys and indexes that lead to
// it, the nodes above it, and the segments that are missing below it.
type tomlPlace struct {
	n     *tomlNode
	trail []any // string or int
	up    []*tomlNode
	rest  []string
}

// names is the dotted key that leads to the place: indexes have no name.
func (p tomlPlace) names() []string {
	var out []string
	for _, step := range p.trail {
		if name, ok := step.(string); ok {
			out = append(out, name)
		}
	}
	return out
}

// above is the place of what holds p.
func (p tomlPlace) above() (tomlPlace, any) {
	last := len(p.up) - 1
	return tomlPlace{n: p.up[last], up: p.up[:last], trail: p.trail[:last]}, p.trail[last]
}

func (f *tomlFile) resolve(path []string) (tomlPlace, error) {
	p := tomlPlace{n: f.root}
	for i, segment := range path {
		step, c, err := f.child(p.n, path[:i], segment)
		if err != nil {
			return p, err
		}
		if c == nil {
			p.rest = path[i:]
			return p, nil
		}
		p.up = append(p.up, p.n)
		p.trail = append(p.trail, step)
		p.n = c
	}
	return p, nil
}

// child is the one child of n that segment names, and its key or index; nil if
// there is none. at is the path of n, for errors.
func (f *tomlFile) child(n *tomlNode, at []string, segment string) (any, *tomlNode, error) {
	here := append(slices.Clone(at), segment)
	switch n.kind {
	case tomlTable:
		return segment, n.child[segment], nil
	case tomlInline:
		if n.spread {
			return nil, nil, f.fail(Mismatch, n.start, "%s has dotted keys inside of braces", where(at))
		}
		return segment, n.child[segment], nil
	case tomlScalar:
		return nil, nil, f.fail(Missing, n.start, "%s is a scalar, not a table or an array", where(at))
	}
	if _, _, ok := selector(segment); !ok {
		e := f.fail(Missing, f.offset(n), "%s is %s, so it has no key %s", where(at), n.kind, segment)
		e.Hint = "pick an element with [field=value]"
		return nil, nil, e
	}
	found := -1
	for i, c := range n.elems {
		if !f.matches(c, segment) {
			continue
		}
		if found >= 0 {
			line, _ := f.position(f.offset(n.elems[found]))
			return nil, nil, f.fail(Ambiguous, f.offset(c), "%s is there twice; the first is on line %d", where(here), line)
		}
		found = i
	}
	if found < 0 {
		return nil, nil, nil
	}
	return found, n.elems[found], nil
}

// offset is where a node begins, for errors.
func (f *tomlFile) offset(n *tomlNode) int {
	switch {
	case n.kind == tomlTable || n.kind == tomlTables:
		switch {
		case n.dotted && len(n.lines) > 0:
			return f.blocks[n.in].lines[n.lines[0]].start
		case n.first > 0:
			return f.blocks[n.first].header.start
		}
		return -1
	case len(n.lines) > 0:
		return f.blocks[n.in].lines[n.lines[0]].start
	}
	return n.start
}

// entryAt finds the entry at a. Without a key it is the element that equals
// text.
func (f *tomlFile) entryAt(a Address, text []byte) (tomlPlace, error) {
	p, err := f.resolve(a.Path)
	if err != nil {
		return p, err
	}
	if len(p.rest) > 0 {
		return p, f.noParent(a, p)
	}
	if a.Key == "" && (p.n.kind == tomlArray || p.n.kind == tomlTables) {
		e, err := f.entry(text)
		if err != nil {
			return p, err
		}
		i, err := f.equal(p, a, e)
		if err != nil {
			return p, err
		}
		if i >= 0 {
			return f.down(p, i, p.n.elems[i]), nil
		}
		return p, f.fail(Missing, f.offset(p.n), "there is no %s", nameOf(a))
	}
	step, c, err := f.child(p.n, a.Path, a.Key)
	if err != nil {
		return p, err
	}
	if c == nil {
		return p, f.fail(Missing, f.offset(p.n), "there is no %s", nameOf(a))
	}
	return f.down(p, step, c), nil
}

// down is the place of p's child c.
func (f *tomlFile) down(p tomlPlace, step any, c *tomlNode) tomlPlace {
	return tomlPlace{n: c, up: append(slices.Clone(p.up), p.n), trail: append(slices.Clone(p.trail), step)}
}

// equal is the index of the one element of an array that equals e, or -1.
func (f *tomlFile) equal(p tomlPlace, a Address, e *tomlEntry) (int, error) {
	list, _ := tomlAt(f.tree, p.trail).([]any)
	found := -1
	for i, v := range list {
		if !sameTOML(v, e.parsed()) {
			continue
		}
		if found >= 0 {
			return 0, f.fail(Ambiguous, f.offset(p.n.elems[i]), "%s has this element twice", where(a.Path))
		}
		found = i
	}
	return found, nil
}

func (f *tomlFile) noParent(a Address, p tomlPlace) error {
	return f.fail(Missing, f.offset(p.n), "there is no %s", where(a.Path[:len(a.Path)-len(p.rest)+1]))
}

// extent is the whole entry's span, and false when it is in several places.
func (f *tomlFile) extent(p tomlPlace) (Span, bool) {
	n := p.n
	holder, step := p.above()
	switch {
	case holder.n.kind == tomlInline:
		i := slices.Index(holder.n.names, step.(string))
		return Span{holder.n.items[i].start, holder.n.items[i].end}, true
	case holder.n.kind == tomlArray:
		return Span{n.start, n.end}, true
	case n.kind == tomlTable || n.kind == tomlTables:
		if n.dotted {
			lines := f.blocks[n.in].lines
			a, b := n.lines[0], n.lines[len(n.lines)-1]
			return Span{lines[a].start, lines[b].end}, n.count == 0 && b-a+1 == len(n.lines)
		}
		return Span{f.blocks[n.first].header.start, f.contentEnd(n.last)}, n.last-n.first+1 == n.count
	}
	line := f.blocks[n.in].lines[n.lines[0]]
	return Span{line.start, line.end}, true
}

// contentEnd is the end of what belongs to block i: its last line, and comments
// directly below it, unless they stand directly above the next header.
func (f *tomlFile) contentEnd(i int) int {
	end := f.lastLine(i)
	last := end
	for at := f.nextLine(end); at < len(f.data); at = f.nextLine(at) {
		first := f.skipBlanks(at)
		switch {
		case first < len(f.data) && f.data[first] == '#':
			last = f.lineEnd(at)
			continue
		case f.empty(at):
			return last
		}
		return end // a header, to which the comments belong
	}
	return last
}

// lastLine is the end of the last line or header of block i, or -1 for a first
// block without lines.
func (f *tomlFile) lastLine(i int) int {
	b := &f.blocks[i]
	switch {
	case len(b.lines) > 0:
		return b.lines[len(b.lines)-1].end
	case b.header != nil:
		return b.header.end
	}
	return -1
}

// lead is the offset of the comments directly above off, or of off; they do not
// begin before floor.
func (f *tomlFile) lead(off, floor int) int {
	for f.lineStart(off) > f.base {
		above := f.lineStart(f.lineStart(off) - 1)
		at := f.skipBlanks(above)
		if above <= floor || f.data[at] != '#' {
			break
		}
		off = at
	}
	return off
}

// leadOfLine is the lead of line j of block i; j -1 is the header.
func (f *tomlFile) leadOfLine(i, j int) int {
	b := &f.blocks[i]
	switch {
	case j > 0:
		return f.lead(b.lines[j].start, b.lines[j-1].end)
	case j == 0 && b.header != nil:
		return f.lead(b.lines[0].start, b.header.end)
	case j == 0:
		return f.lead(b.lines[0].start, -1)
	case i == 0:
		return f.base
	}
	return f.lead(b.header.start, f.lastLine(i-1))
}
