package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/acme/shop/services/credit/internal/credit"
)

func TestCreateAssessment(t *testing.T) {
	a := newTestAPI(t)
	w := a.do(t, "POST", "/v1/assessments", `{"description":"the first"}`)
	created := decode[credit.Assessment](t, w, http.StatusCreated)
	if created.Description != "the first" || created.CreatedAt.IsZero() {
		t.Errorf("created %+v", created)
	}
	got := decode[credit.Assessment](t, a.do(t, "GET", w.Header().Get("Location"), ""), http.StatusOK)
	if got != created {
		t.Errorf("at Location is %+v, want %+v", got, created)
	}
}

func TestCreateAssessmentRefuses(t *testing.T) {
	a := newTestAPI(t)
	for _, body := range []string{
		`{}`,
		`{"description":""}`,
		`{"description":7}`,
		`{"description":"` + strings.Repeat("x", 201) + `"}`,
		`{"description":"the first","id":"mine"}`,
	} {
		decode[ProblemDetails](t, a.do(t, "POST", "/v1/assessments", body), http.StatusUnprocessableEntity)
	}
	if page := decode[ListAssessmentsResponse](t, a.do(t, "GET", "/v1/assessments", ""), http.StatusOK); len(page.Assessments) != 0 {
		t.Errorf("created all the same: %+v", page)
	}
}
