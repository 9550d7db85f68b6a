package insert

import (
	"go/ast"
	"reflect"
	"slices"
	"strings"
)

// goElements is a composite literal that a List address names.
type goElements struct {
	*goFile
	lit   *ast.CompositeLit
	list  *list
	words []string
	keys  []string // the words of the elements' keys; "" for those without
}

// goElement reads a List entry: one element, with comments above it at most.
func goElement(s *source, text []byte) (*fragment, error) {
	trimmed := strings.TrimSuffix(strings.TrimSpace(string(text)), ",")
	if strings.TrimSpace(trimmed) == "" {
		return nil, s.fail(Invalid, -1, "the entry is empty")
	}
	fr, err := goFragment(s, "var _ = []T{", trimmed+",", "}")
	if err != nil {
		return nil, err
	}
	last := len(fr.lines) - 1
	switch {
	case len(fr.words) != 1:
		return nil, s.fail(Invalid, -1, "the entry is %d elements, not one", len(fr.words))
	case fr.behind:
		return nil, s.fail(Invalid, -1, "the entry has a comment behind it: put that above it")
	case slices.Contains(fr.lines[:fr.first], ""):
		return nil, s.fail(Invalid, -1, "the entry has a blank line above it")
	}
	fr.lines[last] = strings.TrimSuffix(fr.lines[last], ",")
	return fr, nil
}

// elements finds the composite literal: the value of a package-level variable,
// or the only thing that a function's last statement returns.
func (f *goFile) elements(name string) (*goElements, error) {
	expr, err := f.listValue(name)
	if err != nil {
		return nil, err
	}
	at := f.off(expr.Pos())
	for {
		switch x := expr.(type) {
		case *ast.ParenExpr:
			expr = x.X
			continue
		case *ast.UnaryExpr:
			expr = x.X
			continue
		case *ast.CompositeLit:
			return f.readElements(x), nil
		}
		return nil, f.fail(Missing, at, "%s is not a composite literal", name)
	}
}

// listValue finds the value that has the name.
func (f *goFile) listValue(name string) (ast.Expr, error) {
	var found []*ast.ValueSpec
	for _, decl := range f.ast.Decls {
		d, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range d.Specs {
			v, ok := spec.(*ast.ValueSpec)
			if ok && slices.ContainsFunc(v.Names, func(id *ast.Ident) bool { return id.Name == name }) {
				found = append(found, v)
			}
		}
	}
	switch len(found) {
	case 0:
		return f.result(name)
	case 1:
		v := found[0]
		i := slices.IndexFunc(v.Names, func(id *ast.Ident) bool { return id.Name == name })
		if len(v.Values) != len(v.Names) {
			return nil, f.fail(Missing, f.off(v.Pos()), "%s has no value of its own", name)
		}
		return v.Values[i], nil
	}
	line, _ := f.position(f.off(found[0].Pos()))
	return nil, f.fail(Ambiguous, f.off(found[1].Pos()), "there are several variables %s; the first is on line %d", name, line)
}

// result is what the function name returns in its last statement.
func (f *goFile) result(name string) (ast.Expr, error) {
	d, err := f.function(name)
	if e, ok := err.(*Error); ok && e.Reason == Missing && e.Line == 0 {
		return nil, f.fail(Missing, -1, "there is no variable %s, nor a function that returns it", name)
	}
	if err != nil {
		return nil, err
	}
	if n := len(d.Body.List); n > 0 {
		if r, ok := d.Body.List[n-1].(*ast.ReturnStmt); ok && len(r.Results) == 1 {
			return r.Results[0], nil
		}
	}
	return nil, f.fail(Missing, f.off(d.Pos()), "the function %s does not end by returning one value", name)
}

func (f *goFile) readElements(lit *ast.CompositeLit) *goElements {
	g := &goElements{goFile: f, lit: lit}
	g.list = &list{
		source: f.source, open: f.off(lit.Lbrace) + 1, close: f.off(lit.Rbrace),
		comment: slashComment, unit: "\t", broken: true, trailing: true,
	}
	for _, e := range lit.Elts {
		s := f.span(e)
		it := item{s.Start, s.End, -1}
		if at := f.skipRemarks(s.End); f.data[at] == ',' {
			it.comma = at
		}
		g.list.items = append(g.list.items, it)
		g.words = append(g.words, goWords(f.data[s.Start:s.End]))
		g.keys = append(g.keys, f.keyWords(e))
	}
	return g
}

// skipRemarks is the first offset from off on that holds neither white space
// nor a comment.
func (f *goFile) skipRemarks(off int) int {
	for off < len(f.data) {
		if end := slashComment(f.data, off); end > off {
			off = end
		} else if isBlank(f.data[off]) || f.data[off] == '\n' || f.data[off] == '\r' {
			off++
		} else {
			break
		}
	}
	return off
}

// keyWords are the tokens of the key of an element "key: value".
func (f *goFile) keyWords(e ast.Expr) string {
	kv, ok := e.(*ast.KeyValueExpr)
	if !ok {
		return ""
	}
	s := f.span(kv.Key)
	return goWords(f.data[s.Start:s.End])
}

// key is the words of the key of a fragment that is one element.
func (fr *fragment) elementKey() string {
	kv, ok := fr.nodes()[0].(*ast.KeyValueExpr)
	if !ok {
		return ""
	}
	before, _, _ := strings.Cut(fr.words[0], "\x00:\x00")
	if _, ok := kv.Key.(*ast.CompositeLit); ok {
		return fr.words[0] // a key with colons inside
	}
	return before
}

// matches lists the elements that are the entry: those that have its key, or
// equal it.
func (g *goElements) matches(fr *fragment) []int {
	key := fr.elementKey()
	var out []int
	for i := range g.words {
		if g.words[i] == fr.words[0] || key != "" && g.keys[i] == key {
			out = append(out, i)
		}
	}
	return out
}

func goListInsert(s *source, a Address, text []byte) ([]byte, error) {
	f, err := parseGo(s)
	if err != nil {
		return nil, err
	}
	fr, err := goElement(s, text)
	if err != nil {
		return nil, err
	}
	g, err := f.elements(a.Name)
	if err != nil {
		return nil, err
	}
	if found := g.matches(fr); len(found) > 0 {
		return nil, f.fail(Exists, g.list.items[found[0]].start, "the entry is in %s already", a.Name)
	}
	at := g.index(a, fr)
	shared := false
	plain := candidate(g.list.insert(at, func(indent string, own bool) string {
		shared = shared || !own
		return fr.write(indent, f.eol, true)
	}))
	if shared && fr.comments > 0 {
		return nil, f.fail(Unsafe, g.list.open, "the list %s is on one line, which has no place for the entry's comments", a.Name)
	}
	list := []candidate{plain}
	if n := len(plain) - 1; at == len(g.list.items) && at > 0 && g.list.own(at-1) && f.lineStart(plain[n].start) == plain[n].start {
		apart := slices.Clone(plain)
		apart[n].text = f.eol + apart[n].text
		list = append(list, apart)
	}
	out := f.best(list...)
	return out, f.checkElement(out, a, fr)
}

// index is where the entry goes among the elements.
func (g *goElements) index(a Address, fr *fragment) int {
	peers := map[int]string{}
	for _, text := range a.Peers {
		other, err := goElement(g.source, []byte(text))
		if err != nil {
			continue // the text of an entry that is not of this kind stands nowhere
		}
		for _, at := range g.matches(other) {
			peers[at] = other.key()
		}
	}
	return place(fr.key(), len(g.words), func(i int) (string, bool) { key, ok := peers[i]; return key, ok })
}

// goListEntry is what Remove, Find and Value begin with.
func goListEntry(s *source, a Address, text []byte) (*goElements, int, error) {
	f, err := parseGo(s)
	if err != nil {
		return nil, 0, err
	}
	fr, err := goElement(s, text)
	if err != nil {
		return nil, 0, err
	}
	g, err := f.elements(a.Name)
	if err != nil {
		return nil, 0, err
	}
	found := g.matches(fr)
	switch len(found) {
	case 0:
		return nil, 0, f.fail(Missing, g.list.open-1, "the entry is not in %s", a.Name)
	case 1:
		return g, found[0], nil
	}
	line, _ := f.position(g.list.items[found[0]].start)
	return nil, 0, f.fail(Ambiguous, g.list.items[found[1]].start, "the entry is in %s twice; the first is on line %d", a.Name, line)
}

func goListRemove(s *source, a Address, text []byte) ([]byte, error) {
	g, i, err := goListEntry(s, a, text)
	if err != nil {
		return nil, err
	}
	cut := g.list.remove(i)
	// A last element that a blank line parts from those above leaves none behind.
	n := len(cut) - 1
	if start := cut[n].start; i > 0 && i == len(g.words)-1 && start > g.base && g.lineStart(start) == start && g.empty(start-1) {
		cut[n].start = g.lineStart(start - 1)
	}
	out := apply(s.data, cut...)
	elts := &g.lit.Elts
	*elts = slices.Delete(*elts, i, i+1)
	return out, g.sameBut(out, "without the entry", func(*goFile) bool { return true })
}

func goListFind(s *source, a Address, text []byte) (Span, error) {
	g, i, err := goListEntry(s, a, text)
	if err != nil {
		return Span{}, err
	}
	return Span{g.list.items[i].start, g.list.items[i].end}, nil
}

func goListValue(s *source, a Address, text []byte) ([]byte, error) {
	g, i, err := goListEntry(s, a, text)
	if err != nil {
		return nil, err
	}
	from := g.list.items[i].start
	if lead := g.list.lead(i); g.list.own(i) && g.leads(lead) {
		from = lead
	}
	return []byte(g.dedent(from, g.list.items[i].end)), nil
}

// checkElement makes sure that out is f with exactly the element more.
func (f *goFile) checkElement(out []byte, a Address, fr *fragment) error {
	return f.sameBut(out, "with the entry", func(after *goFile) bool {
		g, err := after.elements(a.Name)
		if err != nil || !inOrder(f.remarks(), after.remarks()) {
			return false
		}
		found := g.matches(fr)
		if len(found) != 1 {
			return false
		}
		i := found[0]
		same := sameNode(reflect.ValueOf(g.lit.Elts[i]), reflect.ValueOf(fr.nodes()[0]))
		g.lit.Elts = slices.Delete(g.lit.Elts, i, i+1)
		return same
	})
}
