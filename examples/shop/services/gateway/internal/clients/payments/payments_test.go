package payments

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/acme/shop/services/gateway/internal/clients"
	"github.com/acme/shop/services/gateway/internal/clients/contracttest"
)

// TestContract plays the client against a payments made from the contract. An
// exchange that is added there needs a call here.
func TestContract(t *testing.T) {
	contract := contracttest.Load(t, "../../../contracts/payments.json", "gateway", "payments")
	contract.Play(t, func(o clients.Options) contracttest.Calls {
		c := New(o)
		return contracttest.Calls{
			"createPayment": func(ctx context.Context, e *contracttest.Exchange) (any, error) {
				var in CreatePaymentRequest
				e.Body(&in)
				return c.CreatePayment(ctx, in)
			},
			"listPayments": func(ctx context.Context, e *contracttest.Exchange) (any, error) {
				var params ListPaymentsParams
				e.Params(&params)
				return c.ListPayments(ctx, params)
			},
			"getPayment": func(ctx context.Context, e *contracttest.Exchange) (any, error) {
				return c.GetPayment(ctx, e.Path("/v1/payments/{id}", "id"))
			},
			"refundPayment": func(ctx context.Context, e *contracttest.Exchange) (any, error) {
				var in json.RawMessage
				e.Body(&in)
				return c.RefundPayment(ctx, e.Path("/v1/payments/{id}/refund", "id"), in)
			},
		}
	})
}
