package lint

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
)

// Pass is what a rule sees of one template, and where it reports.
type Pass struct {
	Label      string    // how findings call the template's folder
	Files      tree.Tree // the template's own files, symbolic links included
	Template   *template.Template
	Renderings []*Rendering // none where template.yaml is too broken to render
	Outputs    []*Output    // the distinct files of all renderings, by path

	schema   []fault             // what is wrong in template.yaml
	doc      *yamlDoc            // template.yaml
	sampled  bool                // there are too many combinations: some of them were rendered
	cut      bool                // a bound was reached, and the combinations after it were not rendered
	parsing  func() []parseFault // what is wrong in the .tmpl files
	used     func() []use        // the values that the template uses
	collided func() []collision  // other languages' braces
	units    func() []unitTrial
	checked  func() []*Output // Outputs, and what units add

	comments []*comment      // what the files suppress
	rules    []string        // all that there are
	ran      map[string]bool // those that looked at the template
	config   *Config
	folder   string
	service  string // the name of the service that is rendered
	absences place  // where what is lacking is told

	released tree.Tree // what the template was
	since    string
	before   func() *Pass // the pass of released, rendered

	building *building // nil: nothing is built

	rule  *Rule
	found *[]*Finding
}

// place is a key of a file, which stands for what is not there.
type place struct{ file, key string }

// Rendering is what the template makes with one combination of values.
type Rendering struct {
	Values   map[string]string
	Scope    template.Scope
	Out      *template.Rendering // what does not render is left out
	Problems []template.Problem

	defaults []badDefault
	scopes   func() []template.Scope // for wiring entries
}

// Whole reports whether everything rendered, so that what is not there is
// absent, and not merely broken.
func (r *Rendering) Whole() bool { return len(r.Problems) == 0 }

func newPass(in Input) *Pass {
	p := &Pass{Label: in.Label, Files: in.Files, ran: map[string]bool{}, config: in.Config, folder: in.Folder,
		service: sample.Name, absences: place{template.File, "kind"}, released: in.Released, since: in.Since}
	files := tree.Tree{}
	for name, f := range in.Files {
		if f.Kind != tree.Symlink {
			files[name] = f
		}
	}
	var err error
	p.Template, err = template.Inspect(files, in.Label)
	if template.Bounded(files, in.Label) != nil {
		p.Files = tree.Tree{template.File: files[template.File]} // nobody looks at so many
	}
	p.comments = comments(p.Files)
	p.doc = parseDoc(files[template.File].Data)
	p.schema = p.classify(err)
	p.mend()
	p.parsing = sync.OnceValue(p.parseFaults)
	p.used = sync.OnceValue(p.uses)
	p.collided = sync.OnceValue(p.collisions)
	p.units = sync.OnceValue(p.tryUnits)
	p.checked = sync.OnceValue(p.allOutputs)
	return p
}

// mend takes the defaults out that their own rules refuse, so that the rest can
// be rendered.
func (p *Pass) mend() {
	all := [][]template.Value{p.Template.Values}
	for i := range p.Template.Units {
		all = append(all, p.Template.Units[i].Values)
	}
	for _, values := range all {
		for i, v := range values {
			if v.Type == template.Option && len(v.Options) == 0 {
				values[i].Type = template.String
			}
			if v.Default == nil {
				continue
			}
			bad := slices.ContainsFunc(p.schema, func(f fault) bool {
				return f.rule == valueDefaultInvalid.ID && f.value == v.Pos
			})
			if bad {
				values[i].Default = nil
			}
		}
	}
}

// render makes every combination, side by side, and gathers the distinct files.
func (p *Pass) render(ctx context.Context) {
	if slices.ContainsFunc(p.schema, func(f fault) bool { return f.blocks }) {
		return
	}
	sets, sampled := combinations(p.Template.Values)
	p.sampled = sampled
	renderings := make([]*Rendering, len(sets))
	for from := 0; from < len(sets); {
		to := min(len(sets), from+renderedAtOnce)
		forEach(ctx, to-from, func(i int) {
			renderings[from+i] = render(p.Template, sets[from+i], max(leastOutput, mostOutput/len(sets)))
		})
		if ctx.Err() != nil {
			return
		}
		exceeding := func(r *Rendering) bool { return r.Out.Exceeded }
		if slices.ContainsFunc(renderings[from:to], exceeding) && to < len(sets) {
			// An endless loop takes a second in every combination: it is told, and
			// the others are looked at when it is mended.
			renderings, p.cut = renderings[:to], true
			break
		}
		from = to
	}
	for _, r := range renderings {
		r.scopes = sync.OnceValue(func() []template.Scope { return p.entryScopes(r) })
	}
	p.Renderings = renderings
	p.Outputs = distinct(renderings)
}

// renderedAtOnce is how many combinations are rendered before it is seen whether
// one reached a bound. It does not depend on the machine, nor does what is found.
const renderedAtOnce = 4

// The bounds of what is rendered, in bytes: all combinations together stay in
// memory, and each may have the least at any rate.
const (
	mostOutput  = 256 << 20
	leastOutput = 4 << 20
)

func render(t *template.Template, answers map[string]string, most int) *Rendering {
	r := &Rendering{Values: answers, Scope: sampleScope(t)}
	r.resolve(t)
	r.Out, r.Problems = t.Survey(r.Scope, most)
	return r
}

// resolve fills in the values as template.Resolve does, but goes on with what
// their own rules refuse.
func (r *Rendering) resolve(t *template.Template) {
	r.Scope.Values = map[string]any{}
	for _, v := range t.Values {
		answer, given := r.Values[v.Name]
		if !given {
			var err error
			if answer, err = v.Proposal(r.Scope); err != nil {
				r.defaults = append(r.defaults, badDefault{v, strings.Replace(template.Problems(err)[0].Fault.Msg, "the default of "+v.Name, "it", 1)})
			}
		}
		value, bad := v.Check(answer)
		if bad != nil {
			value = answer
			if !given && len(r.defaults) == 0 {
				r.defaults = append(r.defaults, badDefault{v, fmt.Sprintf("for the service %s, %s", sample.Name, bad.Msg)})
			}
		}
		r.Scope.Values[v.Name] = value
	}
}

// badDefault is a default that renders to what its value refuses.
type badDefault struct {
	value template.Value
	msg   string
}

// Report records a finding in the template's own file, at a position that may be
// zero. The result is for Finding.Mend.
func (p *Pass) Report(file string, pos template.Pos, format string, args ...any) *Finding {
	return p.ReportFor(nil, file, pos, format, args...)
}

// ReportFor is Report for a finding that some renderings show.
func (p *Pass) ReportFor(shown []int, file string, pos template.Pos, format string, args ...any) *Finding {
	return p.add(Finding{File: path.Join(p.Label, file), Line: pos.Line, Col: pos.Col, Message: fmt.Sprintf(format, args...), shown: shown})
}

// ReportOutput records a finding at a line and column of a rendered file, at the
// template's place that made it. A column of zero is the line's beginning.
func (p *Pass) ReportOutput(o *Output, line, col int, format string, args ...any) *Finding {
	pos := o.Place(line, col)
	return p.ReportFor(o.Shown, o.Source.File, pos, format, args...)
}

// ReportAbsent records that the renderings shown lack something; absences stand
// at the line of template.yaml that says what kind of service it is, or of
// service.yaml that names it. Of no renderings it records nothing.
func (p *Pass) ReportAbsent(shown []int, format string, args ...any) *Finding {
	if len(shown) == 0 {
		return &Finding{}
	}
	return p.ReportFor(shown, p.absences.file, p.doc.at(p.absences.key), format, args...)
}

// reportError records an error that carries its own place and advice.
func (p *Pass) reportError(e *diag.Error, shown []int) *Finding {
	f := Finding{File: e.File, Line: e.Line, Col: e.Col, Message: e.Msg, Remedy: e.Hint, shown: shown}
	if f.File == "" {
		f.File = path.Join(p.Label, template.File)
	}
	return p.add(f)
}

func (p *Pass) add(f Finding) *Finding {
	f.Rule, f.level = p.rule.ID, p.config.level(p.rule.ID, p.rule.Severity)
	f.Severity = f.level.String()
	if f.Remedy == "" {
		f.Remedy = p.rule.Remedy
	}
	*p.found = append(*p.found, &f)
	return &f
}

// lacking lists the whole renderings for which has is false.
func (p *Pass) lacking(has func(i int) bool) []int {
	var out []int
	for i, r := range p.Renderings {
		if r.Whole() && !has(i) {
			out = append(out, i)
		}
	}
	return out
}
