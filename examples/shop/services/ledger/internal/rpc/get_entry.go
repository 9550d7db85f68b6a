package rpc

import (
	"context"
	"errors"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/timestamppb"

	entryv1 "github.com/acme/shop/services/ledger/gen/entry/v1"

	"github.com/acme/shop/services/ledger/internal/ledger"
)

// GetEntry is EntryService.GetEntry.
func (s *Server) GetEntry(ctx context.Context, in *entryv1.GetEntryRequest) (*entryv1.Entry, error) {
	found, err := s.Service.Get(ctx, in.GetId())
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return nil, connect.NewError(connect.CodeNotFound, ledger.ErrNotFound)
	case err != nil:
		return nil, err
	}
	return message(found), nil
}

// message is what callers see of a entry.
func message(p ledger.Entry) *entryv1.Entry {
	return &entryv1.Entry{
		Id: p.ID, Description: p.Description, CreatedAt: timestamppb.New(p.CreatedAt),
		Debit: p.Debit, Credit: p.Credit, Amount: p.Amount,
	}
}
