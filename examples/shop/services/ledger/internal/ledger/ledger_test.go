package ledger

import (
	"errors"
	"testing"
	"time"
)

func TestCreateAndGet(t *testing.T) {
	s := New(NewMemoryStore())
	s.now = func() time.Time { return time.Date(2026, 11, 1, 12, 0, 0, 0, time.FixedZone("", 3600)) }

	created, err := s.Create(t.Context(), Entry{Description: "the first", Debit: "receivables", Credit: "sales", Amount: 1200})
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
	s := New(NewMemoryStore())
	var ids []string
	for range 5 {
		p, err := s.Create(t.Context(), Entry{Description: "one of five", Debit: "receivables", Credit: "sales", Amount: 1200})
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

// Every entry leaves the books even, and comes once.
func TestEven(t *testing.T) {
	s := New(NewMemoryStore())
	in := Entry{ID: "p-1", Description: "a bicycle", Debit: "receivables", Credit: "sales", Amount: 1200}
	first, err := s.Create(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := s.Create(t.Context(), in); err != nil || again != first {
		t.Errorf("again: %+v, %v; want %+v", again, err, first)
	}
	in.Amount++
	if _, err := s.Create(t.Context(), in); !errors.Is(err, ErrTaken) {
		t.Errorf("another one under the id: %v", err)
	}
	for _, in := range []Entry{
		{Debit: "a", Amount: 1}, {Credit: "a", Amount: 1}, {Debit: "a", Credit: "a", Amount: 1}, {Debit: "a", Credit: "b", Amount: -1},
	} {
		if _, err := s.Create(t.Context(), in); !errors.Is(err, ErrUnbalanced) {
			t.Errorf("%+v: %v", in, err)
		}
	}
	if all, err := s.List(t.Context(), "", 10); err != nil || len(all) != 1 {
		t.Errorf("kept %+v, %v", all, err)
	}
}
