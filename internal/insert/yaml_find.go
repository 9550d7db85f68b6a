package insert

import "strings"

// yamlFind is the span of the whole entry that a.Key names: in a block, its
// lines, with the comments below that belong to it; in a flow collection, its bytes
// without the comma.
func yamlFind(name string, data []byte, a Address) (Span, error) {
	return yamlFindText(name, data, a, nil)
}

func yamlFindText(name string, data []byte, a Address, text []byte) (Span, error) {
	p, err := locate(name, data, a)
	if err != nil {
		return Span{}, err
	}
	i, err := p.entry(text)
	if err != nil {
		return Span{}, err
	}
	e := p.t.entries(p.node)[i]
	if p.t.nodes[p.node].kind.flow() {
		return Span{p.t.mark(e), p.t.end(e)}, nil
	}
	l := p.blockList(p.node)
	return Span{l.start(i), l.tail(i)}, nil
}

// yamlValue is the value of the entry that a.Key names, as a text that Insert
// could have been given: without indentation, in the style of yamlCanonical.
// Comments above the entry are not part of it.
func yamlValue(name string, data []byte, a Address) ([]byte, error) {
	return yamlValueText(name, data, a, nil)
}

func yamlValueText(name string, data []byte, a Address, text []byte) ([]byte, error) {
	p, err := locate(name, data, a)
	if err != nil {
		return nil, err
	}
	i, err := p.entry(text)
	if err != nil {
		return nil, err
	}
	e := p.t.entries(p.node)[i]
	parent, val := &p.t.nodes[p.node], &p.t.nodes[e.val]
	r := yamlRegion{t: p.t, node: e.val, from: int(val.props), to: int(val.end)}
	if !parent.kind.flow() {
		if val.mark >= 0 { // behind the colon or the dash
			r.from = int(val.mark) + 1
			for r.from < len(data) && isBlank(data[r.from]) {
				r.from++
			}
		}
		l := p.blockList(p.node)
		r.to, r.parent = l.tail(i), l.col
	}
	return r.text(), nil
}

// yamlCanonical is the text of an entry as Value would return it after Insert
// into a block: two spaces a level, sequences indented below their keys, lines
// ended by LF. Texts are compared and merged in this form.
func yamlCanonical(name string, text []byte) ([]byte, error) {
	x, err := parseYAMLText(name, text)
	if err != nil {
		return nil, err
	}
	return yamlRegion{t: x.t, node: x.root, from: x.t.base, to: len(x.t.data), parent: -1}.text(), nil
}

// text returns the region as a text of its own.
func (r yamlRegion) text() []byte {
	_, lines := layout(r, yamlSpot{parent: -1, style: yamlPlainStyle})
	if len(lines) == 0 {
		return nil
	}
	return []byte(strings.Join(lines, "\n") + "\n")
}
