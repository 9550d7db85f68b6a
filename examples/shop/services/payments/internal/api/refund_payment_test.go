package api

import (
	"net/http"
	"testing"
)

// The route leads to its handler, and the handler gets what is in the path.
func TestRefundPayment(t *testing.T) {
	a := newTestAPI(t)
	w := a.do(t, "POST", "/v1/payments/id-1/refund", "{}")
	got := decode[ProblemDetails](t, w, http.StatusNotImplemented)
	if want := "refundPayment is not written yet: id id-1"; got.Detail != want {
		t.Errorf("the answer says %q, want %q", got.Detail, want)
	}
}
