package api

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"go.opentelemetry.io/otel/attribute"
)

type noteInput struct {
	ID   string `path:"id"`
	Body struct {
		Text string `json:"text"`
	}
}

// One trace goes from the caller through the span to every line in the log, and
// takes no secret along.
func TestTrace(t *testing.T) {
	a := newBareAPI(t)
	register(a.API, huma.Operation{Method: http.MethodPut, Path: "/test/notes/{id}"},
		func(ctx context.Context, _ *noteInput) (*struct{}, error) {
			a.Log.With("part", "notes").InfoContext(ctx, "inside")
			return nil, nil
		})
	const trace = "0af7651916cd43dd8448eb211c80319c"
	a.do(t, "PUT", "/test/notes/7?token="+secret, `{"text":"`+secret+`"}`,
		"traceparent: 00-"+trace+"-b7ad6b7169203331-01", "Authorization: Bearer "+secret, "Cookie: session="+secret)

	spans := a.spans.Ended()
	if len(spans) != 1 {
		t.Fatalf("%d spans, want 1", len(spans))
	}
	span := spans[0]
	if got := span.SpanContext().TraceID().String(); got != trace {
		t.Errorf("the span's trace is %s, want the caller's", got)
	}
	if span.Name() != "PUT /test/notes/{id}" {
		t.Errorf("the span is called %q", span.Name())
	}
	attributes := fmt.Sprint(span.Attributes())
	if !slices.Contains(span.Attributes(), attribute.String("http.route", "/test/notes/{id}")) {
		t.Errorf("the span has no http.route, or another: %s", attributes)
	}
	lines := strings.Split(strings.TrimSpace(a.log.String()), "\n")
	if len(lines) != 2 {
		t.Errorf("%d lines, want the handler's and the request's", len(lines))
	}
	for _, line := range lines {
		var l struct {
			TraceID string `json:"trace_id"`
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil || l.TraceID != trace {
			t.Errorf("a line without the trace: %s", line)
		}
	}
	if strings.Contains(a.log.String()+attributes+fmt.Sprint(span.Events()), secret) {
		t.Errorf("a secret came through:\n%s%s", a.log, attributes)
	}
}

// series counts the requests in the metric, by the values of its labels.
func (a *testAPI) series(t *testing.T) map[string]uint64 {
	t.Helper()
	families, err := a.Metrics.Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]uint64{}
	for _, f := range families {
		if f.GetName() != "http_server_request_duration_seconds" {
			continue
		}
		for _, m := range f.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetValue())
			}
			out[strings.Join(labels, " ")] = m.GetHistogram().GetSampleCount()
		}
	}
	return out
}

func TestMetric(t *testing.T) {
	a := newBareAPI(t)
	addThings(a.API)
	for i := range 50 {
		a.do(t, "GET", fmt.Sprintf("/v1/invented-%d", i), "")
		a.do(t, fmt.Sprintf("INVENT%d", i), "/test/error", "")
		a.do(t, "PUT", fmt.Sprintf("/test/things/%d", i), `{"name":"a"}`)
	}
	got := a.series(t)
	want := map[string]uint64{
		"GET 404 unmatched":         50,
		"_OTHER 405 unmatched":      50,
		"PUT 204 /test/things/{id}": 50,
	}
	for labels, n := range want {
		if got[labels] != n {
			t.Errorf("%s: %d samples, want %d", labels, got[labels], n)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d series, want %d: %v", len(got), len(want), got)
	}
}

func TestLevelOfRequests(t *testing.T) {
	a := newBareAPI(t)
	addThings(a.API)
	for path, want := range map[string]slog.Level{
		"/unknown": slog.LevelInfo, "/test/wrapped": slog.LevelInfo, "/test/error": slog.LevelError,
	} {
		a.log.Reset()
		a.do(t, "GET", path, "")
		lines := strings.Split(strings.TrimSpace(a.log.String()), "\n")
		if last := lines[len(lines)-1]; !strings.Contains(last, `"level":"`+want.String()+`","msg":"request"`) {
			t.Errorf("%s: want level %s: %s", path, want, last)
		}
	}
}
