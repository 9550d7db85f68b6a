package insert

import (
	"fmt"
	"strings"
)

// yamlStep is one level on the way to a place: entry number index of a
// collection.
type yamlStep struct {
	node  int32
	index int
}

// yamlPlace is where an address leads.
type yamlPlace struct {
	name string
	a    Address
	t    *yamlTree
	doc  *yamlDoc // nil for a file without documents

	steps   []yamlStep // from the root down to, not including, node
	node    int32      // the collection, or the empty value, that the path leads to; 0 where there is no document
	missing []string   // the rest of the path, which does not exist
}

// locate parses the file and walks the path.
func locate(name string, data []byte, a Address) (*yamlPlace, error) {
	if a.Kind != At {
		return nil, &Error{Reason: Mismatch, File: name, Msg: "the address " + a.String() + " does not fit a YAML file",
			Hint: "give a path of keys, or a marker line"}
	}
	t, bad := parseYAML(data)
	if bad != nil {
		line, col := t.position(bad.pos)
		return nil, &Error{Reason: Invalid, File: name, Line: line, Col: col, Msg: "does not parse as YAML: " + bad.msg}
	}
	p := &yamlPlace{name: name, a: a, t: t}
	return p, p.walk()
}

// fail makes an error about the byte at off.
func (p *yamlPlace) fail(r Reason, off int, hint, format string, args ...any) error {
	line, col := p.t.position(off)
	return &Error{Reason: r, File: p.name, Line: line, Col: col, Msg: fmt.Sprintf(format, args...), Hint: hint}
}

// at names the first n segments of the path in an error.
func (p *yamlPlace) at(n int) string {
	if n == 0 {
		return "the document"
	}
	return Address{Path: p.a.Path[:n]}.String()
}

func (p *yamlPlace) walk() error {
	docs := p.t.docs
	if p.a.Doc < 0 || p.a.Doc >= max(len(docs), 1) {
		return &Error{Reason: Missing, File: p.name, Msg: fmt.Sprintf("there is no document %d; the file has %d, counted from 0", p.a.Doc, len(docs))}
	}
	if len(docs) == 0 {
		p.missing = p.a.Path
		return nil
	}
	p.doc = &docs[p.a.Doc]
	p.node = p.doc.root
	for i, seg := range p.a.Path {
		if err := p.holds(i); err != nil {
			return err
		}
		node := &p.t.nodes[p.node]
		if node.kind == yamlNull {
			p.missing = p.a.Path[i:]
			return nil
		}
		if !isSelector(seg) && node.kind.sequence() {
			return p.fail(Missing, int(node.start), "pick an element with [field=value]", "%s is a sequence, so it has no key %s", p.at(i), seg)
		}
		found := p.t.find(p.node, seg)
		if len(found) > 1 {
			return p.twice(found, i+1)
		}
		if len(found) == 0 {
			if off := p.t.merged(p.node, seg); off >= 0 {
				return p.fail(Alias, off, "write the entry out where it is used", "%s comes from a merge key, and so from another place", p.at(i+1))
			}
			p.missing = p.a.Path[i:]
			return nil
		}
		p.steps = append(p.steps, yamlStep{p.node, found[0]})
		p.node = p.t.entries(p.node)[found[0]].val
	}
	return p.holds(len(p.a.Path))
}

// twice says that the path's first n segments match more than one entry.
func (p *yamlPlace) twice(found []int, n int) error {
	list := p.t.entries(p.node)
	line, _ := p.t.position(p.t.mark(list[found[0]]))
	return p.fail(Ambiguous, p.t.mark(list[found[1]]), "", "%s is there twice; the first is on line %d", p.at(n), line)
}

// holds refuses a node that cannot hold entries. The path's first n segments
// lead to it.
func (p *yamlPlace) holds(n int) error {
	node := &p.t.nodes[p.node]
	off := int(node.start)
	switch {
	case node.kind == yamlAlias:
		return p.fail(Alias, off, "write the entries out here", "%s is an alias, so a change would show in two places", p.at(n))
	case node.kind == yamlNull:
		return p.fillable(n)
	case p.t.isNull(p.node):
		return p.fail(Missing, off, "leave the value out, or write {} or []", "%s is %s", p.at(n), p.t.data[node.start:node.end])
	case node.kind.scalar():
		return p.fail(Missing, off, "", "%s is a scalar, not a mapping or a sequence", p.at(n))
	case node.kind == yamlPair:
		return p.fail(Missing, off, "put braces around it", "%s is a pair without braces, which holds no second entry", p.at(n))
	}
	return nil
}

// fillable refuses an empty value below which no block can be written.
func (p *yamlPlace) fillable(n int) error {
	node := &p.t.nodes[p.node]
	if len(p.steps) > 0 {
		last := p.steps[len(p.steps)-1]
		parent := &p.t.nodes[last.node]
		switch {
		case parent.kind.flow():
			return p.fail(Missing, int(node.start), "write {} or []", "%s is empty", p.at(n))
		case parent.kind == yamlMap && node.mark < 0:
			return p.fail(Missing, int(node.start), "write the colon", "%s has a key and no value", p.at(n))
		}
	}
	if props := string(p.t.data[node.props:node.start]); node.props < node.start {
		for _, f := range strings.Fields(props) {
			if strings.HasPrefix(f, "!") && f != "!!map" && f != "!!seq" && (strings.HasPrefix(f, "!!") || strings.HasPrefix(f, "!<")) {
				return p.fail(Missing, int(node.props), "", "%s is empty and tagged %s", p.at(n), f)
			}
		}
	}
	return nil
}

// demand refuses a path that does not exist.
func (p *yamlPlace) demand() error {
	if len(p.missing) == 0 {
		return nil
	}
	n := len(p.a.Path) - len(p.missing) + 1
	e := &Error{Reason: Missing, File: p.name, Msg: fmt.Sprintf("there is no %s", p.at(n))}
	if p.doc != nil && p.node != p.doc.root {
		e.Line, e.Col = p.t.position(p.anchorage())
	}
	return e
}

// anchorage is where to point a person who looks for the place: at its key.
func (p *yamlPlace) anchorage() int {
	if len(p.steps) == 0 {
		return int(p.t.nodes[p.node].start)
	}
	last := p.steps[len(p.steps)-1]
	return p.t.mark(p.t.entries(last.node)[last.index])
}

// entry finds the entry that the address names, which must exist. An element
// without a key is the one that equals text.
func (p *yamlPlace) entry(text []byte) (index int, err error) {
	if err := p.demand(); err != nil {
		return 0, err
	}
	if p.doc == nil || p.t.nodes[p.node].kind == yamlNull {
		return 0, p.absent()
	}
	var found []int
	list := p.t.entries(p.node)
	switch seq := p.t.nodes[p.node].kind.sequence(); {
	case p.a.Key == "" && seq && text != nil:
		x, err := parseYAMLText(p.name, text)
		if err != nil {
			return 0, err
		}
		x = p.inPlace(x)
		for i, e := range list {
			if p.t.equals(e.val, x) {
				found = append(found, i)
			}
		}
	case p.a.Key == "", seq && !isSelector(p.a.Key):
		return 0, &Error{Reason: Mismatch, File: p.name, Msg: fmt.Sprintf("the address %s does not name an entry", p.a),
			Hint: "give a key, or [field=value] for an element of a sequence"}
	default:
		found = p.t.find(p.node, p.a.Key)
	}
	switch len(found) {
	case 0:
		return 0, p.absent()
	case 1:
		return found[0], nil
	}
	line, _ := p.t.position(p.t.mark(list[found[0]]))
	return 0, p.fail(Ambiguous, p.t.mark(list[found[1]]), "", "%s is there twice; the first is on line %d", p.a, line)
}

func (p *yamlPlace) absent() error {
	e := &Error{Reason: Missing, File: p.name, Msg: fmt.Sprintf("there is no %s", p.a)}
	if p.doc != nil && p.node != p.doc.root {
		e.Line, e.Col = p.t.position(p.anchorage())
	}
	return e
}

func isSelector(s string) bool {
	_, _, ok := selector(s)
	return ok
}
