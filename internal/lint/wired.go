package lint

import (
	"slices"

	"github.com/svcgen/svcgen/internal/template"
)

// entriesFor renders what the template offers for a slot of shared files, as
// outputs whose path is the slot. What does not render is left out.
func (p *Pass) entriesFor(slot string) []*Output {
	if !slices.ContainsFunc(p.Template.Wiring, func(w template.Wiring) bool { return w.Slot == slot }) {
		return nil
	}
	set := outputSet{}
	for i, r := range p.Renderings {
		if r.Scope.Values == nil {
			continue
		}
		for _, scope := range r.scopes() {
			scope.Slot = template.Slot{File: "shared.yaml", Path: "./" + sample.Path}
			made, err := p.Template.Entries(slot, scope)
			if err != nil {
				continue
			}
			for _, e := range made {
				set.add(i, slot, e.Text, e.Source)
			}
		}
	}
	return set.sorted()
}
