package app

import (
	"context"

	"github.com/acme/shop/services/gateway/internal/api"
	"github.com/acme/shop/services/gateway/internal/clients"
	"github.com/acme/shop/services/gateway/internal/clients/payments"
	"github.com/acme/shop/services/gateway/internal/config"
	"github.com/acme/shop/services/gateway/internal/health"
	"github.com/acme/shop/services/gateway/internal/web"
)

// parts is what is this service's own: whom it calls, and the front-end.
type parts struct {
	upstreams *api.Upstreams
	site      *web.Site
	checks    []health.Check // what it asks before it says that it is ready
	closers   []func()       // what was opened
}

// open makes the parts. A service behind the gateway that is away makes the
// gateway degraded: it stays ready, and goes on with all that does without.
func open(_ context.Context, c config.Config) (*parts, error) {
	p := &parts{upstreams: &api.Upstreams{}}
	if c.Front.URL != "" {
		p.upstreams.Front = clients.New("front", clients.Options(c.Front))
		p.checks = append(p.checks, health.Check{Name: "front", Probe: p.upstreams.Front.Ready})
	} else {
		site, err := web.Open(c.WebDir)
		if err != nil {
			return nil, err
		}
		p.site = site
	}
	p.upstreams.Payments = payments.New(payments.Options(c.Payments))
	p.checks = append(p.checks, health.Check{Name: "payments", Critical: false, Probe: p.upstreams.Payments.Ready})
	return p, nil
}

// close closes what open opened, the last first.
func (p *parts) close() {
	for i := len(p.closers) - 1; i >= 0; i-- {
		p.closers[i]()
	}
}
