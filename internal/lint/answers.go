package lint

import (
	"bytes"
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/svcgen/svcgen/internal/insert"
)

// answer is a path that a program most likely answers requests for.
type answer struct {
	path    string
	handler string // what answers, as written; "" where it is not told
	o       *Output
	offset  int
}

// last is the path's last segment, which tells what it is for: healthz in
// /_healthz.
func (a answer) last() string { return strings.ToLower(strings.Trim(path.Base(a.path), "_-")) }

// answers lists the paths of the program of all renderings.
func (p *Pass) answers() []answer {
	var out []answer
	for _, o := range p.Outputs {
		switch {
		case insert.FormatOf(o.Path) == insert.Go:
			if f := o.goFile(); f.err == nil && !f.servesTests(o.Path) {
				out = append(out, goAnswers(o)...)
			}
		case slices.Contains(sources, path.Ext(o.Path)) && !isTest(o.Path):
			for _, m := range quotedPath.FindAllSubmatchIndex(o.Data, -1) {
				out = append(out, answer{path: string(o.Data[m[2]:m[3]]), o: o, offset: m[2]})
			}
		}
	}
	return out
}

// sources are other languages that services are written in.
var sources = []string{".js", ".mjs", ".ts", ".py", ".rb", ".rs", ".java", ".kt", ".cs", ".php", ".ex", ".exs", ".scala"}

var (
	quotedPath = regexp.MustCompile("[\"'`](/[\\w/.-]+)[\"'`]")
	route      = regexp.MustCompile(`^(?:[A-Z]+ +)?[\w.-]*(/[\w/.{}*:-]*)$`)
)

// goAnswers lists the string literals that look like paths, unless they make
// part of a URL, which asks instead of answering.
func goAnswers(o *Output) []answer {
	f := o.goFile()
	var out []answer
	note := func(lit *ast.BasicLit, handler string) {
		text, err := strconv.Unquote(lit.Value)
		if m := route.FindStringSubmatch(text); err == nil && m != nil {
			out = append(out, answer{m[1], handler, o, f.fset.Position(lit.Pos()).Offset})
		}
	}
	known := map[*ast.BasicLit]bool{}
	ast.Inspect(f.File, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec, *ast.Field:
			return false
		case *ast.BinaryExpr:
			return n.Op != token.ADD || !asks(n)
		case *ast.CallExpr:
			for i, arg := range n.Args {
				if lit, ok := arg.(*ast.BasicLit); ok && lit.Kind == token.STRING && i+1 < len(n.Args) {
					known[lit] = true
					note(lit, o.goText(n.Args[i+1]))
				}
			}
		case *ast.BasicLit:
			if n.Kind == token.STRING && !known[n] {
				note(n, "")
			}
		}
		return true
	})
	return out
}

// asks reports whether the sum makes a URL.
func asks(sum *ast.BinaryExpr) bool {
	found := false
	ast.Inspect(sum, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		found = found || ok && strings.Contains(lit.Value, "://")
		return !found
	})
	return found
}

// answered reports whether a rendering's program answers the path that a probe
// asks; routers may put what groups have in common before it.
func answered(all []answer, i int, asked string) bool {
	asked, _, _ = strings.Cut(asked, "?")
	return slices.ContainsFunc(all, func(a answer) bool {
		return a.o.in(i) && len(a.path) > 1 && strings.HasSuffix(asked, a.path)
	})
}

// answersOneOf returns, for each rendering, whether its program answers a path
// that ends in one of the names.
func answersOneOf(all []answer, names []string) func(int) bool {
	has := map[int]bool{}
	for _, a := range all {
		if slices.Contains(names, a.last()) {
			for _, i := range a.o.Shown {
				has[i] = true
			}
		}
	}
	return func(i int) bool { return has[i] }
}

var grpcHealth = regexp.MustCompile(`(?i)grpc[./_-]?health|HealthStatusManager`)

// speaksGRPCHealth tells the renderings whose program has gRPC's own health
// service, which answers for both.
func (p *Pass) speaksGRPCHealth() func(int) bool {
	return shows(p.Outputs, func(o *Output) bool {
		source := insert.FormatOf(o.Path) == insert.Go || slices.Contains(sources, path.Ext(o.Path))
		return source && !isTest(o.Path) && bytes.Contains(o.Data, []byte("ealth")) && grpcHealth.Match(o.Data)
	})
}
