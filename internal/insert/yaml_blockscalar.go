package insert

// blockScalar scans a literal or folded scalar whose parent is indented by n.
func (p *yamlParser) blockScalar(n int) int32 {
	node := yamlNode{kind: yamlBlock, start: int32(p.pos), empty: true}
	p.pos++
	indent := p.blockHeader(&node, n)

	// What the node covers ends here unless a line of content or, for "+", a
	// blank line follows.
	node.end = int32(p.pos)
	if indent == 0 {
		indent = p.detect(n)
	}
	node.col = int32(indent)
	for p.pos < len(p.data) {
		width, content := p.blockLine(indent)
		if !content && !p.lineIsEmpty(width) {
			break
		}
		p.pos = yamlNextLine(p.data, p.pos+width)
		p.bol = p.pos
		if content {
			node.empty = false
		}
		if content || node.chomp == yamlKeep {
			node.end = int32(p.pos)
		}
	}
	p.pos = p.bol
	p.fresh = true
	return p.add(node)
}

// blockHeader passes the indicators behind "|" or ">" and the rest of the line.
// It returns the indentation where a digit gives it, else 0.
func (p *yamlParser) blockHeader(node *yamlNode, n int) int {
	indent := 0
	for range 2 {
		if p.pos >= len(p.data) {
			break
		}
		switch c := p.data[p.pos]; {
		case (c == '+' || c == '-') && node.chomp == yamlClip:
			node.chomp = yamlStrip
			if c == '+' {
				node.chomp = yamlKeep
			}
			p.pos++
		case c >= '1' && c <= '9' && !node.fixed:
			node.fixed = true
			indent = max(n, 0) + int(c-'0')
			p.pos++
		}
	}
	p.blanks()
	if p.at('#') {
		p.pos = yamlLineEnd(p.data, p.pos)
	}
	b := yamlBreak(p.data, p.pos)
	if b == 0 && p.pos < len(p.data) {
		p.fail(p.pos, "a block scalar's first line holds something else")
	}
	p.newline(b)
	return indent
}

// detect finds a block scalar's indentation from its first line of content and
// the blank lines above it.
func (p *yamlParser) detect(n int) int {
	widest := 0
	for i := p.pos; i < len(p.data); {
		start := i
		for i < len(p.data) && p.data[i] == ' ' {
			i++
		}
		widest = max(widest, i-start)
		if i < len(p.data) && p.data[i] == '\t' {
			p.fail(i, "a tab stands where a space indents")
		}
		b := yamlBreak(p.data, i)
		if b == 0 {
			break
		}
		i += b
	}
	return max(widest, n+1, 1)
}

// blockLine tells whether the line at pos is content that is indented by
// indent, and how many of its spaces count as indentation.
func (p *yamlParser) blockLine(indent int) (width int, content bool) {
	i := p.pos
	for i < len(p.data) && i-p.pos < indent && p.data[i] == ' ' {
		i++
	}
	width = i - p.pos
	if width < indent && i < len(p.data) && p.data[i] == '\t' {
		p.fail(i, "a tab stands where a space indents")
	}
	return width, width == indent && !p.lineIsEmpty(width) && i < len(p.data)
}

// lineIsEmpty tells whether the line at pos ends after width bytes.
func (p *yamlParser) lineIsEmpty(width int) bool {
	return yamlBreak(p.data, p.pos+width) > 0
}
