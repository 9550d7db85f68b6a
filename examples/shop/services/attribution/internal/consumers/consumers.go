// Package consumers says which events the service takes and what they mean: each
// has a file of its own with its handler, and its test beside it. What the service
// does about them is package attribution's.
package consumers

import (
	"github.com/acme/shop/services/attribution/internal/attribution"

	"github.com/acme/shop/services/attribution/internal/events"
	"github.com/acme/shop/services/attribution/internal/publishers"
)

// Consumers holds what the handlers need; they are its methods.
type Consumers struct {
	service *attribution.Service
	publish *publishers.Publishers
}

// New returns the handlers.
func New(s *attribution.Service, p *publishers.Publishers) *Consumers {
	return &Consumers{service: s, publish: p}
}

// Register lists what the service takes: a subject, a name that is unique in the
// service, and the handler. The name stays: by it, NATS knows what was handled.
func (c *Consumers) Register(from *events.Client) {
	from.On("visits.created", "visit", c.visit)
	from.On("payments.created", "on-payments-created", c.onPaymentsCreated)
}
