package api

import (
	"context"
	"errors"

	"github.com/danielgtaylor/huma/v2"

	"github.com/acme/shop/services/ledger/internal/ledger"
)

type getEntryInput struct {
	ID string `path:"id" minLength:"1" doc:"The entry's id"`
}

type getEntryOutput struct {
	Body ledger.Entry
}

// getEntry serves GET /v1/entries/{id}.
func (a *API) getEntry(ctx context.Context, in *getEntryInput) (*getEntryOutput, error) {
	found, err := a.Service.Get(ctx, in.ID)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return nil, huma.Error404NotFound("There is no such entry.")
	case err != nil:
		return nil, err
	}
	return &getEntryOutput{Body: found}, nil
}
