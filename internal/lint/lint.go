// Package lint finds what is wrong with templates, in their own files and in
// everything that they render.
//
// It reads trees in memory and reports; it changes nothing, runs nothing of a
// template, and knows no workspace.
package lint

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"runtime"
	"slices"
	"sync"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
)

// Severity says how much a finding matters.
type Severity uint8

const (
	Info Severity = iota
	Warning
	Error
)

func (s Severity) String() string { return [...]string{"info", "warning", "error"}[s] }

// Rule is one thing that the linter looks for.
type Rule struct {
	ID       string // a phrase a person can read
	Severity Severity
	Doc      string // what it finds and why that matters
	Remedy   string // what to do

	// Static looks at the template's own files. It may be nil.
	Static func(*Pass)

	// Rendered looks at one rendering. It may be nil.
	Rendered func(*Pass, *Rendering)
}

// Pass is what a rule sees of one template.
type Pass struct {
	Label    string    // how messages call the template's folder
	Files    tree.Tree // the template's own files
	Template *template.Template

	rule   *Rule
	report func(Finding)
}

// Rendering is what the template makes with one combination of values.
type Rendering struct {
	Values  map[string]string
	Scope   template.Scope
	Out     *template.Rendering
	Err     error // why it does not render; Out is nil then
	Ordinal int
}

// Finding is one thing that a rule found.
type Finding struct {
	Rule     string            `json:"rule"`
	Severity string            `json:"severity"`
	File     string            `json:"file"`
	Line     int               `json:"line,omitempty"`
	Col      int               `json:"col,omitempty"`
	Message  string            `json:"message"`
	Remedy   string            `json:"remedy"`
	With     map[string]string `json:"with,omitempty"` // the smallest choice of values that shows it

	level   Severity
	ordinal int // of the rendering, or -1
}

// Reportf records a finding in the template's file at a line and column, which
// may be zero.
func (p *Pass) Reportf(file string, pos template.Pos, format string, args ...any) {
	p.report(Finding{File: path.Join(p.Label, file), Line: pos.Line, Col: pos.Col, Message: fmt.Sprintf(format, args...), ordinal: -1})
}

// ReportOutput records a finding in line of a rendered file, at the template's
// line that made it.
func (p *Pass) ReportOutput(r *Rendering, out string, line int, format string, args ...any) {
	src := r.Out.Sources[out]
	pos := src.At(r.Out.Files[out].Data, max(line, 1))
	p.report(Finding{File: path.Join(p.Label, src.File), Line: pos.Line, Col: pos.Col, Message: fmt.Sprintf(format, args...), ordinal: r.Ordinal})
}

// reportError records an error that carries its own place.
func (p *Pass) reportError(e *diag.Error, ordinal int) {
	f := Finding{File: e.File, Line: e.Line, Col: e.Col, Message: e.Msg, Remedy: e.Hint, ordinal: ordinal}
	if f.File == "" {
		f.File = path.Join(p.Label, template.File)
	}
	p.report(f)
}

// Input is a template to look at.
type Input struct {
	Label string
	Files tree.Tree
}

// Report is what was found, in order of file, line and rule.
type Report struct {
	Templates    int       `json:"templates"`
	Combinations int       `json:"combinations"`
	Sampled      []string  `json:"sampled"` // templates with more combinations than were rendered
	Findings     []Finding `json:"findings"`
}

// Count returns how many findings have the severity.
func (r *Report) Count(s Severity) int {
	n := 0
	for _, f := range r.Findings {
		if f.level == s {
			n++
		}
	}
	return n
}

// Run looks at every template, side by side.
func Run(ctx context.Context, inputs []Input) (*Report, error) {
	reports := make([]*Report, len(inputs))
	var wg sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, in := range inputs {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if ctx.Err() == nil {
				reports[i] = one(in)
			}
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	all := &Report{Templates: len(inputs), Sampled: []string{}, Findings: []Finding{}}
	for _, r := range reports {
		all.Combinations += r.Combinations
		all.Sampled = append(all.Sampled, r.Sampled...)
		all.Findings = append(all.Findings, r.Findings...)
	}
	slices.SortStableFunc(all.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), a.Line-b.Line, a.Col-b.Col, cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message))
	})
	return all, nil
}

// one looks at one template.
func one(in Input) *Report {
	rep := &Report{}
	p := &Pass{Label: in.Label, Files: in.Files}
	rules := Rules()
	var found []Finding
	run := func(rule *Rule, check func()) {
		p.rule = rule
		p.report = func(f Finding) {
			f.Rule, f.level, f.Severity = rule.ID, rule.Severity, rule.Severity.String()
			if f.Remedy == "" {
				f.Remedy = rule.Remedy
			}
			found = append(found, f)
		}
		check()
	}
	t, err := template.Load(in.Files, in.Label)
	p.Template = t
	for i := range rules {
		if rules[i].Static != nil {
			run(&rules[i], func() { rules[i].Static(p) })
		}
	}
	if err != nil || slices.ContainsFunc(found, func(f Finding) bool { return f.Rule == parseError.ID }) {
		rep.Findings = found
		return rep
	}
	renderings, sampled := combinations(t)
	if sampled {
		rep.Sampled = append(rep.Sampled, in.Label)
	}
	rep.Combinations = len(renderings)
	for i := range rules {
		if rules[i].Rendered == nil {
			continue
		}
		for _, r := range renderings {
			run(&rules[i], func() { rules[i].Rendered(p, r) })
		}
	}
	rep.Findings = condense(found, renderings)
	return rep
}
