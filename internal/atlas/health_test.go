package atlas

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/svcgen/svcgen/internal/service"
)

func portOf(t *testing.T, s *httptest.Server) int {
	t.Helper()
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func TestProbe(t *testing.T) {
	p := newProber()
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		want   Answer
	}{
		{"ready", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"status":"ok","checks":{"a":"ok"}}`) }, Answer{State: Ready}},
		{"degraded", func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, `{"status":"degraded","checks":{"mail":"failing","a":"ok","cache":"failing"}}`)
		}, Answer{Ready, "degraded: cache, mail"}},
		{"no JSON", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "fine") }, Answer{State: Ready}},
		{"unready", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(503) }, Answer{Unready, "/readyz answers 503"}},
		{"another program", http.NotFound, Answer{Unready, "/readyz answers 404"}},
		{"elsewhere", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://example.com/", http.StatusFound)
		},
			Answer{Unready, "/readyz answers 302"}},
		{"too much", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"status":"`+strings.Repeat("x", 1<<20)) }, Answer{State: Ready}},
		{"dies", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, Answer{State: Off}},
		{"hangs", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, Answer{Unready, "no answer within 1s"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(c.answer)
			defer s.Close()
			if got := p.ask(context.Background(), portOf(t, s)); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	if got := p.ask(context.Background(), portOf(t, s)); got != (Answer{State: Off}) {
		t.Errorf("nobody: %+v", got)
	}
}

// TestRoundEnds: one round and the pause before it stay below two seconds, however
// services behave.
func TestRoundEnds(t *testing.T) {
	if every+patience >= 2*time.Second {
		t.Errorf("a dead service is shown after %v", every+patience)
	}
}

func TestStates(t *testing.T) {
	edges := []service.Edge{
		{From: "web", To: "payments", Kind: service.Calls},
		{From: "payments", To: "ledger", Kind: service.Calls},
		{From: "payments", To: "bank", Kind: service.Calls},
		{From: "audit", To: "ledger", Kind: service.Events},
		{From: "a", To: "b", Kind: service.Calls},
		{From: "b", To: "a", Kind: service.Calls},
	}
	answers := map[string]Answer{
		"web": {State: Off}, "payments": {State: Ready}, "ledger": {State: Off}, "audit": {State: Ready},
		"alone": {State: Off}, "was": {State: Off}, "a": {State: Off}, "b": {State: Ready}, "slow": {Unready, "no"},
	}
	want := map[string]State{
		"web":      {State: Off, Lacks: []string{"ledger"}}, // nobody misses it
		"payments": {State: Ready, Lacks: []string{"ledger"}},
		"ledger":   {State: Down}, // payments runs, and needs it
		"audit":    {State: Ready, Lacks: []string{"ledger"}},
		"alone":    {State: Off},
		"was":      {State: Down}, // it answered before
		"a":        {State: Down}, // in a circle, nobody lacks itself
		"b":        {State: Ready, Lacks: []string{"a"}},
		"slow":     {State: Unready, Note: "no"},
	}
	if diff := cmp.Diff(want, States(edges, answers, map[string]bool{"was": true})); diff != "" {
		t.Error(diff)
	}
}
