// Package credit calls the service credit.
//
// Made from openapi.json beside it, which is what credit offered then. What
// payments relies on stands in contracts/credit.json.
package credit

import (
	"context"
	"time"

	"github.com/acme/shop/services/payments/internal/clients"
)

// Client calls credit. It is safe for many goroutines.
type Client struct{ *clients.Client }

// Options say how credit is reached.
type Options = clients.Options

// New returns a client; it opens no connection.
func New(o Options) *Client { return &Client{clients.New("credit", o)} }

// CreateAssessment calls POST /v1/assessments: Create assessment.
func (c *Client) CreateAssessment(ctx context.Context, in CreateAssessmentRequest) (Assessment, error) {
	var out Assessment
	err := c.Do(ctx, clients.Call{
		Method: "POST",
		Route:  "/v1/assessments",
		In:     in,
		Out:    &out,
	})
	return out, err
}

// Assessment is as openapi.json has it.
type Assessment struct {
	ID          string    `json:"id"`          // Names the assessment
	Description string    `json:"description"` // What the assessment is, in a person's words
	Amount      int64     `json:"amount"`      // How much, in cents
	Approved    bool      `json:"approved"`    // Whether the customer is good for it
	CreatedAt   time.Time `json:"created_at"`  // When the assessment was created
}

// CreateAssessmentRequest is as openapi.json has it.
type CreateAssessmentRequest struct {
	Customer    string `json:"customer,omitempty"` // Who is to pay; nobody knows the one without a name
	Amount      int64  `json:"amount,omitempty"`   // How much, in cents
	Description string `json:"description"`        // What the assessment is, in a person's words
}
