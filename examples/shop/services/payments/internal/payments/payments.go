// Package payments is what the service is about. It knows nothing of HTTP.
package payments

import (
	"context"
	"crypto/rand"
	"errors"
	"time"
)

// Payment is what the service keeps. Its tags are what clients see of it.
type Payment struct {
	ID          string    `json:"id" doc:"Names the payment"`
	Description string    `json:"description" doc:"What the payment is, in a person's words"`
	CreatedAt   time.Time `json:"created_at" doc:"When the payment was created"`
}

// ErrNotFound says that there is no such payment.
var ErrNotFound = errors.New("payment not found")

// PaymentStore keeps payments, in the order in which they came.
type PaymentStore interface {
	Insert(context.Context, Payment) error
	// Get returns ErrNotFound for an unknown id.
	Get(ctx context.Context, id string) (Payment, error)
	// List returns at most limit payments from the one behind the id after on; the empty id
	// stands before the first.
	List(ctx context.Context, after string, limit int) ([]Payment, error)
}

// Service holds the rules.
type Service struct {
	store PaymentStore
	now   func() time.Time
}

// New returns a service that keeps its payments in store.
func New(store PaymentStore) *Service {
	return &Service{store: store, now: time.Now}
}

// Create makes a new payment.
func (s *Service) Create(ctx context.Context, description string) (Payment, error) {
	p := Payment{ID: rand.Text(), Description: description, CreatedAt: s.now().UTC().Truncate(time.Microsecond)}
	return p, s.store.Insert(ctx, p)
}

// Get returns one payment, or ErrNotFound.
func (s *Service) Get(ctx context.Context, id string) (Payment, error) {
	return s.store.Get(ctx, id)
}

// List returns a page of payments: at most limit, from the one behind the id after on.
func (s *Service) List(ctx context.Context, after string, limit int) ([]Payment, error) {
	return s.store.List(ctx, after, limit)
}
