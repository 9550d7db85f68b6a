package api

import (
	"context"
	"errors"
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

func TestCreatePaymentAnswers(t *testing.T) {
	a := newTestAPI(t)
	const bicycle, key = `{"description":"a bicycle","customer":"ann","amount":1200}`, "Idempotency-Key: 1"
	first := decode[payments.Payment](t, a.do(t, "POST", "/v1/payments", bicycle, key), http.StatusCreated)
	if again := decode[payments.Payment](t, a.do(t, "POST", "/v1/payments", bicycle, key), http.StatusCreated); again != first {
		t.Errorf("again: %+v, want %+v", again, first)
	}
	decode[ProblemDetails](t, a.do(t, "POST", "/v1/payments", `{"description":"a car"}`, key), http.StatusConflict)
	a.Service.Approve = func(context.Context, payments.Payment) (bool, error) { return false, nil }
	decode[ProblemDetails](t, a.do(t, "POST", "/v1/payments", bicycle), http.StatusPaymentRequired)
	for status, err := range map[int]error{http.StatusBadGateway: errors.New("refused"), http.StatusGatewayTimeout: context.DeadlineExceeded} {
		a.Service.Approve = func(context.Context, payments.Payment) (bool, error) { return false, err }
		decode[ProblemDetails](t, a.do(t, "POST", "/v1/payments", bicycle), status)
	}
}
