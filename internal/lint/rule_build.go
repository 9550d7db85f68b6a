package lint

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
)

var outputDoesNotBuild = Rule{
	ID: "output-does-not-build", Severity: Error, Build: true,
	Doc:    "A rendered service fails go vet, go test or go mod tidy -diff, alone or with every unit added, or its image does not build.",
	Why:    "Whoever makes that choice gets a service that is broken from its first minute, and cannot tell whose fault it is.",
	Remedy: "make such a service in a scratch workspace, run the command named there, and mend the template",
	Check: func(p *Pass) {
		if p.building == nil {
			return
		}
		p.build()
	},
}

// building is what the rule needs besides the pass.
type building struct {
	*Builder
	ctx    context.Context
	built  int // how many different services were built
	tested int // and of them, how many were tested, too
}

// built is one rendered service, alone or with units.
type built struct {
	files tree.Tree
	shown []int
	units []string                   // that were added
	stale bool                       // code has to be generated first
	test  bool                       // its tests run
	made  map[string]template.Source // what they made
	found []failure
	err   error
}

// build builds every different rendering, and each that is right once more with
// all its units.
func (p *Pass) build() {
	bases := p.distinctServices()
	grown := map[*built]*built{}
	all := slices.Clone(bases)
	for _, b := range bases {
		if g := p.withUnits(b); g != nil {
			grown[b] = g
			all = append(all, g)
		}
	}
	p.chooseTests(all)
	p.buildAll(bases)
	all = slices.Clone(bases)
	for _, b := range bases {
		if g := grown[b]; g != nil && len(b.found) == 0 && b.err == nil {
			all = append(all, g)
		}
	}
	p.buildAll(all[len(bases):])
	for _, b := range all {
		p.blame(b)
		if b.test {
			p.building.tested++
		}
	}
	p.building.built = len(all)
}

// chooseTests says which of the services are tested, too.
func (p *Pass) chooseTests(all []*built) {
	switch p.building.Tests {
	case TestNone:
	case TestCover:
		var sets [][]string
		for _, b := range all {
			set := []string{fmt.Sprint("units=", len(b.units) > 0)}
			for _, i := range b.shown {
				for name, answer := range p.Renderings[i].Values {
					set = append(set, name+"="+answer)
				}
			}
			slices.Sort(set)
			sets = append(sets, slices.Compact(set))
		}
		for _, i := range meeting(sets) {
			all[i].test = true
		}
	default:
		for _, b := range all {
			b.test = true
		}
	}
}

// buildAll builds services side by side, as many as the builder lets.
func (p *Pass) buildAll(all []*built) {
	var wg sync.WaitGroup
	for _, b := range all {
		wg.Go(func() {
			what := p.Label
			if with := p.Renderings[b.shown[0]].Values; len(with) > 0 {
				what += " " + Choice(with)
			}
			b.found, b.err = p.building.build(p.building.ctx, what, b.files, steps{generate: b.stale, test: b.test, image: len(b.units) == 0})
		})
	}
	wg.Wait()
}

// distinctServices are the renderings that are whole and whose files parse, each
// different one once.
func (p *Pass) distinctServices() []*built {
	var out []*built
	known := map[[sha256.Size]byte]*built{}
	for i, r := range p.Renderings {
		if !r.Whole() || slices.ContainsFunc(p.Outputs, func(o *Output) bool { return o.in(i) && len(wrong(o)) > 0 }) {
			continue
		}
		id := identity(r.Out.Files)
		if known[id] == nil {
			known[id] = &built{files: r.Out.Files}
			out = append(out, known[id])
		}
		known[id].shown = append(known[id].shown, i)
	}
	return out
}

func identity(files tree.Tree) [sha256.Size]byte {
	h := sha256.New()
	for _, p := range files.Paths() {
		fmt.Fprintf(h, "%q %d\n", p, len(files[p].Data))
		h.Write(files[p].Data)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// withUnits adds every unit that the service takes, once; nil where there is
// none. What a unit does wrong before it is built, other rules tell.
func (p *Pass) withUnits(base *built) *built {
	r := p.Renderings[base.shown[0]]
	g := &built{files: base.files, shown: base.shown, made: map[string]template.Source{}}
	if p.broken("units") {
		return nil
	}
	for i := range p.Template.Units {
		u := &p.Template.Units[i]
		if !p.offered(u, r) {
			continue
		}
		made, err := p.renderUnit(u, r, 0)
		if err != nil {
			continue
		}
		common, err := p.Template.RenderWith(u, r.Scope)
		if err != nil {
			continue
		}
		t := unitTrial{unit: u}
		next := t.grow(t.grow(g.files, common), made)
		if t.clash != "" || len(t.misfits) > 0 {
			continue
		}
		g.files, g.units = next, append(g.units, u.Name)
		g.stale = g.stale || u.Generate
		for _, o := range t.outputs {
			g.made[o.path] = o.source
		}
	}
	if len(g.units) == 0 {
		return nil
	}
	return g
}

// blame reports what is wrong with one service at the template's places.
func (p *Pass) blame(b *built) {
	if b.err != nil {
		if p.building.ctx.Err() == nil {
			p.ReportAbsent(b.shown, "the service cannot be written to be built: %v", b.err)
		}
		return
	}
	after := ""
	if len(b.units) > 0 {
		after = "with " + strings.Join(b.units, ", ") + " added, "
	}
	for _, f := range b.found {
		o := p.origin(b, f.file)
		if o == nil {
			p.ReportAbsent(b.shown, "%s%s", after, f.msg)
			continue
		}
		p.ReportOutput(o, f.line, f.col, "%s%s", after, f.msg)
	}
}

// origin leads from a file of the service back to what made it, as seen by all
// renderings that share it.
func (p *Pass) origin(b *built, file string) *Output {
	f, ok := b.files[file]
	if !ok {
		return nil
	}
	source, ok := b.made[file]
	if !ok {
		source, ok = p.Renderings[b.shown[0]].Out.Sources[file]
	}
	if !ok {
		return nil
	}
	o := newOutput(file, f.Data, source)
	o.Shown = b.shown
	return o
}
