package credit

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestCreateAndGet(t *testing.T) {
	s := New(NewMemoryStore(), good)
	s.now = func() time.Time { return time.Date(2026, 11, 1, 12, 0, 0, 0, time.FixedZone("", 3600)) }

	created, err := s.Create(t.Context(), "the first", "ann", 100)
	if err != nil {
		t.Fatal(err)
	}
	if created.ID == "" || created.Description != "the first" || created.CreatedAt.Format(time.RFC3339) != "2026-11-01T11:00:00Z" {
		t.Errorf("created %+v", created)
	}
	if got, err := s.Get(t.Context(), created.ID); err != nil || got != created {
		t.Errorf("got %+v, %v; want %+v", got, err, created)
	}
	if _, err := s.Get(t.Context(), "unknown"); !errors.Is(err, ErrNotFound) {
		t.Errorf("an unknown id: %v, want ErrNotFound", err)
	}
}

func TestList(t *testing.T) {
	s := New(NewMemoryStore(), good)
	var ids []string
	for range 5 {
		p, err := s.Create(t.Context(), "one of five", "ann", 100)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, p.ID)
	}
	for _, c := range []struct {
		after string
		limit int
		want  []string
	}{
		{"", 10, ids},
		{"", 2, ids[:2]},
		{ids[1], 2, ids[2:4]},
		{ids[3], 2, ids[4:]},
		{ids[4], 2, nil},
		{"unknown", 2, nil},
	} {
		page, err := s.List(t.Context(), c.after, c.limit)
		if err != nil || len(page) != len(c.want) {
			t.Errorf("after %q, %d: got %v, %v; want %v", c.after, c.limit, page, err, c.want)
			continue
		}
		for i, p := range page {
			if p.ID != c.want[i] {
				t.Errorf("after %q, %d: got %s in place %d, want %s", c.after, c.limit, p.ID, i, c.want[i])
			}
		}
	}
}

// good is a bureau that thinks well of everybody.
func good(context.Context, string) (int, error) { return 80, nil }

func TestApproved(t *testing.T) {
	s := New(NewMemoryStore(), func(_ context.Context, customer string) (int, error) {
		if customer == "away" {
			return 0, errors.New("the bureau is away")
		}
		return len(customer), nil
	})
	for _, c := range []struct {
		customer string
		amount   int64
		want     bool
	}{
		{"ann", 30_000, true}, {"ann", 30_001, false}, {"", 1, false}, {"", 0, true},
	} {
		if got, err := s.Create(t.Context(), "a bicycle", c.customer, c.amount); err != nil || got.Approved != c.want {
			t.Errorf("%q for %d: %+v, %v; want %v", c.customer, c.amount, got, err, c.want)
		}
	}
	if _, err := s.Create(t.Context(), "a bicycle", "away", 1); err == nil {
		t.Error("assessed without a bureau")
	}
	if page, err := s.List(t.Context(), "", 10); err != nil || len(page) != 4 {
		t.Errorf("kept %+v, %v", page, err)
	}
}
