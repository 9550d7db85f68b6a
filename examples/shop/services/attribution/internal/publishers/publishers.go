// Package publishers says which events the service gives out: each has a file of
// its own with its type and the method that publishes it.
package publishers

import (
	"context"
	"encoding/json"

	"github.com/acme/shop/services/attribution/internal/events"
)

// Publisher stores an event; events.Client is one.
type Publisher interface {
	Publish(ctx context.Context, e events.Event) error
}

// Publishers gives events out.
type Publishers struct{ to Publisher }

// New returns publishers that give events to p.
func New(p Publisher) *Publishers { return &Publishers{to: p} }

// Send publishes data on a subject; the methods that have a type of their own are
// made of it. id tells one event from the next: the same id
// twice is the same event, and is stored once.
func (p *Publishers) Send(ctx context.Context, subject, kind, id string, data any) error {
	body, err := json.Marshal(data)
	if err != nil {
		return events.Permanent(err)
	}
	return p.to.Publish(ctx, events.Event{ID: id, Type: kind, Subject: subject, Data: body})
}
