package service

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// source is a service's Go code as far as adding to it needs to know it: its
// routes and what its packages declare.
type source struct {
	dir    string // the service's folder
	routes []route
	decls  map[string]declaration // by folder, receiver and name
}

// route is a route that the code declares, by whatever hand.
type route struct {
	method, path string // method is "" where the pattern has none
	name         string // the operation's id; may be empty
	at           position
}

type position struct {
	file      string
	line, col int
}

type declaration struct {
	what string
	at   position
}

// readSource parses the service's Go files. A file that does not parse is an
// error: adding to a service that does not build hides whose fault it is.
func readSource(w *workspace.Workspace, dir string) (*source, error) {
	files, err := tree.Read(w.Root, dir, func(p string, d fs.DirEntry) bool {
		name := path.Base(p)
		if d.IsDir() {
			return name == "vendor" || name == "testdata" || name == "node_modules" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")
		}
		return path.Ext(name) != ".go" || !d.Type().IsRegular()
	})
	if err != nil {
		return nil, err
	}
	s := &source{dir: dir, decls: map[string]declaration{}}
	for _, p := range files.Paths() {
		if err := s.file(path.Join(dir, p), path.Dir(p), files[p].Data, strings.HasSuffix(p, "_test.go")); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *source) file(name, dir string, data []byte, test bool) error {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, data, parser.SkipObjectResolution)
	if err != nil {
		return unparsable(name, err)
	}
	at := func(n ast.Node) position {
		p := fset.Position(n.Pos())
		return position{name, p.Line, p.Column}
	}
	for key, d := range declared(f, dir, at) {
		s.decls[key] = d
	}
	if test {
		return nil
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CompositeLit:
			if r, ok := literalRoute(n); ok {
				r.at = at(n)
				s.routes = append(s.routes, r)
			}
		case *ast.CallExpr:
			if r, ok := callRoute(n); ok {
				r.at = at(n)
				s.routes = append(s.routes, r)
			}
		}
		return true
	})
	return nil
}

func unparsable(name string, err error) error {
	e := &diag.Error{File: name, Msg: "does not parse: " + err.Error(), Hint: "mend the file first"}
	if p, msg, ok := strings.Cut(strings.TrimPrefix(err.Error(), name+":"), ": "); ok {
		line, col, _ := strings.Cut(p, ":")
		e.Line, _ = strconv.Atoi(line)
		e.Col, _ = strconv.Atoi(col)
		e.Msg = "does not parse: " + msg
	}
	return e
}

// declared lists a file's top-level declarations. Methods are told apart by
// their receiver's type.
func declared(f *ast.File, dir string, at func(ast.Node) position) map[string]declaration {
	out := map[string]declaration{}
	// A test package beside the package proper has names of its own.
	space := dir + " " + f.Name.Name
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			key := space + " " + receiver(d) + "." + d.Name.Name
			if d.Name.Name != "init" && d.Name.Name != "_" {
				out[key] = declaration{"the function " + d.Name.Name, at(d.Name)}
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					out[space+" ."+spec.Name.Name] = declaration{"the type " + spec.Name.Name, at(spec.Name)}
				case *ast.ValueSpec:
					for _, n := range spec.Names {
						if n.Name != "_" {
							out[space+" ."+n.Name] = declaration{"the name " + n.Name, at(n)}
						}
					}
				}
			}
		}
	}
	return out
}

func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return ""
	}
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

// undeclared refuses new files that declare what the package has already.
func (s *source) undeclared(files tree.Tree) error {
	for _, p := range files.Paths() {
		if path.Ext(p) != ".go" {
			continue
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, p, files[p].Data, parser.SkipObjectResolution)
		if err != nil {
			return unparsable(path.Join(s.dir, p), err)
		}
		for key := range declared(f, path.Dir(p), func(ast.Node) position { return position{} }) {
			if d, ok := s.decls[key]; ok {
				return (&diag.Error{File: d.at.file, Line: d.at.line, Col: d.at.col, Msg: d.what + " exists already"}).
					WithHint("choose another name with --name")
			}
		}
	}
	return nil
}

// literalRoute recognises an operation: a composite literal with a Method and
// a Path.
func literalRoute(lit *ast.CompositeLit) (route, bool) {
	var r route
	for _, elt := range lit.Elts {
		kv, ok := elt.(*ast.KeyValueExpr)
		if !ok {
			return r, false
		}
		key, ok := kv.Key.(*ast.Ident)
		if !ok {
			return r, false
		}
		switch key.Name {
		case "Method":
			r.method = methodOf(kv.Value)
		case "Path":
			r.path = textOf(kv.Value)
		case "OperationID":
			r.name = textOf(kv.Value)
		}
	}
	return r, r.method != "" && strings.HasPrefix(r.path, "/")
}

// callRoute recognises mux.Handle("GET /path", …), mux.HandleFunc and
// huma.Get(api, "/path", …).
func callRoute(call *ast.CallExpr) (route, bool) {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) < 2 {
		return route{}, false
	}
	switch sel.Sel.Name {
	case "Handle", "HandleFunc":
		pattern := textOf(call.Args[0])
		method, p, ok := strings.Cut(pattern, " ")
		if !ok {
			method, p = "", pattern
		}
		p = strings.TrimLeft(p, " \t")
		return route{method: method, path: p}, strings.HasPrefix(p, "/")
	case "Get", "Post", "Put", "Patch", "Delete":
		p := textOf(call.Args[1])
		x, _ := sel.X.(*ast.Ident)
		return route{method: strings.ToUpper(sel.Sel.Name), path: p}, x != nil && x.Name == "huma" && strings.HasPrefix(p, "/")
	}
	return route{}, false
}

func methodOf(e ast.Expr) string {
	if sel, ok := e.(*ast.SelectorExpr); ok {
		if name, ok := strings.CutPrefix(sel.Sel.Name, "Method"); ok {
			return strings.ToUpper(name)
		}
	}
	return strings.ToUpper(textOf(e))
}

func textOf(e ast.Expr) string {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	return s
}
