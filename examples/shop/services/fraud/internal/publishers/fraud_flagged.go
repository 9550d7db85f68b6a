package publishers

import "context"

// FraudFlaggedEvent is what fraud.flagged carries. Those who take it read it by
// these names: add fields, and leave the old ones.
type FraudFlaggedEvent struct {
	ID string `json:"id"`
}

// FraudFlagged publishes fraud.flagged. id tells one event from the next; derive it from
// what led to the event, so that doing the same again is the same event.
func (p *Publishers) FraudFlagged(ctx context.Context, id string, e FraudFlaggedEvent) error {
	return p.Send(ctx, "fraud.flagged", "fraud.flagged", id, e)
}
