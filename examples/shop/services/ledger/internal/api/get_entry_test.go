package api

import (
	"net/http"
	"testing"

	"github.com/acme/shop/services/ledger/internal/ledger"
)

func TestGetEntry(t *testing.T) {
	a := newTestAPI(t)
	created := decode[ledger.Entry](t, a.do(t, "POST", "/v1/entries", `{"description":"the first"}`), http.StatusCreated)
	if got := decode[ledger.Entry](t, a.do(t, "GET", "/v1/entries/"+created.ID, ""), http.StatusOK); got != created {
		t.Errorf("got %+v, want %+v", got, created)
	}
	decode[ProblemDetails](t, a.do(t, "GET", "/v1/entries/unknown", ""), http.StatusNotFound)
}
