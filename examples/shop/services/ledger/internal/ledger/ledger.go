// Package ledger is what the service is about. It knows nothing of calls and
// messages.
package ledger

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"time"
)

// Entry is what the service keeps.
type Entry struct {
	ID          string
	Description string // what it is, in a person's words
	Debit       string // the account that has more then
	Credit      string // the account that has less
	Amount      int64  // in cents
	CreatedAt   time.Time
}

// ErrNotFound says that there is no such entry.
var ErrNotFound = errors.New("entry not found")

// ErrTaken says that another entry has the id.
var ErrTaken = errors.New("another entry has this id")

// ErrUnbalanced says that an entry does not move an amount from one account to another.
var ErrUnbalanced = errors.New("an entry has two accounts, debit and credit, and an amount that is not below 0")

// EntryStore keeps entries, in the order in which they came.
type EntryStore interface {
	// Insert adds an entry, unless there is one with its id.
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

// Create appends an entry: what one account has more, another has less, so that the
// books are even after each. Entries are never changed. One that has an id is appended
// once, however often it comes. Errors are ErrUnbalanced and ErrTaken.
func (s *Service) Create(ctx context.Context, p Entry) (Entry, error) {
	if p.Debit == "" || p.Credit == "" || p.Debit == p.Credit || p.Amount < 0 {
		return Entry{}, ErrUnbalanced
	}
	p.ID = cmp.Or(p.ID, rand.Text())
	p.CreatedAt = s.now().UTC().Truncate(time.Microsecond)
	if err := s.store.Insert(ctx, p); err != nil {
		return Entry{}, err
	}
	kept, err := s.store.Get(ctx, p.ID)
	if err != nil {
		return Entry{}, err
	}
	if p.CreatedAt = kept.CreatedAt; kept != p {
		return Entry{}, ErrTaken
	}
	return kept, nil
}

// Get returns one entry, or ErrNotFound.
func (s *Service) Get(ctx context.Context, id string) (Entry, error) {
	return s.store.Get(ctx, id)
}

// List returns a page of entries: at most limit, from the one behind the id after on.
func (s *Service) List(ctx context.Context, after string, limit int) ([]Entry, error) {
	return s.store.List(ctx, after, limit)
}
