package api

import (
	"net/http"
	"testing"
)

func TestRefundPayment(t *testing.T) {
	a := newTestAPI(t)
	at := a.do(t, "POST", "/v1/payments", `{"description":"the first","amount":1200}`).Header().Get("Location")
	decode[RefundPaymentResponse](t, a.do(t, "POST", at+"/refund", "{}"), http.StatusOK)
	decode[ProblemDetails](t, a.do(t, "POST", "/v1/payments/unknown/refund", "{}"), http.StatusNotFound)
}
