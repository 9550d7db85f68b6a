package credit

import (
	"context"
	"slices"
	"sync"
)

// MemoryStore keeps assessments until the process ends. It is for tests and for
// trying things out: every instance of the service would have assessments of its own.
type MemoryStore struct {
	mu  sync.RWMutex
	all []Assessment
}

// NewMemoryStore returns an empty store.
func NewMemoryStore() *MemoryStore { return &MemoryStore{} }

// Insert adds p at the end.
func (m *MemoryStore) Insert(_ context.Context, p Assessment) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all = append(m.all, p)
	return nil
}

// Get returns the assessment with the id, or ErrNotFound.
func (m *MemoryStore) Get(_ context.Context, id string) (Assessment, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	i := m.index(id)
	if i < 0 {
		return Assessment{}, ErrNotFound
	}
	return m.all[i], nil
}

// List returns a page; behind an unknown id there is nothing.
func (m *MemoryStore) List(_ context.Context, after string, limit int) ([]Assessment, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	from := 0
	if after != "" {
		if from = m.index(after) + 1; from == 0 {
			return nil, nil
		}
	}
	return slices.Clone(m.all[from:min(from+limit, len(m.all))]), nil
}

func (m *MemoryStore) index(id string) int {
	return slices.IndexFunc(m.all, func(p Assessment) bool { return p.ID == id })
}
