package lint

import (
	"errors"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/workspace"
)

// entriesFor renders what the template offers for a slot of shared files, as
// outputs whose path is the slot. What does not render is left out.
func (p *Pass) entriesFor(slot string) []*Output {
	set := outputSet{}
	p.eachEntry(slot, func(i int, e template.Entry) { set.add(i, slot, e.Text, e.Source) })
	return set.sorted()
}

// eachEntry calls do for every entry of a slot that a rendering makes.
func (p *Pass) eachEntry(slot string, do func(rendering int, e template.Entry)) {
	if !slices.ContainsFunc(p.Template.Wiring, func(w template.Wiring) bool { return w.Slot == slot }) {
		return
	}
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
				do(i, e)
			}
		}
	}
}

// reportEntries finds entries that do not fit into the files of their slots.
func (p *Pass) reportEntries() {
	for _, slot := range workspace.Slots() {
		if slot.Entry != nil || len(slot.Files) == 0 || insert.FormatOf(slot.Files[0]) != insert.YAML {
			continue // svcgen writes it, or any text will do
		}
		name, set, own := slot.Files[0], outputSet{}, map[*Output]bool{}
		p.eachEntry(slot.Name, func(i int, e template.Entry) {
			o := set.add(i, name, e.Text, e.Source)
			own[o] = own[o] || e.At == nil
		})
		for _, o := range set.sorted() {
			for _, f := range entryFlaws(o, own[o]) {
				p.ReportOutput(o, f.line, f.col, "the entry for %s %s", slot.Name, f.msg)
			}
		}
	}
}

// entryFlaws says what is wrong with the text of an entry. Own ones stand where
// the slot's address leads, where a mapping belongs.
func entryFlaws(o *Output, own bool) []flaw {
	const broken = "does not parse: "
	var bad *insert.Error
	if err := insert.CheckYAML(o.Path, o.Data); errors.As(err, &bad) {
		return []flaw{{bad.Line, bad.Col, broken + bad.Msg}}
	}
	if flaws := yamlFlaws(o.Data); flaws != nil {
		return []flaw{{flaws[0].line, flaws[0].col, broken + flaws[0].msg}}
	}
	docs := o.docs()
	if own && len(docs) > 0 && docs[0].Kind != yaml.MappingNode {
		return []flaw{{docs[0].Line, docs[0].Column, "is no mapping"}}
	}
	return nil
}
