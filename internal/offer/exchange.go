package offer

import (
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/names"
)

// exchange is one exchange of a contract, in the order of its members.
type exchange struct {
	Name     string   `json:"name"`
	Request  request  `json:"request"`
	Response response `json:"response"`
}

type request struct {
	Method string         `json:"method"`
	Path   string         `json:"path"`
	Query  map[string]any `json:"query,omitempty"`
	Header map[string]any `json:"header,omitempty"`
	Body   any            `json:"body,omitempty"`
}

type response struct {
	Status int `json:"status"`
	Body   any `json:"body,omitempty"`
}

// exchanges makes an example of each operation that needs nothing but what the
// others before it have made, marks the operations that have one, and writes
// them down. A path says {createPayment.id} for the id in the answer of
// createPayment.
func (r *reader) exchanges(ops []Operation) string {
	out := []exchange{}
	for i := range ops {
		op := &ops[i]
		l := r.find(*op)
		e := exchange{Name: op.ID, Request: request{Method: op.Method}, Response: response{Status: op.Status}}
		var ok bool
		if e.Request.Path, ok = r.path(*op, ops[:i]); !ok {
			continue
		}
		if e.Request.Query, e.Request.Header, ok = r.params(*op, l); !ok {
			continue
		}
		if op.Request != "" {
			schema, _ := inJSON(object(r.deref(l.op["requestBody"])["content"]))
			s := &sampler{document: r.document, sending: true}
			if e.Request.Body = s.of(schema, "text", 0); s.unknown {
				continue
			}
			if r.connect() && !r.named(*op, ops[:i], e.Request.Body) {
				continue
			}
		} else if r.connect() {
			e.Request.Body = map[string]any{}
		}
		if op.Response != "" {
			_, answer := success(l.op)
			schema, _ := inJSON(object(r.deref(answer)["content"]))
			e.Response.Body = (&sampler{document: r.document}).of(schema, "text", 0)
		}
		op.Example = true
		out = append(out, e)
	}
	data := encode(out)
	return strings.ReplaceAll(strings.TrimSuffix(string(data), "\n"), "\n", "\n  ")
}

// named fills in which thing a Connect method is asked for: the id is one that an
// earlier method, which makes such things, has answered with. It reports false
// where there is no such method.
func (r *reader) named(op Operation, before []Operation, body any) bool {
	members := object(body)
	for k := range members {
		words := names.Words(k)
		if len(words) == 0 || words[len(words)-1] != "id" || r.rank(r.find(op)) == 0 && len(words) == 1 {
			continue
		}
		made := ""
		for _, o := range before {
			l := r.find(o)
			thing := strings.TrimPrefix(names.Snake(o.ID), strings.SplitN(names.Snake(o.ID), "_", 2)[0]+"_")
			if r.rank(l) != 0 || !o.Example || len(words) > 1 && thing != strings.Join(words[:len(words)-1], "_") ||
				len(words) == 1 && !strings.Contains(names.Snake(op.ID), thing) {
				continue
			}
			if way := r.wayToID(o); way != "" {
				made = "{" + o.ID + "." + way + "}"
			}
		}
		if made == "" {
			return false
		}
		members[k] = made
	}
	return true
}

// wayToID leads to an id in an operation's answer: at its top, or in a member.
func (r *reader) wayToID(o Operation) string {
	t := r.types[o.Response]
	if t == nil {
		return ""
	}
	for _, f := range t.Fields {
		if f.Name == "id" {
			return "id"
		}
	}
	for _, f := range t.Fields {
		if inner := r.types[strings.TrimPrefix(f.Type, "*")]; inner != nil {
			for _, g := range inner.Fields {
				if g.Name == "id" {
					return f.Name + ".id"
				}
			}
		}
	}
	return ""
}

func (r *reader) find(op Operation) located {
	all := r.operations()
	return all[slices.IndexFunc(all, func(l located) bool { return l.method == op.Method && l.route == op.Route })]
}

// path fills a route's parameters in from what earlier operations answer: /a/{id}
// needs what POST /a made.
func (r *reader) path(op Operation, before []Operation) (string, bool) {
	path, route := "", ""
	for _, p := range op.Parts {
		if p.Param == nil {
			path, route = path+p.Text, route+p.Text
			continue
		}
		maker := slices.IndexFunc(before, func(o Operation) bool {
			return o.Example && o.Method == "POST" && o.Route == strings.TrimSuffix(route, "/")
		})
		if maker < 0 || !strings.HasSuffix(route, "/") {
			return "", false
		}
		field := r.naming(before[maker], p.Param.Name)
		if field == "" {
			return "", false
		}
		path += "{" + before[maker].ID + "." + field + "}"
		route += "{" + p.Param.Name + "}"
	}
	return path, true
}

// naming is the member of an operation's answer that fills a parameter in: of the
// same name, or the id.
func (r *reader) naming(op Operation, param string) string {
	t := r.types[op.Response]
	if t == nil {
		return ""
	}
	for _, want := range []string{param, "id"} {
		for _, f := range t.Fields {
			if names.Snake(f.Name) == names.Snake(want) && !f.Optional {
				return f.Name
			}
		}
	}
	return ""
}

func (r *reader) params(op Operation, l located) (query, header map[string]any, ok bool) {
	query, header = map[string]any{}, map[string]any{}
	for _, raw := range slices.Concat(list(l.item["parameters"]), list(l.op["parameters"])) {
		p := r.deref(raw)
		if required, _ := p["required"].(bool); !required {
			continue
		}
		s := &sampler{document: r.document, sending: true}
		v := s.of(p["schema"], text(p["name"]), 0)
		if known := r.param(p); s.unknown || known.Type == "[]string" && !known.Explode {
			return nil, nil, false
		}
		switch text(p["in"]) {
		case "query":
			query[text(p["name"])] = v
		case "header":
			header[text(p["name"])] = v
		}
	}
	return query, header, true
}
