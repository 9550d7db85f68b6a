package consumers

import (
	"context"
	"errors"

	"github.com/acme/shop/services/attribution/internal/events"
)

// OnPaymentsCreatedData is what the service reads of payments.created.
type OnPaymentsCreatedData struct {
	ID string `json:"id"`
}

// onPaymentsCreated handles payments.created.
//
// It is not written yet, and gives every event up: they wait among the dead
// letters, under dlq.payments.created. What it is to do goes into package
// attribution, as a method of Service; here it is called with what has come.
func (c *Consumers) onPaymentsCreated(ctx context.Context, e events.Event) error {
	var in OnPaymentsCreatedData
	if err := e.Decode(&in); err != nil {
		return err
	}
	return events.Permanent(errors.New("onPaymentsCreated is not written yet"))
}
