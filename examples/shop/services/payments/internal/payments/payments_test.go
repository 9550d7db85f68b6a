package payments

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestCreateAndGet(t *testing.T) {
	s := New(NewMemoryStore())
	s.now = func() time.Time { return time.Date(2026, 11, 1, 12, 0, 0, 0, time.FixedZone("", 3600)) }

	created, err := s.Create(t.Context(), "", Order{Description: "the first"})
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
		p, err := s.Create(t.Context(), "", Order{Description: "one of five"})
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

// Whatever fails on the way, and however often it is sent: one payment, one entry in
// the books.
func TestCreateOnce(t *testing.T) {
	s := New(NewMemoryStore())
	bicycle := Order{Description: "a bicycle", Customer: "ann", Amount: 1200}
	away := errors.New("away")
	booked := map[string]int64{}
	s.Approve = func(context.Context, Payment) (bool, error) { return false, away }
	if _, err := s.Create(t.Context(), "key", bicycle); !errors.Is(err, away) || !errors.As(err, new(*AwayError)) {
		t.Errorf("with credit away: %v", err)
	}
	s.Approve = func(_ context.Context, p Payment) (bool, error) { return p.Amount <= 1200, nil }
	s.Post = func(context.Context, Posting) error { return away }
	if _, err := s.Create(t.Context(), "key", bicycle); !errors.Is(err, away) {
		t.Errorf("with the ledger away: %v", err)
	}
	s.Post = func(_ context.Context, p Posting) error { booked[p.ID] = p.Amount; return nil }
	first, err := s.Create(t.Context(), "key", bicycle)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := s.Create(t.Context(), "key", bicycle); err != nil || again != first {
		t.Errorf("again: %+v, %v; want %+v", again, err, first)
	}
	if _, err := s.Create(t.Context(), "key", Order{Description: "a car", Customer: "ann", Amount: 1}); !errors.Is(err, ErrKeyTaken) {
		t.Errorf("another one under the key: %v", err)
	}
	if _, err := s.Create(t.Context(), "", Order{Description: "a car", Amount: 1201}); !errors.Is(err, ErrDeclined) {
		t.Errorf("too much: %v", err)
	}
	if all, err := s.List(t.Context(), "", 10); err != nil || len(all) != 1 || len(booked) != 1 || booked[first.ID] != 1200 {
		t.Errorf("kept %+v, %v; booked %v", all, err, booked)
	}
}

func TestRefund(t *testing.T) {
	s := New(NewMemoryStore())
	balance, seen := map[string]int64{}, map[string]bool{}
	s.Post = func(_ context.Context, p Posting) error {
		if !seen[p.ID] {
			balance[p.Debit] += p.Amount
			balance[p.Credit] -= p.Amount
		}
		seen[p.ID] = true
		return nil
	}
	p, err := s.Create(t.Context(), "", Order{Description: "a bicycle", Amount: 1200})
	if err != nil || balance[sales] != -1200 {
		t.Fatalf("%v, the books say %v", err, balance)
	}
	for range 2 {
		if err := s.Refund(t.Context(), p.ID); err != nil || balance[sales] != 0 || balance[receivables] != 0 {
			t.Errorf("%v, the books say %v", err, balance)
		}
	}
	if err := s.Refund(t.Context(), "unknown"); !errors.Is(err, ErrNotFound) {
		t.Errorf("an unknown id: %v", err)
	}
}
