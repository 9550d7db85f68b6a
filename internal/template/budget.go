package template

import (
	"bytes"
	"fmt"
	texttemplate "text/template"
	"unicode/utf8"
)

// The bounds of one rendering. They are counted, not timed, so that the same
// template fails at the same place everywhere. The largest built-in template
// uses less than a hundredth of each.
const (
	maxSteps  = 500_000
	maxOutput = 64 << 20
	maxWork   = 256 << 20 // bytes that went through functions
	maxResult = 4 << 20   // bytes of one function's result
	maxList   = 10_000    // elements that a function may make
)

type budget struct {
	steps, output, work int
	limit               int // of the output
}

func newBudget() *budget { return &budget{maxSteps, maxOutput, maxWork, maxOutput} }

type budgetError struct {
	at  Pos
	msg string
}

func (e *budgetError) Error() string { return e.msg }

// Span maps output from one offset on to the template line that made it.
type Span struct {
	Offset  int // in the output, in bytes
	Pos         // in the template's file
	From    int // Pos, in bytes
	Literal bool
}

// Source leads from a rendered file back to its template.
type Source struct {
	File  string // below the template; a copied file names itself
	Spans []Span // nil for a file that was copied
}

// Place returns the template's line and column for the byte of output at offset.
// In literal text that is the very character; in what an action printed, the
// action.
func (s Source) Place(out []byte, offset int) Pos {
	offset = max(0, min(offset, len(out)))
	if s.Spans == nil {
		return Pos{1 + bytes.Count(out[:offset], []byte("\n")), 1 + utf8.RuneCount(out[bytes.LastIndexByte(out[:offset], '\n')+1:offset])}
	}
	best := Span{Pos: Pos{1, 1}}
	for _, sp := range s.Spans {
		if sp.Offset > offset {
			break
		}
		best = sp
	}
	if !best.Literal {
		return best.Pos
	}
	passed := out[best.Offset:offset]
	if n := bytes.Count(passed, []byte("\n")); n > 0 {
		return Pos{best.Line + n, 1 + utf8.RuneCount(passed[bytes.LastIndexByte(passed, '\n')+1:])}
	}
	return Pos{best.Line, best.Col + utf8.RuneCount(passed)}
}

// Origin returns the bytes of the template's file that made the output's bytes
// from start to end, as one stretch of literal text; of what an action printed,
// even in part, there is none.
func (s Source) Origin(out []byte, start, end int) (from, to int, ok bool) {
	if start < 0 || start > end || end > len(out) {
		return 0, 0, false
	}
	if s.Spans == nil {
		return start, end, true
	}
	for i, sp := range s.Spans {
		stop := len(out)
		if i+1 < len(s.Spans) {
			stop = s.Spans[i+1].Offset
		}
		if sp.Literal && sp.Offset <= start && end <= stop {
			return sp.From + start - sp.Offset, sp.From + end - sp.Offset, true
		}
	}
	return 0, 0, false
}

// Renders reports whether bytes of the template's file, from one offset to
// another, are part of an output of that size.
func (s Source) Renders(from, to, size int) bool {
	if s.Spans == nil {
		return true
	}
	for i, sp := range s.Spans {
		stop := size
		if i+1 < len(s.Spans) {
			stop = s.Spans[i+1].Offset
		}
		if sp.Literal && sp.From <= to && from <= sp.From+stop-sp.Offset {
			return true
		}
	}
	return false
}

// run is one execution of one body.
type run struct {
	body   *body
	budget *budget
	out    bytes.Buffer
	spans  []Span
	at     Pos
}

func (r *run) Write(p []byte) (int, error) {
	if r.budget.output -= len(p); r.budget.output < 0 {
		return 0, &budgetError{r.at, fmt.Sprintf("the template renders more than %d MiB", r.budget.limit>>20)}
	}
	return r.out.Write(p)
}

func (r *run) mark(id int) (string, error) {
	m := r.body.marks[id]
	r.at = m.Pos
	if r.budget.steps--; r.budget.steps < 0 {
		return "", &budgetError{r.at, fmt.Sprintf("the template takes more than %d steps: a loop that is too long?", maxSteps)}
	}
	span := Span{r.out.Len(), m.Pos, m.from, m.literal}
	if n := len(r.spans); n > 0 && r.spans[n-1].Offset == span.Offset {
		r.spans[n-1] = span
	} else {
		r.spans = append(r.spans, span)
	}
	return "", nil
}

// press executes bodies: functions that charge its budget, and copies of the
// bodies that are bound to them. It serves one rendering at a time. Making one
// costs more than rendering a file, so a template uses its presses again.
type press struct {
	budget budget
	run    *run
	funcs  texttemplate.FuncMap
	bound  map[*body]*texttemplate.Template
}

func newPress() *press {
	p := &press{budget: *newBudget(), bound: map[*body]*texttemplate.Template{}}
	p.funcs = budgeted(&p.budget)
	p.funcs["_mark"] = func(id int) (string, error) { return p.run.mark(id) }
	p.funcs["_print"] = printable
	return p
}

// execute renders b for scope.
func (p *press) execute(b *body, scope Scope) ([]byte, []Span, error) {
	t := p.bound[b]
	if t == nil {
		var err error
		if t, err = b.tmpl.Clone(); err != nil {
			return nil, nil, err
		}
		p.bound[b] = t.Funcs(p.funcs)
	}
	p.run = &run{body: b, budget: &p.budget}
	if err := t.Execute(p.run, scope); err != nil {
		return nil, nil, err
	}
	return p.run.out.Bytes(), p.run.spans, nil
}
