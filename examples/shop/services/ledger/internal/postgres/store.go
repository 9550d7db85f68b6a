package postgres

import (
	"context"
	"errors"

	"github.com/acme/shop/services/ledger/internal/ledger"

	"github.com/jackc/pgx/v5"
)

// EntryStore keeps entries in the database. It is a ledger.EntryStore.
type EntryStore struct{ db *DB }

// NewEntryStore returns the store of entries in db.
func NewEntryStore(db *DB) *EntryStore { return &EntryStore{db} }

// Insert adds p at the end, unless there is one with its id.
func (s *EntryStore) Insert(ctx context.Context, p ledger.Entry) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := s.db.Exec(ctx, `
		INSERT INTO entries (id, description, debit, credit, amount, created_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (id) DO NOTHING`,
		p.ID, p.Description, p.Debit, p.Credit, p.Amount, p.CreatedAt)
	return err
}

// Get returns the entry with the id, or ledger.ErrNotFound.
func (s *EntryStore) Get(ctx context.Context, id string) (ledger.Entry, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	rows, err := s.db.Query(ctx, `SELECT id, description, debit, credit, amount, created_at FROM entries WHERE id = $1`, id)
	if err != nil {
		return ledger.Entry{}, err
	}
	found, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ledger.ErrNotFound
	}
	return found, err
}

// List returns a page, in the order in which the entries were numbered; behind an
// unknown id there is nothing.
func (s *EntryStore) List(ctx context.Context, after string, limit int) ([]ledger.Entry, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	rows, err := s.db.Query(ctx, `
		SELECT id, description, debit, credit, amount, created_at FROM entries
		WHERE seq > CASE WHEN $1 = '' THEN 0 ELSE (SELECT seq FROM entries WHERE id = $1) END
		ORDER BY seq LIMIT $2`, after, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

// scan reads a row of the columns id, description, debit, credit, amount and created_at.
func scan(row pgx.CollectableRow) (p ledger.Entry, err error) {
	err = row.Scan(&p.ID, &p.Description, &p.Debit, &p.Credit, &p.Amount, &p.CreatedAt)
	p.CreatedAt = p.CreatedAt.UTC()
	return p, err
}
