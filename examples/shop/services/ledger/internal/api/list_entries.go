package api

import (
	"context"

	"github.com/acme/shop/services/ledger/internal/ledger"
)

type listEntriesInput struct {
	After string `query:"after" doc:"The page begins behind the entry with this id"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many at most"`
}

type listEntriesOutput struct {
	Body ListEntriesResponse
}

// ListEntriesResponse is a page of entries.
type ListEntriesResponse struct {
	Entries []ledger.Entry `json:"entries" nullable:"false"`

	Next string `json:"next,omitempty" doc:"What to send as after for the next page; missing on the last"`
}

// listEntries serves GET /v1/entries.
func (a *API) listEntries(ctx context.Context, in *listEntriesInput) (*listEntriesOutput, error) {
	out := &listEntriesOutput{Body: ListEntriesResponse{
		Entries: []ledger.Entry{}, // in JSON [], never null
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
	out.Body.Entries = append(out.Body.Entries, page...)
	return out, nil
}
