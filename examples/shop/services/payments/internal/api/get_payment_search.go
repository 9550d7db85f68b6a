package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"
)

type getPaymentSearchInput struct{}

type getPaymentSearchOutput struct {
	Body GetPaymentSearchResponse
}

// GetPaymentSearchResponse is what a client gets.
type GetPaymentSearchResponse struct {
	// Status string `json:"status" doc:"What has become of it"`
}

// getPaymentSearch serves GET /v1/payments/search.
//
// It is not written yet, and answers 501. What it is to do goes into package
// payments, as a method of Service; here it is called with what the client has
// sent, and what comes back becomes the answer. When the types above have
// changed, `make openapi` brings api/openapi.json up to date.
func (a *API) getPaymentSearch(ctx context.Context, in *getPaymentSearchInput) (*getPaymentSearchOutput, error) {
	return nil, huma.Error501NotImplemented("getPaymentSearch is not written yet")
}
