// Package attribution is what the service is about. It knows nothing of events on the wire.
package attribution

import (
	"context"
	"errors"
	"sync"
)

// Visit is what the service hears of.
type Visit struct {
	ID     string `json:"id"`
	Amount int64  `json:"amount"` // in cents
}

// Result is what the service makes of it.
type Result struct {
	ID    string `json:"id"`
	Score int    `json:"score"` // 0 to 100
}

// ErrUnusable is the error of a Visit that no second look makes better.
var ErrUnusable = errors.New("it is not usable")

// Service holds the rules. Package app gives it what it needs, such as a store;
// the handlers of package consumers call it.
type Service struct {
	mu     sync.Mutex
	scores map[string]int
}

// New returns the service.
func New() *Service { return &Service{scores: map[string]int{}} }

// Score judges what has happened. The same one twice has the same result: events
// may come more than once.
func (s *Service) Score(_ context.Context, in Visit) (Result, error) {
	if in.ID == "" || in.Amount < 0 {
		return Result{}, ErrUnusable
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	score, known := s.scores[in.ID]
	if !known {
		score = int(min(in.Amount/10_000, 100))
		s.scores[in.ID] = score
	}
	return Result{ID: in.ID, Score: score}, nil
}
