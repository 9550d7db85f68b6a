//go:build unix

package prompt

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
)

// query asks a terminal where its cursor is.
const query = "\x1b[6n"

// settled reports whether nothing but an answer is awaited: a choice hides the
// cursor and asks nothing, a line of input asks for the cursor's place last.
func settled(shown string) bool {
	return strings.HasSuffix(shown, query) || !strings.Contains(shown, query)
}

// conversation runs f on a real pseudo-terminal. What the terminal shows is
// gathered; it answers the question for the cursor's place as terminals do, and
// types each of keys once what is before it was shown.
func conversation(t *testing.T, columns uint16, keys [][2]string, f func(tty *os.File)) string {
	t.Helper()
	master, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	if err := pty.Setsize(master, &pty.Winsize{Rows: 24, Cols: columns}); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var shown strings.Builder
	go func() {
		buf := make([]byte, 4096)
		answered, typed := 0, 0
		for {
			n, err := master.Read(buf)
			if err != nil {
				return
			}
			mu.Lock()
			shown.Write(buf[:n])
			all := shown.String()
			mu.Unlock()
			for ; answered < strings.Count(all, query); answered++ {
				master.WriteString("\x1b[1;1R")
			}
			// A person types when the question stands there whole, after the
			// library has asked for the cursor's place.
			if len(keys) > 0 && strings.Contains(all[typed:], keys[0][0]) && settled(all) {
				typed = len(all)
				text := keys[0][1]
				keys = keys[1:]
				time.AfterFunc(50*time.Millisecond, func() { master.WriteString(text) })
			}
		}
	}()
	done := make(chan struct{})
	go func() { f(tty); close(done) }()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		mu.Lock()
		defer mu.Unlock()
		t.Fatalf("no end; shown so far: %q", shown.String())
	}
	tty.Close()
	mu.Lock()
	defer mu.Unlock()
	return shown.String()
}

func backed(q Question) Question {
	q.Back = true
	return q
}

func TestTerminal(t *testing.T) {
	t.Setenv("TERM", "xterm")
	choice := Question{Message: "Template", Options: []Option{{"http", "JSON over HTTP"}, {"rpc", ""}, {"worker", ""}}}
	noSpace := Question{Message: "Name", Default: "payments", Help: "A DNS label.", Validate: func(s string) error {
		if strings.Contains(s, " ") {
			return errors.New("no spaces, please")
		}
		return nil
	}}
	for _, c := range []struct {
		name    string
		columns uint16
		q       Question
		keys    [][2]string
		want    string
		err     error
	}{
		{"enter takes the first", 80, choice, [][2]string{{"Template", "\r"}}, "http", nil},
		{"down", 80, choice, [][2]string{{"Template", "\x1b[B\r"}}, "rpc", nil},
		{"a filter", 80, choice, [][2]string{{"Template", "wor\r"}}, "worker", nil},
		{"a default", 80, noSpace, [][2]string{{"Name", "\r"}}, "payments", nil},
		{"typing", 80, noSpace, [][2]string{{"Name", "ledger\r"}}, "ledger", nil},
		{"wide", 80, noSpace, [][2]string{{"Name", "支払\r"}}, "支払", nil},
		{"narrow", 20, noSpace, [][2]string{{"Name", "ledger\r"}}, "ledger", nil},
		{"invalid, then valid", 80, noSpace, [][2]string{{"Name", "a b\r"}, {"no spaces", "ab\r"}}, "ab", nil},
		{"yes", 80, Question{Message: "Wire", Confirm: true}, [][2]string{{"Wire", "y\r"}}, "yes", nil},
		{"back", 80, backed(noSpace), [][2]string{{"(< goes back)", "<\r"}}, "", ErrBack},
		{"back from a choice", 80, backed(choice), [][2]string{{"go back", "\x1b[A\r"}}, "", ErrBack},
		{"back from yes or no", 80, backed(Question{Message: "Wire", Confirm: true, Default: "yes"}), [][2]string{{"go back", "\x1b[A\r"}}, "", ErrBack},
		{"yes where one could go back", 80, backed(Question{Message: "Wire", Confirm: true, Default: "yes"}), [][2]string{{"go back", "\r"}}, "yes", nil},
		{"Ctrl-C", 80, noSpace, [][2]string{{"Name", "\x03"}}, "", ErrInterrupted},
		{"Ctrl-C at a choice", 80, choice, [][2]string{{"Template", "\x03"}}, "", ErrInterrupted},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got string
			var err error
			shown := conversation(t, c.columns, c.keys, func(tty *os.File) {
				ask := Terminal(context.Background(), tty, tty, false)
				if ask == nil {
					err = errors.New("not taken for a terminal")
					return
				}
				got, err = ask(c.q)
			})
			if !errors.Is(err, c.err) || err == nil && got != c.want {
				t.Errorf("got %q, %v; want %q, %v; shown %q", got, err, c.want, c.err, shown)
			}
		})
	}
}

func TestDumbTerminalIsAskedInLines(t *testing.T) {
	t.Setenv("TERM", "dumb")
	var got string
	var err error
	shown := conversation(t, 80, [][2]string{{"Name", "ledger\r"}}, func(tty *os.File) {
		got, err = Terminal(context.Background(), tty, tty, false)(Question{Message: "Name"})
	})
	if got != "ledger" || err != nil || strings.Contains(shown, "\x1b") {
		t.Errorf("got %q, %v, shown %q", got, err, shown)
	}
}

func TestNoTerminalNoQuestion(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if Terminal(context.Background(), r, w, false) != nil || Terminal(context.Background(), nil, w, false) != nil {
		t.Error("a pipe was taken for a terminal")
	}
}
