// Package document reads svcgen's own YAML files strictly: an unknown key, a
// key given twice, or a value of the wrong shape is an error with its position,
// and all of them are reported, not the first.
//
// It writes nothing and knows no file's schema: a reader names the keys it
// knows.
package document

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/insert"
)

// Reader walks one file and gathers what is wrong with it.
type Reader struct {
	file string
	errs diag.List
}

// Node is a place in the file.
type Node = *yaml.Node

// Open parses data, the content of file. The root is nil for a file without
// content.
func Open(file string, data []byte) (*Reader, Node) {
	r := &Reader{file: file}
	if !utf8.Valid(data) {
		r.errs = append(r.errs, &diag.Error{File: file, Msg: "is not UTF-8", Hint: "save it as UTF-8"})
		return r, nil
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		r.errs = append(r.errs, syntax(file, data, err))
		return r, nil
	}
	if doc.Kind == 0 || len(doc.Content) == 0 {
		return r, nil
	}
	return r, doc.Content[0]
}

// Single refuses a second document in data, the file that was opened.
func (r *Reader) Single(data []byte) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for n := 0; ; n++ {
		var doc yaml.Node
		switch err := dec.Decode(&doc); {
		case errors.Is(err, io.EOF):
			return
		case err != nil:
			r.errs = append(r.errs, syntax(r.file, data, err))
			return
		case n > 0 && len(doc.Content) > 0:
			r.Fail(doc.Content[0], "this is a second document, which nothing reads", "the file holds one: take --- and what is below it out")
			return
		}
	}
}

// lineOf finds the position in the library's messages, the only place where it
// gives one for a syntax error.
var lineOf = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

func syntax(file string, data []byte, err error) *diag.Error {
	e := &diag.Error{File: file, Line: 1, Col: 1, Msg: err.Error()}
	var te *yaml.TypeError
	if errors.As(err, &te) && len(te.Errors) > 0 {
		e.Msg = te.Errors[0]
	}
	if m := lineOf.FindStringSubmatch(strings.SplitN(err.Error(), "\n", 2)[0]); m != nil {
		e.Msg = m[2]
		if n, err := strconv.Atoi(m[1]); err == nil {
			e.Line = n
		}
	}
	lines := strings.Split(string(data), "\n")
	if e.Line <= len(lines) {
		line := lines[e.Line-1]
		e.Col = len(line) - len(strings.TrimLeft(line, " \t")) + 1
	}
	if line, col, found := insert.YAMLFault(data); found && te == nil && line <= len(lines) {
		// The library counts some lines from zero, and no columns.
		before := lines[line-1][:min(col-1, len(lines[line-1]))]
		e.Line, e.Col = line, 1+utf8.RuneCountInString(before)
	}
	e.Msg = "not valid YAML: " + e.Msg
	return e
}

// Err returns everything that was found wrong.
func (r *Reader) Err() error {
	slices.SortStableFunc(r.errs, func(a, b *diag.Error) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Col - b.Col
	})
	return r.errs.Err()
}

// Fail records that n is wrong; a nil n blames the file as a whole.
func (r *Reader) Fail(n Node, msg, hint string) {
	e := &diag.Error{File: r.file, Msg: msg, Hint: hint}
	if n != nil {
		e.Line, e.Col = n.Line, n.Column
	}
	r.errs = append(r.errs, e)
}

// Position returns n's line and column.
func (r *Reader) Position(n Node) (line, col int) {
	if n == nil {
		return 0, 0
	}
	return n.Line, n.Column
}

// Pair is a key and its value.
type Pair struct {
	Key   string
	At, N Node // the key's and the value's nodes
}

// Pairs returns the entries of the mapping n in file order. What is not a
// mapping, and a key given twice, is recorded as wrong; null is an empty mapping.
func (r *Reader) Pairs(n Node, what string) []Pair {
	n = r.plain(n)
	if n == nil || isNull(n) {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		r.Fail(n, what+" must be a mapping", "")
		return nil
	}
	pairs := make([]Pair, 0, len(n.Content)/2)
	seen := make(map[string]bool, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind != yaml.ScalarNode || k.Tag == "!!merge" {
			r.Fail(k, "a key in "+what+" must be a plain word", "")
			continue
		}
		if seen[k.Value] {
			r.Fail(k, strconv.Quote(k.Value)+" is given twice", "")
			continue
		}
		seen[k.Value] = true
		pairs = append(pairs, Pair{k.Value, k, v})
	}
	return pairs
}

// Fields hands each entry of the mapping n to the reader of its key. A key that
// is not known is recorded as wrong, with the nearest one that is.
func (r *Reader) Fields(n Node, what string, known map[string]func(Node)) {
	for _, p := range r.Pairs(n, what) {
		read, ok := known[p.Key]
		if !ok {
			names := slices.Sorted(maps.Keys(known))
			hint := "known here: " + strings.Join(names, ", ")
			if near := diag.Nearest(p.Key, names); near != "" {
				hint = "did you mean " + near + "?"
			}
			r.Fail(p.At, "unknown key "+strconv.Quote(p.Key)+" in "+what, hint)
			continue
		}
		read(p.N)
	}
}

// Items returns the elements of the sequence n; null is an empty one.
func (r *Reader) Items(n Node, what string) []Node {
	n = r.plain(n)
	if n == nil || isNull(n) {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		r.Fail(n, what+" must be a list", "")
		return nil
	}
	return n.Content
}

// String returns n's text; numbers and booleans count as their text.
func (r *Reader) String(n Node, what string) string {
	n = r.plain(n)
	if n == nil || n.Kind != yaml.ScalarNode || isNull(n) {
		r.Fail(n, what+" must be a text", "")
		return ""
	}
	return n.Value
}

// Text returns n's text where it is a scalar, and "" elsewhere; it records
// nothing.
func (r *Reader) Text(n Node) string {
	if n == nil || n.Kind != yaml.ScalarNode {
		return ""
	}
	return n.Value
}

// Strings returns the texts of the list n.
func (r *Reader) Strings(n Node, what string) []string {
	var out []string
	for _, item := range r.Items(n, what) {
		out = append(out, r.String(item, "an element of "+what))
	}
	return out
}

// Int returns n's whole number.
func (r *Reader) Int(n Node, what string) int {
	n = r.plain(n)
	if n != nil && n.Kind == yaml.ScalarNode && n.Tag == "!!int" {
		if v, err := strconv.ParseInt(n.Value, 0, 32); err == nil {
			return int(v)
		}
	}
	r.Fail(n, what+" must be a whole number", "")
	return 0
}

// Bool returns n's truth value: true or false.
func (r *Reader) Bool(n Node, what string) bool {
	n = r.plain(n)
	if n != nil && n.Kind == yaml.ScalarNode && n.Tag == "!!bool" {
		return strings.EqualFold(n.Value, "true")
	}
	r.Fail(n, what+" must be true or false", "")
	return false
}

// IsMap reports whether n is a mapping, IsList a list.
func IsMap(n Node) bool  { return n != nil && n.Kind == yaml.MappingNode }
func IsList(n Node) bool { return n != nil && n.Kind == yaml.SequenceNode }

// plain refuses aliases: these files are read and edited by position, and an
// alias stands in two places at once.
func (r *Reader) plain(n Node) Node {
	if n != nil && n.Kind == yaml.AliasNode {
		r.Fail(n, "aliases are not allowed in this file", "write the value out")
		return nil
	}
	return n
}

func isNull(n Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// Value returns what n holds as plain Go values: string, int, bool, float64,
// nil, []any, and []Entry for a mapping, whose order is kept.
func (r *Reader) Value(n Node) any {
	n = r.plain(n)
	if n == nil {
		return nil
	}
	switch n.Kind {
	case yaml.MappingNode:
		out := []Entry{}
		for _, p := range r.Pairs(n, "the value") {
			out = append(out, Entry{p.Key, r.Value(p.N)})
		}
		return out
	case yaml.SequenceNode:
		out := []any{}
		for _, item := range n.Content {
			out = append(out, r.Value(item))
		}
		return out
	}
	return Scalar(n)
}

// Entry is one key of a mapping and its value.
type Entry struct {
	Key   string
	Value any
}

// Scalar returns a scalar node's value as YAML types it.
func Scalar(n Node) any {
	var v any
	if err := n.Decode(&v); err != nil {
		return n.Value
	}
	return v
}

// Plain types a text as YAML would type it without quotes: 8081 is a number,
// true a truth value, all else the text itself.
func Plain(text string) any {
	n := &yaml.Node{Kind: yaml.ScalarNode, Value: text}
	var v any
	if err := n.Decode(&v); err != nil {
		return text
	}
	switch v.(type) {
	case int, bool, float64:
		return v
	}
	return text
}

// At returns a node that only has a position, for Fail.
func At(line, col int) Node { return &yaml.Node{Line: line, Column: col} }
