package offer

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/svcgen/svcgen/internal/names"
)

// Names that a client's package has for itself.
var (
	ownTypes   = []string{"Client", "New", "Options"}
	ownMethods = []string{"Do", "Ready", "RoundTrip", "Peer", "Describe", "Collect", "Transport"}
	ownVars    = []string{"c", "ctx", "in", "out", "err", "params", "query", "header", "url", "fmt", "strings", "clients"}
)

// Parse reads a snapshot. file is how messages call it.
func Parse(file string, data []byte) (*Offer, error) {
	d, err := decode(file, data)
	if err != nil {
		return nil, err
	}
	r := &reader{document: d, types: map[string]*Type{}}
	o := &Offer{Connect: d.connect()}
	for _, l := range d.operations() {
		op, err := r.operation(l)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(o.Operations, func(other Operation) bool { return other.Go == op.Go }) {
			return nil, d.fail("two operations are called %s in Go", op.Go)
		}
		o.Operations = append(o.Operations, op)
	}
	for _, name := range sortedNames(r.types) {
		o.Types = append(o.Types, *r.types[name])
	}
	o.Exchanges = r.exchanges(o.Operations)
	return o, nil
}

// reader turns schemas into types.
type reader struct {
	*document
	types   map[string]*Type // by their names in Go
	sending bool             // what is read goes into a request
	depth   int              // of schemas within schemas
	read    int              // schemas so far
}

// maxSchemas bounds the schemas that are read for one operation's body: those
// without names can hold one another many times over.
const maxSchemas = 2000

func (r *reader) operation(l located) (Operation, error) {
	op := Operation{ID: l.id, Method: l.method, Route: l.route, Summary: oneLine(text(l.op["summary"])), Go: names.GoName(l.id)}
	op.Idempotent, _ = l.op["x-idempotent"].(bool)
	if op.Go == "" || problemOf(op.Go) {
		return op, r.fail("the operation %q has no name that Go could use", l.id)
	}
	if slices.Contains(ownMethods, op.Go) {
		op.Go += "Operation"
	}
	r.read = 0
	var inPath []Param
	for _, raw := range slices.Concat(list(l.item["parameters"]), list(l.op["parameters"])) {
		p := r.param(r.deref(raw))
		switch {
		case p.In == "path":
			inPath = append(inPath, p)
		case p.In == "query", p.In == "header" && !slices.Contains([]string{"accept", "content-type", "authorization", "traceparent", "tracestate"}, strings.ToLower(p.Name)):
			op.Params = append(op.Params, p)
		}
	}
	fields := make([]*Field, len(op.Params))
	for i := range op.Params {
		if problemOf(op.Params[i].Go) {
			return op, r.fail("%s has a parameter that Go could not name: %q", l.id, op.Params[i].Name)
		}
		fields[i] = &op.Params[i].Field
	}
	pad(fields)
	var err error
	if op.Parts, err = r.parts(l.route, inPath); err != nil {
		return op, err
	}
	if content := object(r.deref(l.op["requestBody"])["content"]); content != nil {
		schema, ok := inJSON(content)
		if !ok {
			return op, r.fail("%s takes a body that is no JSON", l.id)
		}
		r.sending = true
		op.Request = r.goType(schema, op.Go+"Request")
		r.sending = false
	}
	status, answer := success(l.op)
	op.Status, _ = strconv.Atoi(status)
	if content := object(r.deref(answer)["content"]); content != nil && op.Method != "HEAD" {
		schema, ok := inJSON(content)
		if !ok {
			return op, r.fail("%s answers with a body that is no JSON", l.id)
		}
		op.Response = r.goType(schema, op.Go+"Response")
	}
	return op, nil
}

// inJSON is the schema of what is JSON among a body's forms.
func inJSON(content map[string]any) (any, bool) {
	for _, k := range sortedKeys(content) {
		if media, _, _ := strings.Cut(k, ";"); media == "application/json" || strings.HasSuffix(media, "+json") || media == "*/*" {
			return object(content[k])["schema"], true
		}
	}
	return nil, false
}

func (r *reader) param(p map[string]any) Param {
	name := text(p["name"])
	out := Param{In: text(p["in"]), Var: names.GoVar(name)}
	out.Field = Field{Name: name, Doc: comment(p["description"]), Go: names.GoName(name), Type: "string", Optional: true}
	if required, _ := p["required"].(bool); required {
		out.Optional = false
	}
	if slices.Contains(ownVars, out.Var) {
		out.Var += "Param"
	}
	schema := r.deref(p["schema"])
	switch kind, _ := kindOf(schema); kind {
	case "integer":
		out.Type = "int64"
	case "number":
		out.Type = "float64"
	case "boolean":
		out.Type = "bool"
	case "array":
		out.Type = "[]string"
		explode, said := p["explode"].(bool)
		out.Explode = out.In == "query" && (explode || !said)
	}
	return out
}

var parameter = regexp.MustCompile(`\{([^{}]*)\}`)

// parts splits a route at its parameters.
func (r *reader) parts(route string, params []Param) ([]Part, error) {
	var out []Part
	for at := 0; at < len(route); {
		m := parameter.FindStringSubmatchIndex(route[at:])
		if m == nil {
			return append(out, Part{Text: route[at:]}), nil
		}
		if m[0] > 0 {
			out = append(out, Part{Text: route[at : at+m[0]]})
		}
		name := route[at+m[2] : at+m[3]]
		i := slices.IndexFunc(params, func(p Param) bool { return p.Name == name })
		p := Param{In: "path", Var: names.GoVar(name), Field: Field{Name: name, Go: names.GoName(name), Type: "string"}}
		if i >= 0 {
			p = params[i]
		}
		if p.Var == "" || problemOf(p.Go) {
			return nil, r.fail("%s has a parameter that Go could not name: %q", route, name)
		}
		if slices.Contains(ownVars, p.Var) {
			p.Var += "Param"
		}
		out = append(out, Part{Param: &p})
		at += m[1]
	}
	return out, nil
}

// goType is the Go type of a schema. name is what an object without a name of
// its own is called.
func (r *reader) goType(v any, name string) string {
	if r.read++; r.depth > 4*deepest || r.read > maxSchemas { // a list of itself
		return "json.RawMessage"
	}
	r.depth++
	defer func() { r.depth-- }()
	schema := object(v)
	if ref := text(schema["$ref"]); ref != "" {
		name = names.GoName(ref[strings.LastIndexByte(ref, '/')+1:])
		schema = r.deref(schema)
	}
	kind, null := kindOf(schema)
	var t string
	switch {
	case kind == "string" && text(schema["format"]) == "date-time":
		t = "time.Time"
	case kind == "string" && (text(schema["format"]) == "byte" || text(schema["contentEncoding"]) == "base64"):
		return "[]byte"
	case kind == "string":
		t = "string"
	case kind == "integer" && text(schema["format"]) == "int32":
		t = "int32"
	case kind == "integer":
		t = "int64"
	case kind == "number":
		t = "float64"
	case kind == "boolean":
		t = "bool"
	case kind == "array":
		return "[]" + r.goType(schema["items"], names.GoName(names.Singular(names.Kebab(name))))
	case kind == "object" && len(object(schema["properties"])) > 0:
		t = r.object(schema, name)
	case kind == "object" && object(schema["additionalProperties"]) != nil:
		return "map[string]" + r.goType(schema["additionalProperties"], name+"Value")
	default:
		return "json.RawMessage"
	}
	if null {
		t = "*" + t
	}
	return t
}

// object declares the type of an object, once, and returns its name.
func (r *reader) object(schema map[string]any, name string) string {
	if slices.Contains(ownTypes, name) || problemOf(name) {
		name += "Body"
	}
	if r.types[name] != nil {
		return name
	}
	t := &Type{Name: name}
	r.types[name] = t // before its fields: they may lead back to it
	required := list(schema["required"])
	props := object(schema["properties"])
	for _, k := range r.order(props, required) {
		f := Field{Name: k, Doc: comment(object(props[k])["description"]), Go: names.GoName(k), Optional: !slices.Contains(required, any(k))}
		for f.Go == "" || problemOf(f.Go) || slices.ContainsFunc(t.Fields, func(o Field) bool { return o.Go == f.Go }) {
			f.Go += "Field"
		}
		f.Type = r.goType(props[k], name+f.Go)
		prop := r.deref(props[k])
		quoted := r.connect() && f.Type == "string" && text(prop["format"]) == "int64"
		if quoted {
			f.Type = "int64"
		}
		if f.Optional {
			f.Tag = ",omitempty"
			switch {
			case r.sending && slices.Contains([]string{"int32", "int64", "float64", "bool"}, f.Type):
				f.Type = "*" + f.Type // zero is not nothing
			case f.Type == "time.Time" || r.types[f.Type] != nil:
				f.Tag = ",omitzero"
			}
		}
		if quoted {
			f.Tag += ",string"
		}
		if f.Type == name { // a struct cannot hold itself
			f.Type = "*" + name
		}
		t.Fields = append(t.Fields, f)
	}
	fields := make([]*Field, len(t.Fields))
	for i := range t.Fields {
		fields[i] = &t.Fields[i]
	}
	pad(fields)
	return name
}

// pad aligns fields as gofmt does: names and types of all of them, and what stands
// before a comment among consecutive fields that have one.
func pad(fields []*Field) {
	name, kind := 0, 0
	for _, f := range fields {
		name, kind = max(name, len(f.Go)), max(kind, len(f.Type))
	}
	for i := 0; i < len(fields); {
		f := fields[i]
		f.NamePad, f.TypePad = strings.Repeat(" ", name-len(f.Go)), strings.Repeat(" ", kind-len(f.Type))
		end, widest := i, 0
		for end < len(fields) && fields[end].Doc != "" {
			widest = max(widest, len(fields[end].Name)+len(fields[end].Tag))
			end++
		}
		for _, c := range fields[i:end] {
			c.NamePad, c.TypePad = strings.Repeat(" ", name-len(c.Go)), strings.Repeat(" ", kind-len(c.Type))
			c.TagPad = strings.Repeat(" ", widest-len(c.Name)-len(c.Tag))
		}
		i = max(end, i+1)
	}
}

// order is how an object's members follow each other: those that are always
// there as they are listed, then the others by name.
func (r *reader) order(props map[string]any, required []any) []string {
	var out []string
	for _, v := range required {
		if k, ok := v.(string); ok && props[k] != nil && !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	for _, k := range sortedKeys(props) {
		if !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}

// kindOf is a schema's type, and whether it may be null.
func kindOf(schema map[string]any) (kind string, null bool) {
	null, _ = schema["nullable"].(bool)
	switch t := schema["type"].(type) {
	case string:
		return t, null
	case []any:
		for _, v := range t {
			if v == "null" {
				null = true
			} else if kind == "" {
				kind, _ = v.(string)
			}
		}
		return kind, null
	}
	if len(object(schema["properties"])) > 0 {
		return "object", null
	}
	return "", null
}

// problemOf reports whether Go would not take name as an exported identifier.
func problemOf(name string) bool {
	for i, c := range name {
		if !(c >= 'A' && c <= 'Z' || i > 0 && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_')) {
			return true
		}
	}
	return name == ""
}

// comment is a description as it fits behind a field; a long one stays where it
// comes from.
func comment(v any) string {
	s := oneLine(text(v))
	if len(s) > 90 {
		return ""
	}
	return s
}

// oneLine is a text as it fits into a comment of one line.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func sortedNames(m map[string]*Type) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
