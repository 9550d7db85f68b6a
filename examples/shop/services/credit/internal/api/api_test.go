package api

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/acme/shop/services/credit/internal/credit"

	"github.com/acme/shop/services/credit/internal/bureau"
	"github.com/acme/shop/services/credit/internal/telemetry"
)

// testAPI is the API with what it has told of itself.
type testAPI struct {
	*API
	log   *bytes.Buffer
	spans *tracetest.SpanRecorder
}

// newTestAPI is the API as it is served.
func newTestAPI(t *testing.T) *testAPI { return observed(t, New) }

// newBareAPI is the API without its routes, for tests that bring their own.
func newBareAPI(t *testing.T) *testAPI { return observed(t, bare) }

func observed(t *testing.T, build func(Options) *API) *testAPI {
	t.Helper()
	a := &testAPI{log: &bytes.Buffer{}, spans: tracetest.NewSpanRecorder()}
	a.API = build(Options{
		Service:     credit.New(credit.NewMemoryStore(), bureau.StandIn),
		Log:         telemetry.NewLogger(a.log, slog.LevelInfo, "test", "test"),
		Metrics:     telemetry.NewMetrics(),
		Traces:      sdk.NewTracerProvider(sdk.WithSpanProcessor(a.spans)),
		BodyTimeout: time.Second,
	})
	return a
}

// do sends a request; a body that begins with { is JSON. Header lines are
// "Name: value".
func (a *testAPI) do(t *testing.T, method, path, body string, header ...string) *httptest.ResponseRecorder {
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
	a.ServeHTTP(w, r)
	return w
}

// decode reads the body of an answer that must have the status.
func decode[T any](t *testing.T, w *httptest.ResponseRecorder, status int) T {
	t.Helper()
	var v T
	if w.Code != status {
		t.Fatalf("the answer is %d, want %d: %s", w.Code, status, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	return v
}
