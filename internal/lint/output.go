package lint

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/format"
	"go/parser"
	"go/scanner"
	"go/token"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"go.yaml.in/yaml/v3"
	"golang.org/x/mod/modfile"

	"github.com/svcgen/svcgen/internal/insert"
)

var outputDoesNotParse = Rule{
	ID: "output-does-not-parse", Severity: Error,
	Doc:    "A rendered Go, YAML, JSON, TOML, go.mod or go.work file is not valid in its language, with some choice of values.",
	Remedy: "svcgen new --dry-run --diff shows the output",
	Rendered: func(p *Pass, r *Rendering) {
		if r.Out == nil {
			return
		}
		for _, out := range r.Out.Files.Paths() {
			if line, msg := wrong(out, r.Out.Files[out].Data); msg != "" {
				p.ReportOutput(r, out, line, "%s does not parse: %s", out, msg)
			}
		}
	},
}

// wrong says where and why data is not valid in the language of its name; an
// empty message means that it is, or that the language is not known.
func wrong(name string, data []byte) (line int, msg string) {
	switch insert.FormatOf(name) {
	case insert.Go:
		_, err := parser.ParseFile(token.NewFileSet(), name, data, parser.SkipObjectResolution)
		var list scanner.ErrorList
		if errors.As(err, &list) {
			return list[0].Pos.Line, list[0].Msg
		}
	case insert.GoMod:
		_, err := modfile.Parse(name, data, nil)
		return modError(err)
	case insert.GoWork:
		_, err := modfile.ParseWork(name, data, nil)
		return modError(err)
	case insert.JSON:
		if path.Ext(name) != ".json" {
			return 0, "" // dialects with comments
		}
		var v any
		err := json.Unmarshal(data, &v)
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return 1 + bytes.Count(data[:min(int(syntax.Offset), len(data))], []byte("\n")), syntax.Error()
		}
	case insert.TOML:
		var v map[string]any
		err := toml.Unmarshal(data, &v)
		var decode *toml.DecodeError
		if errors.As(err, &decode) {
			line, _ := decode.Position()
			return line, decode.Error()
		}
	case insert.YAML:
		return yamlError(data)
	}
	return 0, ""
}

func modError(err error) (int, string) {
	var list modfile.ErrorList
	if errors.As(err, &list) {
		return list[0].Pos.Line, list[0].Err.Error()
	}
	return 1, text(err)
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

var yamlLine = regexp.MustCompile(`line (\d+): (.*)`)

func yamlError(data []byte) (int, string) {
	for dec := yaml.NewDecoder(bytes.NewReader(data)); ; {
		var v any
		err := dec.Decode(&v)
		if errors.Is(err, io.EOF) {
			return 0, ""
		}
		if err != nil {
			if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
				line, _ := strconv.Atoi(m[1])
				return line, m[2]
			}
			return 1, strings.TrimPrefix(err.Error(), "yaml: ")
		}
	}
}

var outputNotGofmt = Rule{
	ID: "output-not-gofmt", Severity: Warning,
	Doc:    "A rendered Go file is not formatted as gofmt would: the first save in an editor changes it, and every later upgrade meets that change.",
	Remedy: "gofmt -d on the rendered file shows the difference",
	Rendered: func(p *Pass, r *Rendering) {
		if r.Out == nil {
			return
		}
		for _, out := range r.Out.Files.Paths() {
			data := r.Out.Files[out].Data
			if path.Ext(out) != ".go" {
				continue
			}
			if formatted, err := format.Source(data); err == nil && !bytes.Equal(formatted, data) {
				p.ReportOutput(r, out, firstDifference(data, formatted), "%s is not gofmt-clean", out)
			}
		}
	},
}

func firstDifference(a, b []byte) int {
	line := 1
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			break
		}
		if a[i] == '\n' {
			line++
		}
	}
	return line
}
