package insert

import (
	"go/ast"
	"slices"
	"strings"
)

func goImportRemove(s *source, a Address, _ []byte) ([]byte, error) {
	f, err := parseGo(s)
	if err != nil {
		return nil, err
	}
	im, err := f.imported(a)
	if err != nil {
		return nil, err
	}
	var cut splice
	if im.decl.Lparen.IsValid() {
		cut = f.cutImport(im)
	} else {
		cut = f.cutImportDecl(im)
	}
	out := apply(s.data, cut)
	f.dropImport(im.spec)
	return out, f.sameBut(out, "without the entry", func(*goFile) bool { return true })
}

// cutImport takes a line out of a block, and the blank line that a group of its
// own had.
func (f *goFile) cutImport(im goImport) splice {
	b := f.importBlock(im.decl)
	i := slices.Index(b.items, im.span)
	cut := b.remove(i, i, nil)
	if len(b.items) == 1 || !b.leads(im.span.Start) {
		return cut
	}
	for n, g := range importGroups(b) {
		switch {
		case g.first != i || g.last != i:
		case n == 0:
			if next := f.nextLine(im.span.End); f.empty(next) {
				cut = b.cut(b.lead(i), next)
			}
		default:
			if above := f.lineStart(b.lead(i)); f.empty(above - 1) {
				cut = b.cut(above-1, b.tail(i))
			}
		}
	}
	return cut
}

// cutImportDecl takes a declaration out, and the blank line above it unless
// another import follows.
func (f *goFile) cutImportDecl(im goImport) splice {
	b := &goBlock{source: f.source, open: 0, close: len(f.data), items: []Span{im.span}}
	tail := b.tail(0)
	if !f.leads(im.span.Start) || b.breakAt(tail) == 0 && tail < len(f.data) {
		start := im.span.Start
		for start > 0 && isBlank(f.data[start-1]) {
			start--
		}
		if at := f.skipBlanks(im.span.End); at < len(f.data) && f.data[at] == ';' {
			return splice{start, at + 1, ""}
		}
		return splice{max(start-1, 0), im.span.End, ""}
	}
	lead := f.remarksAbove(im.span.Start)
	if above := f.lineStart(lead); above > f.base && f.empty(above-1) && !f.importFollows(tail) {
		lead = above - 1
	}
	return f.cut(lead, tail)
}

// importFollows tells whether the line below off begins another import.
func (f *goFile) importFollows(off int) bool {
	next := f.nextLine(off)
	at := f.skipRemarks(next)
	for line := next; line < at; line = f.nextLine(line) {
		if f.empty(line) {
			return false
		}
	}
	return strings.HasPrefix(string(f.data[min(at, len(f.data)):]), "import")
}

// dropImport takes a spec, and its declaration when nothing else is in it, out
// of the tree.
func (f *goFile) dropImport(spec *ast.ImportSpec) {
	for i, decl := range f.ast.Decls {
		d, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		at := slices.IndexFunc(d.Specs, func(s ast.Spec) bool { return s == ast.Spec(spec) })
		switch {
		case at < 0:
		case !d.Lparen.IsValid():
			f.ast.Decls = slices.Delete(f.ast.Decls, i, i+1)
			return
		default:
			d.Specs = slices.Delete(d.Specs, at, at+1)
			return
		}
	}
}
