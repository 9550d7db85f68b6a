package insert

import (
	"errors"
	"go/ast"
	"go/format"
	"go/parser"
	"go/scanner"
	"go/token"
	"strings"
)

// fragment is a piece of Go that was formatted on its own: statements, an
// element or a field.
type fragment struct {
	lines    []string
	raw      []bool   // the line begins inside of a raw string
	words    []string // the tokens of each statement, element or field
	names    []string // of a field
	first    int      // the line on which the first of them begins
	last     int      // the line on which the last of them ends
	comments int
	behind   bool // a comment stands behind the last of them
	file     *ast.File
}

// goFragment parses text between an opening and a closing line, and formats it.
func goFragment(s *source, open, text, shut string) (*fragment, error) {
	given := text
	text = strings.Trim(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	head := "package p\n\n" + open + "\n"
	src := head + text + "\n" + shut + "\n"
	if strings.TrimSpace(text) == "" {
		return nil, s.fail(Invalid, -1, "the entry is empty")
	}
	if _, err := parser.ParseFile(token.NewFileSet(), "", src, parser.SkipObjectResolution); err != nil {
		return nil, goFault(s, given, strings.Count(head, "\n"), err)
	}
	nice, err := format.Source([]byte(src))
	if err != nil || !strings.HasPrefix(string(nice), head) {
		return nil, s.fail(Invalid, -1, "the entry is not what stands between %q and %q", open, shut)
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", nice, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil || len(file.Decls) != 1 {
		return nil, s.fail(Invalid, -1, "the entry closes a bracket that it did not open")
	}
	fr := &fragment{file: file, comments: len(file.Comments)}
	fr.cut(string(nice))
	at := fset.File(file.FileStart)
	for i, n := range fr.nodes() {
		fr.words = append(fr.words, goWords(nice[at.Offset(n.Pos()):at.Offset(n.End())]))
		if i == 0 {
			fr.names = fieldNames(n)
			fr.first = at.Line(n.Pos()) - 4
		}
		fr.last = at.Line(n.End()) - 4
		c := fr.comments - 1
		fr.behind = c >= 0 && file.Comments[c].Pos() > n.End()
	}
	if len(fr.words) == 0 {
		return nil, s.fail(Invalid, -1, "the entry holds only comments")
	}
	return fr, nil
}

// goFault is a syntax error at its place in the entry. What is missing behind
// the entry's end is missing at its end.
func goFault(s *source, given string, above int, err error) *Error {
	var list scanner.ErrorList
	if !errors.As(err, &list) || len(list) == 0 {
		return s.fail(Invalid, -1, "the entry does not parse as Go: %v", err)
	}
	line, col, msg := list[0].Pos.Line-above, list[0].Pos.Column, list[0].Msg
	cut := len(given) - len(strings.TrimLeft(given, "\r\n"))
	line += strings.Count(given[:cut], "\n")
	if lastLine, lastCol := positionIn([]byte(given), len(strings.TrimRight(given, "\r\n"))-1); line > lastLine {
		line, col = lastLine, lastCol
	}
	return s.failEntry(line, col, "the entry does not parse as Go: line %d, column %d: %s", line, col, msg)
}

// cut takes the lines of the fragment out of the formatted file, and one tab off
// each.
func (fr *fragment) cut(nice string) {
	lines := strings.Split(strings.TrimSuffix(nice, "\n"), "\n")
	raw := rawLines([]byte(nice), len(lines))
	fr.lines, fr.raw = lines[3:len(lines)-1], raw[3:len(lines)-1]
	for i, line := range fr.lines {
		if !fr.raw[i] {
			fr.lines[i] = strings.TrimPrefix(line, "\t")
		}
	}
}

// nodes are the statements, the elements or the fields.
func (fr *fragment) nodes() []ast.Node {
	var out []ast.Node
	switch d := fr.file.Decls[0].(type) {
	case *ast.FuncDecl:
		for _, s := range d.Body.List {
			out = append(out, s)
		}
	case *ast.GenDecl:
		switch spec := d.Specs[0].(type) {
		case *ast.ValueSpec:
			if lit, ok := spec.Values[0].(*ast.CompositeLit); ok {
				for _, e := range lit.Elts {
					out = append(out, e)
				}
			}
		case *ast.TypeSpec:
			if st, ok := spec.Type.(*ast.StructType); ok {
				for _, field := range st.Fields.List {
					out = append(out, field)
				}
			}
		}
	}
	return out
}

// write is the fragment with indent before each line, the first excepted where
// inner is set.
func (fr *fragment) write(indent, eol string, inner bool) string {
	out := make([]string, len(fr.lines))
	for i, line := range fr.lines {
		if line != "" && !fr.raw[i] && !(inner && i == 0) {
			line = indent + line
		}
		out[i] = line
	}
	return strings.Join(out, eol)
}

// rawLines tells of each of n lines whether it begins inside of a raw string.
func rawLines(src []byte, n int) []bool {
	raw := make([]bool, n)
	eachToken(src, func(line int, tok token.Token, lit string) {
		if tok != token.STRING {
			return
		}
		for i := range strings.Count(lit, "\n") {
			if line+i < n { // the line below the one that the string begins on
				raw[line+i] = true
			}
		}
	})
	return raw
}

// goWords are the tokens of src without comments and without what gofmt adds or
// takes away: two pieces of Go with the same words say the same.
func goWords(src []byte) string {
	var out []string
	eachToken(src, func(_ int, tok token.Token, lit string) {
		if tok == token.SEMICOLON && lit == "\n" {
			return
		}
		n := len(out)
		if closes := tok == token.RPAREN || tok == token.RBRACE || tok == token.RBRACK; closes && n > 0 && out[n-1] == "," {
			out = out[:n-1]
		}
		if tok.IsLiteral() {
			out = append(out, strings.ReplaceAll(lit, "\r", ""))
		} else {
			out = append(out, tok.String())
		}
	})
	if n := len(out); n > 0 && (out[n-1] == "," || out[n-1] == ";") {
		out = out[:n-1]
	}
	return strings.Join(out, "\x00")
}

// eachToken visits the tokens of src with their lines, counted from one.
func eachToken(src []byte, visit func(line int, tok token.Token, lit string)) {
	file := token.NewFileSet().AddFile("", -1, len(src))
	var sc scanner.Scanner
	sc.Init(file, src, func(token.Position, string) {}, 0)
	for {
		pos, tok, lit := sc.Scan()
		if tok == token.EOF {
			return
		}
		visit(file.Line(pos), tok, lit)
	}
}
