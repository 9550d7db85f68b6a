package rpc

import (
	"testing"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	entryv1 "github.com/acme/shop/services/ledger/gen/entry/v1"
)

func TestGetEntry(t *testing.T) {
	s := newTestServer(t)
	created, err := s.client.CreateEntry(t.Context(), &entryv1.CreateEntryRequest{Description: "the first", Debit: "receivables", Credit: "sales", Amount: 1200})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.client.GetEntry(t.Context(), &entryv1.GetEntryRequest{Id: created.GetId()}); err != nil || !proto.Equal(got, created) {
		t.Errorf("got %v, %v; want %v", got, err, created)
	}
	_, err = s.client.GetEntry(t.Context(), &entryv1.GetEntryRequest{Id: "unknown"})
	wantCode(t, err, connect.CodeNotFound)
}
