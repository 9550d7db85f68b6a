// Package ledger is what the service is about. It knows nothing of calls and
// messages.
package ledger

import (
	"context"
	"crypto/rand"
	"errors"
	"time"
)

// Entry is what the service keeps.
type Entry struct {
	ID          string
	Description string // what it is, in a person's words
	CreatedAt   time.Time
}

// ErrNotFound says that there is no such entry.
var ErrNotFound = errors.New("entry not found")

// EntryStore keeps entries, in the order in which they came.
type EntryStore interface {
	Insert(context.Context, Entry) error
	// Get returns ErrNotFound for an unknown id.
	Get(ctx context.Context, id string) (Entry, error)
	// List returns at most limit entries from the one behind the id after on; the empty id
	// stands before the first.
	List(ctx context.Context, after string, limit int) ([]Entry, error)
}

// Service holds the rules.
type Service struct {
	store EntryStore
	now   func() time.Time
}

// New returns a service that keeps its entries in store.
func New(store EntryStore) *Service {
	return &Service{store: store, now: time.Now}
}

// Create makes a new entry.
func (s *Service) Create(ctx context.Context, description string) (Entry, error) {
	p := Entry{ID: rand.Text(), Description: description, CreatedAt: s.now().UTC().Truncate(time.Microsecond)}
	return p, s.store.Insert(ctx, p)
}

// Get returns one entry, or ErrNotFound.
func (s *Service) Get(ctx context.Context, id string) (Entry, error) {
	return s.store.Get(ctx, id)
}

// List returns a page of entries: at most limit, from the one behind the id after on.
func (s *Service) List(ctx context.Context, after string, limit int) ([]Entry, error) {
	return s.store.List(ctx, after, limit)
}
