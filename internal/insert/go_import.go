package insert

import (
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/module"
)

// goImport is an import as the file has it.
type goImport struct {
	decl  *ast.GenDecl
	spec  *ast.ImportSpec
	path  string
	alias string
	span  Span // of the spec; of the whole declaration where it is alone
}

// importEntry is an import to be.
type importEntry struct{ alias, path string }

func (e importEntry) write() string {
	if e.alias == "" {
		return strconv.Quote(e.path)
	}
	return e.alias + " " + strconv.Quote(e.path)
}

// standard tells whether a path is of the standard library: its first element
// has no dot.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

// readImport reads an Import entry: the path is the key; the text may give a
// name, or repeat the path.
func readImport(s *source, a Address, text []byte) (importEntry, error) {
	e := importEntry{path: a.Key}
	if module.CheckImportPath(a.Key) != nil || a.Key == "C" {
		return e, s.fail(Invalid, -1, "%q is not an import path", a.Key)
	}
	name := strings.TrimSpace(string(text))
	if rest, ok := strings.CutSuffix(name, strconv.Quote(a.Key)); ok {
		name = strings.TrimSpace(rest)
	}
	if name != "" && name != "." && !token.IsIdentifier(name) {
		return e, s.fail(Invalid, -1, "the entry %s is not a name for the import %s", name, a.Key)
	}
	e.alias = name
	return e, nil
}

// imports lists the file's imports in order.
func (f *goFile) imports() []goImport {
	var out []goImport
	for _, decl := range f.ast.Decls {
		d, ok := decl.(*ast.GenDecl)
		if !ok || d.Tok != token.IMPORT {
			continue
		}
		for _, s := range d.Specs {
			spec, ok := s.(*ast.ImportSpec)
			if !ok {
				continue
			}
			path, _ := strconv.Unquote(spec.Path.Value)
			im := goImport{decl: d, spec: spec, path: path, span: f.span(spec)}
			if spec.Name != nil {
				im.alias = spec.Name.Name
			}
			if !d.Lparen.IsValid() {
				im.span = f.span(d)
			}
			out = append(out, im)
		}
	}
	return out
}

// importBlock is the brackets of an import declaration line by line.
func (f *goFile) importBlock(d *ast.GenDecl) *goBlock {
	b := &goBlock{source: f.source, open: f.off(d.Lparen) + 1, close: f.off(d.Rparen)}
	for _, s := range d.Specs {
		b.items = append(b.items, f.span(s))
	}
	return b
}

// group is a run of imports without a blank line between them: items first to
// last of a block.
type importGroup struct{ first, last int }

// importGroups cuts a block's imports into groups.
func importGroups(b *goBlock) []importGroup {
	var out []importGroup
	for i := range b.items {
		parted := i == 0
		for at := b.tail(i - 1); !parted && at < b.lead(i); at = b.nextLine(at) {
			next := b.nextLine(at)
			parted = next < b.items[i].Start && b.empty(next)
		}
		if parted {
			out = append(out, importGroup{i, i})
		} else {
			out[len(out)-1].last = i
		}
	}
	return out
}

// likeness tells how well an import fits into a group: 0 not at all, 1 into a
// group of both the standard library's and others, more the longer the part of
// its path that it shares.
func likeness(e importEntry, group []goImport) int {
	best, mixed := 2, false
	for _, im := range group {
		if standard(im.path) != standard(e.path) {
			mixed = true
			continue
		}
		n := 0
		for n < len(im.path) && n < len(e.path) && im.path[n] == e.path[n] {
			n++
		}
		best = max(best, 2+n)
	}
	alike := func(im goImport) bool { return standard(im.path) == standard(e.path) }
	blank := func(im goImport) bool { return im.alias != "_" }
	switch {
	case !slices.ContainsFunc(group, alike):
		return 0
	case !slices.ContainsFunc(group, blank) && e.alias != "_":
		return 0 // imports for their side effects stand apart
	case mixed:
		return 1
	}
	return best
}

func goImportInsert(s *source, a Address, text []byte) ([]byte, error) {
	f, err := parseGo(s)
	if err != nil {
		return nil, err
	}
	e, err := readImport(s, a, text)
	if err != nil {
		return nil, err
	}
	all := f.imports()
	for _, im := range all {
		if im.path == e.path {
			msg := strconv.Quote(e.path) + " is imported already"
			if im.alias != e.alias && im.alias != "" {
				msg += ", as " + im.alias
			}
			return nil, f.fail(Exists, im.span.Start, "%s", msg)
		}
	}
	out := f.best(f.importPlace(all, e)...)
	return out, f.checkImport(out, e)
}

// importPlace is the ways to write an import.
func (f *goFile) importPlace(all []goImport, e importEntry) []candidate {
	for _, decl := range f.ast.Decls {
		d, ok := decl.(*ast.GenDecl)
		if !ok || d.Tok != token.IMPORT || !d.Lparen.IsValid() {
			continue
		}
		of := slices.DeleteFunc(slices.Clone(all), func(im goImport) bool { return im.decl != d })
		b := f.importBlock(d)
		fr := &fragment{lines: []string{e.write()}, raw: []bool{false}}
		if slices.ContainsFunc(of, func(im goImport) bool { return im.path == "C" }) {
			continue
		}
		if len(of) == 0 {
			list, err := b.insert(0, fr)
			if err == nil {
				return list
			}
			continue
		}
		if b.broken() && b.leads(b.items[0].Start) {
			return joinBlock(b, of, e)
		}
	}
	return []candidate{f.importDecl(all, e)}
}

// joinBlock puts an import into the best group of a block.
func joinBlock(b *goBlock, of []goImport, e importEntry) []candidate {
	groups := importGroups(b)
	best, score := -1, 0
	for i, g := range groups {
		if n := likeness(e, of[g.first:g.last+1]); n > 0 && n >= score {
			best, score = i, n
		}
	}
	indent := b.indent(b.items[0].Start)
	line := indent + e.write()
	last := len(b.items) - 1
	apart := candidate{b.below(b.tail(last), b.eol+line)}
	switch {
	case best < 0 && standard(e.path) && e.alias != "_":
		return []candidate{{b.above(b.lead(0), line+b.eol)}}
	case best < 0:
		return []candidate{apart}
	}
	g := groups[best]
	at := g.first
	for at <= g.last && of[at].path < e.path {
		at++
	}
	if at == g.first {
		return []candidate{{b.above(b.lead(at), line)}, apart}
	}
	return []candidate{{b.below(b.tail(at-1), line)}, apart}
}

// importDecl writes a declaration of its own.
func (f *goFile) importDecl(all []goImport, e importEntry) candidate {
	text := "import " + e.write()
	var single []goImport
	var last ast.Node = f.ast.Name
	for _, decl := range f.ast.Decls {
		if d, ok := decl.(*ast.GenDecl); ok && d.Tok == token.IMPORT {
			last = d
		}
	}
	for _, im := range all {
		if !im.decl.Lparen.IsValid() && im.path != "C" {
			single = append(single, im)
		}
	}
	b := &goBlock{source: f.source, open: 0, close: len(f.data)}
	if len(single) > 0 {
		for _, im := range single {
			b.items = append(b.items, im.span)
		}
		at := 0
		for at < len(single) && single[at].path < e.path {
			at++
		}
		if at > 0 && b.breakAt(b.tail(at-1)) > 0 {
			return candidate{b.below(b.tail(at-1), text)}
		}
		if at == 0 && b.leads(single[0].span.Start) {
			return candidate{b.above(f.remarksAbove(single[0].span.Start), text)}
		}
	}
	b.items = []Span{f.span(last)}
	tail := b.tail(0)
	switch {
	case b.breakAt(tail) > 0 || tail == len(f.data):
		return candidate{b.below(tail, f.eol+text)}
	case f.data[tail-1] == ';':
		return candidate{{tail, tail, " " + text + ";"}}
	}
	return candidate{{b.items[0].End, b.items[0].End, "; " + text}}
}

// remarksAbove is the offset of the comment lines directly above off's line, or
// off.
func (f *goFile) remarksAbove(off int) int {
	for f.lineStart(off) > f.base {
		above := f.lineStart(f.lineStart(off) - 1)
		if !strings.HasPrefix(strings.TrimLeft(string(f.data[above:f.lineEnd(above)]), " \t"), "//") {
			break
		}
		off = above
	}
	return off
}

// imported finds the import at a.
func (f *goFile) imported(a Address) (goImport, error) {
	var found []goImport
	for _, im := range f.imports() {
		if im.path == a.Key {
			found = append(found, im)
		}
	}
	switch len(found) {
	case 0:
		return goImport{}, f.fail(Missing, -1, "%s is not imported", strconv.Quote(a.Key))
	case 1:
		return found[0], nil
	}
	line, _ := f.position(found[0].span.Start)
	return goImport{}, f.fail(Ambiguous, found[1].span.Start, "%s is imported twice; the first is on line %d", strconv.Quote(a.Key), line)
}

func goImportFind(s *source, a Address, _ []byte) (Span, error) {
	f, err := parseGo(s)
	if err != nil {
		return Span{}, err
	}
	im, err := f.imported(a)
	return im.span, err
}

func goImportValue(s *source, a Address, _ []byte) ([]byte, error) {
	f, err := parseGo(s)
	if err != nil {
		return nil, err
	}
	im, err := f.imported(a)
	return []byte(im.alias), err
}

// checkImport makes sure that out is f with exactly the import more.
func (f *goFile) checkImport(out []byte, e importEntry) error {
	return f.sameBut(out, "with the entry", func(after *goFile) bool {
		im, err := after.imported(Address{Key: e.path})
		if err != nil || im.alias != e.alias || !slices.Equal(f.remarks(), after.remarks()) {
			return false
		}
		after.dropImport(im.spec)
		return true
	})
}
