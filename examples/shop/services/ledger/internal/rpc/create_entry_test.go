package rpc

import (
	"strings"
	"testing"

	"connectrpc.com/connect"

	entryv1 "github.com/acme/shop/services/ledger/gen/entry/v1"
)

func TestCreateEntry(t *testing.T) {
	s := newTestServer(t)
	created, err := s.client.CreateEntry(t.Context(), &entryv1.CreateEntryRequest{Description: "the first"})
	if err != nil {
		t.Fatal(err)
	}
	if created.GetId() == "" || created.GetDescription() != "the first" || !created.GetCreatedAt().IsValid() {
		t.Errorf("created %v", created)
	}
}

func TestCreateEntryRefuses(t *testing.T) {
	s := newTestServer(t)
	for _, description := range []string{"", strings.Repeat("ü", 201)} {
		_, err := s.client.CreateEntry(t.Context(), &entryv1.CreateEntryRequest{Description: description})
		wantCode(t, err, connect.CodeInvalidArgument)
	}
	if page, err := s.client.ListEntries(t.Context(), &entryv1.ListEntriesRequest{}); err != nil || len(page.GetEntries()) != 0 {
		t.Errorf("created all the same: %v, %v", page, err)
	}
}
