package lint

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// fault is one thing that is wrong in template.yaml.
type fault struct {
	rule    string // the rule that speaks of it
	err     *diag.Error
	section string       // the key at the top of the file
	blocks  bool         // nothing can be rendered meaningfully
	value   template.Pos // of the value whose default it is
}

// classify gives each of the loader's errors to the rule that speaks of it.
func (p *Pass) classify(err error) []fault {
	var out []fault
	list := diag.All(err)
	if err != nil && list == nil {
		list = diag.List{diag.Errorf("%v", err)}
	}
	for _, e := range list {
		f := fault{rule: templateSchema.ID, err: e}
		keys := p.doc.pathTo(e.Line, e.Col)
		missing, isMissing := strings.CutSuffix(e.Msg, " is missing")
		switch {
		case isMissing:
			f.blocks = missing == "layers" || missing == "version"
		case len(keys) == 0 || strings.HasPrefix(e.Msg, "unknown key") && len(keys) == 1:
			f.blocks = true // a key that is misspelt may be the one that all the others need
		default:
			f.section = keys[0]
			p.assign(&f, keys)
		}
		out = append(out, f)
	}
	return out
}

// assign tells what the fault at the keys keeps from being looked at.
func (p *Pass) assign(f *fault, keys []string) {
	last := keys[len(keys)-1]
	switch {
	case len(keys) == 1 && last == "name":
		f.rule = templateName.ID
	case len(keys) == 1 && last == "release":
		f.rule = templateRelease.ID
	case last == "default" && slices.Contains(keys, "values") && strings.HasPrefix(f.err.Msg, "the default "):
		f.rule, f.value = valueDefaultInvalid.ID, p.doc.at(keys[:len(keys)-1]...)
	case last == "help":
	default:
		f.blocks = slices.Contains([]string{"version", "values", "layers"}, keys[0])
	}
}

// broken reports whether a section of template.yaml has faults, so that
// nothing can be said of what it lacks.
func (p *Pass) broken(section string) bool {
	return slices.ContainsFunc(p.schema, func(f fault) bool {
		return (f.blocks || f.section == section) && f.rule == templateSchema.ID
	})
}

func (p *Pass) reportFaults() {
	for _, f := range p.schema {
		if f.rule == p.rule.ID {
			p.reportError(f.err, nil)
		}
	}
}

var templateSchema = Rule{
	ID: "template-schema", Severity: Error,
	Doc:    "template.yaml has a key or a slot that svcgen does not know, lacks a key that it needs, or holds a value of the wrong kind; or what it says is without any effect: an option that is there twice, a condition that no choice of values meets, a kept path that nothing renders.",
	Why:    "What svcgen cannot read it refuses altogether: nobody can make a service from it. What has no effect does not do what its author meant.",
	Remedy: "the template author's guide describes every key",
	Check: func(p *Pass) {
		p.reportFaults()
		p.reportSlots()
		p.reportIneffective()
	},
}

// reportSlots finds entries for slots that no workspace has: they would be
// written nowhere.
func (p *Pass) reportSlots() {
	if p.Template == nil {
		return
	}
	for _, w := range p.Template.Wiring {
		if workspace.SlotNamed(w.Slot) != nil {
			continue
		}
		f := p.Report(template.File, w.Pos, "there is no slot %q", w.Slot)
		if near := diag.Nearest(w.Slot, workspace.SlotNames()); near != "" {
			f.Remedy = "did you mean " + near + "?"
		} else {
			f.Remedy = "the slots are " + strings.Join(workspace.SlotNames(), ", ")
		}
	}
}

var templateName = Rule{
	ID: "template-name", Severity: Error,
	Doc:    "The template's name is not made of lower-case words with dashes, or is not its folder's.",
	Why:    "The name stands in every service's descriptor; people look for the template in a folder of that name.",
	Remedy: "give the folder and the template one name",
	Check: func(p *Pass) {
		p.reportFaults()
		base := cmp.Or(p.folder, path.Base(p.Label))
		if p.Template.Name == "" || base == p.Template.Name || base == "." || len(p.schema) > 0 && p.broken("name") {
			return
		}
		if slices.ContainsFunc(p.schema, func(f fault) bool { return f.rule == p.rule.ID }) {
			return
		}
		p.Report(template.File, p.doc.at("name"), "the template is called %s, its folder %s", p.Template.Name, base)
	},
}

var templateRelease = Rule{
	ID: "template-release", Severity: Error,
	Doc:    "The template's release is not a semantic version.",
	Why:    "Services record the release that they were made from, and upgrades are ordered by it.",
	Remedy: "write three numbers, e.g. 1.0.0",
	Check:  (*Pass).reportFaults,
}

var symlinkInTemplate = Rule{
	ID: "symlink-in-template", Severity: Error,
	Doc:    "The template holds a symbolic link.",
	Why:    "A link could lead anywhere on the machine of whoever renders it, so svcgen refuses the template.",
	Remedy: "copy the file in its place",
	Check: func(p *Pass) {
		for _, f := range p.Files.Paths() {
			if p.Files[f].Kind == tree.Symlink {
				p.Report(f, template.Pos{}, "is a symbolic link to %s", p.Files[f].Data)
			}
		}
	},
}

var migrationOrder = Rule{
	ID: "migration-order", Severity: Error,
	Doc:    "A migration is listed twice for one release, stands after a later one, or leads to a release that the template has not reached.",
	Why:    "Upgrades walk the migrations in order up to the template's release: what is out of order is applied wrongly or never.",
	Remedy: "sort the migrations by release, one each, the last at most the template's own",
	Check: func(p *Pass) {
		if p.broken("migrations") {
			return
		}
		own, last := "v"+p.Template.Release, ""
		for _, m := range p.Template.Migrations {
			to, wrong := "v"+m.To, ""
			switch {
			case semver.IsValid(own) && semver.Compare(to, own) > 0:
				wrong = fmt.Sprintf("the migration leads to %s, the template is at %s", m.To, p.Template.Release)
			case last != "" && semver.Compare(to, last) == 0:
				wrong = fmt.Sprintf("there is another migration to %s", m.To)
			case last != "" && semver.Compare(to, last) < 0:
				wrong = fmt.Sprintf("the migration to %s stands after that to %s", m.To, last[1:])
			}
			if wrong != "" {
				p.Report(template.File, m.Pos, "%s", wrong)
			}
			last = to
		}
	},
}
