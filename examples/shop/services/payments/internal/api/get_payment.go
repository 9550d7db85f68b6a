package api

import (
	"context"
	"errors"

	"github.com/danielgtaylor/huma/v2"

	"github.com/acme/shop/services/payments/internal/payments"
)

type getPaymentInput struct {
	ID string `path:"id" minLength:"1" doc:"The payment's id"`
}

type getPaymentOutput struct {
	Body payments.Payment
}

// getPayment serves GET /v1/payments/{id}.
func (a *API) getPayment(ctx context.Context, in *getPaymentInput) (*getPaymentOutput, error) {
	found, err := a.Service.Get(ctx, in.ID)
	switch {
	case errors.Is(err, payments.ErrNotFound):
		return nil, huma.Error404NotFound("There is no such payment.")
	case err != nil:
		return nil, err
	}
	return &getPaymentOutput{Body: found}, nil
}
