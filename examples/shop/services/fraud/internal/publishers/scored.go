package publishers

import (
	"context"

	"github.com/acme/shop/services/fraud/internal/fraud"
)

// Scored tells everybody what was found out. id is that of the event that led to
// it.
func (p *Publishers) Scored(ctx context.Context, id string, r fraud.Result) error {
	return p.Send(ctx, "fraud.scored", "fraud.scored", "scored-"+id, r)
}
