package insert

// yamlStyle is how a file writes collections inside collections.
type yamlStyle struct {
	width int // how much deeper a mapping stands than the key above it
	seq   int // how much deeper a sequence's dashes stand than the key above them; 0 for under it
	dash  int // how much deeper an element's content stands than its dash
}

// yamlPlainStyle is the style where nothing tells another.
var yamlPlainStyle = yamlStyle{width: 2, seq: 2, dash: 2}

// styleSearch collects the style from the nodes it is shown, the nearest first.
type styleSearch struct {
	t                *yamlTree
	style            yamlStyle
	width, seq, dash bool // found
}

func (s *styleSearch) done() bool { return s.width && s.seq && s.dash }

// child looks at one child of a collection.
func (s *styleSearch) child(parent, c int32) {
	p, n := &s.t.nodes[parent], &s.t.nodes[c]
	own := (n.kind == yamlMap || n.kind == yamlSeq) && s.t.leads(int(n.start))
	switch {
	case p.kind == yamlMap && n.kind == yamlMap && own && !s.width && n.col > p.col:
		s.style.width, s.width = int(n.col-p.col), true
	case p.kind == yamlMap && n.kind == yamlSeq && own && !s.seq:
		s.style.seq, s.seq = int(n.col-p.col), true
	case p.kind == yamlSeq && n.kind != yamlNull && !s.dash && !own:
		if d := int(n.props - n.mark); d >= 2 && d <= 8 && !yamlHasBreak(s.t.data[n.mark:n.props]) {
			s.style.dash, s.dash = d, true
		}
	}
}

// below looks at everything inside n.
func (s *styleSearch) below(n int32) {
	if s.t.nodes[n].kind != yamlMap && s.t.nodes[n].kind != yamlSeq {
		return
	}
	for c := s.t.nodes[n].first; c != 0 && !s.done(); c = s.t.nodes[c].next {
		s.child(n, c)
		s.below(c)
	}
}

// style finds out how the place's neighbours are written: the collection itself
// and those it stands in, its entries from the nearest on, and at last the
// whole document. near is the index at which the new entry goes.
func (p *yamlPlace) style(near int) yamlStyle {
	s := &styleSearch{t: p.t, style: yamlPlainStyle}
	if p.doc == nil {
		return s.style
	}
	child := p.node
	for i := len(p.steps) - 1; i >= 0; i-- {
		s.child(p.steps[i].node, child)
		child = p.steps[i].node
	}
	node := p.node
	if last := len(p.steps) - 1; p.t.nodes[node].kind == yamlNull && last >= 0 {
		node, near = p.steps[last].node, p.steps[last].index
	}
	if kind := p.t.nodes[node].kind; kind == yamlMap || kind == yamlSeq {
		list := p.t.entries(node)
		for d := 0; d < len(list) && !s.done(); d++ {
			for _, i := range []int{near - 1 - d, near + d} {
				if i >= 0 && i < len(list) {
					s.child(node, list[i].val)
					s.below(list[i].val)
				}
			}
		}
	}
	s.below(p.doc.root)
	if !s.seq && s.width {
		s.style.seq = s.style.width
	}
	return s.style
}
