package rpc

import (
	"strings"
	"testing"

	"connectrpc.com/connect"

	entryv1 "github.com/acme/shop/services/ledger/gen/entry/v1"
)

func TestCreateEntry(t *testing.T) {
	s := newTestServer(t)
	created, err := s.client.CreateEntry(t.Context(), &entryv1.CreateEntryRequest{Description: "the first", Debit: "receivables", Credit: "sales", Amount: 1200})
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
		_, err := s.client.CreateEntry(t.Context(), &entryv1.CreateEntryRequest{Description: description, Debit: "receivables", Credit: "sales", Amount: 1200})
		wantCode(t, err, connect.CodeInvalidArgument)
	}
	if page, err := s.client.ListEntries(t.Context(), &entryv1.ListEntriesRequest{}); err != nil || len(page.GetEntries()) != 0 {
		t.Errorf("created all the same: %v, %v", page, err)
	}
}

func TestCreateEntryOnce(t *testing.T) {
	s := newTestServer(t)
	in := &entryv1.CreateEntryRequest{Id: "p-1", Description: "a bicycle", Debit: "receivables", Credit: "sales", Amount: 1200}
	for range 2 {
		if got, err := s.client.CreateEntry(t.Context(), in); err != nil || got.GetId() != "p-1" || got.GetAmount() != 1200 {
			t.Errorf("got %v, %v", got, err)
		}
	}
	in.Amount = 1
	_, err := s.client.CreateEntry(t.Context(), in)
	wantCode(t, err, connect.CodeAlreadyExists)
	in.Id, in.Credit = "", in.Debit
	_, err = s.client.CreateEntry(t.Context(), in)
	wantCode(t, err, connect.CodeInvalidArgument)
	if page, err := s.client.ListEntries(t.Context(), &entryv1.ListEntriesRequest{}); err != nil || len(page.GetEntries()) != 1 {
		t.Errorf("kept %v, %v", page, err)
	}
}
