package insert

import (
	"slices"
	"strings"
)

// yamlInsert puts the entry text at a. See yaml.go.
func yamlInsert(name string, data []byte, a Address, text []byte) ([]byte, error) {
	p, err := locate(name, data, a)
	if err == nil {
		err = p.unshared()
	}
	if err != nil {
		return nil, err
	}
	x, err := parseYAMLText(name, text)
	if err != nil {
		return nil, err
	}
	e, err := p.insert(x)
	if err != nil {
		return nil, err
	}
	out := apply(data, e.splices...)
	if err := p.checkInsert(out, e, x); err != nil {
		return nil, err
	}
	return out, nil
}

// yamlEdit is what turns a file into another: the splices, and the index that
// the new entry has, or the old one had, in its collection.
type yamlEdit struct {
	splices []splice
	index   int
}

// insert plans the insertion of x.
func (p *yamlPlace) insert(x *yamlText) (yamlEdit, error) {
	if !p.a.Create {
		if err := p.demand(); err != nil {
			return yamlEdit{}, err
		}
	}
	for i, seg := range p.missing {
		if isSelector(seg) {
			n := len(p.a.Path) - len(p.missing) + i + 1
			return yamlEdit{}, &Error{Reason: Missing, File: p.name, Msg: "there is no " + p.at(n) + ", and an element cannot be made up"}
		}
	}
	segs := append(append([]string(nil), p.missing...), p.a.Key)
	seq, err := p.form(segs[0], len(segs) == 1)
	if err != nil {
		return yamlEdit{}, err
	}
	if len(p.missing) == 0 {
		if err := p.vacant(x); err != nil {
			return yamlEdit{}, err
		}
	}
	if field, value, ok := selector(p.a.Key); ok && (seq || len(segs) > 1) && !(x.root != 0 && x.t.matches(x.root, field, value)) {
		return yamlEdit{}, &Error{Reason: Invalid, File: p.name, Msg: "the entry does not satisfy " + p.a.Key}
	}
	body, err := x.nest(p.name, segs[1:])
	if err != nil {
		return yamlEdit{}, err
	}
	return p.splice(body, segs[0], seq)
}

// form tells whether what seg adds to is or will be a sequence. Only the last
// segment, which is the entry's key, can ask for an element.
func (p *yamlPlace) form(seg string, last bool) (seq bool, err error) {
	elem := last && (seg == "" || isSelector(seg))
	if p.doc == nil || p.t.nodes[p.node].kind == yamlNull {
		return elem, nil
	}
	node := &p.t.nodes[p.node]
	n := len(p.a.Path) - len(p.missing)
	switch {
	case node.kind.sequence() && !elem:
		return false, p.fail(Missing, int(node.start), "give [field=value], or no key", "%s is a sequence, so it has no key %s", p.at(n), seg)
	case node.kind.mapping() && elem && seg == "":
		return false, p.fail(Mismatch, int(node.start), "", "%s is a mapping: an entry there needs a key", p.at(n))
	}
	return node.kind.sequence(), nil
}

// vacant refuses an entry that exists.
func (p *yamlPlace) vacant(x *yamlText) error {
	if p.doc == nil || p.t.nodes[p.node].kind == yamlNull {
		return nil
	}
	list := p.t.entries(p.node)
	if p.a.Key == "" {
		if i := p.same(list, x); i >= 0 {
			return p.fail(Exists, p.t.mark(list[i]), "", "%s has this element already", p.at(len(p.a.Path)))
		}
		return nil
	}
	if found := p.t.find(p.node, p.a.Key); len(found) > 0 {
		return p.fail(Exists, p.t.mark(list[found[0]]), "", "%s is there already", p.a)
	}
	if off := p.t.merged(p.node, p.a.Key); off >= 0 {
		return p.fail(Alias, off, "write the entry out by hand", "%s comes from a merge key, and so from another place", p.a)
	}
	return nil
}

// inPlace is the text as it reads in the place: in a flow collection, on one
// line.
func (p *yamlPlace) inPlace(x *yamlText) *yamlText {
	if p.t.nodes[p.node].kind.flow() {
		if y, err := parseYAMLText(p.name, []byte(x.flowText())); err == nil {
			return y
		}
	}
	return x
}

// same is the first element that equals x, -1 for none.
func (p *yamlPlace) same(list []yamlEntry, x *yamlText) int {
	x = p.inPlace(x)
	return slices.IndexFunc(list, func(e yamlEntry) bool { return p.t.equals(e.val, x) })
}

// order is the index that the entry seg gets among list, and whether that is
// for the sake of a peer that stands there and sorts after it.
func (p *yamlPlace) order(seg string, list []yamlEntry) (index int, before bool) {
	if len(p.a.Peers) == 0 || len(p.missing) > 0 {
		return len(list), false
	}
	peers := p.t.peers(p.a.Peers, p.node, list)
	if seg == "" { // without a key, there is no order
		index = -1
		for i := range peers {
			index = max(index, i)
		}
		if index < 0 {
			return len(list), false
		}
		return index + 1, false
	}
	index = place(seg, len(list), func(i int) (string, bool) { k, ok := peers[i]; return k, ok })
	k, ok := peers[index]
	return index, ok && rank(k) > rank(seg)
}

// splice writes the entry: body behind the key or dash that seg asks for.
func (p *yamlPlace) splice(body *yamlText, seg string, seq bool) (yamlEdit, error) {
	if p.doc == nil || p.t.nodes[p.node].kind == yamlNull {
		return p.fill(body, seg, seq)
	}
	list := p.t.entries(p.node)
	index, before := p.order(seg, list)
	if p.t.nodes[p.node].kind.flow() {
		text := body.flowText()
		if !seq {
			text = p.t.key(seg, p.node, index) + ": " + text
		}
		l := p.flowList(p.node)
		return yamlEdit{l.insert(index, func(string, bool) string { return text }), index}, nil
	}
	l := p.blockList(p.node)
	spot := yamlSpot{parent: l.col, seq: seq, style: p.style(index)}
	head := "-"
	if !seq {
		head = p.t.key(seg, p.node, index) + ":"
	}
	lines := body.under(head, spot)
	if index == 0 && !l.own(0) {
		return p.compact(l, lines, body)
	}
	return p.between(l, lines, index, before, body)
}

// indented joins lines, the first of which goes into column col.
func indented(lines []string, col int, eol string) string {
	return strings.Repeat(" ", col) + strings.Join(lines, eol)
}

// compact puts the entry before the first one, which stands behind the dash of
// the element that the collection is.
func (p *yamlPlace) compact(l *yamlBlockList, lines []string, body *yamlText) (yamlEdit, error) {
	at := l.mark(l.list[0])
	eol := p.eol(at)
	text := indented(lines, 0, eol) + eol + strings.Repeat(" ", l.col)
	return yamlEdit{[]splice{{at, at, text}}, 0}, nil
}

// between puts the entry at index among the others.
func (p *yamlPlace) between(l *yamlBlockList, lines []string, index int, before bool, body *yamlText) (yamlEdit, error) {
	var at int
	var above, below bool // a blank line
	ordered := before || index == 0
	if ordered {
		at = l.lead(index)
	} else {
		at = l.tail(index - 1)
	}
	at = p.t.pastHungry(at, body.leaf())
	if l.spaced(-1) && l.spaces(at, body.leaf()) {
		above, below = !ordered && !l.keeps(index-1), ordered
	}
	eol := p.eol(at)
	text := indented(lines, l.col, eol)
	if above {
		text = eol + text
	}
	if below {
		text += eol
	}
	var last *yamlNode
	if index > 0 {
		last = l.leaf(index - 1)
	}
	s, err := p.atLine(at, text, last, body)
	return yamlEdit{[]splice{s}, index}, err
}

// atLine puts text, which lacks its last line break, at the start of a line or
// at the end of the file. last is the scalar that ends there, if one does.
func (p *yamlPlace) atLine(at int, text string, last *yamlNode, body *yamlText) (splice, error) {
	eol := p.eol(at)
	if !p.open(at) {
		return splice{at, at, text + eol}, nil
	}
	// The file lacks its last line break, and shall lack it again later.
	if last.needsBreak() && int(last.end) == at || body.leaf().needsBreak() {
		return splice{}, p.fail(Unsafe, at, "end the file with a line break",
			"a block scalar at the end of a file without a line break would change its value")
	}
	return splice{at, at, eol + text}, nil
}

// open tells whether at is the end of a file that does not end its last line.
func (p *yamlPlace) open(at int) bool {
	return at == len(p.t.data) && at > p.t.base && yamlBreakBefore(p.t.data, at) == 0
}

// eol is how lines end around at: the one above, else the file's first.
func (p *yamlPlace) eol(at int) string {
	d := p.t.data
	n, end := 0, p.t.lineStart(at)
	if n = yamlBreakBefore(d, end); n == 0 {
		end = yamlLineEnd(d, p.t.base)
		n = yamlBreak(d, end)
		end += n
	}
	if s := string(d[end-n : end]); s == "\r\n" || s == "\r" {
		return s
	}
	return "\n"
}

// fill puts the first entry into a document or below a key that is empty.
func (p *yamlPlace) fill(body *yamlText, seg string, seq bool) (yamlEdit, error) {
	at, col, style := len(p.t.data), 0, yamlPlainStyle
	if p.doc != nil {
		style = p.style(0)
		node := &p.t.nodes[p.node]
		switch {
		case p.node != p.doc.root:
			at, col = p.below(node, style, seq)
		case node.props < node.start:
			at = yamlNextLine(p.t.data, int(node.start))
		default:
			at = int(p.doc.end)
		}
	}
	head := "-"
	if !seq {
		head = yamlString(seg, false, 0) + ":"
	}
	at = p.t.pastHungry(at, body.leaf())
	text := indented(body.under(head, yamlSpot{parent: col, seq: seq, style: style}), col, p.eol(at))
	s, err := p.atLine(at, text, nil, body)
	return yamlEdit{[]splice{s}, 0}, err
}

// below is the line and the column for the first entry below an empty value. A
// comment that stands there already shows the column.
func (p *yamlPlace) below(node *yamlNode, style yamlStyle, seq bool) (at, col int) {
	at = yamlNextLine(p.t.data, int(node.start))
	parent := &p.t.nodes[p.steps[len(p.steps)-1].node]
	kind := yamlMap
	if seq {
		kind = yamlSeq
	}
	spot := yamlSpot{parent: int(parent.col), seq: parent.kind == yamlSeq, style: style}
	col = spot.base(kind)
	next := p.t.pastBlanks(at)
	if next < len(p.t.data) {
		if kind, c := p.t.line(next); kind == yamlCommentLine && c > int(parent.col) {
			col = c
		}
	}
	return at, col
}
