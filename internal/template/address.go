package template

import (
	"github.com/svcgen/svcgen/internal/document"
	"github.com/svcgen/svcgen/internal/insert"
)

// AddressFields returns the readers of the keys that spell an address, in
// template.yaml and in the manifest alike. placed is set when one of them says
// where; the others only refine it.
func AddressFields(r *document.Reader, a *insert.Address, placed *bool) map[string]func(document.Node) {
	named := func(kind insert.Kind, what string) func(document.Node) {
		return func(n document.Node) { a.Kind, a.Name, *placed = kind, r.String(n, what), true }
	}
	keyed := func(kind insert.Kind, what string) func(document.Node) {
		return func(n document.Node) { a.Kind, a.Key, *placed = kind, r.String(n, what), true }
	}
	flag := func(kind insert.Kind, what string) func(document.Node) {
		return func(n document.Node) {
			if r.Bool(n, what) {
				a.Kind, *placed = kind, true
			}
		}
	}
	return map[string]func(document.Node){
		"at":      func(n document.Node) { a.Kind, a.Path, *placed = insert.At, r.Strings(n, "at"), true },
		"key":     func(n document.Node) { a.Key = r.String(n, "key") },
		"doc":     func(n document.Node) { a.Doc = r.Int(n, "doc") },
		"create":  func(n document.Node) { a.Create = r.Bool(n, "create") },
		"use":     keyed(insert.Use, "use"),
		"require": keyed(insert.Require, "require"),
		"import":  keyed(insert.Import, "import"),
		"func":    named(insert.Func, "func"),
		"list":    named(insert.List, "list"),
		"field":   named(insert.Field, "field"),
		"before":  named(insert.Before, "before"),
		"after":   named(insert.After, "after"),
		"end":     flag(insert.End, "end"),
		"lines":   flag(insert.Lines, "lines"),
	}
}
