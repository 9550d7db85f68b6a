package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/acme/shop/services/payments/internal/payments"
)

func TestCreatePayment(t *testing.T) {
	a := newTestAPI(t)
	w := a.do(t, "POST", "/v1/payments", `{"description":"the first"}`)
	created := decode[payments.Payment](t, w, http.StatusCreated)
	if created.Description != "the first" || created.CreatedAt.IsZero() {
		t.Errorf("created %+v", created)
	}
	got := decode[payments.Payment](t, a.do(t, "GET", w.Header().Get("Location"), ""), http.StatusOK)
	if got != created {
		t.Errorf("at Location is %+v, want %+v", got, created)
	}
}

func TestCreatePaymentRefuses(t *testing.T) {
	a := newTestAPI(t)
	for _, body := range []string{
		`{}`,
		`{"description":""}`,
		`{"description":7}`,
		`{"description":"` + strings.Repeat("x", 201) + `"}`,
		`{"description":"the first","id":"mine"}`,
	} {
		decode[ProblemDetails](t, a.do(t, "POST", "/v1/payments", body), http.StatusUnprocessableEntity)
	}
	if page := decode[ListPaymentsResponse](t, a.do(t, "GET", "/v1/payments", ""), http.StatusOK); len(page.Payments) != 0 {
		t.Errorf("created all the same: %+v", page)
	}
}
