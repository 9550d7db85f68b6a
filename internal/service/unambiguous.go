package service

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"strconv"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/template"
)

// unambiguous refuses an entry that Go would not take in a file that has another
// package, or another field, of the same name.
func (g *growth) unambiguous(d *draft, in template.Insertion) error {
	if in.Address.Kind != insert.Import && in.Address.Kind != insert.Field {
		return nil
	}
	file := path.Join(g.service.Path, in.File)
	f, err := d.file(g.w, file)
	if err != nil {
		return nil // whoever inserts tells
	}
	fset := token.NewFileSet()
	code, err := parser.ParseFile(fset, file, f.Data, parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	fail := func(at token.Pos, format string, args ...any) error {
		p := fset.Position(at)
		return (&diag.Error{File: file, Line: p.Line, Col: p.Column, Msg: fmt.Sprintf(format, args...)}).WithHint("choose another name with --name")
	}
	if in.Address.Kind == insert.Import {
		for _, imp := range code.Imports {
			other, err := strconv.Unquote(imp.Path.Value)
			if name := path.Base(in.Address.Key); err == nil && imp.Name == nil && path.Base(other) == name && other != in.Address.Key {
				return fail(imp.Pos(), "imports another package that is called %s", name)
			}
		}
		return nil
	}
	name, _, _ := strings.Cut(strings.TrimSpace(string(in.Text)), " ")
	ast.Inspect(code, func(n ast.Node) bool {
		t, ok := n.(*ast.TypeSpec)
		if !ok {
			return true
		}
		if s, ok := t.Type.(*ast.StructType); ok && t.Name.Name == in.Address.Name {
			for _, field := range s.Fields.List {
				for _, id := range field.Names {
					if id.Name == name && err == nil {
						err = fail(id.Pos(), "type %s has a field %s already", t.Name.Name, name)
					}
				}
			}
		}
		return true
	})
	return err
}
