package lint

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/format"
	"go/scanner"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aymanbagabas/go-udiff"
	"github.com/pelletier/go-toml/v2"
	"go.yaml.in/yaml/v3"
	"golang.org/x/mod/modfile"

	"github.com/svcgen/svcgen/internal/insert"
)

var outputDoesNotParse = Rule{
	ID: "output-does-not-parse", Severity: Error,
	Doc:    "A rendered Go, YAML, JSON, TOML, go.mod, go.work or Dockerfile, or an entry for a shared file, is not valid in its language, with some choice of values.",
	Why:    "The service does not build, deploy or start for whoever makes that choice.",
	Remedy: "svcgen new --dry-run --diff shows the output",
	Check: func(p *Pass) {
		for _, o := range p.checked() {
			for _, f := range wrong(o) {
				p.ReportOutput(o, f.line, f.col, "%s does not parse: %s", o.Path, f.msg)
			}
		}
		p.reportEntries()
		for _, t := range p.units() {
			for _, bad := range t.misfits {
				if bad.reason == insert.Invalid || bad.reason == insert.Unsafe {
					file, pos := bad.place()
					p.ReportFor([]int{t.rendering}, file, pos, "unit %s: its entry does not fit into %s: %s", t.unit.Name, bad.in.File, bad.msg)
				}
			}
		}
	},
}

// flaw is one error in a rendered file.
type flaw struct {
	line, col int
	msg       string
}

// wrong says what in an output is not valid in the language of its name; nothing
// where the language is not known.
func wrong(o *Output) []flaw {
	if isDockerfile(o.Path) {
		return dockerfileFlaws(o)
	}
	switch insert.FormatOf(o.Path) {
	case insert.Go:
		return goFlaws(o.goFile().err)
	case insert.GoMod:
		_, err := modfile.Parse(o.Path, o.Data, nil)
		return modFlaws(err)
	case insert.GoWork:
		_, err := modfile.ParseWork(o.Path, o.Data, nil)
		return modFlaws(err)
	case insert.JSON:
		if path.Ext(o.Path) == ".json" && !commented(o.Path) {
			return jsonFlaws(o.Data)
		}
	case insert.TOML:
		return tomlFlaws(o.Data)
	case insert.YAML:
		return yamlFlaws(o.Data)
	}
	return nil
}

// commented are the JSON files whose readers take comments.
func commented(name string) bool {
	base := path.Base(name)
	return strings.HasPrefix(base, "tsconfig") || base == "devcontainer.json" || strings.Contains("/"+name, "/.vscode/")
}

// goFlaws is the first error alone: the others most often follow from it.
func goFlaws(err error) []flaw {
	var list scanner.ErrorList
	if !errors.As(err, &list) {
		return nil
	}
	return []flaw{{list[0].Pos.Line, list[0].Pos.Column, list[0].Msg}}
}

func modFlaws(err error) []flaw {
	var list modfile.ErrorList
	if err == nil {
		return nil
	}
	if !errors.As(err, &list) {
		return []flaw{{1, 0, err.Error()}}
	}
	var out []flaw
	for _, e := range list {
		out = append(out, flaw{e.Pos.Line, e.Pos.LineRune, e.Err.Error()})
	}
	return out
}

func jsonFlaws(data []byte) []flaw {
	var v any
	err := json.Unmarshal(data, &v)
	if err == nil {
		return nil
	}
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return []flaw{{1, 0, err.Error()}}
	}
	at := max(0, min(int(syntax.Offset)-1, len(data)))
	return []flaw{{1 + bytes.Count(data[:at], []byte("\n")), at - bytes.LastIndexByte(data[:at], '\n'), syntax.Error()}}
}

func tomlFlaws(data []byte) []flaw {
	var v map[string]any
	err := toml.Unmarshal(data, &v)
	if err == nil {
		return nil
	}
	var decode *toml.DecodeError
	if !errors.As(err, &decode) {
		return []flaw{{1, 0, err.Error()}}
	}
	line, col := decode.Position()
	return []flaw{{line, col, strings.TrimPrefix(decode.Error(), "toml: ")}}
}

// yamlFlaws decodes every document twice: to nodes, and to values, which alone
// tells of a key that is given twice.
func yamlFlaws(data []byte) []flaw {
	docs, err := yamlDocs(data)
	for _, d := range docs {
		var v any
		if derr := d.Decode(&v); derr != nil {
			err = derr
			break
		}
	}
	if err == nil {
		return nil
	}
	var typed *yaml.TypeError
	if errors.As(err, &typed) && len(typed.Errors) > 0 {
		err = errors.New(typed.Errors[0])
	}
	line, msg := yamlError(err)
	if at, col, found := insert.YAMLFault(data); found && typed == nil {
		return []flaw{{at, col, msg}}
	}
	return []flaw{{line, 0, msg}}
}

var outputNotGofmt = Rule{
	ID: "output-not-gofmt", Severity: Warning,
	Doc:    "A rendered Go file is not formatted as gofmt would.",
	Why:    "The first save in an editor changes it, and every later upgrade meets that change.",
	Remedy: "render the file, run gofmt -d on it, and mend the template",
	Check: func(p *Pass) {
		outputs := p.checked()
		edits := map[*Output][]Edit{}
		siblings := map[string][]*Output{} // by the template file that makes them
		for _, o := range outputs {
			if !o.gofmted() {
				edits[o] = o.become(o.pretty())
			}
			siblings[o.Source.File] = append(siblings[o.Source.File], o)
		}
		for _, o := range outputs {
			if o.gofmted() {
				continue
			}
			line, col := firstDifference(o.Data, o.pretty())
			f := p.ReportOutput(o, line, col, "%s is not gofmt-clean", o.Path)
			if agreed(edits[o], siblings[o.Source.File], edits) {
				f.Mend(edits[o]...)
			}
		}
	},
}

// become edits the output into next, where all that differs is literal text in
// the template.
func (o *Output) become(next []byte) []Edit {
	if !utf8.Valid(o.Data) || !utf8.Valid(next) {
		return nil // differences are told between characters
	}
	var out []Edit
	done := -1
	for _, d := range udiff.Bytes(o.Data, next) {
		e, end := o.leftmost(d.Start, d.End, d.New, done)
		if e == nil {
			return nil
		}
		out, done = append(out, e...), end
	}
	return out
}

// leftmost is Edit for a change that may be made at several places with one
// result: of two spaces, the first one goes. So two outputs of one text agree.
// It stays behind what is done already, and returns its own end.
func (o *Output) leftmost(start, end int, text string, done int) ([]Edit, int) {
	e := o.Edit(start, end, text)
	for e != nil && start-1 > done {
		longer := string(o.Data[start-1:start]) + text
		if o.Data[end-1] != longer[len(longer)-1] {
			break
		}
		moved := o.Edit(start-1, end-1, longer[:len(longer)-1])
		if moved == nil {
			break
		}
		e, start, end, text = moved, start-1, end-1, longer[:len(longer)-1]
	}
	return e, end
}

// agreed reports whether every output that has the edited text wants the edit.
// One that is formatted as it is, or otherwise, would be broken by it.
func agreed(wanted []Edit, siblings []*Output, edits map[*Output][]Edit) bool {
	for _, e := range wanted {
		for _, o := range siblings {
			if o.Source.Renders(e.Start, e.End, len(o.Data)) && !slices.Contains(edits[o], e) {
				return false
			}
		}
	}
	return true
}

// gofmted reports whether gofmt leaves the file as it is; of what is no Go, or
// does not parse, other rules speak.
func (o *Output) gofmted() bool {
	if path.Ext(o.Path) != ".go" {
		return true
	}
	formatted := o.pretty()
	return formatted == nil || bytes.Equal(formatted, o.Data)
}

var crlf, lf = []byte("\r\n"), []byte("\n")

func (o *Output) format() []byte {
	// format.Node takes longer: it prints and parses anew to sort imports.
	formatted, err := format.Source(o.Data)
	if err != nil || o.goFile().err != nil {
		return nil
	}
	if bytes.Contains(o.Data, crlf) {
		// gofmt takes the line ends of Windows out; git gave them to the template.
		formatted = bytes.ReplaceAll(formatted, lf, crlf)
	}
	return formatted
}

func firstDifference(a, b []byte) (line, col int) {
	line, col = 1, 1
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			break
		}
		if col++; a[i] == '\n' {
			line, col = line+1, 1
		}
	}
	return line, col
}
