package cli

import (
	"errors"
	"os"

	"github.com/svcgen/svcgen/internal/prompt"
	"github.com/svcgen/svcgen/internal/service"
	"github.com/svcgen/svcgen/internal/template"
)

// step is one question of a dialogue, and where its answer goes.
type step struct {
	prompt.Question

	// take does something with the answer. again means that the question was
	// asked for its own sake: nobody goes back to it.
	take func(answer string) (again bool, err error)

	forget func() // undoes take, for who goes back
}

// converse asks what next returns until that is nil. From each question but the
// first a person may go back to the one before; what was answered then is
// proposed again. next is told whether anything was asked yet.
func (a *app) converse(next func(asked bool) (*step, error)) (asked bool, err error) {
	var done []*step
	earlier := map[string]string{}
	for {
		s, err := next(len(done) > 0)
		if s == nil || err != nil {
			return len(done) > 0, err
		}
		if answer, ok := earlier[s.Name]; ok {
			s.Default = answer
		}
		s.Back = len(done) > 0
		answer, err := a.Ask(s.Question)
		if errors.Is(err, prompt.ErrBack) {
			done[len(done)-1].forget()
			done = done[:len(done)-1]
			continue
		}
		if err != nil {
			return true, err
		}
		again, err := s.take(answer)
		if err != nil {
			return true, err
		}
		if !again {
			earlier[s.Name] = answer
			done = append(done, s)
		}
	}
}

// askValues asks for the values that c lacks, and shows what comes of them
// before it is done. Without a terminal nothing is asked.
func (a *app) askValues(dir string, c change, answers map[string]string, questions func(all bool) ([]template.Value, error)) (asked bool, err error) {
	if a.Ask == nil {
		return false, nil
	}
	agreed := false
	return a.converse(func(asked bool) (*step, error) {
		values, err := questions(a.askAll)
		if err != nil {
			return nil, err
		}
		if len(values) > 0 {
			return valueStep(values[0], answers), nil
		}
		if !asked || agreed || a.dryRun || a.check {
			return nil, nil
		}
		more, err := questions(true)
		if err != nil {
			return nil, err
		}
		return a.preview(dir, c, len(more) > 0, &agreed)
	})
}

// The answers to a preview.
const (
	previewWrite  = "write"
	previewDiff   = "diff"
	previewValues = "values"
	previewStop   = "stop"
)

// preview shows what c would do in dir, which need not exist yet, and asks
// whether to do it. more tells whether there are values left to ask for.
func (a *app) preview(dir string, c change, more bool, agreed *bool) (*step, error) {
	var out *service.Outcome
	err := within(dir, func(root *os.Root) (err error) {
		out, err = c.compute(root)
		return err
	})
	if err != nil {
		return nil, err
	}
	a.print(a.Stderr, "\n")
	a.table(a.Stderr, a.ErrColor, out.Lines)
	for _, n := range out.Notes {
		a.note("%s", n)
	}
	a.print(a.Stderr, "\n")
	s := &step{Question: prompt.Question{Name: "preview", Message: "Do this", Default: previewWrite, Options: []prompt.Option{
		{Value: previewWrite, Summary: "all of it"},
		{Value: previewDiff, Summary: "show every line first"},
	}}}
	if more {
		s.Options = append(s.Options, prompt.Option{Value: previewValues, Summary: "answer what has a default, too"})
	}
	s.Options = append(s.Options, prompt.Option{Value: previewStop, Summary: "leave everything as it was"})
	s.take = func(answer string) (again bool, err error) {
		switch answer {
		case previewWrite:
			*agreed = true
			return false, nil
		case previewDiff:
			return true, a.unified(a.Stderr, a.ErrColor, out.Plan)
		case previewValues:
			a.askAll = true
			return true, nil
		}
		return true, prompt.ErrInterrupted
	}
	return s, nil
}

// within calls f with the folder dir, or with an empty one where there is none.
func within(dir string, f func(*os.Root) error) error {
	if _, err := os.Stat(dir); os.IsNotExist(err) {
		empty, err := os.MkdirTemp("", "svcgen")
		if err != nil {
			return err
		}
		defer os.RemoveAll(empty)
		dir = empty
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	return f(root)
}
