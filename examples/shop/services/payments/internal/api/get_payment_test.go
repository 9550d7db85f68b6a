package api

import (
	"net/http"
	"testing"

	"github.com/acme/shop/services/payments/internal/payments"
)

func TestGetPayment(t *testing.T) {
	a := newTestAPI(t)
	created := decode[payments.Payment](t, a.do(t, "POST", "/v1/payments", `{"description":"the first"}`), http.StatusCreated)
	if got := decode[payments.Payment](t, a.do(t, "GET", "/v1/payments/"+created.ID, ""), http.StatusOK); got != created {
		t.Errorf("got %+v, want %+v", got, created)
	}
	decode[ProblemDetails](t, a.do(t, "GET", "/v1/payments/unknown", ""), http.StatusNotFound)
}
