package api

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel"

	"github.com/acme/shop/services/gateway/internal/clients"
	"github.com/acme/shop/services/gateway/internal/telemetry"
)

// behind is the API with an upstream to which a few routes are passed on.
func behind(t *testing.T, o clients.Options, handler http.HandlerFunc) *testAPI {
	t.Helper()
	if handler != nil {
		upstream := httptest.NewServer(handler)
		t.Cleanup(upstream.Close)
		o.URL = upstream.URL
	}
	otel.SetTextMapPropagator(telemetry.Propagator())
	a := newBareAPI(t)
	c := clients.New("ledger", o)
	for _, route := range []string{"GET /v1/entries/{id}", "PUT /v1/entries/{id}", "POST /v1/entries"} {
		a.pass(c, route)
	}
	return a
}

func limited() clients.Options {
	return clients.Options{DialTimeout: time.Second, HeaderTimeout: time.Second, Timeout: 2 * time.Second, MaxInFlight: 4}
}

func TestPass(t *testing.T) {
	a := behind(t, limited(), func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		for _, name := range []string{"Traceparent", requestID, "X-Forwarded-For", "X-Forwarded-Host"} {
			if r.Header.Get(name) == "" {
				t.Errorf("no %s comes with the request", name)
			}
		}
		if r.URL.String() != "/v1/entries/a%2Fb?q=1" || string(body) != `{"amount":7}` || strings.Contains(r.Header.Get("X-Forwarded-For"), "6.6.6.6") {
			t.Errorf("%s %s with %v", r.URL, body, r.Header)
		}
		w.Header().Set("Content-Security-Policy", "default-src *")
		w.Header().Set("X-Powered-By", "x")
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Etag", `"1"`)
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, "done")
	})
	w := a.do(t, "PUT", "/v1/entries/a%2Fb?q=1", `{"amount":7}`, "X-Forwarded-For: 6.6.6.6")
	h := w.Header()
	if w.Code != http.StatusAccepted || w.Body.String() != "done" || h.Get("Etag") != `"1"` {
		t.Errorf("got %d %s %v", w.Code, w.Body, h)
	}
	if len(h["Content-Security-Policy"]) != 1 || h.Get("Content-Security-Policy") == "default-src *" || h.Get("X-Powered-By")+h.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("the upstream decides headers: %v", h)
	}
	if a.series(t)["PUT 202 /v1/entries/{id}"] != 1 {
		t.Errorf("the route is not counted: %v", a.series(t))
	}
}

// What is idempotent is sent again, with its body.
func TestPassTwice(t *testing.T) {
	for method, want := range map[string]int{"PUT": http.StatusOK, "POST": http.StatusServiceUnavailable} {
		var bodies []string
		a := behind(t, limited(), func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if bodies = append(bodies, string(body)); len(bodies) == 1 {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		})
		path := map[string]string{"PUT": "/v1/entries/1", "POST": "/v1/entries"}[method]
		w := a.do(t, method, path, `{"amount":7}`)
		if w.Code != want || bodies[len(bodies)-1] != `{"amount":7}` || (len(bodies) == 2) != (want == http.StatusOK) {
			t.Errorf("%s: %d after %q", method, w.Code, bodies)
		}
	}
}

func TestUpstreamAway(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	slow := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	quick, full := limited(), limited()
	quick.HeaderTimeout, quick.Timeout = 50*time.Millisecond, 300*time.Millisecond
	full.MaxInFlight = 0
	nobody := limited()
	nobody.URL = "http://" + closed.Addr().String()
	for _, c := range []struct {
		name    string
		options clients.Options
		handler http.HandlerFunc
		status  int
	}{
		{"nobody there", nobody, nil, http.StatusBadGateway},
		{"no answer in time", quick, slow, http.StatusGatewayTimeout},
		{"too many at a time", full, slow, http.StatusServiceUnavailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := behind(t, c.options, c.handler)
			start := time.Now()
			p := decode[ProblemDetails](t, a.do(t, "GET", "/v1/entries/1", ""), c.status)
			if !traceID.MatchString(p.TraceID) || strings.Contains(p.Detail, "127.0.0.1") {
				t.Errorf("the problem is %+v", p)
			}
			if !strings.Contains(a.log.String(), "no answer from upstream") || !strings.Contains(a.log.String(), p.TraceID) {
				t.Errorf("the log does not tell:\n%s", a.log)
			}
			if time.Since(start) > 10*time.Second {
				t.Error("it hangs")
			}
		})
	}
}

func TestLargeBodyIsNotPassedOn(t *testing.T) {
	a := behind(t, limited(), func(http.ResponseWriter, *http.Request) { t.Error("passed on") })
	p := decode[ProblemDetails](t, a.do(t, "POST", "/v1/entries", strings.Repeat("a", 2<<20)), http.StatusRequestEntityTooLarge)
	if p.TraceID == "" {
		t.Errorf("%+v", p)
	}
}

// Handlers make problems of clients' errors.
func TestErrorsOfClients(t *testing.T) {
	a := newBareAPI(t)
	for want, err := range map[int]error{
		404: &clients.StatusError{Status: 404}, 409: &clients.StatusError{Status: 409},
		502: &clients.StatusError{Status: 500}, 503: clients.ErrBusy, 504: &net.DNSError{IsTimeout: true},
	} {
		var status interface{ GetStatus() int }
		got := a.upstream(err)
		if s, ok := got.(interface{ GetStatus() int }); ok {
			status = s
		}
		if status == nil || status.GetStatus() != want {
			t.Errorf("%v becomes %v, want %d", err, got, want)
		}
	}
	if a.upstream(nil) != nil {
		t.Error("no error becomes one")
	}
}
