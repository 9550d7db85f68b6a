package app

import (
	"context"

	"github.com/acme/shop/services/credit/internal/credit"

	"github.com/acme/shop/services/credit/internal/bureau"
	"github.com/acme/shop/services/credit/internal/config"
	"github.com/acme/shop/services/credit/internal/health"
)

// parts is what is this service's own: what it does, and what it needs for that.
type parts struct {
	service *credit.Service
	checks  []health.Check // what it asks before it says that it is ready
	closers []func()       // what was opened
}

// open makes the parts. A database pool or a client is opened here, with a
// closer for the end and a check that says whether the service can do without:
//
//	pool, err := ...
//	p.closers = append(p.closers, pool.Close)
//	p.checks = append(p.checks, health.Check{Name: "postgres", Critical: true, Probe: pool.Ping})
func open(ctx context.Context, c config.Config) (*parts, error) {
	p := &parts{}
	score := bureau.StandIn
	if c.BureauURL != "" {
		score = bureau.New(c.BureauURL).Score
	}
	p.service = credit.New(credit.NewMemoryStore(), score)
	return p, nil
}

// close closes what open opened, the last first.
func (p *parts) close() {
	for i := len(p.closers) - 1; i >= 0; i-- {
		p.closers[i]()
	}
}
