package insert

import "strings"

// stream parses the documents of a file.
func (p *yamlParser) stream() {
	first := true
	for {
		start := p.pos
		p.fresh = true
		p.handles = nil
		p.skip()
		for !first && p.marker() && p.at('.') {
			p.pos += 3
			start = p.endMarker()
		}
		directives := false
		for p.pos == p.bol && p.at('%') {
			directives = true
			p.directive()
			p.skip()
		}
		switch {
		case p.marker() && p.at('-'):
			p.pos += 3
			p.fresh = false
			p.document(p.pos, true)
		case directives:
			p.fail(p.pos, "a directive lacks its '---'")
		case p.pos >= len(p.data):
			return
		case !first:
			p.fail(p.pos, "a second document lacks its '---', or something follows a value")
		case p.marker():
			p.fail(p.pos, "a document ends that did not begin")
		default:
			p.document(start, false)
		}
		first = false
	}
}

// document parses one document's root, which begins at or behind start.
func (p *yamlParser) document(start int, explicit bool) {
	root := p.block(-1, start, false)
	p.skip()
	if !p.ended() {
		p.fail(p.pos, "a line is indented differently from its neighbours, or something follows a value")
	}
	d := yamlDoc{root: root, start: int32(start), end: int32(p.pos), explicit: explicit}
	if p.marker() && p.at('.') {
		d.closed = true
		p.pos += 3
		p.endMarker()
	}
	p.docs = append(p.docs, d)
}

// endMarker passes what follows "..." on its line, which may be a comment.
func (p *yamlParser) endMarker() int {
	p.fresh = false
	p.skip()
	return p.pos
}

// directive passes a %YAML or %TAG line.
func (p *yamlParser) directive() {
	end := yamlLineEnd(p.data, p.pos)
	line := string(p.data[p.pos:end])
	line, _, _ = strings.Cut(line, "#")
	f := strings.Fields(line)
	switch {
	case f[0] == "%YAML" && len(f) == 2 && (f[1] == "1.1" || f[1] == "1.2") && !p.handles[f[0]]:
		p.declare(f[0])
	case f[0] == "%TAG" && len(f) == 3 && yamlHandle(f[1]) && !p.handles[f[1]]:
		p.declare(f[1])
	default:
		p.fail(p.pos, "an unknown directive")
	}
	p.pos = end
	p.newline(yamlBreak(p.data, end))
	p.fresh = false
}

// declare notes a directive, so that a second one is refused.
func (p *yamlParser) declare(name string) {
	if p.handles == nil {
		p.handles = make(map[string]bool)
	}
	p.handles[name] = true
}

// yamlHandle tells whether s is "!", "!!" or "!name!".
func yamlHandle(s string) bool {
	for i := range len(s) {
		if end := i == 0 || i == len(s)-1; end != (s[i] == '!') || !end && !yamlWord(s[i]) {
			return false
		}
	}
	return true
}
