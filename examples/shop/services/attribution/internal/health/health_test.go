package health

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// probe asks one of h's handlers.
func probe(t *testing.T, handler http.HandlerFunc) (int, status) {
	t.Helper()
	w := httptest.NewRecorder()
	handler(w, httptest.NewRequest(http.MethodGet, "/", nil))
	var s status
	if err := json.Unmarshal(w.Body.Bytes(), &s); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	return w.Code, s
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestLife(t *testing.T) {
	h := New(quiet())
	for _, c := range []struct {
		after                string
		do                   func()
		live, startup, ready int
		status               string
	}{
		{"New", func() {}, 200, 503, 503, "starting"},
		{"Start", h.Start, 200, 200, 200, "ok"},
		{"Drain", h.Drain, 200, 200, 503, "draining"},
	} {
		c.do()
		live, _ := probe(t, h.Live)
		startup, _ := probe(t, h.Startup)
		ready, s := probe(t, h.Ready)
		if live != c.live || startup != c.startup || ready != c.ready || s.Status != c.status {
			t.Errorf("after %s: live %d, startup %d, ready %d %q; want %d, %d, %d %q",
				c.after, live, startup, ready, s.Status, c.live, c.startup, c.ready, c.status)
		}
	}
}

func TestDependencies(t *testing.T) {
	down := func(context.Context) error { return errors.New("secret: connection refused") }
	up := func(context.Context) error { return nil }
	for _, c := range []struct {
		name           string
		database, mail func(context.Context) error
		code           int
		status         string
	}{
		{"all up", up, up, 200, "ok"},
		{"one that is not critical is down", up, down, 200, "degraded"},
		{"a critical one is down", down, up, 503, "unavailable"},
		{"both are down", down, down, 503, "unavailable"},
	} {
		var log strings.Builder
		h := New(slog.New(slog.NewTextHandler(&log, nil)),
			Check{Name: "database", Critical: true, Probe: c.database}, Check{Name: "mail", Probe: c.mail})
		h.Start()
		if code, s := probe(t, h.Ready); code != c.code || s.Status != c.status {
			t.Errorf("%s: ready is %d %v, want %d %s", c.name, code, s, c.code, c.status)
		} else if strings.Contains(s.Checks["database"]+s.Checks["mail"], "secret") {
			t.Errorf("%s: the answer tells the error: %v", c.name, s)
		}
		if code, _ := probe(t, h.Live); code != 200 {
			t.Errorf("%s: live is %d: it must not ask a dependency", c.name, code)
		}
		if failing := c.code != 200 || c.status == "degraded"; strings.Contains(log.String(), "secret") != failing {
			t.Errorf("%s: the log: %s", c.name, &log)
		}
	}
}

func TestResultsAreCached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		h := New(quiet(), Check{Name: "database", Probe: func(context.Context) error { calls.Add(1); return nil }})
		h.Start()
		for range 10 {
			probe(t, h.Ready)
		}
		if n := calls.Load(); n != 1 {
			t.Errorf("%d calls within a second, want 1", n)
		}
		time.Sleep(cached)
		if probe(t, h.Ready); calls.Load() != 2 {
			t.Errorf("%d calls after a second, want 2", calls.Load())
		}
	})
}

func TestProbeThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		release := make(chan struct{})
		h := New(quiet(), Check{Name: "database", Critical: true, Timeout: time.Minute,
			Probe: func(context.Context) error { calls.Add(1); <-release; return nil }})
		h.Start()
		for range 3 {
			start := time.Now()
			if code, _ := probe(t, h.Ready); code != 503 || time.Since(start) != time.Minute {
				t.Errorf("ready is %d after %v, want 503 after a minute", code, time.Since(start))
			}
			time.Sleep(cached)
		}
		if calls.Load() != 1 {
			t.Errorf("%d calls while the first hangs, want 1", calls.Load())
		}
		close(release)
		if code, _ := probe(t, h.Ready); code != 200 {
			t.Errorf("ready is %d after the probe returned, want 200", code)
		}
	})
}

func TestAsk(t *testing.T) {
	h := New(quiet())
	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", h.Ready)
	srv := httptest.NewServer(mux)
	defer srv.Close()
	addr := strings.TrimPrefix(srv.URL, "http://")

	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	if err := Ask(t.Context(), addr); err == nil || !strings.Contains(err.Error(), "503") {
		t.Errorf("before the start: %v, want an error with 503", err)
	}
	h.Start()
	_, port, _ := strings.Cut(addr, ":")
	for _, a := range []string{addr, ":" + port, "0.0.0.0:" + port} {
		if err := Ask(t.Context(), a); err != nil {
			t.Errorf("%s: %v", a, err)
		}
	}
	srv.Close()
	if err := Ask(t.Context(), addr); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("nobody listens: %v", err)
	}
}
