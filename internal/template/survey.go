package template

import (
	"errors"

	"github.com/svcgen/svcgen/internal/diag"
)

// ProblemKind says what keeps a file of a template from rendering.
type ProblemKind uint8

const (
	NotRendering ProblemKind = iota // an action fails, or a bound is reached
	NotParsing                      // the file is no valid template text
	Escaping                        // a segment of its path is no file name
	Colliding                       // another file makes the same path
)

// Problem is one fault that rendering met.
type Problem struct {
	Fault *diag.Error
	Kind  ProblemKind
}

func (p *Problem) Error() string { return p.Fault.Error() }
func (p *Problem) Unwrap() error { return p.Fault }

// Survey is Service for whoever looks for faults: it leaves out what does not
// render, goes on, and returns all problems. It stops where a bound is reached;
// that of the output, in bytes, may be lower than Service's: of many renderings
// all are kept.
func (t *Template) Survey(scope Scope, most int) (*Rendering, []Problem) {
	r := t.renderer(scope)
	defer r.done()
	r.press.budget.limit = min(most, maxOutput)
	r.press.budget.output = r.press.budget.limit
	out := newRendering()
	var problems []Problem
	note := func(err error) { problems = append(problems, Problems(err)...) }
	r.tolerate = func(err error) bool {
		if b := &r.press.budget; b.steps < 0 || b.output < 0 || b.work < 0 {
			return false
		}
		note(err)
		return true
	}
	for _, layer := range t.Layers {
		ok, err := r.holds(layer.When, layer.Pos)
		if err == nil && ok {
			err = r.layer(layer.Dir, out)
		}
		if err != nil {
			note(err)
		}
	}
	b := &r.press.budget
	out.Exceeded = b.steps < 0 || b.work < 0
	return out, problems
}

// Problems returns the faults that err consists of; none for nil.
func Problems(err error) []Problem {
	if err == nil {
		return nil
	}
	var p *Problem
	if errors.As(err, &p) {
		return []Problem{*p}
	}
	var out []Problem
	for _, e := range diag.All(err) {
		out = append(out, Problem{Fault: e})
	}
	if out == nil {
		out = []Problem{{Fault: diag.Errorf("%v", err)}}
	}
	return out
}

// notParsing marks the error that faulty made.
func notParsing(err error) error {
	var e *diag.Error
	if errors.As(err, &e) {
		return &Problem{e, NotParsing}
	}
	return err
}
