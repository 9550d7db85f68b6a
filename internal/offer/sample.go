package offer

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/names"
)

// sampler makes a value that a schema allows.
type sampler struct {
	*document
	sending bool // all members; otherwise those that are always there
	unknown bool // a rule that no value was found for
	made    int  // values so far
}

// Bounds of a value: how deep it is, and of how many parts.
const (
	deepest = 8
	most    = 1000
)

func (s *sampler) of(v any, name string, depth int) any {
	schema := s.deref(v)
	for _, k := range []string{"example", "const", "default"} {
		if v, ok := schema[k]; ok && v != nil {
			return v
		}
	}
	for _, k := range []string{"examples", "enum"} {
		if l := list(schema[k]); len(l) > 0 {
			return l[0]
		}
	}
	if s.made++; depth > deepest || s.made > most {
		s.unknown = true
		return nil
	}
	switch kind, _ := kindOf(schema); kind {
	case "string":
		return s.string(schema, name)
	case "integer", "number":
		return s.number(schema)
	case "boolean":
		return true
	case "array":
		n := 1
		if least := number(schema["minItems"], 1); least > 1 && least < 100 {
			n = int(least)
		}
		out := []any{}
		for range n {
			out = append(out, s.of(schema["items"], names.Singular(names.Kebab(name)), depth+1))
		}
		return out
	case "object":
		out := map[string]any{}
		required := list(schema["required"])
		props := object(schema["properties"])
		for _, k := range sortedKeys(props) {
			must := slices.Contains(required, any(k))
			prop := s.deref(props[k])
			switch text(object(props[k])["x-sample"]) {
			case "never":
				continue
			case "always":
				must = must || depth <= 2
			case "list": // what the answer is about, or may well be empty
				must = must || depth == 0
			}
			if readOnly, _ := prop["readOnly"].(bool); s.sending && readOnly || !must && (!s.sending || depth > 2) {
				continue
			}
			out[k] = s.of(props[k], k, depth+1)
		}
		if more := schema["additionalProperties"]; len(props) == 0 && object(more) != nil {
			out["key"] = s.of(more, name, depth+1)
		}
		return out
	}
	s.unknown = true
	return nil
}

func (s *sampler) string(schema map[string]any, name string) any {
	switch text(schema["format"]) {
	case "int64":
		return "1"
	case "date-time":
		return "2026-01-02T03:04:05Z"
	case "date":
		return "2026-01-02"
	case "uuid":
		return "0b54c3f8-6b1f-4d4c-9c5f-0d1f8c1f6a11"
	case "email":
		return "someone@example.com"
	case "uri":
		return "https://example.com/"
	case "byte":
		return "AQ=="
	}
	if _, ok := schema["pattern"]; ok {
		s.unknown = true
	}
	value := strings.Join(names.Words(name), " ")
	if value == "" {
		value = "text"
	}
	least, longest := int(number(schema["minLength"], 0)), int(number(schema["maxLength"], 1000))
	if longest < 0 || least > 10_000 {
		s.unknown = true
		return value
	}
	for len(value) < least {
		value += " " + value
	}
	if len(value) > max(least, 1) && len(value) > longest {
		value = value[:longest]
	}
	return value
}

func (s *sampler) number(schema map[string]any) any {
	value := 1.0
	if least, ok := schema["minimum"]; ok {
		value = max(value, number(least, 1))
	}
	if above, ok := schema["exclusiveMinimum"]; ok {
		value = max(value, number(above, 0)+1)
	}
	if step := number(schema["multipleOf"], 0); step > 0 {
		value = max(value, step)
	}
	if limit := number(schema["maximum"], value); value > limit {
		value = limit
	}
	if below, ok := schema["exclusiveMaximum"]; ok && value >= number(below, value+1) {
		value = number(below, 1) - 1
	}
	return value
}

func number(v any, fallback float64) float64 {
	if n, ok := v.(json.Number); ok {
		if f, err := n.Float64(); err == nil {
			return f
		}
	}
	return fallback
}

// Sample is a snapshot for whoever tries a template without a workspace.
func Sample() []byte { return []byte(sample) }

const sample = `{
  "openapi": "3.1.0",
  "info": {"title": "ledger", "version": "1.0.0"},
  "paths": {
    "/v1/entries": {
      "get": {"operationId": "listEntries", "parameters": [{"in": "query", "name": "limit", "schema": {"type": "integer"}}],
        "responses": {"200": {"content": {"application/json": {"schema": {"type": "object", "required": ["entries"], "properties": {"entries": {"type": "array", "items": {"$ref": "#/components/schemas/Entry"}}}}}}}}},
      "post": {"operationId": "createEntry", "requestBody": {"content": {"application/json": {"schema": {"type": "object", "required": ["amount"], "properties": {"amount": {"type": "integer"}}}}}},
        "responses": {"201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Entry"}}}}}}
    },
    "/v1/entries/{id}": {
      "delete": {"operationId": "deleteEntry", "parameters": [{"in": "path", "name": "id", "required": true, "schema": {"type": "string"}}], "responses": {"204": {}}},
      "get": {"operationId": "getEntry", "parameters": [{"in": "path", "name": "id", "required": true, "schema": {"type": "string"}}],
        "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Entry"}}}}}}
    }
  },
  "components": {"schemas": {"Entry": {"type": "object", "required": ["id", "amount", "created_at"], "properties": {
    "id": {"type": "string"}, "amount": {"type": "integer"}, "created_at": {"type": "string", "format": "date-time"}}}}}
}
`
