package diag

import (
	"errors"
	"fmt"
	"testing"
)

func TestNearest(t *testing.T) {
	words := []string{"services", "wiring", "module", "templates", "at"}
	for word, want := range map[string]string{"servces": "services", "Wiring": "wiring", "modlue": "module", "xyz": "", "temlpate": "templates", "it": "at", "": ""} {
		if got := Nearest(word, words); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestErrors(t *testing.T) {
	one := &Error{File: "a.yaml", Line: 3, Col: 5, Msg: "is wrong"}
	if got := one.Error(); got != "a.yaml:3:5: is wrong" {
		t.Error(got)
	}
	if (List{}).Err() != nil {
		t.Error("an empty list is an error")
	}
	both := List{one, Errorf("%d more", 1)}
	wrapped := fmt.Errorf("outside: %w", both.Err())
	if got := All(wrapped); len(got) != 2 || got[1].Msg != "1 more" {
		t.Errorf("All: %v", got)
	}
	if All(errors.New("other")) != nil {
		t.Error("another error was taken for one of ours")
	}
	if hinted := one.WithHint("do %s", "this"); hinted.Hint != "do this" || one.Hint != "" {
		t.Error("WithHint changed the original, or not the copy")
	}
}
