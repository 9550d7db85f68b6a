package offer

import (
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
)

// All is the answer that chooses every operation.
const All = "all"

// Snapshot is what a description says of the chosen operations: ids with commas
// between them, or All. It is a description itself, and does not change with
// what it leaves out.
func Snapshot(file string, data []byte, chosen string) ([]byte, error) {
	d, err := decode(file, data)
	if err != nil {
		return nil, err
	}
	all := d.operations()
	if len(all) == 0 {
		return nil, &diag.Error{File: file, Msg: "has no operation to call", Hint: "svcgen add endpoint gives a service one"}
	}
	wanted, err := d.chosen(all, chosen)
	if err != nil {
		return nil, err
	}
	info := object(d.root["info"])
	out := map[string]any{
		"openapi": "3.1.0",
		"info":    map[string]any{"title": info["title"], "version": info["version"]},
	}
	if d.connect() {
		out["x-protocol"] = "connect"
	}
	paths := map[string]any{}
	for _, o := range wanted {
		item := object(paths[o.route])
		if item == nil {
			item = map[string]any{}
			paths[o.route] = item
		}
		item[strings.ToLower(o.method)] = d.slim(o)
	}
	out["paths"] = paths
	if schemas := d.needed(paths); len(schemas) > 0 {
		out["components"] = map[string]any{"schemas": schemas}
	}
	// What cannot be read later is refused now.
	made := encode(out)
	if _, err := Parse(file, made); err != nil {
		return nil, err
	}
	return made, nil
}

func (d *document) chosen(all []located, chosen string) ([]located, error) {
	if strings.TrimSpace(chosen) == All {
		return all, nil
	}
	var ids []string
	for _, o := range all {
		ids = append(ids, o.id)
	}
	var out []located
	for id := range strings.SplitSeq(chosen, ",") {
		id = strings.TrimSpace(id)
		i := slices.Index(ids, id)
		if i < 0 {
			e := diag.Errorf("%s has no operation %q", d.file, id).WithHint("it has %s", strings.Join(ids, ", "))
			if near := diag.Nearest(id, ids); near != "" {
				e = e.WithHint("did you mean %s?", near)
			}
			return nil, e
		}
		if !slices.ContainsFunc(out, func(o located) bool { return o.id == id }) {
			out = append(out, all[i])
		}
	}
	return out, nil
}

// slim is an operation without what a client does not look at: answers that are
// no success, headers of answers, and tags.
func (d *document) slim(o located) map[string]any {
	out := map[string]any{"operationId": o.id}
	for _, k := range []string{"summary", "x-idempotent"} {
		if v, ok := o.op[k]; ok {
			out[k] = v
		}
	}
	if body := d.deref(o.op["requestBody"]); body != nil {
		out["requestBody"] = body
	}
	if params := d.parameters(o); len(params) > 0 {
		out["parameters"] = params
	}
	status, answer := success(o.op)
	kept := map[string]any{}
	for k, v := range d.deref(answer) {
		if k == "description" || k == "content" {
			kept[k] = v
		}
	}
	out["responses"] = map[string]any{status: kept}
	return out
}

// parameters are those of the operation and of its path, whatever they refer to
// put in: components have no place in a snapshot but for schemas.
func (d *document) parameters(o located) (out []any) {
	for _, p := range slices.Concat(list(o.item["parameters"]), list(o.op["parameters"])) {
		if p := d.deref(p); p != nil {
			out = append(out, p)
		}
	}
	return out
}

// needed gathers the schemas that v refers to, directly or not.
func (d *document) needed(v any) map[string]any {
	const prefix = "#/components/schemas/"
	all := object(object(d.root["components"])["schemas"])
	out := map[string]any{}
	var visit func(v any)
	visit = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				if name, ok := strings.CutPrefix(ref, prefix); ok && out[name] == nil && all[name] != nil {
					out[name] = all[name]
					visit(all[name])
				}
			}
			for _, k := range sortedKeys(v) {
				visit(v[k])
			}
		case []any:
			for _, e := range v {
				visit(e)
			}
		}
	}
	visit(v)
	return out
}
