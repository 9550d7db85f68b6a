package clients

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

var usual = Options{DialTimeout: time.Second, HeaderTimeout: time.Second, Timeout: 5 * time.Second, MaxInFlight: 4}

// peer is a client of a server that answers with handler.
func peer(t *testing.T, o Options, handler http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	o.URL = server.URL
	return New("ledger", o)
}

func TestCall(t *testing.T) {
	c := peer(t, usual, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method != "POST" || r.URL.String() != "/v1/entries/a%2Fb?q=1" || string(body) != `{"amount":7}` || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s %s with %v", r.Method, r.URL, body, r.Header)
		}
		_, _ = io.WriteString(w, `{"id":"x","more":true}`)
	})
	var out struct{ ID string }
	err := c.Do(t.Context(), Call{Method: "POST", Route: "/v1/entries/{id}", Path: "/v1/entries/a%2Fb",
		Query: map[string][]string{"q": {"1"}}, In: map[string]int{"amount": 7}, Out: &out})
	if err != nil || out.ID != "x" {
		t.Errorf("got %+v, %v", out, err)
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		name, body string
		status     int
		detail     string
	}{
		{"a problem", `{"title":"Not Found","detail":"no such entry","trace_id":"abc"}`, 404, "no such entry"},
		{"Connect", `{"code":"not_found","message":"no such entry"}`, 404, "no such entry"},
		{"a page", `<html>`, 404, ""},
		{"a redirect", ``, 307, ""},
	} {
		client := peer(t, usual, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://elsewhere.invalid/")
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		})
		err := client.Do(t.Context(), Call{Method: "GET", Route: "/v1/entries/{id}", Path: "/v1/entries/secret"})
		var e *StatusError
		if !errors.As(err, &e) || !HasStatus(err, c.status) || HasStatus(err, 500) || e.Detail != c.detail {
			t.Errorf("%s: %v", c.name, err)
		} else if strings.Contains(err.Error(), "secret") || !strings.HasPrefix(err.Error(), "ledger: GET /v1/entries/{id}: ") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for name, body := range map[string]string{"not JSON": "<html>", "endless": strings.Repeat(" ", maxBody+1) + "{}"} {
		client := peer(t, usual, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
		if err := client.Do(t.Context(), Call{Method: "GET", Route: "/", Out: &struct{}{}}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// answers is a peer without a network: what it answers, in turn.
type answers struct {
	mu    sync.Mutex
	turn  []func(*http.Request) (*http.Response, error)
	times []time.Duration // since the first request
	first time.Time
	heads []http.Header
}

func (a *answers) RoundTrip(req *http.Request) (*http.Response, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.first.IsZero() {
		a.first = time.Now()
	}
	a.times, a.heads = append(a.times, time.Since(a.first)), append(a.heads, req.Header)
	next := a.turn[min(len(a.times), len(a.turn))-1]
	if req.Body != nil {
		body, _ := io.ReadAll(req.Body)
		if string(body) != `{"amount":7}` {
			return nil, errors.New("the body is not whole")
		}
	}
	return next(req)
}

func status(code int, header ...string) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) {
		h := http.Header{}
		for i := 0; i+1 < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return &http.Response{StatusCode: code, Header: h, Body: io.NopCloser(strings.NewReader("{}"))}, nil
	}
}

func broken(*http.Request) (*http.Response, error) { return nil, errors.New("connection reset") }

func without(o Options, a *answers) *Client {
	o.URL = "http://ledger:8080"
	c := New("ledger", o)
	c.Transport.base = a
	return c
}

func TestOneRetry(t *testing.T) {
	type turns = []func(*http.Request) (*http.Response, error)
	body := map[string]int{"amount": 7}
	key := http.Header{"Idempotency-Key": {"1"}}
	for _, c := range []struct {
		name    string
		call    Call
		timeout time.Duration
		turn    turns
		want    int // requests
		ok      bool
		least   time.Duration // between them
	}{
		{"no answer, then one", Call{Method: "GET"}, 0, turns{broken, status(200)}, 2, true, 50 * time.Millisecond},
		{"never an answer", Call{Method: "GET"}, 0, turns{broken}, 2, false, 50 * time.Millisecond},
		{"away, then back", Call{Method: "DELETE"}, 0, turns{status(503), status(204)}, 2, true, 50 * time.Millisecond},
		{"with a body", Call{Method: "PUT", In: body}, 0, turns{status(502), status(200)}, 2, true, 50 * time.Millisecond},
		{"as it asks for", Call{Method: "GET"}, 0, turns{status(429, "Retry-After", "2"), status(200)}, 2, true, 2 * time.Second},
		{"not before the end", Call{Method: "GET"}, 0, turns{status(503, "Retry-After", "10"), status(200)}, 1, false, 0},
		{"not for long", Call{Method: "GET"}, 40 * time.Millisecond, turns{status(503), status(200)}, 1, false, 0},
		{"its own fault", Call{Method: "GET"}, 0, turns{status(400), status(200)}, 1, false, 0},
		{"their fault", Call{Method: "GET"}, 0, turns{status(500), status(200)}, 1, false, 0},
		{"not twice", Call{Method: "POST", In: body}, 0, turns{status(503), status(200)}, 1, false, 0},
		{"twice by declaration", Call{Method: "POST", In: body, Idempotent: true}, 0, turns{status(503), status(200)}, 2, true, 50 * time.Millisecond},
		{"twice with a key", Call{Method: "POST", In: body, Header: key}, 0, turns{status(503), status(200)}, 2, true, 50 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			o := usual
			if c.timeout > 0 {
				o.Timeout = c.timeout
			}
			a := &answers{turn: c.turn}
			c.call.Route = "/v1/entries"
			err := without(o, a).Do(t.Context(), c.call)
			if len(a.times) != c.want || (err == nil) != c.ok {
				t.Errorf("%s: %d requests, %v; want %d, success is %t", c.name, len(a.times), err, c.want, c.ok)
			}
			if c.want == 2 && (a.times[1] < c.least || a.times[1] > c.least+time.Second) {
				t.Errorf("%s: again after %v, want %v or a little more", c.name, a.times[1], c.least)
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "3": 3 * time.Second, "-3": 0, "soon": 0, "99999999999": 0,
		"Fri, 02 Jan 2026 03:04:15 GMT": 10 * time.Second, "Fri, 02 Jan 2026 03:04:00 GMT": 0,
	} {
		resp := &http.Response{Header: http.Header{"Retry-After": {value}}}
		if got := retryAfter(resp, now); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}

func TestCallerThatLeaves(t *testing.T) {
	a := &answers{}
	ctx, leave := context.WithCancel(t.Context())
	a.turn = append(a.turn, func(r *http.Request) (*http.Response, error) { leave(); return nil, r.Context().Err() })
	if err := without(usual, a).Do(ctx, Call{Method: "GET", Route: "/"}); !errors.Is(err, context.Canceled) || len(a.times) != 1 {
		t.Errorf("%v after %d requests", err, len(a.times))
	}
}

func TestTimeLimits(t *testing.T) {
	over := make(chan bool)
	t.Cleanup(func() { close(over) })
	hangs := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			w.(http.Flusher).Flush()
		}
		select {
		case <-over:
		case <-r.Context().Done():
		}
	}
	full, err := net.Listen("tcp", "127.0.0.1:0") // nobody accepts: dialing works, an answer never comes
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	short, long := 50*time.Millisecond, time.Minute
	for _, c := range []struct {
		name, route   string
		header, total time.Duration
	}{
		{"headers", "/headers", short, long},
		{"the whole", "/headers", long, short},
		{"the body", "/body", long, short},
	} {
		o := Options{DialTimeout: long, HeaderTimeout: c.header, Timeout: c.total, MaxInFlight: 1}
		err := peer(t, o, hangs).Do(t.Context(), Call{Method: "GET", Route: c.route, Out: &struct{}{}})
		var limit net.Error
		if !errors.As(err, &limit) || !limit.Timeout() {
			t.Errorf("%s: %v, want a timeout", c.name, err)
		}
	}
	c := New("ledger", Options{URL: "http://" + full.Addr().String(), DialTimeout: short, HeaderTimeout: short, Timeout: long, MaxInFlight: 1})
	if err := c.Do(t.Context(), Call{Method: "GET", Route: "/"}); err == nil {
		t.Error("nobody answers: no error")
	}
	if got := c.Transport.base.(*http.Transport); got.ResponseHeaderTimeout != short || got.TLSHandshakeTimeout != short {
		t.Errorf("headers in %v, TLS in %v", got.ResponseHeaderTimeout, got.TLSHandshakeTimeout)
	}
}

// A slow peer takes no more than the slots that it has, and gives them back.
func TestBulkhead(t *testing.T) {
	in, out := make(chan bool), make(chan bool)
	var slow atomic.Bool
	slow.Store(true)
	c := peer(t, usual, func(http.ResponseWriter, *http.Request) {
		if slow.Load() {
			in <- true
			<-out
		}
	})
	call := Call{Method: "POST", Route: "/"}
	var calls sync.WaitGroup
	for range usual.MaxInFlight {
		calls.Go(func() {
			if err := c.Do(t.Context(), call); err != nil {
				t.Error(err)
			}
		})
		<-in
	}
	if err := c.Do(t.Context(), call); !errors.Is(err, ErrBusy) {
		t.Errorf("one more: %v, want ErrBusy", err)
	}
	if got := metric(t, c, "http_client_active_requests"); got != float64(usual.MaxInFlight) {
		t.Errorf("on their way: %v", got)
	}
	slow.Store(false)
	close(out)
	calls.Wait()
	for range 3 * usual.MaxInFlight { // one after the other, all slots are free again
		if err := c.Do(t.Context(), call); err != nil {
			t.Fatal(err)
		}
	}
	if got := metric(t, c, "http_client_rejected_total"); got != 1 {
		t.Errorf("rejected: %v", got)
	}
}

// metric is the value of a counter or a gauge.
func metric(t *testing.T, c prometheus.Collector, name string) float64 {
	t.Helper()
	r := prometheus.NewRegistry()
	if err := r.Register(c); err != nil {
		t.Fatal(err)
	}
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			m := f.GetMetric()[0]
			return m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	t.Fatalf("there is no metric %s", name)
	return 0
}

func TestSpansNameThePeer(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	before, propagator := otel.GetTracerProvider(), otel.GetTextMapPropagator()
	otel.SetTracerProvider(sdk.NewTracerProvider(sdk.WithSpanProcessor(spans)))
	otel.SetTextMapPropagator(propagation.TraceContext{})
	defer func() { otel.SetTracerProvider(before); otel.SetTextMapPropagator(propagator) }()

	a := &answers{turn: []func(*http.Request) (*http.Response, error){status(503), status(200)}}
	c := without(usual, a)
	ctx, parent := otel.Tracer("test").Start(t.Context(), "parent")
	if err := c.Do(ctx, Call{Method: "GET", Route: "/v1/entries/{id}", Path: "/v1/entries/secret"}); err != nil {
		t.Fatal(err)
	}
	parent.End()
	ended := spans.Ended()
	if len(ended) != 3 {
		t.Fatalf("%d spans, want two attempts and their parent", len(ended))
	}
	for i, s := range ended[:2] {
		got := map[string]string{}
		for _, kv := range s.Attributes() {
			got[string(kv.Key)] = kv.Value.Emit()
			if strings.Contains(kv.Value.Emit(), "secret") {
				t.Errorf("%s tells %s", kv.Key, kv.Value.Emit())
			}
		}
		if s.Name() != "GET /v1/entries/{id}" || got["peer.service"] != "ledger" || got["server.address"] != "ledger" || got["server.port"] != "8080" {
			t.Errorf("span %q has %v", s.Name(), got)
		}
		if id := s.SpanContext(); !strings.Contains(a.heads[i].Get("Traceparent"), id.TraceID().String()+"-"+id.SpanID().String()) || id.TraceID() != parent.SpanContext().TraceID() {
			t.Errorf("traceparent is %q in span %v", a.heads[i].Get("Traceparent"), id)
		}
	}
	if got := metric(t, c, "http_client_retries_total"); got != 1 {
		t.Errorf("retries: %v", got)
	}
}

func TestReady(t *testing.T) {
	var code atomic.Int32
	code.Store(200)
	c := peer(t, usual, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" || r.Header.Get("Traceparent") != "" {
			t.Errorf("%s with %v", r.URL, r.Header)
		}
		w.WriteHeader(int(code.Load()))
	})
	if err := c.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	code.Store(503)
	if err := c.Ready(t.Context()); err == nil {
		t.Error("a peer that is not ready counts as ready")
	}
}
