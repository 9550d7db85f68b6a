package api

import (
	"fmt"
	"net/http"
	"testing"
)

func TestListEntries(t *testing.T) {
	a := newTestAPI(t)
	w := a.do(t, "GET", "/v1/entries", "")
	if page := decode[ListEntriesResponse](t, w, http.StatusOK); page.Entries == nil || len(page.Entries) != 0 {
		t.Errorf("before the first: %s, want an empty list", w.Body)
	}
	for i := range 3 {
		a.do(t, "POST", "/v1/entries", fmt.Sprintf(`{"description":"number %d"}`, i))
	}
	first := decode[ListEntriesResponse](t, a.do(t, "GET", "/v1/entries?limit=2", ""), http.StatusOK)
	if len(first.Entries) != 2 || first.Next != first.Entries[1].ID {
		t.Fatalf("the first page is %+v", first)
	}
	last := decode[ListEntriesResponse](t, a.do(t, "GET", "/v1/entries?limit=2&after="+first.Next, ""), http.StatusOK)
	if len(last.Entries) != 1 || last.Entries[0].Description != "number 2" || last.Next != "" {
		t.Errorf("the last page is %+v", last)
	}
	decode[ProblemDetails](t, a.do(t, "GET", "/v1/entries?limit=1000", ""), http.StatusUnprocessableEntity)
}
