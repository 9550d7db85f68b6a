package offer

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/names"
)

// FromProtos describes in OpenAPI what the services in .proto files offer over
// the Connect protocol (https://connectrpc.com/docs/protocol), in JSON: unary
// methods, each a POST to its full name, with messages as protojson writes them.
// files are by path; imports that are none of them must be Google's well-known
// types.
func FromProtos(files map[string][]byte) ([]byte, error) {
	p := &protos{messages: map[string]*protoMessage{}, enums: map[string]*protoEnum{}, schemas: map[string]any{}}
	for _, file := range slices.Sorted(maps.Keys(files)) {
		if err := p.load(file, files[file]); err != nil {
			return nil, err
		}
	}
	paths := map[string]any{}
	for _, m := range p.methods {
		if m.streams {
			continue
		}
		op, err := p.method(m)
		if err != nil {
			return nil, err
		}
		paths["/"+m.service+"/"+m.name] = map[string]any{"post": op}
	}
	return encode(map[string]any{
		"openapi": "3.1.0", "x-protocol": "connect",
		"info":  map[string]any{"title": "protos", "version": "1.0.0"},
		"paths": paths, "components": map[string]any{"schemas": p.schemas},
	}), nil
}

// protos are the files' definitions; messages and enums by full name.
type protos struct {
	messages map[string]*protoMessage
	enums    map[string]*protoEnum
	methods  []protoMethod
	schemas  map[string]any
}

func (p *protos) method(m protoMethod) (map[string]any, error) {
	op := map[string]any{"operationId": names.GoVar(m.name)}
	if doc := strings.TrimSuffix(oneLine(m.doc), "."); doc != "" {
		op["summary"] = doc
	}
	if m.again {
		op["x-idempotent"] = true
	}
	in, err := p.body(m, m.in)
	if err != nil {
		return nil, err
	}
	if in != nil {
		op["requestBody"] = map[string]any{"content": in}
	}
	out, err := p.body(m, m.out)
	if err != nil {
		return nil, err
	}
	answer := map[string]any{"description": "OK"}
	if out != nil {
		answer["content"] = out
	}
	op["responses"] = map[string]any{"200": answer}
	return op, nil
}

// body is a message as content in JSON; nil for one without members.
func (p *protos) body(m protoMethod, name string) (map[string]any, error) {
	schema, err := p.schema(m.pkg, name)
	if err != nil {
		return nil, &diag.Error{File: m.file, Line: m.line, Col: m.col, Msg: m.name + ": " + err.Error(),
			Hint: "the protos of a service stand below its folder proto; Google's well-known types are known"}
	}
	ref, _ := schema["$ref"].(string)
	known := object(p.schemas[strings.TrimPrefix(ref, "#/components/schemas/")])
	if ref == "" && schema["type"] == "object" && schema["additionalProperties"] == nil || known != nil && len(object(known["properties"])) == 0 {
		return nil, nil
	}
	return map[string]any{"application/json": map[string]any{"schema": schema}}, nil
}

// scalars are the schemas of what protojson writes for proto's own types.
var scalars = map[string]map[string]any{
	"double": {"type": "number"}, "float": {"type": "number"}, "bool": {"type": "boolean"}, "string": {"type": "string"},
	"bytes": {"type": "string", "format": "byte"},
	"int32": {"type": "integer", "format": "int32"}, "sint32": {"type": "integer", "format": "int32"}, "sfixed32": {"type": "integer", "format": "int32"},
	"uint32": {"type": "integer"}, "fixed32": {"type": "integer"},
	"int64": {"type": "string", "format": "int64"}, "sint64": {"type": "string", "format": "int64"}, "sfixed64": {"type": "string", "format": "int64"},
	"uint64": {"type": "string", "format": "int64"}, "fixed64": {"type": "string", "format": "int64"},

	"google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
	"google.protobuf.Duration":  {"type": "string", "example": "1s"},
	"google.protobuf.FieldMask": {"type": "string"},
	"google.protobuf.Empty":     {"type": "object"},
	"google.protobuf.Struct":    {"type": "object", "additionalProperties": map[string]any{}},
	"google.protobuf.Value":     {}, "google.protobuf.ListValue": {"type": "array", "items": map[string]any{}}, "google.protobuf.Any": {},
	"google.protobuf.StringValue": {"type": []any{"string", "null"}}, "google.protobuf.BoolValue": {"type": []any{"boolean", "null"}},
	"google.protobuf.Int32Value": {"type": []any{"integer", "null"}, "format": "int32"}, "google.protobuf.UInt32Value": {"type": []any{"integer", "null"}},
	"google.protobuf.DoubleValue": {"type": []any{"number", "null"}}, "google.protobuf.FloatValue": {"type": []any{"number", "null"}},
	"google.protobuf.BytesValue": {"type": "string", "format": "byte"},
	"google.protobuf.Int64Value": {"type": []any{"string", "null"}}, "google.protobuf.UInt64Value": {"type": []any{"string", "null"}},
}

// schema is that of a type as it is named within scope: protobuf looks in the
// innermost scope first.
func (p *protos) schema(scope, name string) (map[string]any, error) {
	if s, ok := scalars[strings.TrimPrefix(name, ".")]; ok {
		return s, nil
	}
	var tries []string
	if full, ok := strings.CutPrefix(name, "."); ok {
		tries = []string{full}
	} else {
		for at := scope; ; {
			tries = append(tries, qualified(at, name))
			if at == "" {
				break
			}
			at = at[:max(strings.LastIndexByte(at, '.'), 0)]
		}
	}
	for _, full := range tries {
		if e := p.enums[full]; e != nil {
			return enumSchema(e), nil
		}
		if m := p.messages[full]; m != nil {
			return p.message(m)
		}
	}
	return nil, fmt.Errorf("there is no message %s", name)
}

func enumSchema(e *protoEnum) map[string]any {
	var values []any
	for _, v := range e.values {
		values = append(values, v)
	}
	if len(values) > 1 {
		values = append(values[1:], values[0]) // the first one means that there is none
	}
	return map[string]any{"type": "string", "enum": values}
}

// message refers to the schema of a message, which is called as the message is
// without its package: Ledger.Entry is LedgerEntry.
func (p *protos) message(m *protoMessage) (map[string]any, error) {
	ref := map[string]any{"$ref": "#/components/schemas/" + m.key}
	if _, done := p.schemas[m.key]; done {
		return ref, nil
	}
	props := map[string]any{}
	p.schemas[m.key] = map[string]any{"type": "object", "properties": props}
	for _, f := range m.fields {
		s, err := p.schema(m.full, f.kind)
		switch {
		case err != nil:
			return nil, err
		case f.mapped:
			s = map[string]any{"type": "object", "additionalProperties": s}
		case f.repeated:
			s = map[string]any{"type": "array", "items": s}
		}
		props[f.json] = described(s, f)
	}
	return ref, nil
}

// described is a member's schema with what is known of it besides: x-sample says
// whether an example should have it, which proto itself does not tell.
func described(s map[string]any, f protoField) map[string]any {
	out := maps.Clone(s)
	if doc := strings.TrimSuffix(oneLine(f.doc), "."); doc != "" {
		out["description"] = doc
	}
	last := ""
	if words := names.Words(f.name); len(words) > 0 {
		last = words[len(words)-1]
	}
	switch {
	case f.other || slices.Contains([]string{"token", "cursor", "after", "filter", "mask"}, last):
		out["x-sample"] = "never"
	case s["type"] == "array":
		out["x-sample"] = "list"
	case last == "id" || s["format"] == "date-time" || s["$ref"] != nil:
		out["x-sample"] = "always"
	}
	return out
}
