package rpc

import (
	"context"
	"errors"
	"unicode/utf8"

	"connectrpc.com/connect"

	entryv1 "github.com/acme/shop/services/ledger/gen/entry/v1"

	"github.com/acme/shop/services/ledger/internal/ledger"
)

// CreateEntry is EntryService.CreateEntry.
func (s *Server) CreateEntry(ctx context.Context, in *entryv1.CreateEntryRequest) (*entryv1.Entry, error) {
	if n := utf8.RuneCountInString(in.GetDescription()); n < 1 || n > 200 {
		return nil, connect.NewError(connect.CodeInvalidArgument, errors.New("description: 1 to 200 characters"))
	}
	created, err := s.Service.Create(ctx, ledger.Entry{
		ID: in.GetId(), Description: in.GetDescription(),
		Debit: in.GetDebit(), Credit: in.GetCredit(), Amount: in.GetAmount(),
	})
	switch {
	case errors.Is(err, ledger.ErrUnbalanced):
		return nil, connect.NewError(connect.CodeInvalidArgument, ledger.ErrUnbalanced)
	case errors.Is(err, ledger.ErrTaken):
		return nil, connect.NewError(connect.CodeAlreadyExists, ledger.ErrTaken)
	case err != nil:
		return nil, err
	}
	return message(created), nil
}
