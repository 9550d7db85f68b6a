package rpc

import (
	"cmp"
	"context"
	"errors"

	"connectrpc.com/connect"

	entryv1 "github.com/acme/shop/services/ledger/gen/entry/v1"
)

// ListEntries is EntryService.ListEntries.
func (s *Server) ListEntries(ctx context.Context, in *entryv1.ListEntriesRequest) (*entryv1.ListEntriesResponse, error) {
	limit := cmp.Or(int(in.GetLimit()), 20)
	if limit < 1 || limit > 100 {
		return nil, connect.NewError(connect.CodeInvalidArgument, errors.New("limit: from 1 to 100"))
	}
	// One more than asked for tells whether there is another page.
	page, err := s.Service.List(ctx, in.GetAfter(), limit+1)
	if err != nil {
		return nil, err
	}
	out := &entryv1.ListEntriesResponse{}
	if len(page) > limit {
		page = page[:limit]
		out.Next = page[limit-1].ID
	}
	for _, found := range page {
		out.Entries = append(out.Entries, message(found))
	}
	return out, nil
}
