package bureau

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestScore(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch strings.TrimPrefix(r.URL.Path, "/scores/") {
		case "ann/smith":
			_, _ = w.Write([]byte(`{"score":71}`))
		case "high":
			_, _ = w.Write([]byte(`{"score":101}`))
		case "empty":
			_, _ = w.Write([]byte(`{}`))
		case "down":
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			http.NotFound(w, r)
		}
	}))
	c := New(s.URL + "/")
	for customer, want := range map[string]int{"ann/smith": 71, "unknown": 0, "": 0} {
		if got, err := c.Score(t.Context(), customer); got != want || err != nil {
			t.Errorf("%q: %d, %v; want %d", customer, got, err, want)
		}
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Score(over, "ann/smith"); !errors.Is(err, context.Canceled) {
		t.Errorf("a request that is over: %v", err)
	}
	for _, customer := range []string{"high", "empty", "down"} {
		if got, err := c.Score(t.Context(), customer); got != 0 || !errors.Is(err, ErrAway) {
			t.Errorf("%s: %d, %v; want ErrAway", customer, got, err)
		}
	}
	s.Close()
	if _, err := c.Score(t.Context(), "ann/smith"); !errors.Is(err, ErrAway) || strings.Contains(err.Error(), "smith") {
		t.Errorf("nobody there: %v; want ErrAway, and no name", err)
	}
}

func TestStandIn(t *testing.T) {
	for customer, want := range map[string]int{"ann": 80, "broke-bob": 0, "": 0} {
		if got, err := StandIn(t.Context(), customer); got != want || err != nil {
			t.Errorf("%q: %d, %v; want %d", customer, got, err, want)
		}
	}
}
