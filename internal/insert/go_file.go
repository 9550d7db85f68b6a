package insert

import (
	"bytes"
	"errors"
	"go/ast"
	"go/format"
	"go/parser"
	"go/scanner"
	"go/token"
	"slices"
	"strings"
)

// goFile is a parsed Go file.
type goFile struct {
	*source
	fset *token.FileSet
	ast  *ast.File
}

func parseGo(s *source) (*goFile, error) {
	f := &goFile{source: s, fset: token.NewFileSet()}
	var err error
	f.ast, err = parser.ParseFile(f.fset, "", s.data, parser.ParseComments|parser.SkipObjectResolution)
	if err == nil {
		return f, nil
	}
	var list scanner.ErrorList
	if errors.As(err, &list) && len(list) > 0 {
		return nil, s.fail(Invalid, min(list[0].Pos.Offset, len(s.data)), "does not parse as Go: %s", list[0].Msg)
	}
	return nil, s.fail(Invalid, -1, "does not parse as Go: %v", err)
}

// off is a position's offset; line directives do not matter to it.
func (f *goFile) off(p token.Pos) int { return f.fset.File(f.ast.FileStart).Offset(p) }

// span is a node's bytes.
func (f *goFile) span(n ast.Node) Span { return Span{f.off(n.Pos()), f.off(n.End())} }

// candidate is one way to write an entry.
type candidate []splice

// rewrites tells whether white space is replaced too.
func (c candidate) rewrites() bool {
	return slices.ContainsFunc(c, func(p splice) bool { return p.start < p.end })
}

// best is the first candidate that gofmt would leave as it is, or that differs
// from what gofmt makes of it only inside of the entry, as when the columns of
// a struct's fields line up. Where there is none, and for a file that gofmt
// would change anyway, it is the first. Line ends, a byte order mark and a
// missing line break at the end do not count.
func (f *goFile) best(list ...candidate) []byte {
	first := apply(f.data, list[0]...)
	if plain := unixLines(f.data); !isFormatted(plain) {
		return first
	}
	for _, c := range list {
		out := apply(f.data, c...)
		nice, err := format.Source(unixLines(out))
		if err != nil {
			continue
		}
		if bytes.Equal(nice, unixLines(out)) {
			return out
		}
		if len(c) > 1 && !c.rewrites() {
			continue
		}
		if text, ok := f.between(nice, c[0].start, c[len(c)-1].end); ok {
			return apply(f.data, splice{c[0].start, c[len(c)-1].end, text})
		}
	}
	return first
}

func isFormatted(data []byte) bool {
	out, err := format.Source(data)
	return err == nil && bytes.Equal(out, data)
}

// unixLines is data as gofmt writes it on any system.
func unixLines(data []byte) []byte {
	data = bytes.TrimPrefix(data, []byte(bom))
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	if !bytes.HasSuffix(data, []byte("\n")) {
		data = append(data[:len(data):len(data)], '\n')
	}
	return data
}

// between is what nice has in the place of data[start:end], when all around that
// is the same.
func (f *goFile) between(nice []byte, start, end int) (string, bool) {
	before := bytes.ReplaceAll(f.data[f.base:start], []byte("\r\n"), []byte("\n"))
	after := unixLines(f.data[end:])
	if end == len(f.data) && start > f.base && f.data[start-1] == '\n' {
		after = nil // the line break that ends the file is there already
	}
	if len(nice) < len(before)+len(after) || !bytes.HasPrefix(nice, before) || !bytes.HasSuffix(nice, after) {
		return "", false
	}
	text := nice[len(before) : len(nice)-len(after)]
	return string(bytes.ReplaceAll(text, []byte("\n"), []byte(f.eol))), true
}

// goName is a function's name and, for a method, its receiver's type.
type goName struct {
	recv    string
	pointer bool // only a pointer receiver is meant
	value   bool // only a value receiver is meant
	name    string
}

// readGoName reads "routes", "API.routes", "(API).routes" or "(*API).routes".
func readGoName(s string) goName {
	s = strings.TrimSpace(s)
	i := strings.LastIndexByte(s, '.')
	if i < 0 {
		return goName{name: s}
	}
	n := goName{recv: s[:i], name: s[i+1:]}
	if inner, ok := strings.CutPrefix(n.recv, "("); ok {
		n.recv = strings.TrimSuffix(inner, ")")
		n.value = true
	}
	if inner, ok := strings.CutPrefix(n.recv, "*"); ok {
		n.recv, n.pointer, n.value = inner, true, false
	}
	return n
}

// receiver is the type that a method belongs to.
func receiver(d *ast.FuncDecl) (name string, pointer bool) {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return "", false
	}
	for t := d.Recv.List[0].Type; ; {
		switch x := t.(type) {
		case *ast.ParenExpr:
			t = x.X
		case *ast.StarExpr:
			t, pointer = x.X, true
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name, pointer
		default:
			return "", pointer
		}
	}
}

// function finds the one function that name names. A bare name is a function's,
// or else that of the only method of this name.
func (f *goFile) function(name string) (*ast.FuncDecl, error) {
	want := readGoName(name)
	var found, methods []*ast.FuncDecl
	for _, decl := range f.ast.Decls {
		d, ok := decl.(*ast.FuncDecl)
		if !ok || d.Name.Name != want.name {
			continue
		}
		recv, pointer := receiver(d)
		switch {
		case recv == want.recv && !(want.pointer && !pointer) && !(want.value && pointer):
			found = append(found, d)
		case want.recv == "":
			methods = append(methods, d)
		}
	}
	if len(found) == 0 {
		found = methods
	}
	switch {
	case len(found) == 0:
		return nil, f.fail(Missing, -1, "there is no function %s", name)
	case len(found) > 1:
		line, _ := f.position(f.off(found[0].Pos()))
		e := f.fail(Ambiguous, f.off(found[1].Pos()), "there are several functions %s; the first is on line %d", name, line)
		if want.recv == "" && found[1].Recv != nil {
			e.Hint = "name the type too, as in (*T)." + want.name
		}
		return nil, e
	case found[0].Body == nil:
		return nil, f.fail(Missing, f.off(found[0].Pos()), "the function %s has no body", name)
	}
	return found[0], nil
}

// typeSpec finds the one type of a name.
func (f *goFile) typeSpec(name string) (*ast.TypeSpec, error) {
	var found []*ast.TypeSpec
	for _, decl := range f.ast.Decls {
		d, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range d.Specs {
			if t, ok := spec.(*ast.TypeSpec); ok && t.Name.Name == name {
				found = append(found, t)
			}
		}
	}
	switch len(found) {
	case 0:
		return nil, f.fail(Missing, -1, "there is no type %s", name)
	case 1:
		return found[0], nil
	}
	line, _ := f.position(f.off(found[0].Pos()))
	return nil, f.fail(Ambiguous, f.off(found[1].Pos()), "there are several types %s; the first is on line %d", name, line)
}
