package prompt

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Lines returns a function that asks with lines of text alone. A question is
// one line with its default in brackets, a choice is a numbered list; "?" shows
// the help. The end of the input interrupts.
func Lines(in io.Reader, out io.Writer) func(Question) (string, error) {
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
			fmt.Fprint(out, ": ")
			line, err := r.ReadString('\n')
			if err != nil {
				fmt.Fprintln(out)
				if errors.Is(err, io.EOF) {
					err = ErrInterrupted
				}
				return "", err
			}
			answer, problem := q.read(strings.TrimSpace(line))
			if problem == nil {
				return answer, nil
			}
			fmt.Fprintln(out, problem)
		}
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
