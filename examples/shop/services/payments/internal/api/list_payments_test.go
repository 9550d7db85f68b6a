package api

import (
	"fmt"
	"net/http"
	"testing"
)

func TestListPayments(t *testing.T) {
	a := newTestAPI(t)
	w := a.do(t, "GET", "/v1/payments", "")
	if page := decode[ListPaymentsResponse](t, w, http.StatusOK); page.Payments == nil || len(page.Payments) != 0 {
		t.Errorf("before the first: %s, want an empty list", w.Body)
	}
	for i := range 3 {
		a.do(t, "POST", "/v1/payments", fmt.Sprintf(`{"description":"number %d"}`, i))
	}
	first := decode[ListPaymentsResponse](t, a.do(t, "GET", "/v1/payments?limit=2", ""), http.StatusOK)
	if len(first.Payments) != 2 || first.Next != first.Payments[1].ID {
		t.Fatalf("the first page is %+v", first)
	}
	last := decode[ListPaymentsResponse](t, a.do(t, "GET", "/v1/payments?limit=2&after="+first.Next, ""), http.StatusOK)
	if len(last.Payments) != 1 || last.Payments[0].Description != "number 2" || last.Next != "" {
		t.Errorf("the last page is %+v", last)
	}
	decode[ProblemDetails](t, a.do(t, "GET", "/v1/payments?limit=1000", ""), http.StatusUnprocessableEntity)
}
