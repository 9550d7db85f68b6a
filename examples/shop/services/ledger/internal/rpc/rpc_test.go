package rpc

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/acme/shop/services/ledger/gen/entry/v1/entryv1connect"

	"github.com/acme/shop/services/ledger/internal/ledger"

	"github.com/acme/shop/services/ledger/internal/health"
	"github.com/acme/shop/services/ledger/internal/telemetry"
)

// testServer is the server, behind a real port, with what it has told of itself.
type testServer struct {
	*Server
	http   *httptest.Server
	client entryv1connect.EntryServiceClient // speaks Connect
	log    *buffer
	spans  *tracetest.SpanRecorder
	calls  sync.WaitGroup
}

// newTestServer serves HTTP/1.1, and HTTP/2 without TLS, as package app does.
// What prepare does, such as adding a method, is done before.
func newTestServer(t *testing.T, prepare ...func(*Server)) *testServer {
	t.Helper()
	s := &testServer{log: &buffer{}, spans: tracetest.NewSpanRecorder()}
	log := telemetry.NewLogger(s.log, slog.LevelInfo, "test", "test")
	var err error
	s.Server, err = New(Options{
		Service:      ledger.New(ledger.NewMemoryStore()),
		Log:          log,
		Metrics:      telemetry.NewMetrics(),
		Traces:       sdk.NewTracerProvider(sdk.WithSpanProcessor(s.spans)),
		Health:       health.New(log),
		CallTimeout:  time.Second,
		MessageBytes: 1 << 20,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range prepare {
		p(s.Server)
	}
	s.http = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.calls.Add(1)
		defer s.calls.Done()
		s.ServeHTTP(w, r)
	}))
	s.http.Config.Protocols = &http.Protocols{}
	s.http.Config.Protocols.SetHTTP1(true)
	s.http.Config.Protocols.SetUnencryptedHTTP2(true)
	s.http.Config.RegisterOnShutdown(s.StopWatching)
	s.http.Start()
	t.Cleanup(s.http.Close)
	t.Cleanup(s.StopWatching)
	s.client = entryv1connect.NewEntryServiceClient(s.http.Client(), s.http.URL)
	return s
}

// end closes the server and waits for the calls that have begun: what it tells of
// them is complete then. Closing alone does not wait for those over HTTP/2.
func (s *testServer) end() {
	s.http.Close()
	s.calls.Wait()
}

// do sends a request that no client would make up; a body that begins with { is
// JSON. Header lines are "Name: value".
func (s *testServer) do(t *testing.T, method, path, body string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	if strings.HasPrefix(body, "{") {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func wantCode(t *testing.T, err error, want connect.Code) {
	t.Helper()
	if err == nil || connect.CodeOf(err) != want {
		t.Fatalf("the call ends with %v, want %v", err, want)
	}
}

// buffer is a bytes.Buffer that goroutines can share.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
