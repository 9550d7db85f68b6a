package api

import (
	"fmt"
	"net/http"
	"testing"
)

func TestListAssessments(t *testing.T) {
	a := newTestAPI(t)
	w := a.do(t, "GET", "/v1/assessments", "")
	if page := decode[ListAssessmentsResponse](t, w, http.StatusOK); page.Assessments == nil || len(page.Assessments) != 0 {
		t.Errorf("before the first: %s, want an empty list", w.Body)
	}
	for i := range 3 {
		a.do(t, "POST", "/v1/assessments", fmt.Sprintf(`{"description":"number %d"}`, i))
	}
	first := decode[ListAssessmentsResponse](t, a.do(t, "GET", "/v1/assessments?limit=2", ""), http.StatusOK)
	if len(first.Assessments) != 2 || first.Next != first.Assessments[1].ID {
		t.Fatalf("the first page is %+v", first)
	}
	last := decode[ListAssessmentsResponse](t, a.do(t, "GET", "/v1/assessments?limit=2&after="+first.Next, ""), http.StatusOK)
	if len(last.Assessments) != 1 || last.Assessments[0].Description != "number 2" || last.Next != "" {
		t.Errorf("the last page is %+v", last)
	}
	decode[ProblemDetails](t, a.do(t, "GET", "/v1/assessments?limit=1000", ""), http.StatusUnprocessableEntity)
}
