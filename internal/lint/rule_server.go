package lint

import (
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/insert"
)

func serverRules() []Rule {
	return []Rule{noLiveness, noReadiness, noGracefulShutdown, serverWithoutTimeouts, noTests}
}

// isServer reports whether the template makes what answers requests.
func (p *Pass) isServer() bool { return p.Template.Kind == "server" }

var noGracefulShutdown = Rule{
	ID: "no-graceful-shutdown", Severity: Warning,
	Doc:    "The program of a template of kind server does not handle SIGTERM.",
	Why:    "Docker and Kubernetes end a container with SIGTERM: at every release, the requests in flight are cut off.",
	Remedy: "signal.NotifyContext(ctx, syscall.SIGTERM, os.Interrupt), and http.Server.Shutdown when it ends",
	Check: func(p *Pass) {
		if !p.isServer() {
			return
		}
		program := p.program()
		handled := shows(program, func(o *Output) bool { return len(notified(o, true)) > 0 })
		main := shows(program, isMain)
		interrupted := map[int]bool{}
		for _, o := range program {
			for _, call := range notified(o, false) {
				if shown := without(o.Shown, handled); len(shown) > 0 {
					line, col := o.goFile().at(call.Pos())
					p.ReportFor(shown, o.Source.File, o.Place(line, col), "other signals are handled, but not SIGTERM")
					for _, i := range shown {
						interrupted[i] = true
					}
				}
			}
		}
		p.ReportAbsent(p.lacking(func(i int) bool { return !main(i) || handled(i) || interrupted[i] }), "nothing handles SIGTERM")
	},
}

// without lists the renderings for which has is false.
func without(shown []int, has func(int) bool) []int {
	return slices.DeleteFunc(slices.Clone(shown), has)
}

// isMain reports whether the file begins a program.
func isMain(o *Output) bool {
	f := o.goFile()
	return f.Name.Name == "main" && slices.ContainsFunc(f.Decls, func(d ast.Decl) bool {
		fn, ok := d.(*ast.FuncDecl)
		return ok && fn.Recv == nil && fn.Name.Name == "main"
	})
}

// notified lists the calls of signal.Notify and signal.NotifyContext that tell
// of SIGTERM, or those that do not. One whose signals are named elsewhere tells
// of it where the file names SIGTERM.
func notified(o *Output, sigterm bool) []*ast.CallExpr {
	f := o.goFile()
	pkg := f.imported("os/signal")
	if pkg == "" {
		return nil
	}
	elsewhere := strings.Contains(string(o.Data), "SIGTERM")
	var out []*ast.CallExpr
	ast.Inspect(f.File, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || !isSelector(call.Fun, pkg, "Notify") && !isSelector(call.Fun, pkg, "NotifyContext") || len(call.Args) == 0 {
			return true
		}
		signals := call.Args[1:]
		tells := len(signals) == 0 || call.Ellipsis.IsValid() && elsewhere
		for _, s := range signals {
			sel, ok := s.(*ast.SelectorExpr)
			tells = tells || ok && sel.Sel.Name == "SIGTERM" || !ok && elsewhere
		}
		if tells == sigterm {
			out = append(out, call)
		}
		return true
	})
	return out
}

// imported is the name by which the file knows a package, or "".
func (g *goFile) imported(pkg string) string {
	for _, spec := range g.Imports {
		if strings.Trim(spec.Path.Value, "\"`") != pkg {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return path.Base(pkg)
	}
	return ""
}

func isSelector(n ast.Expr, pkg, name string) bool {
	sel, ok := n.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != name {
		return false
	}
	x, ok := sel.X.(*ast.Ident)
	return ok && x.Name == pkg
}

var noTests = Rule{
	ID: "no-tests", Severity: Error,
	Doc:    "A template of kind server, worker or web renders no test function.",
	Why:    "The first person to change the service cannot tell whether it still works, and nobody writes the first test later.",
	Remedy: "render at least one test of what the service does",
	Check: func(p *Pass) {
		if p.Template.Kind == "other" {
			return
		}
		isGo := shows(p.Outputs, func(o *Output) bool { return insert.FormatOf(o.Path) == insert.Go })
		goTests := shows(p.goFiles(true), hasTest)
		others := shows(p.Outputs, func(o *Output) bool { return insert.FormatOf(o.Path) != insert.Go && isTest(o.Path) })
		p.ReportAbsent(p.lacking(func(i int) bool { return goTests(i) || !isGo(i) && others(i) }), "there is no test function")
	},
}

// hasTest reports whether a Go file has a function that go test runs as a test:
// TestMain is none.
func hasTest(o *Output) bool {
	return slices.ContainsFunc(o.goFile().Decls, func(d ast.Decl) bool {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Recv != nil || fn.Name.Name == "TestMain" {
			return false
		}
		rest, ok := strings.CutPrefix(fn.Name.Name, "Test")
		return ok && len(fn.Type.Params.List) == 1 && (rest == "" || token.IsExported(rest) || rest[0] == '_' || rest[0] >= '0' && rest[0] <= '9')
	})
}

// isTest tells a test of another language from its name.
func isTest(name string) bool {
	base := path.Base(name)
	stem := strings.TrimSuffix(base, path.Ext(base))
	for _, word := range []string{".test", ".spec", "_test", "_spec", "Test", "Tests", "Spec", "IT"} {
		if strings.HasSuffix(stem, word) {
			return true
		}
	}
	return strings.HasPrefix(base, "test_") || strings.Contains("/"+name, "/tests/") && path.Ext(base) == ".rs"
}
