package api

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"github.com/acme/shop/services/payments/internal/payments"
)

type createPaymentInput struct {
	Key  string `header:"Idempotency-Key" maxLength:"200" doc:"Under one key there is one payment, however often it is sent"`
	Body CreatePaymentRequest
}

// CreatePaymentRequest is what a client says of a new payment.
type CreatePaymentRequest struct {
	Description string `json:"description" minLength:"1" maxLength:"200" doc:"What the payment is, in a person's words"`
	Customer    string `json:"customer,omitempty" maxLength:"200" doc:"Who pays"`
	Amount      int64  `json:"amount,omitempty" minimum:"0" doc:"How much, in cents"`
}

type createPaymentOutput struct {
	Location string `header:"Location" doc:"Where the new payment is"`
	Body     payments.Payment
}

// createPayment serves POST /v1/payments. A payment that is declined is a 402, a key
// that belongs to another payment a 409, and one that a service behind this one gives
// no answer about a 502 or 504: then it may be sent again.
func (a *API) createPayment(ctx context.Context, in *createPaymentInput) (*createPaymentOutput, error) {
	created, err := a.Service.Create(ctx, in.Key, payments.Order{Description: in.Body.Description, Customer: in.Body.Customer, Amount: in.Body.Amount})
	switch {
	case errors.Is(err, payments.ErrDeclined):
		return nil, huma.NewError(http.StatusPaymentRequired, "The customer is not good for the amount.")
	case errors.Is(err, payments.ErrKeyTaken):
		return nil, huma.NewError(http.StatusConflict, "Another payment was made under this Idempotency-Key.")
	case err != nil:
		return nil, away(ctx, err)
	}
	return &createPaymentOutput{
		Location: "/v1/payments/" + url.PathEscape(created.ID),
		Body:     created,
	}, nil
}

// away says to a client which of the service's own errors come from a service behind
// it.
func away(ctx context.Context, err error) error {
	var behind *payments.AwayError
	var timeout net.Error
	switch {
	case ctx.Err() != nil, !errors.As(err, &behind):
		return err
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return huma.NewError(http.StatusGatewayTimeout, "A service behind payments did not answer in time.", err)
	}
	return huma.NewError(http.StatusBadGateway, "A service behind payments cannot be reached.", err)
}
