// Package consumers says which events the service takes and what they mean: each
// has a file of its own with its handler, and its test beside it. What the service
// does about them is package fraud's.
package consumers

import (
	"github.com/acme/shop/services/fraud/internal/fraud"

	"github.com/acme/shop/services/fraud/internal/events"
	"github.com/acme/shop/services/fraud/internal/publishers"
)

// Consumers holds what the handlers need; they are its methods.
type Consumers struct {
	service *fraud.Service
	publish *publishers.Publishers
}

// New returns the handlers.
func New(s *fraud.Service, p *publishers.Publishers) *Consumers {
	return &Consumers{service: s, publish: p}
}

// Register lists what the service takes: a subject, a name that is unique in the
// service, and the handler. The name stays: by it, NATS knows what was handled.
func (c *Consumers) Register(from *events.Client) {
	from.On("payments.created", "payment", c.payment)
}
