package prompt

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestLines(t *testing.T) {
	choice := Question{Message: "Template", Options: []Option{{"http", "JSON over HTTP"}, {"rpc", ""}}, Default: "http", Help: "What it looks like."}
	text := Question{Message: "Name", Default: "payments", Validate: func(s string) error {
		if strings.Contains(s, " ") {
			return errors.New("no spaces, please")
		}
		return nil
	}}
	for _, c := range []struct {
		name  string
		q     Question
		typed string
		want  string
		shown string
		err   error
	}{
		{"a number", choice, "2\n", "rpc", "  1. http  JSON over HTTP\n  2. rpc\nTemplate [http]: ", nil},
		{"a word", choice, "rpc\n", "rpc", "", nil},
		{"the default", choice, "\n", "http", "", nil},
		{"out of range, then right", choice, "3\n1\n", "http", "please give a number from 1 to 2", nil},
		{"help", choice, "?\n1\n", "http", "What it looks like.", nil},
		{"a line", text, "ledger\n", "ledger", "Name [payments]: ", nil},
		{"invalid, then valid", text, "a b\nab\n", "ab", "no spaces, please", nil},
		{"wide", text, "支払い\n", "支払い", "", nil},
		{"yes", Question{Message: "Wire it", Confirm: true}, "Y\n", "yes", "[yes/no, no]", nil},
		{"no by default", Question{Message: "Wire it", Confirm: true}, "\n", "no", "", nil},
		{"yes by default", Question{Message: "Wire it", Confirm: true, Default: "yes"}, "\n", "yes", "[yes/no, yes]", nil},
		{"neither", Question{Message: "Wire it", Confirm: true}, "maybe\nno\n", "no", "please answer yes or no", nil},
		{"back", Question{Message: "Name", Back: true, Validate: text.Validate}, "<\n", "", "Name (< goes back): ", ErrBack},
		{"back from a choice", Question{Message: "Template", Options: choice.Options, Default: "http", Back: true}, "<\n", "", "Template [http] (< goes back): ", ErrBack},
		{"no back at first", Question{Message: "Sign"}, "<\n", "<", "Sign: ", nil},
		{"the end", text, "half a line", "", "", ErrInterrupted},
	} {
		var out strings.Builder
		got, err := Lines(context.Background(), strings.NewReader(c.typed), &out)(c.q)
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: got %q, %v; want %q, %v", c.name, got, err, c.want, c.err)
		}
		if !strings.Contains(out.String(), c.shown) {
			t.Errorf("%s: shown %q, want %q in it", c.name, out.String(), c.shown)
		}
		if strings.Contains(out.String(), "\x1b") {
			t.Errorf("%s: escape codes in %q", c.name, out.String())
		}
	}
}

// TestLinesInterrupted ends the context while a line is awaited.
func TestLinesInterrupted(t *testing.T) {
	in, _ := io.Pipe() // nobody types
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Lines(ctx, in, io.Discard)(Question{Message: "Name"}); !errors.Is(err, ErrInterrupted) {
		t.Errorf("got %v, want %v", err, ErrInterrupted)
	}
}
