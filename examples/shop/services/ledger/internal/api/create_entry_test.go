package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/acme/shop/services/ledger/internal/ledger"
)

func TestCreateEntry(t *testing.T) {
	a := newTestAPI(t)
	w := a.do(t, "POST", "/v1/entries", `{"description":"the first"}`)
	created := decode[ledger.Entry](t, w, http.StatusCreated)
	if created.Description != "the first" || created.CreatedAt.IsZero() {
		t.Errorf("created %+v", created)
	}
	got := decode[ledger.Entry](t, a.do(t, "GET", w.Header().Get("Location"), ""), http.StatusOK)
	if got != created {
		t.Errorf("at Location is %+v, want %+v", got, created)
	}
}

func TestCreateEntryRefuses(t *testing.T) {
	a := newTestAPI(t)
	for _, body := range []string{
		`{}`,
		`{"description":""}`,
		`{"description":7}`,
		`{"description":"` + strings.Repeat("x", 201) + `"}`,
		`{"description":"the first","id":"mine"}`,
	} {
		decode[ProblemDetails](t, a.do(t, "POST", "/v1/entries", body), http.StatusUnprocessableEntity)
	}
	if page := decode[ListEntriesResponse](t, a.do(t, "GET", "/v1/entries", ""), http.StatusOK); len(page.Entries) != 0 {
		t.Errorf("created all the same: %+v", page)
	}
}
