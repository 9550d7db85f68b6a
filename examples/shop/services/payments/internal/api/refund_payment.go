package api

import (
	"context"
	"errors"

	"github.com/danielgtaylor/huma/v2"

	"github.com/acme/shop/services/payments/internal/payments"
)

type refundPaymentInput struct {
	ID   string `path:"id" minLength:"1" doc:"The id in the path"`
	Body RefundPaymentRequest
}

// RefundPaymentRequest is what a client sends: nothing, a payment is taken back whole.
type RefundPaymentRequest struct{}

type refundPaymentOutput struct {
	Body RefundPaymentResponse
}

// RefundPaymentResponse is what a client gets.
type RefundPaymentResponse struct{}

// refundPayment serves POST /v1/payments/{id}/refund.
func (a *API) refundPayment(ctx context.Context, in *refundPaymentInput) (*refundPaymentOutput, error) {
	err := a.Service.Refund(ctx, in.ID)
	switch {
	case errors.Is(err, payments.ErrNotFound):
		return nil, huma.Error404NotFound("There is no such payment.")
	case err != nil:
		return nil, away(ctx, err)
	}
	return &refundPaymentOutput{}, nil
}
