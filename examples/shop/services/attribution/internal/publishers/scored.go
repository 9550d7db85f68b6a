package publishers

import (
	"context"

	"github.com/acme/shop/services/attribution/internal/attribution"
)

// Scored tells everybody what was found out. id is that of the event that led to
// it.
func (p *Publishers) Scored(ctx context.Context, id string, r attribution.Result) error {
	return p.Send(ctx, "attribution.scored", "attribution.scored", "scored-"+id, r)
}
