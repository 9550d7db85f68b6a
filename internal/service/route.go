package service

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/names"
	"github.com/svcgen/svcgen/internal/template"
)

// routable refuses a unit whose route the service could not serve beside those
// it has: net/http's ServeMux would panic at its start, or OpenAPI could not
// describe both.
func (g *growth) routable(code *source, values map[string]any) error {
	var method, path, name string
	for _, v := range g.unit.Values {
		text, _ := values[v.Name].(string)
		switch v.Type {
		case template.Method:
			method = text
		case template.Route:
			path = text
		case template.Identifier:
			name = text
		}
	}
	for _, r := range code.routes {
		if name != "" && r.name == name {
			return r.refuse(fmt.Sprintf("there is an operation %s already", name), "choose another name with --name")
		}
	}
	if method == "" || path == "" {
		return nil
	}
	for _, r := range code.routes {
		if err := collide(method, path, r); err != nil {
			return err
		}
	}
	return nil
}

func (r route) refuse(msg, hint string) error {
	return &diag.Error{File: r.at.file, Line: r.at.line, Col: r.at.col, Msg: msg, Hint: hint}
}

func (r route) String() string { return strings.TrimSpace(r.method + " " + r.path) }

// collide says why method path cannot stand beside r.
func collide(method, path string, r route) error {
	if r.method == method && r.path == path {
		return diag.Errorf("%s %s exists already (%s:%d:%d)", method, path, r.at.file, r.at.line, r.at.col).
			WithHint("choose another path, or change the handler that is there")
	}
	if conflicting(method+" "+path, r.String()) {
		return diag.Errorf("%s %s conflicts with %s (%s:%d:%d): both match %s", method, path, r,
			r.at.file, r.at.line, r.at.col, common(path, r.path)).WithHint("%s", apart(path, r.path))
	}
	if r.path != path && shape(r.path) == shape(path) {
		return diag.Errorf("%s %s names its parameters otherwise than %s (%s:%d:%d); OpenAPI takes both for one path", method, path, r,
			r.at.file, r.at.line, r.at.col).WithHint("write %s", r.path)
	}
	return nil
}

// conflicting asks net/http itself: what it refuses to register together
// conflicts. A pattern that it would not take alone is not this one's fault.
func conflicting(pattern, other string) (refused bool) {
	register := func(patterns ...string) (ok bool) {
		defer func() { ok = recover() == nil }()
		mux := http.NewServeMux()
		for _, p := range patterns {
			mux.Handle(p, http.NotFoundHandler())
		}
		return true
	}
	return register(other) && !register(other, pattern)
}

// shape is a path without its parameters' names.
func shape(path string) string {
	segs := strings.Split(path, "/")
	for i, s := range segs {
		if strings.HasPrefix(s, "{") {
			segs[i] = "{}"
		}
	}
	return strings.Join(segs, "/")
}

// common is a path that both match.
func common(a, b string) string {
	as, bs := strings.Split(a, "/"), strings.Split(b, "/")
	for i := range as {
		if !strings.HasPrefix(as[i], "{") {
			continue
		}
		as[i] = "x"
		if i < len(bs) && !strings.HasPrefix(bs[i], "{") {
			as[i] = bs[i]
		}
	}
	return strings.Join(as, "/")
}

// apart proposes a path that does not conflict: a word before the parameter
// that makes it ambiguous.
func apart(path, other string) string {
	as, bs := strings.Split(path, "/"), strings.Split(other, "/")
	for i, s := range as {
		if !strings.HasPrefix(s, "{") || i >= len(bs) {
			continue
		}
		word := names.Plural(names.Kebab(strings.Trim(s, "{}")))
		if word == "ids" || word == "" {
			word = "items"
		}
		proposal := strings.Join(as[:i], "/") + "/" + word + "/" + strings.Join(as[i:], "/")
		return "make a segment a word of its own, e.g. " + proposal
	}
	return "choose another path"
}
