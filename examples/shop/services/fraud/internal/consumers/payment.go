package consumers

import (
	"context"
	"errors"

	"github.com/acme/shop/services/fraud/internal/fraud"

	"github.com/acme/shop/services/fraud/internal/events"
)

// payment handles payments.created: it scores what has happened, and says so.
func (c *Consumers) payment(ctx context.Context, e events.Event) error {
	var in fraud.Payment
	if err := e.Decode(&in); err != nil {
		return err
	}
	result, err := c.service.Score(ctx, in)
	switch {
	case errors.Is(err, fraud.ErrUnusable):
		return events.Permanent(err)
	case err != nil:
		return err
	}
	// The event that led to it gives the id: handled again, it is the same event.
	return c.publish.Scored(ctx, e.ID, result)
}
