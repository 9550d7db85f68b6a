package health

import (
	"context"
	"errors"
	"log/slog"
	"testing"
)

func TestServing(t *testing.T) {
	away := func(context.Context) error { return errors.New("away") }
	there := func(context.Context) error { return nil }
	critical := Check{Name: "a", Critical: true, Probe: there}
	gone, other := Check{Name: "a", Critical: true, Probe: away}, Check{Name: "b", Probe: away}
	for _, c := range []struct {
		name         string
		checks       []Check
		start, drain bool
		want         bool
	}{
		{name: "not started"},
		{name: "started", start: true, want: true},
		{name: "draining", start: true, drain: true},
		{name: "a critical dependency is away", checks: []Check{gone}, start: true},
		{name: "another is away", checks: []Check{critical, other}, start: true, want: true},
	} {
		h := New(slog.New(slog.DiscardHandler), c.checks...)
		if c.start {
			h.Start()
		}
		if c.drain {
			h.Drain()
		}
		if got := h.Serving(t.Context()); got != c.want {
			t.Errorf("%s: serving is %t", c.name, got)
		}
	}
}
