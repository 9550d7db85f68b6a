// Package offer reads what a service offers others, from its OpenAPI description
// (https://spec.openapis.org/oas/v3.1.0), into a form that templates make
// clients of: operations, types, and the exchanges of a contract.
//
// Rendering reads it, so the same description gives the same for ever. The
// package reads no file and no network, and leaves out what has no plain form in
// JSON over HTTP: cookies, forms, callbacks, and schemas that are one of several,
// which stay as they come.
package offer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/names"
)

// Offer is what a service offers.
type Offer struct {
	Operations []Operation // in the order in which a contract has them
	Types      []Type      // that the operations take and give, by name

	Exchanges string // the exchanges of a contract, as a JSON array, indented by two
	Connect   bool   // the operations are those of the Connect protocol
}

// Operation is one thing that the service does when it is asked.
type Operation struct {
	ID, Method, Route, Summary string

	Go       string  // the exported name in Go
	Parts    []Part  // the route
	Params   []Param // in the query and in headers
	Request  string  // the Go type of the body; "": none
	Response string  // the Go type of the answer's body; "": none
	Status   int     // of the answer
	Example  bool    // whether Exchanges has it

	Idempotent bool // whether it may be asked for twice though its method does not say so
}

// Part is a piece of a route: a text, or a parameter.
type Part struct {
	Text  string
	Param *Param
}

// Param is a parameter. One that is not in the path is a field of a struct, with
// the others of its operation.
type Param struct {
	Field
	In      string // path, query or header
	Var     string // the name of a variable in Go
	Explode bool   // of a list in the query: each of its elements is sent by itself
}

// Type is an object in JSON.
type Type struct {
	Name   string // in Go
	Fields []Field
}

// Field is a member of an object, or a parameter. The paddings are the spaces by
// which gofmt aligns the parts of consecutive fields.
type Field struct {
	Name, Doc string
	Go, Type  string // name and type in Go; a parameter's is string, int64, float64, bool or []string
	Optional  bool
	Tag       string // what follows the name in Go's json tag: "", ",omitempty" or ",omitzero"

	NamePad, TypePad, TagPad string
}

// maxBytes bounds a description.
const maxBytes = 8 << 20

// document is a decoded description. file is how messages call it.
type document struct {
	file string
	root map[string]any
}

func decode(file string, data []byte) (*document, error) {
	d := &document{file: file}
	if len(data) > maxBytes {
		return nil, d.fail("has more than %d MiB", maxBytes>>20)
	}
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	dec.UseNumber()
	if err := dec.Decode(&d.root); err != nil {
		return nil, d.fail("is no JSON object: %v", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, d.fail("goes on behind its JSON object")
	}
	if v, _ := d.root["openapi"].(string); !strings.HasPrefix(v, "3.") {
		return nil, d.fail("is no description in OpenAPI 3")
	}
	return d, nil
}

func (d *document) fail(format string, args ...any) error {
	return &diag.Error{File: d.file, Msg: fmt.Sprintf(format, args...)}
}

// methods are those of OpenAPI's path items, in the order of a contract.
var methods = []string{"post", "put", "get", "head", "patch", "options", "delete"}

// located is an operation where it stands.
type located struct {
	id, method, route string
	item, op          map[string]any
}

// operations lists the operations in the order of a contract: by route, what
// makes something before what asks for it, and what deletes something at the
// end.
func (d *document) operations() []located {
	var out []located
	paths := object(d.root["paths"])
	for _, route := range sortedKeys(paths) {
		item := object(paths[route])
		for _, m := range methods {
			op := object(item[m])
			if op == nil {
				continue
			}
			id, _ := op["operationId"].(string)
			if id == "" {
				id = m + " " + route
			}
			out = append(out, located{id: id, method: strings.ToUpper(m), route: route, item: item, op: op})
		}
	}
	slices.SortStableFunc(out, func(a, b located) int { return d.rank(a) - d.rank(b) })
	return out
}

// rank is where an operation stands among others: what makes something first,
// what takes something away last. Connect's methods tell by their names.
func (d *document) rank(l located) int {
	if !d.connect() {
		return boolInt(l.method == "DELETE")
	}
	switch verb := strings.SplitN(names.Snake(l.id), "_", 2)[0]; verb {
	case "create", "add", "open", "register", "put", "start":
		return 0
	case "delete", "remove", "close", "cancel":
		return 2
	}
	return 1
}

// connect reports whether the operations are those of the Connect protocol.
func (d *document) connect() bool { return text(d.root["x-protocol"]) == "connect" }

func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		panic(err) // maps, lists and scalars that were decoded before
	}
	return b.Bytes()
}

// deref follows a reference; a map without one is itself.
func (d *document) deref(v any) map[string]any {
	m := object(v)
	for range 20 {
		ref, ok := m["$ref"].(string)
		if !ok {
			return m
		}
		var at any = d.root
		for seg := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
			at = object(at)[strings.NewReplacer("~1", "/", "~0", "~").Replace(seg)]
		}
		m = object(at)
	}
	return nil
}

// success is the first answer that is a 2xx, else the default one as a 200.
func success(op map[string]any) (status string, answer any) {
	all := object(op["responses"])
	for _, k := range sortedKeys(all) {
		if len(k) == 3 && k[0] == '2' {
			return strings.ReplaceAll(strings.ToLower(k), "xx", "00"), all[k]
		}
	}
	return "200", all["default"]
}

func object(v any) map[string]any { m, _ := v.(map[string]any); return m }
func list(v any) []any            { l, _ := v.([]any); return l }
func text(v any) string           { s, _ := v.(string); return s }

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
