package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"
)

type deleteEntryInput struct {
	ID string `path:"id" minLength:"1" doc:"The id in the path"`
}

type deleteEntryOutput struct{}

// deleteEntry serves DELETE /v1/entries/{id}.
//
// It is not written yet, and answers 501. What it is to do goes into package
// ledger, as a method of Service; here it is called with what the client has
// sent, and what comes back becomes the answer. When the types above have
// changed, `make openapi` brings api/openapi.json up to date.
func (a *API) deleteEntry(ctx context.Context, in *deleteEntryInput) (*deleteEntryOutput, error) {
	return nil, huma.Error501NotImplemented("deleteEntry is not written yet: id " + in.ID)
}
