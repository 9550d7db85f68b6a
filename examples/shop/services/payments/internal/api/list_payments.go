package api

import (
	"context"

	"github.com/acme/shop/services/payments/internal/payments"
)

type listPaymentsInput struct {
	After string `query:"after" doc:"The page begins behind the payment with this id"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many at most"`
}

type listPaymentsOutput struct {
	Body ListPaymentsResponse
}

// ListPaymentsResponse is a page of payments.
type ListPaymentsResponse struct {
	Payments []payments.Payment `json:"payments" nullable:"false"`

	Next string `json:"next,omitempty" doc:"What to send as after for the next page; missing on the last"`
}

// listPayments serves GET /v1/payments.
func (a *API) listPayments(ctx context.Context, in *listPaymentsInput) (*listPaymentsOutput, error) {
	out := &listPaymentsOutput{Body: ListPaymentsResponse{
		Payments: []payments.Payment{}, // in JSON [], never null
	}}
	// One more than asked for tells whether there is another page.
	page, err := a.Service.List(ctx, in.After, in.Limit+1)
	if err != nil {
		return nil, err
	}
	if len(page) > in.Limit {
		page = page[:in.Limit]
		out.Body.Next = page[in.Limit-1].ID
	}
	out.Body.Payments = append(out.Body.Payments, page...)
	return out, nil
}
