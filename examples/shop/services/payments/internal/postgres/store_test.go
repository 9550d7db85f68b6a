package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/acme/shop/services/payments/internal/payments"

	"github.com/acme/shop/services/payments/internal/postgres/postgrestest"
)

// The store in the database does what the one in memory does.
func TestPaymentStore(t *testing.T) {
	t.Run("memory", func(t *testing.T) { testStore(t, payments.NewMemoryStore()) })
	t.Run("postgres", func(t *testing.T) {
		address := postgrestest.New(t)
		if err := Migrate(t.Context(), address, quiet()); err != nil {
			t.Fatal(err)
		}
		testStore(t, NewPaymentStore(open(t, address)))
	})
}

func testStore(t *testing.T, store payments.PaymentStore) {
	s := payments.New(store)
	if page, err := s.List(t.Context(), "", 10); err != nil || len(page) != 0 {
		t.Errorf("before the first: %v, %v", page, err)
	}
	var all []payments.Payment
	for i := range 5 {
		p, err := s.Create(t.Context(), "", payments.Order{Description: fmt.Sprintf("number %d, 'quoted', ü", i), Customer: "ann", Amount: int64(i)})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.Get(t.Context(), p.ID); err != nil || got != p {
			t.Errorf("got %+v, %v; want %+v", got, err, p)
		}
		all = append(all, p)
	}
	for _, id := range []string{"unknown", "", "' OR true --"} {
		if _, err := s.Get(t.Context(), id); !errors.Is(err, payments.ErrNotFound) {
			t.Errorf("the unknown id %q: %v, want ErrNotFound", id, err)
		}
	}
	for _, c := range []struct {
		after string
		limit int
		want  []payments.Payment
	}{
		{"", 10, all},
		{"", 2, all[:2]},
		{all[1].ID, 2, all[2:4]},
		{all[3].ID, 2, all[4:]},
		{all[4].ID, 2, nil},
		{"unknown", 2, nil},
	} {
		page, err := s.List(t.Context(), c.after, c.limit)
		if err != nil || fmt.Sprint(page) != fmt.Sprint(c.want) {
			t.Errorf("after %q, %d: got %v, %v; want %v", c.after, c.limit, page, err, c.want)
		}
	}
}

// A request that is over does not go on in the database, and a database that is
// away is no unknown id.
func TestPaymentStoreFails(t *testing.T) {
	store := NewPaymentStore(open(t, "postgres://nobody@127.0.0.1:1/none"))
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := store.List(over, "", 1); !errors.Is(err, context.Canceled) {
		t.Errorf("a request that is over: %v, want context.Canceled", err)
	}
	_, err := store.Get(t.Context(), "x")
	if err == nil || errors.Is(err, payments.ErrNotFound) || !strings.Contains(err.Error(), "connect") {
		t.Errorf("no database: %v", err)
	}
	if err := store.Insert(t.Context(), payments.Payment{ID: "x"}); err == nil {
		t.Error("no database, and no error")
	}
}
