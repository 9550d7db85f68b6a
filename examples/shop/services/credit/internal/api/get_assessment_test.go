package api

import (
	"net/http"
	"testing"

	"github.com/acme/shop/services/credit/internal/credit"
)

func TestGetAssessment(t *testing.T) {
	a := newTestAPI(t)
	created := decode[credit.Assessment](t, a.do(t, "POST", "/v1/assessments", `{"description":"the first"}`), http.StatusCreated)
	if got := decode[credit.Assessment](t, a.do(t, "GET", "/v1/assessments/"+created.ID, ""), http.StatusOK); got != created {
		t.Errorf("got %+v, want %+v", got, created)
	}
	decode[ProblemDetails](t, a.do(t, "GET", "/v1/assessments/unknown", ""), http.StatusNotFound)
}
