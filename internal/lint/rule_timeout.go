package lint

import (
	"go/ast"
	"go/format"
	"go/token"
	"path"
	"slices"
	"strings"
)

var serverWithoutTimeouts = Rule{
	ID: "server-without-timeouts", Severity: Warning,
	Doc:    "An http.Server of a template of kind server lacks a timeout for headers, reading, writing or idle connections.",
	Why:    "A client that sends a byte a minute holds a connection for ever; a few thousand of them take the service down.",
	Remedy: "set ReadHeaderTimeout, ReadTimeout, WriteTimeout and IdleTimeout; a server that streams says WriteTimeout: 0",
	Check: func(p *Pass) {
		if !p.isServer() {
			return
		}
		program := p.program()
		for _, o := range program {
			for _, s := range serversIn(o) {
				p.checkTimeouts(program, o, s)
			}
		}
	},
}

// httpServer is a place where a program makes an http.Server.
type httpServer struct {
	at      token.Pos
	literal *ast.CompositeLit // nil: made without fields
	listen  *ast.CallExpr     // http.ListenAndServe and the like: no field can be set
}

// serversIn lists the http.Servers that a file makes.
func serversIn(o *Output) []httpServer {
	f := o.goFile()
	pkg := f.imported("net/http")
	if pkg == "" {
		return nil
	}
	var out []httpServer
	plain := func(t ast.Expr) {
		if t != nil && isSelector(t, pkg, "Server") {
			out = append(out, httpServer{at: t.Pos()})
		}
	}
	ast.Inspect(f.File, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CompositeLit:
			if n.Type != nil && isSelector(n.Type, pkg, "Server") {
				out = append(out, httpServer{at: n.Pos(), literal: n})
			}
		case *ast.ValueSpec:
			plain(n.Type)
		case *ast.StructType:
			for _, field := range n.Fields.List {
				plain(field.Type)
			}
		case *ast.CallExpr:
			if id, ok := n.Fun.(*ast.Ident); ok && id.Name == "new" && len(n.Args) == 1 {
				plain(n.Args[0])
			}
			for _, name := range []string{"ListenAndServe", "ListenAndServeTLS", "Serve", "ServeTLS"} {
				if isSelector(n.Fun, pkg, name) {
					out = append(out, httpServer{at: n.Pos(), listen: n})
				}
			}
		}
		return true
	})
	return out
}

// timeouts are a server's, each with the field that counts where it is not set.
var timeouts = []struct{ name, other, value string }{
	{"ReadHeaderTimeout", "ReadTimeout", "5 * time.Second"},
	{"ReadTimeout", "", "30 * time.Second"},
	{"WriteTimeout", "", "30 * time.Second"},
	{"IdleTimeout", "ReadTimeout", "90 * time.Second"},
}

// checkTimeouts reports, once for each set of timeouts that is missing, the
// renderings that lack them.
func (p *Pass) checkTimeouts(program []*Output, o *Output, s httpServer) {
	line, col := o.goFile().at(s.at)
	if s.listen != nil {
		name := s.listen.Fun.(*ast.SelectorExpr).Sel.Name
		p.ReportOutput(o, line, col, "http.%s serves without timeouts", name).Mend(o.mendListen(s.listen)...)
		return
	}
	lacking := map[string][]int{}
	for _, i := range o.Shown {
		set := fieldsOf(s.literal)
		for _, other := range program {
			// They may be set later, anywhere in the package.
			if other.in(i) && path.Dir(other.Path) == path.Dir(o.Path) {
				set = append(set, assigned(other)...)
			}
		}
		if missing := missingIn(set); missing != nil {
			key := strings.Join(missing, ", ")
			lacking[key] = append(lacking[key], i)
		}
	}
	for _, missing := range sortedKeys(lacking) {
		p.ReportFor(lacking[missing], o.Source.File, o.Place(line, col), "the http.Server has no %s", missing).
			Mend(o.mendServer(s.literal, strings.Split(missing, ", "))...)
	}
}

// missingIn lists the timeouts that none of the fields is.
func missingIn(set []string) []string {
	var out []string
	for _, t := range timeouts {
		if !slices.Contains(set, t.name) && (t.other == "" || !slices.Contains(set, t.other)) {
			out = append(out, t.name)
		}
	}
	return out
}

func fieldsOf(lit *ast.CompositeLit) []string {
	var out []string
	if lit != nil {
		for _, e := range lit.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				if id, ok := kv.Key.(*ast.Ident); ok {
					out = append(out, id.Name)
				}
			}
		}
	}
	return out
}

// assigned lists the names of fields that a file assigns.
func assigned(o *Output) []string {
	var out []string
	ast.Inspect(o.goFile().File, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok {
			for _, left := range a.Lhs {
				if sel, ok := left.(*ast.SelectorExpr); ok && strings.HasSuffix(sel.Sel.Name, "Timeout") {
					out = append(out, sel.Sel.Name)
				}
			}
		}
		return true
	})
	return out
}

// mendServer writes the missing fields at the end of a literal.
func (o *Output) mendServer(lit *ast.CompositeLit, missing []string) []Edit {
	if lit == nil {
		return nil
	}
	var fields strings.Builder
	for _, t := range timeouts {
		if slices.Contains(missing, t.name) {
			fields.WriteString("\n" + t.name + ": " + t.value + ",")
		}
	}
	g := o.goFile()
	start, end := g.fset.Position(lit.Lbrace).Offset+1, g.fset.Position(lit.Rbrace).Offset
	given := strings.TrimRight(string(o.Data[start:end]), " \t\n")
	if !strings.Contains(given, "\n") {
		given = "" // each field gets a line of its own
		for _, e := range lit.Elts {
			given += "\n" + o.goText(e) + ","
		}
	}
	if given != "" && !strings.HasSuffix(given, ",") {
		given += ","
	}
	return o.rewrite(string(o.Data[:start]) + given + fields.String() + "\n" + string(o.Data[end:]))
}

// goText is a node of a Go file as it is written.
func (o *Output) goText(n ast.Node) string {
	g := o.goFile()
	return string(o.Data[g.fset.Position(n.Pos()).Offset:g.fset.Position(n.End()).Offset])
}

// mendListen serves with a server that has timeouts instead.
func (o *Output) mendListen(call *ast.CallExpr) []Edit {
	sel := call.Fun.(*ast.SelectorExpr)
	if sel.Sel.Name != "ListenAndServe" || len(call.Args) != 2 {
		return nil
	}
	g := o.goFile()
	var b strings.Builder
	b.WriteString("(&" + o.goText(sel.X) + ".Server{\nAddr: " + o.goText(call.Args[0]) + ",\nHandler: " + o.goText(call.Args[1]) + ",\n")
	for _, t := range timeouts {
		b.WriteString(t.name + ": " + t.value + ",\n")
	}
	b.WriteString("}).ListenAndServe()")
	start, end := g.fset.Position(call.Pos()).Offset, g.fset.Position(call.End()).Offset
	return o.rewrite(string(o.Data[:start]) + b.String() + string(o.Data[end:]))
}

// rewrite edits the output into src, with an import of time, and formatted.
func (o *Output) rewrite(src string) []Edit {
	g := o.goFile()
	i := slices.IndexFunc(g.Decls, func(d ast.Decl) bool { gen, ok := d.(*ast.GenDecl); return ok && gen.Tok == token.IMPORT })
	if g.imported("time") == "" && i >= 0 {
		decl := g.Decls[i].(*ast.GenDecl)
		first := g.fset.Position(decl.Specs[0].Pos()).Offset
		// Formatting sorts it in.
		if decl.Lparen.IsValid() {
			src = src[:first] + "\"time\"\n" + src[first:]
		} else {
			end := g.fset.Position(decl.End()).Offset
			src = src[:first] + "(\n" + src[first:end] + "\n\"time\"\n)" + src[end:]
		}
	}
	formatted, err := format.Source([]byte(src))
	if err != nil {
		return nil
	}
	return o.become(formatted)
}
