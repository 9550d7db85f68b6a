package ledger

import (
	"context"
	"slices"
	"sync"
)

// MemoryStore keeps entries until the process ends. It is for tests and for
// trying things out: every instance of the service would have entries of its own.
type MemoryStore struct {
	mu  sync.RWMutex
	all []Entry
}

// NewMemoryStore returns an empty store.
func NewMemoryStore() *MemoryStore { return &MemoryStore{} }

// Insert adds p at the end, unless there is one with its id.
func (m *MemoryStore) Insert(_ context.Context, p Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.index(p.ID) >= 0 {
		return nil
	}
	m.all = append(m.all, p)
	return nil
}

// Get returns the entry with the id, or ErrNotFound.
func (m *MemoryStore) Get(_ context.Context, id string) (Entry, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	i := m.index(id)
	if i < 0 {
		return Entry{}, ErrNotFound
	}
	return m.all[i], nil
}

// List returns a page; behind an unknown id there is nothing.
func (m *MemoryStore) List(_ context.Context, after string, limit int) ([]Entry, error) {
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
	return slices.IndexFunc(m.all, func(p Entry) bool { return p.ID == id })
}
