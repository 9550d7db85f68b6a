package api

import (
	"net/http"
	"testing"
)

// The route leads to its handler, and the handler gets what is in the path.
func TestGetPaymentSearch(t *testing.T) {
	a := newTestAPI(t)
	w := a.do(t, "GET", "/v1/payments/search", "")
	got := decode[ProblemDetails](t, w, http.StatusNotImplemented)
	if want := "getPaymentSearch is not written yet"; got.Detail != want {
		t.Errorf("the answer says %q, want %q", got.Detail, want)
	}
}
