package insert

import (
	"go/ast"
	"slices"
	"strings"
)

// goPlace is a body or a struct, and the words of what is in it.
type goPlace struct {
	*goFile
	block *goBlock
	words []string
	names [][]string // of fields
	end   int        // the index before which new items go
	what  string
}

// goStatements reads a Func entry, goField a Field entry.
func goStatements(s *source, text []byte) (*fragment, error) {
	return goFragment(s, "func _() {", string(text), "}")
}

func goField(s *source, text []byte) (*fragment, error) {
	fr, err := goFragment(s, "type _ struct {", string(text), "}")
	if err == nil && len(fr.words) != 1 {
		return nil, s.fail(Invalid, -1, "the entry is %d fields, not one", len(fr.words))
	}
	return fr, err
}

// fragmentOf reads an entry of a's kind.
func fragmentOf(s *source, a Address, text []byte) (*fragment, error) {
	if a.Kind == Field {
		return goField(s, text)
	}
	return goStatements(s, text)
}

// body finds the place of a Func or Field address.
func (f *goFile) body(a Address) (*goPlace, error) {
	if a.Kind == Field {
		return f.structBody(a.Name)
	}
	d, err := f.function(a.Name)
	if err != nil {
		return nil, err
	}
	p := f.place(f.span(d.Body), "func "+a.Name)
	last := final(d.Body.List)
	for i, s := range d.Body.List {
		if !isEmpty(s) {
			p.add(s)
		}
		if i < last {
			p.end = len(p.words)
		}
	}
	return p, nil
}

func (f *goFile) structBody(name string) (*goPlace, error) {
	t, err := f.typeSpec(name)
	if err != nil {
		return nil, err
	}
	st, ok := t.Type.(*ast.StructType)
	if !ok {
		return nil, f.fail(Missing, f.off(t.Pos()), "the type %s is not a struct", name)
	}
	p := f.place(f.span(st.Fields), "type "+name)
	for _, field := range st.Fields.List {
		p.add(field)
	}
	p.end = len(p.words)
	return p, nil
}

func (f *goFile) place(braces Span, what string) *goPlace {
	b := &goBlock{source: f.source, open: braces.Start + 1, close: braces.End - 1}
	return &goPlace{goFile: f, block: b, what: what}
}

func (p *goPlace) add(n ast.Node) {
	s := p.span(n)
	p.block.items = append(p.block.items, s)
	p.names = append(p.names, fieldNames(n))
	p.words = append(p.words, goWords(p.data[s.Start:s.End]))
}

// runs lists where words stand one behind the other.
func (p *goPlace) runs(words []string) []int {
	var out []int
	for i := 0; i+len(words) <= len(p.words); i++ {
		if slices.Equal(p.words[i:i+len(words)], words) {
			out = append(out, i)
		}
	}
	return out
}

// matches lists where the entry stands: for a field, where one of its names does.
func (p *goPlace) matches(a Address, fr *fragment) []int {
	if a.Kind != Field {
		return p.runs(fr.words)
	}
	var out []int
	for i, names := range p.names {
		if slices.ContainsFunc(names, func(n string) bool { return slices.Contains(fr.names, n) }) {
			out = append(out, i)
		}
	}
	return out
}

// fieldNames are the names of a field; an embedded one has its type's.
func fieldNames(n ast.Node) []string {
	field, ok := n.(*ast.Field)
	if !ok {
		return nil
	}
	var out []string
	for _, name := range field.Names {
		out = append(out, name.Name)
	}
	if out != nil {
		return out
	}
	for t := field.Type; ; {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.ParenExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.SelectorExpr:
			return []string{x.Sel.Name}
		case *ast.Ident:
			return []string{x.Name}
		default:
			return nil
		}
	}
}

func goBodyInsert(s *source, a Address, text []byte) ([]byte, error) {
	f, err := parseGo(s)
	if err != nil {
		return nil, err
	}
	fr, err := fragmentOf(s, a, text)
	if err != nil {
		return nil, err
	}
	p, err := f.body(a)
	if err != nil {
		return nil, err
	}
	if found := p.matches(a, fr); len(found) > 0 {
		return nil, f.fail(Exists, p.block.items[found[0]].Start, "the entry is in %s already", p.what)
	}
	list, err := p.block.insert(p.index(a, fr), fr)
	if err != nil {
		return nil, err
	}
	if a.Kind == Field {
		list = p.spaced(list)
	}
	out := f.best(list...)
	if err := f.checkInsert(out, a, fr); err != nil {
		return nil, err
	}
	return out, nil
}

// spaced puts the space behind the word struct that gofmt wants when the braces
// are no longer empty or on one line.
func (p *goPlace) spaced(list []candidate) []candidate {
	at := p.block.open - 1
	if p.block.broken() || isBlank(p.data[at-1]) {
		return list
	}
	for i, c := range list {
		if strings.Contains(c[0].text, "\n") {
			list[i] = append(candidate{{at, at, " "}}, c...)
		}
	}
	return list
}

// index is where the entry goes among the items.
func (p *goPlace) index(a Address, fr *fragment) int {
	type peer struct {
		first, last int
		key         string
	}
	var found []peer
	for _, text := range a.Peers {
		other, err := fragmentOf(p.source, a, []byte(text))
		if err != nil {
			continue // the text of an entry that is not of this kind stands nowhere
		}
		for _, at := range p.matches(a, other) {
			if last := at + len(other.words) - 1; last < p.end {
				found = append(found, peer{at, last, other.key()})
			}
		}
	}
	if len(found) == 0 {
		return p.end
	}
	slices.SortFunc(found, func(a, b peer) int { return a.first - b.first })
	at := place(fr.key(), len(found), func(i int) (string, bool) { return found[i].key, true })
	if at < len(found) {
		return found[at].first
	}
	return found[at-1].last + 1
}

// key is what a fragment is sorted by.
func (fr *fragment) key() string { return strings.Join(fr.lines, "\n") }

// entry is the index of the entry's first item, and the number of its items.
func (p *goPlace) entry(a Address, fr *fragment) (int, int, error) {
	found := p.matches(a, fr)
	switch len(found) {
	case 0:
		return 0, 0, p.fail(Missing, p.block.open-1, "the entry is not in %s", p.what)
	case 1:
		return found[0], len(fr.words), nil
	}
	line, _ := p.position(p.block.items[found[0]].Start)
	return 0, 0, p.fail(Ambiguous, p.block.items[found[1]].Start, "the entry is in %s twice; the first is on line %d", p.what, line)
}

// goBodyEntry is what Remove, Find and Value begin with.
func goBodyEntry(s *source, a Address, text []byte) (p *goPlace, fr *fragment, at, n int, err error) {
	f, err := parseGo(s)
	if err != nil {
		return nil, nil, 0, 0, err
	}
	if fr, err = fragmentOf(s, a, text); err != nil {
		return nil, nil, 0, 0, err
	}
	if p, err = f.body(a); err != nil {
		return nil, nil, 0, 0, err
	}
	at, n, err = p.entry(a, fr)
	return p, fr, at, n, err
}

func goBodyRemove(s *source, a Address, text []byte) ([]byte, error) {
	p, fr, at, n, err := goBodyEntry(s, a, text)
	if err != nil {
		return nil, err
	}
	cut := candidate{p.block.remove(at, at+n-1, fr)}
	if open := p.block.open; a.Kind == Field && cut[0].start == open && cut[0].end == p.block.close && p.data[open-2] == ' ' {
		cut = append(candidate{{open - 2, open - 1, ""}}, cut...)
	}
	out := apply(p.data, cut...)
	return out, p.checkRemove(out, a, at, n)
}

func goBodyFind(s *source, a Address, text []byte) (Span, error) {
	p, _, at, n, err := goBodyEntry(s, a, text)
	if err != nil {
		return Span{}, err
	}
	return Span{p.block.items[at].Start, p.block.items[at+n-1].End}, nil
}

func goBodyValue(s *source, a Address, text []byte) ([]byte, error) {
	p, fr, at, n, err := goBodyEntry(s, a, text)
	if err != nil {
		return nil, err
	}
	b := p.block
	from, to := b.lead(at), b.tail(at+n-1)
	if !b.broken() {
		from, to = b.items[at].Start, b.items[at+n-1].End
	} else if start, end := b.own(at, at+n-1, fr); start >= 0 {
		from, to = min(from, start), max(to, end)
	}
	return []byte(p.dedent(from, to)), nil
}

// dedent is the text between two offsets without the indentation of its first
// line.
func (f *goFile) dedent(from, to int) string {
	indent := f.indent(from)
	raw := rawLines(f.data, len(splitLines(string(f.data)))+1)
	line, _ := f.position(from)
	var out []string
	for i, text := range splitLines(strings.TrimLeft(string(f.data[from:to]), " \t")) {
		if i > 0 && !raw[line-1+i] {
			text = strings.TrimPrefix(text, indent)
		}
		out = append(out, text)
	}
	return strings.TrimRight(strings.Join(out, "\n"), " \t")
}
