package template

import (
	"fmt"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/document"
	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/names"
	"github.com/svcgen/svcgen/internal/tree"
)

func (l *loader) unit(p document.Pair) Unit {
	u := Unit{Name: p.Key, Pos: l.pos(p.At)}
	if !nameRule.MatchString(u.Name) {
		l.Fail(p.At, fmt.Sprintf("the unit's name %q is not made of lower-case words with dashes", u.Name), "")
	}
	var args, unique, snapshot document.Node
	l.Fields(p.N, "unit "+u.Name, map[string]func(document.Node){
		"help":   func(n document.Node) { u.Help = l.String(n, "help") },
		"when":   func(n document.Node) { u.When = l.expression(n) },
		"args":   func(n document.Node) { args = n; u.Args = l.Strings(n, "args") },
		"values": func(n document.Node) { u.Values = l.values(n, true) },
		"unique": func(n document.Node) {
			unique = n
			for _, item := range l.Items(n, "unique") {
				u.Unique = append(u.Unique, l.Strings(item, "an element of unique"))
			}
		},
		"dir":      func(n document.Node) { u.Dir = l.dir(n, "dir") },
		"with":     func(n document.Node) { u.With = l.dir(n, "with") },
		"generate": func(n document.Node) { u.Generate = l.Bool(n, "generate") },
		"snapshot": func(n document.Node) { snapshot = n; u.Snapshot = l.inside(n, "snapshot") },
		"insert": func(n document.Node) {
			for _, item := range l.Items(n, "insert") {
				u.Insert = append(u.Insert, l.insertion(item))
			}
		},
	})
	declared := func(n document.Node, list []string) {
		for _, name := range list {
			if !slices.ContainsFunc(u.Values, func(v Value) bool { return v.Name == name }) {
				l.Fail(n, fmt.Sprintf("unit %s has no value %q", u.Name, name), "")
			}
		}
	}
	declared(args, u.Args)
	for i, name := range u.Args {
		if slices.Contains(u.Args[:i], name) {
			l.Fail(args, fmt.Sprintf("unit %s takes the argument %s twice", u.Name, name), "")
		}
	}
	for _, set := range u.Unique {
		declared(unique, set)
	}
	providers := 0
	for _, v := range u.Values {
		if v.Type == ServiceRef {
			providers++
		}
		if v.Type == OperationList && u.Snapshot == "" {
			l.Fail(p.At, "unit "+u.Name+" chooses operations and keeps no snapshot", "snapshot: a path in the service")
		}
	}
	if providers > 1 {
		l.Fail(p.At, "unit "+u.Name+" has two values of the type service", "one unit, one other service")
	}
	if snapshot != nil && providers == 0 {
		l.Fail(snapshot, "a snapshot needs a value of the type service: what it is of", "")
	}
	if u.Dir == "" && len(u.Insert) == 0 {
		l.Fail(p.At, "unit "+u.Name+" makes nothing", "give it a dir or an insert")
	}
	return u
}

// inside reads a path in the service.
func (l *loader) inside(n document.Node, what string) string {
	p := l.String(n, what)
	l.checkInside(n, what, p)
	return p
}

// checkInside refuses a path that leads out of the service, as far as it can be
// told before it is rendered; what it renders to is checked again.
func (l *loader) checkInside(n document.Node, what, p string) {
	if !strings.Contains(p, "{{") && !tree.Valid(p) {
		l.Fail(n, fmt.Sprintf("%s: %q is no path in the service", what, p), "relative, with slashes, without . and ..")
	} else if problem := names.CheckPath(p); problem != "" && !strings.Contains(p, "{{") {
		l.Fail(n, fmt.Sprintf("%s: %q: %s", what, p, problem), "")
	} else if p == "service.yaml" {
		l.Fail(n, fmt.Sprintf("%s: %s is svcgen's own, and says what a service is made from", what, p), "")
	}
}

func (l *loader) insertion(n document.Node) Insert {
	in := Insert{Pos: l.pos(n)}
	var placed bool
	fields := AddressFields(l.Reader, &in.Address, &placed)
	fields["file"] = func(n document.Node) { in.File = l.inside(n, "file") }
	fields["text"] = func(n document.Node) { in.Text = l.text(n) }
	fields["when"] = func(n document.Node) { in.When = l.expression(n) }
	l.Fields(n, "an insert", fields)
	if in.File == "" {
		l.Fail(n, "an insert needs a file", "")
	}
	if !placed {
		l.Fail(n, "an insert needs an address", "at, func, list, field, import, use, require, before, after, end or lines")
	}
	if in.Text == "" && !slices.Contains([]insert.Kind{insert.Use, insert.Import}, in.Address.Kind) {
		l.Fail(n, "an insert needs a text", "")
	}
	return in
}
