// Package payments is what the service is about. It knows nothing of HTTP.
package payments

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"time"
)

// Payment is what the service keeps. Its tags are what clients see of it.
type Payment struct {
	ID          string    `json:"id" doc:"Names the payment"`
	Description string    `json:"description" doc:"What the payment is, in a person's words"`
	Customer    string    `json:"customer,omitempty" doc:"Who pays"`
	Amount      int64     `json:"amount" doc:"How much, in cents"`
	CreatedAt   time.Time `json:"created_at" doc:"When the payment was created"`
}

// ErrNotFound says that there is no such payment.
var ErrNotFound = errors.New("payment not found")

// ErrDeclined says that the customer is not good for the amount.
var ErrDeclined = errors.New("the payment is declined")

// ErrKeyTaken says that another payment was made under the same key.
var ErrKeyTaken = errors.New("the key belongs to another payment")

// AwayError says that a service which is asked about a payment gives no answer.
type AwayError struct{ Err error }

func (e *AwayError) Error() string { return e.Err.Error() }
func (e *AwayError) Unwrap() error { return e.Err }

// Posting is what is written into the books: Debit has Amount cents more then, and
// Credit less.
type Posting struct {
	ID, Description string
	Debit, Credit   string
	Amount          int64
}

// The accounts of the books.
const receivables, sales = "receivables", "sales"

// PaymentStore keeps payments, in the order in which they came.
type PaymentStore interface {
	// Insert adds a payment, unless there is one with its id.
	Insert(context.Context, Payment) error
	// Get returns ErrNotFound for an unknown id.
	Get(ctx context.Context, id string) (Payment, error)
	// List returns at most limit payments from the one behind the id after on; the empty id
	// stands before the first.
	List(ctx context.Context, after string, limit int) ([]Payment, error)
}

// Service holds the rules.
type Service struct {
	// Approve asks whether a payment may be made; Post puts it on the books, once for
	// each id. Package app sets them before anything is served.
	Approve func(context.Context, Payment) (bool, error)
	Post    func(context.Context, Posting) error

	store PaymentStore
	now   func() time.Time
}

// New returns a service that keeps its payments in store.
func New(store PaymentStore) *Service {
	return &Service{
		Approve: func(context.Context, Payment) (bool, error) { return true, nil },
		Post:    func(context.Context, Posting) error { return nil },
		store:   store,
		now:     time.Now,
	}
}

// Order is what a payment is for, who pays, and how much.
type Order struct {
	Description, Customer string

	Amount int64 // in cents
}

// Create authorises a payment: it asks whether the customer is good for it, puts it
// on the books, and keeps it. Under a key there is one payment, however often and
// from how many instances it is asked for; the empty key is none. Errors are
// ErrDeclined, ErrKeyTaken, and those of the services that are asked: then nothing is
// kept, and the same may be asked for again under the same key.
func (s *Service) Create(ctx context.Context, key string, o Order) (Payment, error) {
	p := Payment{ID: rand.Text(), Description: o.Description, Customer: o.Customer, Amount: o.Amount, CreatedAt: s.now().UTC().Truncate(time.Microsecond)}
	if key != "" {
		sum := sha256.Sum256([]byte(key))
		p.ID = base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:16])
		if made, err := s.made(ctx, p); !errors.Is(err, ErrNotFound) {
			return made, err
		}
	}
	approved, err := s.Approve(ctx, p)
	switch {
	case err != nil:
		return Payment{}, &AwayError{err}
	case !approved:
		return Payment{}, ErrDeclined
	}
	if err := s.Post(ctx, Posting{ID: p.ID, Description: p.Description, Debit: receivables, Credit: sales, Amount: p.Amount}); err != nil {
		return Payment{}, &AwayError{err}
	}
	if err := s.store.Insert(ctx, p); err != nil {
		return Payment{}, err
	}
	return s.made(ctx, p) // somebody else may have been faster, under the same key
}

// Refund takes a payment back, once: the books get the opposite entry. Errors are
// ErrNotFound and AwayError.
func (s *Service) Refund(ctx context.Context, id string) error {
	p, err := s.store.Get(ctx, id)
	if err != nil {
		return err
	}
	if err := s.Post(ctx, Posting{ID: "refund-" + id, Description: p.Description, Debit: sales, Credit: receivables, Amount: p.Amount}); err != nil {
		return &AwayError{err}
	}
	return nil
}

// made returns the payment with the id of p, which must be for the same order.
func (s *Service) made(ctx context.Context, p Payment) (Payment, error) {
	made, err := s.store.Get(ctx, p.ID)
	if err == nil && (made.Description != p.Description || made.Customer != p.Customer || made.Amount != p.Amount) {
		return Payment{}, ErrKeyTaken
	}
	return made, err
}

// Get returns one payment, or ErrNotFound.
func (s *Service) Get(ctx context.Context, id string) (Payment, error) {
	return s.store.Get(ctx, id)
}

// List returns a page of payments: at most limit, from the one behind the id after on.
func (s *Service) List(ctx context.Context, after string, limit int) ([]Payment, error) {
	return s.store.List(ctx, after, limit)
}
