package api

import (
	"context"
	"net/url"

	"github.com/acme/shop/services/ledger/internal/ledger"
)

type createEntryInput struct {
	Body CreateEntryRequest
}

// CreateEntryRequest is what a client says of a new entry.
type CreateEntryRequest struct {
	Description string `json:"description" minLength:"1" maxLength:"200" doc:"What the entry is, in a person's words"`
}

type createEntryOutput struct {
	Location string `header:"Location" doc:"Where the new entry is"`
	Body     ledger.Entry
}

// createEntry serves POST /v1/entries.
func (a *API) createEntry(ctx context.Context, in *createEntryInput) (*createEntryOutput, error) {
	created, err := a.Service.Create(ctx, in.Body.Description)
	if err != nil {
		return nil, err
	}
	return &createEntryOutput{
		Location: "/v1/entries/" + url.PathEscape(created.ID),
		Body:     created,
	}, nil
}
