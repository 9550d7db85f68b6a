package rpc

import (
	"fmt"
	"testing"

	"connectrpc.com/connect"

	entryv1 "github.com/acme/shop/services/ledger/gen/entry/v1"
)

func TestListEntries(t *testing.T) {
	s := newTestServer(t)
	for i := range 3 {
		if _, err := s.client.CreateEntry(t.Context(), &entryv1.CreateEntryRequest{Description: fmt.Sprintf("number %d", i), Debit: "receivables", Credit: "sales", Amount: 1200}); err != nil {
			t.Fatal(err)
		}
	}
	list := func(after string, limit int32) *entryv1.ListEntriesResponse {
		t.Helper()
		page, err := s.client.ListEntries(t.Context(), &entryv1.ListEntriesRequest{After: after, Limit: limit})
		if err != nil {
			t.Fatal(err)
		}
		return page
	}
	if all := list("", 0); len(all.GetEntries()) != 3 || all.GetNext() != "" {
		t.Errorf("all are %v", all)
	}
	first := list("", 2)
	if len(first.GetEntries()) != 2 || first.GetEntries()[0].GetDescription() != "number 0" || first.GetNext() == "" {
		t.Errorf("the first page is %v", first)
	}
	last := list(first.GetNext(), 2)
	if len(last.GetEntries()) != 1 || last.GetEntries()[0].GetDescription() != "number 2" || last.GetNext() != "" {
		t.Errorf("the last page is %v", last)
	}
	for _, limit := range []int32{-1, 101} {
		_, err := s.client.ListEntries(t.Context(), &entryv1.ListEntriesRequest{Limit: limit})
		wantCode(t, err, connect.CodeInvalidArgument)
	}
}
