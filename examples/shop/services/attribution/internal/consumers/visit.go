package consumers

import (
	"context"
	"errors"

	"github.com/acme/shop/services/attribution/internal/attribution"

	"github.com/acme/shop/services/attribution/internal/events"
)

// visit handles visits.created: it scores what has happened, and says so.
func (c *Consumers) visit(ctx context.Context, e events.Event) error {
	var in attribution.Visit
	if err := e.Decode(&in); err != nil {
		return err
	}
	result, err := c.service.Score(ctx, in)
	switch {
	case errors.Is(err, attribution.ErrUnusable):
		return events.Permanent(err)
	case err != nil:
		return err
	}
	// The event that led to it gives the id: handled again, it is the same event.
	return c.publish.Scored(ctx, e.ID, result)
}
