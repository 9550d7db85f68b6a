package insert

import "unicode/utf8"

// yamlProps are a node's tag and anchor.
type yamlProps struct {
	start  int // of the first, -1 for none
	anchor int32
	tag    bool
}

func (p *yamlParser) add(n yamlNode) int32 {
	if n.props == 0 {
		n.props = n.start
	}
	p.nodes = append(p.nodes, n)
	return int32(len(p.nodes) - 1)
}

// own gives a node its properties.
func (p *yamlParser) own(n int32, pr yamlProps) int32 {
	if pr.start >= 0 {
		p.nodes[n].props = int32(pr.start)
		if pr.anchor > 0 {
			p.nodes[n].anchor = pr.anchor
			p.anchors[pr.anchor-1].node = n
		}
	}
	return n
}

// null adds an empty node that stands behind end.
func (p *yamlParser) null(end int, pr yamlProps) int32 {
	return p.own(p.add(yamlNode{kind: yamlNull, start: int32(end), end: int32(end)}), pr)
}

// absent tells whether nothing follows that an entry indented by n could hold.
func (p *yamlParser) absent(n int, indentless bool) bool {
	if p.ended() {
		return true
	}
	return p.column() <= n && !(indentless && p.column() == n && p.indicator('-'))
}

// block parses the node of an entry whose indentation is n; end is where the
// entry's indicator ends. A mapping's value may be a sequence whose dashes
// stand under the key.
func (p *yamlParser) block(n, end int, indentless bool) int32 {
	p.nest()
	defer func() { p.depth-- }()
	pr := yamlProps{start: -1}
	for {
		p.skip()
		if p.absent(n, indentless) {
			return p.null(end, pr)
		}
		switch {
		case plainStart[p.data[p.pos]]:
			// Most values and keys: nothing else begins like that.
		case p.indicator('-'):
			return p.own(p.sequence(n), pr)
		case p.indicator('?'):
			return p.own(p.mapping(p.column(), 0), pr)
		case p.indicator(':'):
			p.fail(p.pos, "a value lacks its key")
		case p.at('|') || p.at('>'):
			return p.own(p.blockScalar(n), pr)
		}
		start, line, fresh := p.pos, p.bol, p.fresh
		key := p.properties()
		if key.start >= 0 {
			end = p.propsEnd(key)
			if p.pos >= len(p.data) || p.at('#') || yamlBreak(p.data, p.pos) > 0 {
				pr = p.join(pr, key)
				continue
			}
			if p.at('|') || p.at('>') {
				return p.own(p.blockScalar(n), p.join(pr, key))
			}
		}
		var node int32
		if p.indicator(':') { // a key that is only a tag or an anchor
			node = p.null(end, key)
		} else {
			node = p.inline(n, key.start >= 0)
		}
		if p.key(start, line) {
			if !fresh {
				p.fail(p.pos, "a mapping cannot begin here")
			}
			p.own(node, key)
			return p.own(p.mapping(start-line, node), pr)
		}
		return p.own(node, p.join(pr, key))
	}
}

func (p *yamlParser) nest() {
	if p.depth++; p.depth > yamlDepth {
		p.fail(p.pos, "collections nest too deeply")
	}
}

// propsEnd is where the properties end that were just read.
func (p *yamlParser) propsEnd(key yamlProps) int {
	end := p.pos
	for end > key.start && isBlank(p.data[end-1]) {
		end--
	}
	return end
}

// join adds properties on one line to those on lines above.
func (p *yamlParser) join(a, b yamlProps) yamlProps {
	switch {
	case b.start < 0:
		return a
	case a.start < 0:
		return b
	case a.tag && b.tag || a.anchor > 0 && b.anchor > 0:
		p.fail(b.start, "a node has two tags or two anchors")
	}
	return yamlProps{start: a.start, anchor: max(a.anchor, b.anchor), tag: true}
}

// plainStart marks the bytes that only a plain scalar begins with.
var plainStart = func() (t [256]bool) {
	for c := range t {
		t[c] = c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '_' || c == '/' || c == '.'
	}
	return t
}()

// inline parses what may be a key: a flow collection, a quoted or plain scalar
// or an alias.
func (p *yamlParser) inline(n int, props bool) int32 {
	if plainStart[p.data[p.pos]] {
		return p.plain(n)
	}
	switch c := p.data[p.pos]; c {
	case '[', '{':
		return p.flowCollection(n)
	case '"', '\'':
		return p.quoted()
	case '*':
		if props {
			p.fail(p.pos, "an alias has a tag or an anchor")
		}
		return p.alias()
	case '-', '?', ':':
		if yamlBlankAt(p.data, p.pos+1) || c != '-' && p.flow > 0 {
			p.fail(p.pos, "an indicator stands where a value is expected")
		}
	case ',', ']', '}', '#', '&', '!', '|', '>', '%', '@', '`':
		p.fail(p.pos, "a value cannot begin with "+string(rune(c)))
	case '\t':
		p.fail(p.pos, "a tab cannot indent")
	}
	return p.plain(n)
}

// key tells whether what began at start, on the line that begins at line, is an
// implicit key, and moves to its ":".
func (p *yamlParser) key(start, line int) bool {
	if p.bol != line {
		if p.indicator(':') && !p.fresh {
			p.fail(p.pos, "a key spans several lines")
		}
		return false
	}
	p.blanks()
	if !p.indicator(':') {
		return false
	}
	if p.pos-start > 1024 && utf8.RuneCount(p.data[start:p.pos]) > 1024 {
		p.fail(start, "a key is longer than 1024 characters")
	}
	return true
}

// mapping parses a block mapping whose keys stand in column c. Where first is
// not 0 it is the first key, and pos is at its ":".
func (p *yamlParser) mapping(c int, first int32) int32 {
	m := p.add(yamlNode{kind: yamlMap, col: int32(c)})
	if first == 0 && !p.fresh {
		p.fail(p.pos, "a mapping cannot begin here")
	}
	last := int32(0)
	for {
		key, val := first, int32(0)
		if key == 0 && p.indicator('?') {
			key, val = p.explicit(c)
		} else {
			if key == 0 {
				key = p.implicit(c)
			}
			first = 0
			p.nodes[key].mark = p.nodes[key].props
			val = p.value(c)
		}
		p.link(m, &last, key)
		p.link(m, &last, val)
		p.skip()
		if p.absent(c-1, false) {
			break
		}
		if p.column() != c || !p.fresh {
			p.fail(p.pos, "a line is indented differently from its neighbours, or something follows a value")
		}
	}
	return p.close(m)
}

// link appends a child.
func (p *yamlParser) link(parent int32, last *int32, child int32) {
	if *last == 0 {
		p.nodes[parent].first = child
	} else {
		p.nodes[*last].next = child
	}
	*last = child
}

// close gives a block collection its extent.
func (p *yamlParser) close(n int32) int32 {
	node := &p.nodes[n]
	node.start = p.nodes[node.first].mark
	for c := node.first; c != 0; c = p.nodes[c].next {
		node.end = max(node.end, p.nodes[c].end)
	}
	node.props = node.start
	return n
}

// implicit parses a key without "?" in a mapping whose keys stand in column c.
func (p *yamlParser) implicit(c int) int32 {
	start, line := p.pos, p.bol
	pr := p.properties()
	var key int32
	if pr.start >= 0 && p.indicator(':') {
		key = p.null(p.propsEnd(pr), yamlProps{start: -1})
	} else if p.at('\t') && pr.start < 0 {
		p.fail(start, "a tab cannot indent")
	} else if p.pos >= len(p.data) || yamlBlankAt(p.data, p.pos) {
		p.fail(start, "a key lacks its ':'")
	} else {
		key = p.inline(c, pr.start >= 0)
	}
	p.own(key, pr)
	if !p.key(start, line) {
		p.fail(start, "a key lacks its ':'")
	}
	return key
}

// value parses what follows the ":" at pos in a mapping in column c.
func (p *yamlParser) value(c int) int32 {
	colon := p.pos
	p.pos++
	p.fresh = false
	val := p.block(c, p.pos, true)
	p.nodes[val].mark = int32(colon)
	return val
}

// explicit parses "? key" and ": value".
func (p *yamlParser) explicit(c int) (key, val int32) {
	mark := p.pos
	p.pos++
	p.fresh = true
	p.toComment()
	key = p.block(c, mark+1, true)
	p.nodes[key].mark = int32(mark)
	p.skip()
	if p.pos < len(p.data) && p.column() == c && p.fresh && p.indicator(':') {
		colon := p.pos
		p.pos++
		p.toComment()
		val = p.block(c, colon+1, true)
		p.nodes[val].mark = int32(colon)
		return key, val
	}
	val = p.null(int(p.nodes[key].end), yamlProps{start: -1})
	p.nodes[val].mark = -1
	return key, val
}

// sequence parses a block sequence inside an entry whose indentation is n.
func (p *yamlParser) sequence(n int) int32 {
	if !p.fresh {
		p.fail(p.pos, "a sequence cannot begin here")
	}
	c := p.column()
	s := p.add(yamlNode{kind: yamlSeq, col: int32(c)})
	last := int32(0)
	for {
		mark := p.pos
		p.pos++
		p.fresh = true
		el := p.block(c, p.pos, false)
		p.nodes[el].mark = int32(mark)
		p.link(s, &last, el)
		p.skip()
		if p.absent(c-1, false) {
			break
		}
		if p.column() == c && p.fresh && p.indicator('-') {
			continue
		}
		if p.column() == c && c == n {
			break // the next key of the mapping that holds the sequence
		}
		p.fail(p.pos, "a line is indented differently from its neighbours, or something follows a value")
	}
	return p.close(s)
}
