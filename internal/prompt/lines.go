package prompt

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Lines returns a function that asks with lines of text alone. A question is
// one line with its default in brackets, a choice is a numbered list; "?" shows
// the help. The end of the input interrupts, and so does the end of ctx: a signal
// that the program catches does not end the reading of a line.
func Lines(ctx context.Context, in io.Reader, out io.Writer) func(Question) (string, error) {
	r := bufio.NewReader(in)
	return func(q Question) (string, error) {
		for i, o := range q.Options {
			fmt.Fprintf(out, "  %d. %s", i+1, o.Value)
			if o.Summary != "" {
				fmt.Fprintf(out, "  %s", o.Summary)
			}
			fmt.Fprintln(out)
		}
		for {
			fmt.Fprint(out, q.Message)
			switch {
			case q.Confirm && q.Default == "yes":
				fmt.Fprint(out, " [yes/no, yes]")
			case q.Confirm:
				fmt.Fprint(out, " [yes/no, no]")
			case q.Default != "":
				fmt.Fprintf(out, " [%s]", q.Default)
			}
			if q.Back {
				fmt.Fprint(out, " ("+back+" goes back)")
			}
			fmt.Fprint(out, ": ")
			line, err := readLine(ctx, r)
			if err != nil {
				fmt.Fprintln(out)
				return "", err
			}
			line = strings.TrimSpace(line)
			if q.Back && line == back {
				return "", ErrBack
			}
			answer, problem := q.read(line)
			if problem == nil {
				return answer, nil
			}
			fmt.Fprintln(out, problem)
		}
	}
}

// readLine reads a line, or gives up with ErrInterrupted. What is typed after ctx
// has ended is lost: nobody asks then.
func readLine(ctx context.Context, r *bufio.Reader) (string, error) {
	type result struct {
		line string
		err  error
	}
	typed := make(chan result, 1)
	go func() {
		line, err := r.ReadString('\n')
		typed <- result{line, err}
	}()
	select {
	case <-ctx.Done():
		return "", ErrInterrupted
	case t := <-typed:
		if errors.Is(t.err, io.EOF) {
			t.err = ErrInterrupted
		}
		return t.line, t.err
	}
}

// read takes a typed line for an answer, or says what is wrong with it.
func (q Question) read(line string) (string, error) {
	switch {
	case line == "?" && q.Help != "":
		return "", errors.New(q.Help)
	case line == "":
		line = q.Default
	}
	switch {
	case q.Confirm:
		switch strings.ToLower(line) {
		case "y", "yes":
			return "yes", nil
		case "n", "no", "":
			return "no", nil
		}
		return "", errors.New("please answer yes or no")
	case len(q.Options) > 0:
		if n, err := strconv.Atoi(line); err == nil && n >= 1 && n <= len(q.Options) {
			return q.Options[n-1].Value, nil
		}
		for _, o := range q.Options {
			if o.Value == line {
				return line, nil
			}
		}
		return "", fmt.Errorf("please give a number from 1 to %d", len(q.Options))
	case q.Validate != nil:
		if err := q.Validate(line); err != nil {
			return "", err
		}
	}
	return line, nil
}
