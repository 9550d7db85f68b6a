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
	now   func() time.Time
}

// New returns a service that keeps its assessments in store.
func New(store AssessmentStore) *Service {
	return &Service{store: store, now: time.Now}
}

// Create makes a new assessment.
func (s *Service) Create(ctx context.Context, description string) (Assessment, error) {
	p := Assessment{ID: rand.Text(), Description: description, CreatedAt: s.now().UTC()}
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
