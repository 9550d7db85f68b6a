package postgres

import (
	"context"
	"errors"

	"github.com/acme/shop/services/payments/internal/payments"

	"github.com/jackc/pgx/v5"
)

// PaymentStore keeps payments in the database. It is a payments.PaymentStore.
type PaymentStore struct{ db *DB }

// NewPaymentStore returns the store of payments in db.
func NewPaymentStore(db *DB) *PaymentStore { return &PaymentStore{db} }

// Insert adds p at the end, unless there is one with its id.
func (s *PaymentStore) Insert(ctx context.Context, p payments.Payment) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := s.db.Exec(ctx, `
		INSERT INTO payments (id, description, customer, amount, created_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO NOTHING`,
		p.ID, p.Description, p.Customer, p.Amount, p.CreatedAt)
	return err
}

// Get returns the payment with the id, or payments.ErrNotFound.
func (s *PaymentStore) Get(ctx context.Context, id string) (payments.Payment, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	rows, err := s.db.Query(ctx, `SELECT id, description, customer, amount, created_at FROM payments WHERE id = $1`, id)
	if err != nil {
		return payments.Payment{}, err
	}
	found, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		err = payments.ErrNotFound
	}
	return found, err
}

// List returns a page, in the order in which the payments were numbered; behind an
// unknown id there is nothing.
func (s *PaymentStore) List(ctx context.Context, after string, limit int) ([]payments.Payment, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	rows, err := s.db.Query(ctx, `
		SELECT id, description, customer, amount, created_at FROM payments
		WHERE seq > CASE WHEN $1 = '' THEN 0 ELSE (SELECT seq FROM payments WHERE id = $1) END
		ORDER BY seq LIMIT $2`, after, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

// scan reads a row of the columns id, description, customer, amount and created_at.
func scan(row pgx.CollectableRow) (p payments.Payment, err error) {
	err = row.Scan(&p.ID, &p.Description, &p.Customer, &p.Amount, &p.CreatedAt)
	p.CreatedAt = p.CreatedAt.UTC()
	return p, err
}
