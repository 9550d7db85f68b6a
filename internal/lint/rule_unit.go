package lint

import (
	"slices"

	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/template"
)

var insertTargetMissing = Rule{
	ID: "insert-target-missing", Severity: Error,
	Doc:    "A unit inserts into a file, or at an address, that the template's own output does not have.",
	Why:    "svcgen add would be refused in every new service.",
	Remedy: "make the address one that the rendered file has",
	Check: func(p *Pass) {
		p.reportMisfits(insert.Missing, insert.Mismatch, insert.Alias)
	},
}

var insertTargetAmbiguous = Rule{
	ID: "insert-target-ambiguous", Severity: Error,
	Doc:    "A unit inserts at an address that matches more than once in the template's own output.",
	Why:    "svcgen never guesses a place: svcgen add would be refused in every new service.",
	Remedy: "make the address, or the marker's line, one that the rendered file has once",
	Check:  func(p *Pass) { p.reportMisfits(insert.Ambiguous) },
}

func (p *Pass) reportMisfits(reasons ...insert.Reason) {
	for _, t := range p.units() {
		for _, m := range t.misfits {
			if !slices.Contains(reasons, m.reason) {
				continue
			}
			p.ReportFor([]int{t.rendering}, template.File, m.in.Pos, "unit %s cannot insert into %s at %s: %s", t.unit.Name, m.in.File, m.in.Address, m.msg)
		}
	}
}

var unitNotRepeatable = Rule{
	ID: "unit-not-repeatable", Severity: Error,
	Doc:    "A unit makes what the template renders itself, or adding it a second time, under another name, collides with the first.",
	Why:    "Only one could ever be added to a service, or none.",
	Remedy: "put the unit's name into its paths and entries",
	Check: func(p *Pass) {
		for _, t := range p.units() {
			shown := []int{t.rendering}
			if t.clash != "" {
				p.ReportFor(shown, template.File, t.unit.Pos, "unit %s makes %s, which the template renders itself", t.unit.Name, t.clash)
			}
			for _, m := range t.misfits {
				if m.reason == insert.Exists {
					p.ReportFor(shown, template.File, m.in.Pos, "unit %s inserts into %s at %s what the template renders itself", t.unit.Name, m.in.File, m.in.Address)
				}
			}
			if t.again != "" {
				p.ReportFor(shown, template.File, t.unit.Pos, "unit %s cannot be added twice: %s", t.unit.Name, t.again)
			}
		}
	},
}
