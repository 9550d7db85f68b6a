// Package payments calls the service payments.
//
// Made from openapi.json beside it, which is what payments offered then. What
// gateway relies on stands in contracts/payments.json.
package payments

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/acme/shop/services/gateway/internal/clients"
)

// Client calls payments. It is safe for many goroutines.
type Client struct{ *clients.Client }

// Options say how payments is reached.
type Options = clients.Options

// New returns a client; it opens no connection.
func New(o Options) *Client { return &Client{clients.New("payments", o)} }

// CreatePayment calls POST /v1/payments: Create payment.
func (c *Client) CreatePayment(ctx context.Context, in CreatePaymentRequest) (Payment, error) {
	var out Payment
	err := c.Do(ctx, clients.Call{
		Method: "POST",
		Route:  "/v1/payments",
		In:     in,
		Out:    &out,
	})
	return out, err
}

// ListPayments calls GET /v1/payments: List payments.
func (c *Client) ListPayments(ctx context.Context, params ListPaymentsParams) (ListPaymentsResponse, error) {
	var out ListPaymentsResponse
	query := url.Values{}
	if params.After != "" {
		query.Set("after", params.After)
	}
	if params.Limit != 0 {
		query.Set("limit", fmt.Sprint(params.Limit))
	}
	err := c.Do(ctx, clients.Call{
		Method: "GET",
		Route:  "/v1/payments",
		Query:  query,
		Out:    &out,
	})
	return out, err
}

// ListPaymentsParams are the parameters of ListPayments; what is left out is not sent.
type ListPaymentsParams struct {
	After string `json:"after"` // The page begins behind the payment with this id
	Limit int64  `json:"limit"` // How many at most
}

// GetPayment calls GET /v1/payments/{id}: Get payment.
func (c *Client) GetPayment(ctx context.Context, id string) (Payment, error) {
	var out Payment
	err := c.Do(ctx, clients.Call{
		Method: "GET",
		Route:  "/v1/payments/{id}",
		Path:   "/v1/payments/" + url.PathEscape(id),
		Out:    &out,
	})
	return out, err
}

// RefundPayment calls POST /v1/payments/{id}/refund: Refund payment.
func (c *Client) RefundPayment(ctx context.Context, id string, in json.RawMessage) (json.RawMessage, error) {
	var out json.RawMessage
	err := c.Do(ctx, clients.Call{
		Method: "POST",
		Route:  "/v1/payments/{id}/refund",
		Path:   "/v1/payments/" + url.PathEscape(id) + "/refund",
		In:     in,
		Out:    &out,
	})
	return out, err
}

// CreatePaymentRequest is as openapi.json has it.
type CreatePaymentRequest struct {
	Description string `json:"description"` // What the payment is, in a person's words
}

// ListPaymentsResponse is as openapi.json has it.
type ListPaymentsResponse struct {
	Payments []Payment `json:"payments"`
	Next     string    `json:"next,omitempty"` // What to send as after for the next page; missing on the last
}

// Payment is as openapi.json has it.
type Payment struct {
	ID          string    `json:"id"`          // Names the payment
	Description string    `json:"description"` // What the payment is, in a person's words
	CreatedAt   time.Time `json:"created_at"`  // When the payment was created
}
