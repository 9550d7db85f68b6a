package api

import (
	"context"
	"net/url"

	"github.com/acme/shop/services/payments/internal/payments"
)

type createPaymentInput struct {
	Body CreatePaymentRequest
}

// CreatePaymentRequest is what a client says of a new payment.
type CreatePaymentRequest struct {
	Description string `json:"description" minLength:"1" maxLength:"200" doc:"What the payment is, in a person's words"`
}

type createPaymentOutput struct {
	Location string `header:"Location" doc:"Where the new payment is"`
	Body     payments.Payment
}

// createPayment serves POST /v1/payments.
func (a *API) createPayment(ctx context.Context, in *createPaymentInput) (*createPaymentOutput, error) {
	created, err := a.Service.Create(ctx, in.Body.Description)
	if err != nil {
		return nil, err
	}
	return &createPaymentOutput{
		Location: "/v1/payments/" + url.PathEscape(created.ID),
		Body:     created,
	}, nil
}
