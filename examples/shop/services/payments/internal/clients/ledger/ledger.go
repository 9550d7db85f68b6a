// Package ledger calls the service ledger.
//
// Made from openapi.json beside it, which is what ledger offered then. What
// payments relies on stands in contracts/ledger.json.
package ledger

import (
	"context"
	"time"

	"github.com/acme/shop/services/payments/internal/clients"
)

// Client calls ledger over the Connect protocol, in JSON. It is safe for many goroutines.
type Client struct{ *clients.Client }

// Options say how ledger is reached.
type Options = clients.Options

// New returns a client; it opens no connection.
func New(o Options) *Client { return &Client{clients.New("ledger", o)} }

// CreateEntry calls POST /entry.v1.EntryService/CreateEntry: CreateEntry makes a new entry.
func (c *Client) CreateEntry(ctx context.Context, in CreateEntryRequest) (Entry, error) {
	var out Entry
	err := c.Do(ctx, clients.Call{
		Method: "POST",
		Route:  "/entry.v1.EntryService/CreateEntry",
		In:     in,
		Out:    &out,
	})
	return out, err
}

// CreateEntryRequest is as openapi.json has it.
type CreateEntryRequest struct {
	ID          string `json:"id,omitempty"`            // Names the entry; with an id that there is, nothing is added
	Debit       string `json:"debit,omitempty"`         // The account that has more then
	Credit      string `json:"credit,omitempty"`        // The account that has less
	Amount      int64  `json:"amount,string,omitempty"` // In cents
	Description string `json:"description,omitempty"`   // What the entry is, in a person's words: 1 to 200 characters
}

// Entry is as openapi.json has it.
type Entry struct {
	CreatedAt   time.Time `json:"createdAt,omitzero"`    // When the entry was created
	Description string    `json:"description,omitempty"` // What the entry is, in a person's words
	ID          string    `json:"id,omitempty"`          // Names the entry
}
