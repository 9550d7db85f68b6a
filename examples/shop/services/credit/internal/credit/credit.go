// Package credit is what the service is about. It knows nothing of HTTP.
package credit

import (
	"context"
	"crypto/rand"
	"errors"
	"time"
)

// Assessment is what the service keeps. Its tags are what clients see of it.
type Assessment struct {
	ID          string    `json:"id" doc:"Names the assessment"`
	Description string    `json:"description" doc:"What the assessment is, in a person's words"`
	Customer    string    `json:"customer,omitempty" doc:"Who is to pay"`
	Amount      int64     `json:"amount" doc:"How much, in cents"`
	Approved    bool      `json:"approved" doc:"Whether the customer is good for it"`
	CreatedAt   time.Time `json:"created_at" doc:"When the assessment was created"`
}

// ErrNotFound says that there is no such assessment.
var ErrNotFound = errors.New("assessment not found")

// AssessmentStore keeps assessments, in the order in which they came.
type AssessmentStore interface {
	Insert(context.Context, Assessment) error
	// Get returns ErrNotFound for an unknown id.
	Get(ctx context.Context, id string) (Assessment, error)
	// List returns at most limit assessments from the one behind the id after on; the empty id
	// stands before the first.
	List(ctx context.Context, after string, limit int) ([]Assessment, error)
}

// Service holds the rules.
type Service struct {
	store AssessmentStore
	score func(ctx context.Context, customer string) (int, error)
	now   func() time.Time
}

// New returns a service that keeps its assessments in store. score is what a credit
// bureau thinks of a customer: 0 to 100.
func New(store AssessmentStore, score func(ctx context.Context, customer string) (int, error)) *Service {
	return &Service{store: store, score: score, now: time.Now}
}

// centsPerPoint is how much a customer is good for, a point of the bureau's score.
const centsPerPoint = 10_000

// Create assesses whether customer is good for amount cents. Nothing is kept of an
// assessment for which the bureau has no answer.
func (s *Service) Create(ctx context.Context, description, customer string, amount int64) (Assessment, error) {
	score, err := s.score(ctx, customer)
	if err != nil {
		return Assessment{}, err
	}
	p := Assessment{
		ID: rand.Text(), Description: description, Customer: customer, Amount: amount,
		Approved: amount <= int64(score)*centsPerPoint, CreatedAt: s.now().UTC(),
	}
	return p, s.store.Insert(ctx, p)
}

// Get returns one assessment, or ErrNotFound.
func (s *Service) Get(ctx context.Context, id string) (Assessment, error) {
	return s.store.Get(ctx, id)
}

// List returns a page of assessments: at most limit, from the one behind the id after on.
func (s *Service) List(ctx context.Context, after string, limit int) ([]Assessment, error) {
	return s.store.List(ctx, after, limit)
}
