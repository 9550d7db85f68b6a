package app

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/acme/shop/services/payments/internal/payments"

	"github.com/acme/shop/services/payments/internal/clients/credit"
	"github.com/acme/shop/services/payments/internal/clients/ledger"
	"github.com/acme/shop/services/payments/internal/config"
	"github.com/acme/shop/services/payments/internal/health"
	"github.com/acme/shop/services/payments/internal/postgres"
)

// parts is what is this service's own: what it does, and what it needs for that.
type parts struct {
	service    *payments.Service
	checks     []health.Check         // what it asks before it says that it is ready
	collectors []prometheus.Collector // what has metrics of its own
	closers    []func()               // what was opened
	ledger     *ledger.Client
	credit     *credit.Client
}

// opener makes the parts; tests have another one than open.
type opener func(context.Context, config.Config) (*parts, error)

// open makes the parts. A client is opened here like the database, with a closer
// for the end and a check that says whether the service can do without.
func open(ctx context.Context, c config.Config) (*parts, error) {
	db, err := postgres.Open(ctx, string(c.DatabaseURL))
	if err != nil {
		return nil, err
	}
	p := &parts{}
	p.closers = append(p.closers, db.Close)
	p.checks = append(p.checks, health.Check{Name: "postgres", Critical: true, Probe: db.Ready})
	p.collectors = append(p.collectors, db)
	p.service = payments.New(postgres.NewPaymentStore(db))
	p.ledger = ledger.New(ledger.Options(c.Ledger))
	p.checks = append(p.checks, health.Check{Name: "ledger", Critical: false, Probe: p.ledger.Ready})
	p.collectors = append(p.collectors, p.ledger)
	p.credit = credit.New(credit.Options(c.Credit))
	p.checks = append(p.checks, health.Check{Name: "credit", Critical: false, Probe: p.credit.Ready})
	p.collectors = append(p.collectors, p.credit)
	p.service.Approve = func(ctx context.Context, made payments.Payment) (bool, error) {
		a, err := p.credit.CreateAssessment(ctx, credit.CreateAssessmentRequest{
			Description: made.Description, Customer: made.Customer, Amount: made.Amount,
		})
		return a.Approved, err
	}
	p.service.Post = func(ctx context.Context, e payments.Posting) error {
		_, err := p.ledger.CreateEntry(ctx, ledger.CreateEntryRequest{
			ID: e.ID, Description: e.Description, Debit: e.Debit, Credit: e.Credit, Amount: e.Amount,
		})
		return err
	}
	return p, nil
}

// close closes what open opened, the last first.
func (p *parts) close() {
	for i := len(p.closers) - 1; i >= 0; i-- {
		p.closers[i]()
	}
}
