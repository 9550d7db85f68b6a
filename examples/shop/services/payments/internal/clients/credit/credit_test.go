package credit

import (
	"context"
	"testing"

	"github.com/acme/shop/services/payments/internal/clients"
	"github.com/acme/shop/services/payments/internal/clients/contracttest"
)

// TestContract plays the client against a credit made from the contract. An
// exchange that is added there needs a call here.
func TestContract(t *testing.T) {
	contract := contracttest.Load(t, "../../../contracts/credit.json", "payments", "credit")
	contract.Play(t, func(o clients.Options) contracttest.Calls {
		c := New(o)
		return contracttest.Calls{
			"createAssessment": func(ctx context.Context, e *contracttest.Exchange) (any, error) {
				var in CreateAssessmentRequest
				e.Body(&in)
				return c.CreateAssessment(ctx, in)
			},
		}
	})
}
