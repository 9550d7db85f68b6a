package api

import (
	"net/http"
	"testing"
)

// The route leads to its handler, and the handler gets what is in the path.
func TestDeleteEntry(t *testing.T) {
	a := newTestAPI(t)
	w := a.do(t, "DELETE", "/v1/entries/id-1", "")
	got := decode[ProblemDetails](t, w, http.StatusNotImplemented)
	if want := "deleteEntry is not written yet: id id-1"; got.Detail != want {
		t.Errorf("the answer says %q, want %q", got.Detail, want)
	}
}
