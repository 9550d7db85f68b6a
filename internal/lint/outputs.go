package lint

import (
	"bytes"
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/svcgen/svcgen/internal/template"
)

// Output is one rendered file. Renderings that make the same bytes of the same
// template file share it, so that each rule looks at them once.
type Output struct {
	Path   string
	Data   []byte
	Source template.Source
	Shown  []int // the renderings that make it

	goFile func() *goFile
	pretty func() []byte // what gofmt makes of it; nil: it does not parse
	docs   func() []*yamlNode
	image  func() *dockerfile
}

// distinct gathers the files of all renderings, by path and then by the first
// rendering that makes them.
func distinct(renderings []*Rendering) []*Output {
	known := outputSet{}
	for i, r := range renderings {
		for p, f := range r.Out.Files {
			known.add(i, p, f.Data, r.Out.Sources[p])
		}
	}
	return known.sorted()
}

type outputKey struct{ path, source string }

// outputSet holds the distinct outputs by path and template file.
type outputSet map[outputKey][]*Output

// add returns the output, a known one where there is one.
func (s outputSet) add(rendering int, path string, data []byte, source template.Source) *Output {
	k := outputKey{path, source.File}
	i := slices.IndexFunc(s[k], func(o *Output) bool { return bytes.Equal(o.Data, data) })
	if i < 0 {
		i = len(s[k])
		s[k] = append(s[k], newOutput(path, data, source))
	}
	o := s[k][i]
	if n := len(o.Shown); n == 0 || o.Shown[n-1] != rendering {
		o.Shown = append(o.Shown, rendering)
	}
	return o
}

func (s outputSet) sorted() []*Output {
	all := slices.Concat(slices.Collect(maps.Values(s))...)
	slices.SortFunc(all, func(a, b *Output) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), slices.Compare(a.Shown, b.Shown), cmp.Compare(a.Source.File, b.Source.File))
	})
	return all
}

func newOutput(p string, data []byte, source template.Source) *Output {
	o := &Output{Path: p, Data: data, Source: source}
	o.goFile = sync.OnceValue(func() *goFile { return parseGo(o.Path, o.Data) })
	o.pretty = sync.OnceValue(o.format)
	o.docs = sync.OnceValue(func() []*yamlNode { docs, _ := yamlDocs(o.Data); return docs })
	o.image = sync.OnceValue(func() *dockerfile { return parseDockerfile(o.Data) })
	return o
}

// Place leads from a line and column of the output to the template. The end of a
// line may come from another place than its text; it is told at the line's
// first visible character, where a person looks.
func (o *Output) Place(line, col int) template.Pos {
	line = max(line, 1)
	start := offsetOf(o.Data, line)
	rest := o.Data[start:]
	if i := bytes.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[:i]
	}
	if col < 1 || col > len(rest) {
		col = 1 + len(rest) - len(bytes.TrimLeft(rest, " \t"))
	}
	return o.Source.Place(o.Data, start+col-1)
}

func offsetOf(data []byte, line int) int {
	offset := 0
	for range line - 1 {
		i := bytes.IndexByte(data[offset:], '\n')
		if i < 0 {
			return len(data)
		}
		offset += i + 1
	}
	return offset
}

// Rendered reports whether a template made the file, rather than copied it.
func (o *Output) Rendered() bool { return o.Source.Spans != nil }

// in reports whether rendering i makes the output.
func (o *Output) in(i int) bool { return slices.Contains(o.Shown, i) }

// goFile is a parsed Go file; err is what the parser says.
type goFile struct {
	*ast.File
	fset *token.FileSet
	err  error
}

func parseGo(name string, data []byte) *goFile {
	g := &goFile{fset: token.NewFileSet()}
	g.File, g.err = parser.ParseFile(g.fset, name, data, parser.SkipObjectResolution|parser.ParseComments)
	return g
}

// at returns the line and column of a position.
func (g *goFile) at(pos token.Pos) (line, col int) {
	p := g.fset.PositionFor(pos, false)
	return p.Line, p.Column
}

// servesTests reports whether the file is there for tests alone: a test, or one
// that other packages' tests share, which no program would import testing for.
func (g *goFile) servesTests(name string) bool {
	return strings.HasSuffix(name, "_test.go") || g.File != nil && slices.ContainsFunc(g.Imports, func(s *ast.ImportSpec) bool {
		return s.Path.Value == `"testing"` || s.Path.Value == `"net/http/httptest"`
	})
}

// program lists the Go files that parse and do not serve tests.
func (p *Pass) program() []*Output {
	return slices.DeleteFunc(p.goFiles(false), func(o *Output) bool { return o.goFile().servesTests(o.Path) })
}

func (p *Pass) goFiles(tests bool) []*Output {
	var out []*Output
	for _, o := range p.Outputs {
		if path.Ext(o.Path) == ".go" && strings.HasSuffix(o.Path, "_test.go") == tests && o.goFile().err == nil {
			out = append(out, o)
		}
	}
	return out
}

// shows returns which of the renderings make one of the outputs for which ok
// holds.
func shows(outputs []*Output, ok func(*Output) bool) func(i int) bool {
	has := map[int]bool{}
	for _, o := range outputs {
		if ok(o) {
			for _, i := range o.Shown {
				has[i] = true
			}
		}
	}
	return func(i int) bool { return has[i] }
}
