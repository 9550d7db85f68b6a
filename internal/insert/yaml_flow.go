package insert

import (
	"strings"
	"unicode/utf8"
)

// flowCollection parses [a, b] or {a: b} inside an entry whose indentation is n.
func (p *yamlParser) flowCollection(indent int) int32 {
	p.nest()
	if p.flow == 0 {
		p.outer = indent
	}
	p.flow++
	open := p.data[p.pos]
	kind, shut := yamlFlowSeq, byte(']')
	if open == '{' {
		kind, shut = yamlFlowMap, '}'
	}
	n := p.add(yamlNode{kind: kind, start: int32(p.pos)})
	p.pos++
	last := int32(0)
	for {
		p.flowSkip(n)
		if p.at(shut) {
			break
		}
		key, val := p.flowEntry(kind)
		if key != 0 {
			p.link(n, &last, key)
		}
		p.link(n, &last, val)
		p.flowSkip(n)
		if p.at(shut) {
			break
		}
		if !p.at(',') {
			p.fail(p.pos, "a flow collection lacks a comma or its closing bracket")
		}
		p.pos++
	}
	p.pos++
	p.flow--
	p.depth--
	p.fresh = false
	p.nodes[n].end = int32(p.pos)
	return n
}

// flowSkip passes white space and comments and refuses the file's end.
func (p *yamlParser) flowSkip(n int32) {
	p.skip()
	if p.pos >= len(p.data) {
		p.fail(int(p.nodes[n].start), "a flow collection does not end")
	}
	if p.marker() {
		p.fail(p.pos, "a document marker stands inside a flow collection")
	}
}

// flowEntry parses one entry. In a sequence, key is 0.
func (p *yamlParser) flowEntry(kind yamlKind) (key, val int32) {
	start, line := p.pos, p.bol
	explicit := p.at('?')
	if explicit {
		p.pos++
		p.skip()
		if p.at(':') || p.at(',') || p.at(']') || p.at('}') {
			key = p.null(p.pos, yamlProps{start: -1})
		}
	}
	if key == 0 {
		key = p.flowNode()
	}
	p.nodes[key].mark = p.nodes[key].props
	if explicit {
		p.nodes[key].mark = int32(start)
		p.skip()
	} else if p.bol == line {
		p.blanks()
	}
	colon := -1
	switch {
	case p.at(':') && (explicit || p.flowKey(start, line)):
		colon = p.pos
		p.pos++
		p.skip()
		if p.at(',') || p.at(']') || p.at('}') {
			val = p.null(colon+1, yamlProps{start: -1})
		} else {
			val = p.flowNode()
		}
	case kind == yamlFlowMap || explicit:
		val = p.null(int(p.nodes[key].end), yamlProps{start: -1})
	default:
		return 0, key
	}
	p.nodes[val].mark = int32(colon)
	if kind == yamlFlowMap {
		return key, val
	}
	p.nodes[key].next = val
	mark := p.nodes[key].mark
	return 0, p.add(yamlNode{kind: yamlPair, mark: mark, start: mark, end: max(p.nodes[val].end, p.nodes[key].end), first: key})
}

// flowKey tells whether what began at start is an implicit key.
func (p *yamlParser) flowKey(start, line int) bool {
	return p.bol == line && (p.pos-start <= 1024 || utf8.RuneCount(p.data[start:p.pos]) <= 1024)
}

// flowNode parses a node inside a flow collection.
func (p *yamlParser) flowNode() int32 {
	pr := p.properties()
	end := 0
	if pr.start >= 0 {
		end = p.propsEnd(pr)
		p.skip()
		if more := p.properties(); more.start >= 0 {
			pr = p.join(pr, more)
			end = p.propsEnd(more)
			p.skip()
		}
		if p.at(',') || p.at(']') || p.at('}') || p.at(':') {
			return p.null(end, pr)
		}
	}
	if p.pos >= len(p.data) {
		p.fail(p.pos, "a flow collection does not end")
	}
	if p.marker() {
		p.fail(p.pos, "a document marker stands inside a flow collection")
	}
	return p.own(p.inline(p.outer, pr.start >= 0), pr)
}

// properties parses the tags and anchors at pos that stand on one line, and the
// blanks behind them.
func (p *yamlParser) properties() yamlProps {
	pr := yamlProps{start: -1}
	if p.pos < len(p.data) && plainStart[p.data[p.pos]] {
		return pr
	}
	for range 2 {
		start := p.pos
		switch {
		case p.at('&') && pr.anchor == 0:
			name := p.name("an anchor")
			if p.defined == nil {
				p.defined = make(map[string]bool)
			}
			p.defined[name] = true
			p.anchors = append(p.anchors, yamlAnchor{name: name, pos: int32(start)})
			pr.anchor = int32(len(p.anchors))
		case p.at('!') && !pr.tag:
			p.tag()
			pr.tag = true
		default:
			return pr
		}
		p.fresh = false
		if pr.start < 0 {
			pr.start = start
		}
		p.blanks()
	}
	return pr
}

// alias parses *name.
func (p *yamlParser) alias() int32 {
	start := p.pos
	name := p.name("an alias")
	if !p.defined[name] {
		p.fail(start, "the alias *"+name+" has no anchor")
	}
	p.fresh = false
	n := p.add(yamlNode{kind: yamlAlias, start: int32(start), end: int32(p.pos)})
	p.anchors = append(p.anchors, yamlAnchor{name: name, pos: int32(start), node: n, alias: true})
	p.nodes[n].anchor = int32(len(p.anchors))
	return n
}

// name passes an anchor or an alias and returns its name.
func (p *yamlParser) name(what string) string {
	start := p.pos
	p.pos++
	for p.pos < len(p.data) && yamlWord(p.data[p.pos]) {
		p.pos++
	}
	name := string(p.data[start+1 : p.pos])
	if name == "" || !yamlBlankAt(p.data, p.pos) && strings.IndexByte("?:,]}%@`", p.data[p.pos]) < 0 {
		p.fail(start, what+" has a name that is no name")
	}
	return name
}

func yamlWord(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '_' || c == '-'
}

// tag passes a tag.
func (p *yamlParser) tag() {
	start := p.pos
	p.pos++
	if p.at('<') {
		p.pos++
		p.uri(start)
		if !p.at('>') {
			p.fail(start, "a tag does not end")
		}
		p.pos++
	} else {
		for p.pos < len(p.data) && yamlWord(p.data[p.pos]) {
			p.pos++
		}
		if p.at('!') {
			p.pos++
			if h := string(p.data[start:p.pos]); h != "!!" && !p.handles[h] {
				p.fail(start, "the tag handle "+h+" is not declared")
			}
			p.uri(start)
		} else if p.pos < len(p.data) && !yamlBlankAt(p.data, p.pos) {
			p.uri(start)
		}
	}
	if !yamlBlankAt(p.data, p.pos) {
		p.fail(start, "a tag holds a character that is not allowed")
	}
}

// uri passes the characters of a tag; there must be one.
func (p *yamlParser) uri(start int) {
	first := p.pos
	for p.pos < len(p.data) {
		c := p.data[p.pos]
		if c == '%' {
			p.octets(start)
			continue
		}
		if !yamlWord(c) && strings.IndexByte(";/?:@&=+$,.!~*'()[]", c) < 0 {
			break
		}
		p.pos++
	}
	if p.pos == first {
		p.fail(start, "a tag is empty")
	}
}

// octets passes the escape sequences that make one character in a tag.
func (p *yamlParser) octets(start int) {
	for more := -1; more != 0; more-- {
		octet := -1
		if p.at('%') && p.pos+2 < len(p.data) {
			if a, b := yamlHex(p.data[p.pos+1]), yamlHex(p.data[p.pos+2]); a >= 0 && b >= 0 {
				octet = a<<4 | b
			}
		}
		switch {
		case octet < 0, more > 0 && octet&0xC0 != 0x80, more < 0 && (octet&0xC0 == 0x80 || octet >= 0xF8):
			p.fail(start, "a tag holds a broken escape")
		case more < 0 && octet >= 0xF0:
			more = 4
		case more < 0 && octet >= 0xE0:
			more = 3
		case more < 0 && octet >= 0xC0:
			more = 2
		case more < 0:
			more = 1
		}
		p.pos += 3
	}
}
