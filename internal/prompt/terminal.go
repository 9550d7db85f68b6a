// Package prompt asks a person questions on a terminal. It is the only package
// that knows the library which draws them.
//
// It never asks where there is no terminal, never writes to standard output,
// and decides nothing about the answers beyond what a Question says.
package prompt

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"

	"github.com/AlecAivazis/survey/v2"
	"github.com/AlecAivazis/survey/v2/terminal"
	"golang.org/x/term"
)

// ErrInterrupted is returned when the person gives up, with Ctrl-C or by ending
// the input.
var ErrInterrupted = errors.New("interrupted")

// ErrBack is returned when the person wants the question before this one.
var ErrBack = errors.New("back to the question before")

// back is what a person types or chooses to go back.
const back = "<"

// Terminal returns a function that asks on out and reads from in, or nil when
// either is no terminal: the library would print escape codes all the same.
// With plain, or on a terminal that calls itself dumb, questions are lines of
// text without escape codes, as screen readers want them.
func Terminal(ctx context.Context, in, out *os.File, plain bool) func(Question) (string, error) {
	if in == nil || out == nil || !term.IsTerminal(int(in.Fd())) || !term.IsTerminal(int(out.Fd())) {
		return nil
	}
	if plain || os.Getenv("TERM") == "dumb" {
		return Lines(ctx, in, out)
	}
	return func(q Question) (string, error) { return drawn(q, in, out) }
}

// drawn asks q with the library.
func drawn(q Question, in, out *os.File) (string, error) {
	opts := []survey.AskOpt{survey.WithStdio(in, out, out), survey.WithShowCursor(true)}
	if q.Validate != nil && len(q.Options) == 0 {
		opts = append(opts, survey.WithValidator(func(answer any) error {
			text, _ := answer.(string)
			if q.Back && text == back {
				return nil
			}
			return q.Validate(text)
		}))
	}
	if q.Back && q.Confirm {
		// The library's yes or no takes nothing else.
		q.Options = []Option{{Value: "yes"}, {Value: "no"}}
		q.Default = yesNo(q.Default == "yes")
		q.Confirm = false
	}
	switch {
	case q.Back && len(q.Options) > 0:
		q.Options = append(slices.Clone(q.Options), Option{back, "go back"})
	case q.Back:
		q.Message += " (" + back + " goes back)"
	}
	answer, err := ask(q, opts)
	if errors.Is(err, terminal.InterruptErr) || errors.Is(err, io.EOF) {
		return "", ErrInterrupted
	}
	if err == nil && q.Back && answer == back {
		return "", ErrBack
	}
	return answer, err
}

func ask(q Question, opts []survey.AskOpt) (string, error) {
	switch {
	case q.Confirm:
		yes := q.Default == "yes"
		err := survey.AskOne(&survey.Confirm{Message: q.Message, Help: q.Help, Default: yes}, &yes, opts...)
		return yesNo(yes), err
	case len(q.Options) > 0:
		values := make([]string, len(q.Options))
		chosen := 0
		for i, o := range q.Options {
			if values[i] = o.Value; o.Value == q.Default {
				chosen = i
			}
		}
		prompt := &survey.Select{Message: q.Message, Help: q.Help, Options: values, Default: chosen,
			Description: func(_ string, i int) string { return q.Options[i].Summary }}
		err := survey.AskOne(prompt, &chosen, opts...)
		return values[chosen], err
	}
	var answer string
	err := survey.AskOne(&survey.Input{Message: q.Message, Help: q.Help, Default: q.Default}, &answer, opts...)
	return answer, err
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}
