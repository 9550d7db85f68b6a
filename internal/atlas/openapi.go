package atlas

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Endpoint is an operation of an OpenAPI document.
type Endpoint struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	Operation string `json:"operation"` // its name; may be empty
	Summary   string `json:"summary"`   // may be empty
}

// methods are the fields of a path item that are operations, in the order in
// which a page shows them (OpenAPI 3.1, Path Item Object).
var methods = []string{"get", "head", "post", "put", "patch", "delete", "options", "trace"}

// endpoints lists the operations of an OpenAPI document, by path and method.
func endpoints(data []byte) ([]Endpoint, error) {
	var doc struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("is no OpenAPI document in JSON: %w", err)
	}
	var out []Endpoint
	for p, item := range doc.Paths {
		for method, raw := range item {
			if !slices.Contains(methods, method) {
				continue // parameters, a summary, an extension
			}
			var op struct{ OperationID, Summary string }
			if err := json.Unmarshal(raw, &op); err != nil {
				return nil, fmt.Errorf("paths.%s.%s is no operation: %w", p, method, err)
			}
			out = append(out, Endpoint{strings.ToUpper(method), p, op.OperationID, op.Summary})
		}
	}
	slices.SortFunc(out, func(a, b Endpoint) int {
		at := func(e Endpoint) int { return slices.Index(methods, strings.ToLower(e.Method)) }
		return cmp.Or(strings.Compare(a.Path, b.Path), at(a)-at(b))
	})
	return out, nil
}
