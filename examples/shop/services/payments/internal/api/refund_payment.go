package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"
)

type refundPaymentInput struct {
	ID   string `path:"id" minLength:"1" doc:"The id in the path"`
	Body RefundPaymentRequest
}

// RefundPaymentRequest is what a client sends. Every field is checked as its tags say
// before the handler is called.
type RefundPaymentRequest struct {
	// Amount int64 `json:"amount" minimum:"1" doc:"How much, in cents"`
}

type refundPaymentOutput struct {
	Body RefundPaymentResponse
}

// RefundPaymentResponse is what a client gets.
type RefundPaymentResponse struct {
	// Status string `json:"status" doc:"What has become of it"`
}

// refundPayment serves POST /v1/payments/{id}/refund.
//
// It is not written yet, and answers 501. What it is to do goes into package
// payments, as a method of Service; here it is called with what the client has
// sent, and what comes back becomes the answer. When the types above have
// changed, `make openapi` brings api/openapi.json up to date.
func (a *API) refundPayment(ctx context.Context, in *refundPaymentInput) (*refundPaymentOutput, error) {
	return nil, huma.Error501NotImplemented("refundPayment is not written yet: id " + in.ID)
}
