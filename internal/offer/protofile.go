package offer

import (
	"bytes"
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"text/scanner"

	"github.com/svcgen/svcgen/internal/diag"
)

// protoMessage, protoField, protoEnum and protoMethod are what a .proto file
// declares, as far as JSON shows it.
type protoMessage struct {
	full, key string // a.b.Outer.Inner; OuterInner
	fields    []protoField
}

type protoField struct {
	name, json, kind, doc string
	repeated, mapped      bool // mapped: kind is that of the values
	other                 bool // of a oneof, and not its first
}

type protoEnum struct{ values []string }

type protoMethod struct {
	service, pkg, name string
	in, out, doc       string
	streams, again     bool // again: it may arrive twice
	file               string
	line, col          int
}

// protoReader reads one .proto file
// (https://protobuf.dev/reference/protobuf/proto3-spec/). What it does not need,
// such as options, it skips, statement by statement; every step takes a word, so
// that it ends on whatever it is given.
type protoReader struct {
	into  *protos
	file  string
	s     scanner.Scanner
	word  string // "" at the end
	at    scanner.Position
	doc   string // the comment before the word, but for what stands behind, on the line that the last word is on
	tail  string // that
	pkg   string
	fault error
}

func (p *protos) load(file string, data []byte) error {
	r := &protoReader{into: p, file: file}
	r.s.Init(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	r.s.Mode = scanner.ScanIdents | scanner.ScanFloats | scanner.ScanStrings | scanner.ScanComments
	r.s.IsIdentRune = func(c rune, i int) bool {
		return c == '_' || c == '.' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || i > 0 && c >= '0' && c <= '9'
	}
	r.s.Error = func(_ *scanner.Scanner, msg string) { r.fail("%s", msg) }
	if len(data) > maxBytes {
		return &diag.Error{File: file, Msg: fmt.Sprintf("has more than %d MiB", maxBytes>>20)}
	}
	for r.next(); r.word != "" && r.fault == nil; {
		r.top()
	}
	return r.fault
}

func (r *protoReader) fail(format string, args ...any) {
	if r.fault == nil {
		r.fault = &diag.Error{File: r.file, Line: r.at.Line, Col: r.at.Column, Msg: "does not parse: " + fmt.Sprintf(format, args...)}
	}
}

// next goes on to the next word.
func (r *protoReader) next() {
	r.doc, r.tail = "", ""
	line := r.at.Line
	for {
		tok := r.s.Scan()
		r.at = r.s.Position
		if tok == scanner.EOF || r.fault != nil {
			r.word = ""
			return
		}
		if r.word = r.s.TokenText(); tok != scanner.Comment {
			return
		}
		text, ok := strings.CutPrefix(r.word, "//")
		switch {
		case !ok:
		case r.at.Line == line:
			r.tail = text
		default:
			r.doc += " " + text
		}
	}
}

// take returns the word, and goes on.
func (r *protoReader) take() string {
	w := r.word
	r.next()
	return w
}

// want goes on if the word is w.
func (r *protoReader) want(w string) {
	if r.word != w {
		r.fail("%q is expected here, not %q", w, r.word)
	}
	r.next()
}

// skip goes on behind the statement: its semicolon, or the braces that it ends in.
func (r *protoReader) skip() {
	open := 0
	for r.word != "" {
		switch r.take() {
		case "{", "[":
			open++
		case "]":
			open--
		case "}":
			if open--; open <= 0 {
				return
			}
		case ";":
			if open <= 0 {
				return
			}
		}
	}
	r.fail("the file ends within a statement")
}

func (r *protoReader) top() {
	switch r.word {
	case "package":
		r.next()
		r.pkg = r.take()
		r.want(";")
	case "message":
		r.message(r.pkg, "", 0)
	case "enum":
		r.enum(r.pkg)
	case "service":
		r.service()
	case "syntax", "edition", "import", "option", "extend":
		r.skip()
	case ";":
		r.next()
	default:
		r.fail("%q begins no definition", r.word)
	}
}

// deepestMessage bounds messages within messages.
const deepestMessage = 32

func (r *protoReader) message(scope, outer string, depth int) {
	r.next()
	name := r.take()
	m := &protoMessage{full: qualified(scope, name), key: outer + name}
	r.into.messages[m.full] = m
	if depth > deepestMessage {
		r.fail("messages within messages within messages")
	}
	r.want("{")
	for r.word != "}" && r.word != "" && r.fault == nil {
		switch r.word {
		case "message":
			r.message(m.full, m.key, depth+1)
		case "enum":
			r.enum(m.full)
		case "oneof":
			r.next()
			r.next()
			r.want("{")
			for first := true; r.word != "}" && r.word != "" && r.fault == nil; {
				if r.word == "option" {
					r.skip()
					continue
				}
				r.field(m, !first)
				first = false
			}
			r.want("}")
		case "option", "reserved", "extensions", "extend":
			r.skip()
		case ";":
			r.next()
		default:
			r.field(m, false)
		}
	}
	r.want("}")
}

func (r *protoReader) field(m *protoMessage, other bool) {
	f := protoField{doc: r.doc, other: other}
	switch r.word {
	case "repeated":
		f.repeated = true
		r.next()
	case "optional", "required":
		r.next()
	}
	if f.kind = r.take(); f.kind == "map" && r.word == "<" {
		r.next()
		r.next() // the keys' type: they are texts in JSON
		r.want(",")
		f.kind, f.mapped = r.take(), true
		r.want(">")
	}
	f.name = r.take()
	r.want("=")
	r.next()
	f.json = camel(f.name)
	if r.word == "[" {
		for r.word != "]" && r.word != "" {
			if r.take() == "json_name" && r.word == "=" {
				r.next()
				if name, err := strconv.Unquote(r.word); err == nil {
					f.json = name
				}
			}
		}
		r.next()
	}
	r.want(";")
	f.doc = cmp.Or(f.doc, r.tail)
	m.fields = append(m.fields, f)
}

func (r *protoReader) enum(scope string) {
	r.next()
	e := &protoEnum{}
	r.into.enums[qualified(scope, r.take())] = e
	r.want("{")
	for r.word != "}" && r.word != "" && r.fault == nil {
		if r.word != "option" && r.word != "reserved" && r.word != ";" {
			e.values = append(e.values, r.word)
		}
		r.skip()
	}
	r.want("}")
}

func (r *protoReader) service() {
	r.next()
	name := qualified(r.pkg, r.take())
	r.want("{")
	for r.word != "}" && r.word != "" && r.fault == nil {
		if r.word != "rpc" {
			r.skip()
			continue
		}
		m := protoMethod{service: name, pkg: r.pkg, doc: r.doc, file: r.file, line: r.at.Line, col: r.at.Column}
		r.next()
		m.name = r.take()
		m.in = r.side(&m)
		r.want("returns")
		m.out = r.side(&m)
		if r.word == "{" {
			r.next()
			for r.word != "}" && r.word != "" && r.fault == nil {
				if r.take() == "idempotency_level" && r.word == "=" {
					r.next()
					m.again = r.word == "NO_SIDE_EFFECTS" || r.word == "IDEMPOTENT"
				}
			}
			r.want("}")
		} else {
			r.want(";")
		}
		r.into.methods = append(r.into.methods, m)
	}
	r.want("}")
}

// side reads what a method takes, or gives.
func (r *protoReader) side(m *protoMethod) string {
	r.want("(")
	name := r.take()
	if name == "stream" && r.word != ")" {
		m.streams, name = true, r.take()
	}
	r.want(")")
	return name
}

func qualified(scope, name string) string {
	if scope == "" {
		return name
	}
	return scope + "." + name
}

// camel is a field's name in JSON.
func camel(name string) string {
	var b strings.Builder
	up := false
	for _, c := range name {
		switch {
		case c == '_':
			up = true
			continue
		case up && c >= 'a' && c <= 'z':
			c -= 'a' - 'A'
		}
		up = false
		b.WriteRune(c)
	}
	return b.String()
}
