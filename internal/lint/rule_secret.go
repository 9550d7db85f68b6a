package lint

import (
	"fmt"
	"strings"

	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
)

func secretRules() []Rule { return []Rule{secretInOutput} }

var secretInOutput = Rule{
	ID: "secret-in-output", Severity: Error,
	Doc:    "A template's file, or what it renders, holds a literal that looks like a credential.",
	Why:    "Every service gets it, and so does everyone who reads one of their repositories. It is the same everywhere, and cannot be taken back.",
	Remedy: "take it out, revoke it, and read it from the environment or from a secret store",
	Check: func(p *Pass) {
		known := map[string]bool{}
		for _, name := range p.Files.Paths() {
			f := p.Files[name]
			if f.Kind == tree.Symlink {
				continue
			}
			places := template.NewPlaces(string(f.Data))
			for _, s := range p.secrets(name, f.Data) {
				pos := places.At(s.offset)
				known[fmt.Sprint(name, ":", pos.Line)] = true
				p.Report(name, pos, "this looks like %s", s.what)
			}
		}
		// What the template's own files do not show: values and defaults.
		for _, o := range p.checked() {
			if !o.Rendered() {
				continue
			}
			for _, s := range p.secrets(o.Path, o.Data) {
				pos := o.Source.Place(o.Data, s.offset)
				if !known[fmt.Sprint(o.Source.File, ":", pos.Line)] {
					p.ReportFor(o.Shown, o.Source.File, pos, "this looks like %s in %s", s.what, o.Path)
				}
			}
		}
	},
}

// secrets are those of a file. In tests and their data, made-up ones are given
// to names; such as tell themselves by their form have no place there either.
func (p *Pass) secrets(name string, data []byte) []secret {
	out := secretsIn(name, data)
	name = "/" + strings.TrimSuffix(name, ".tmpl")
	if isTest(name) || strings.Contains(name, "/testdata/") {
		kept := out[:0]
		for _, s := range out {
			if s.what != aLiteral {
				kept = append(kept, s)
			}
		}
		return kept
	}
	return out
}
