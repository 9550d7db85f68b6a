package rpc

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"go.opentelemetry.io/otel/codes"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// One trace goes from the caller through the span to every line in the log, and
// takes no secret along.
func TestTrace(t *testing.T) {
	for protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			var s *testServer
			s = newTestServer(t, with(func(ctx context.Context, _ string) error {
				s.Log.With("part", "notes").InfoContext(ctx, "inside")
				return nil
			}))
			const trace = "0af7651916cd43dd8448eb211c80319c"
			c := connect.NewClient[wrapperspb.StringValue, emptypb.Empty](h2c(), s.http.URL+unaryPath, protocols[protocol]...)
			r := connect.NewRequest(wrapperspb.String(secret))
			r.Header().Set("Traceparent", "00-"+trace+"-b7ad6b7169203331-01")
			r.Header().Set("Authorization", "Bearer "+secret)
			r.Header().Set("Cookie", "session="+secret)
			if _, err := c.CallUnary(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			s.end() // the log is complete

			spans := s.spans.Ended()
			if len(spans) != 1 {
				t.Fatalf("%d spans, want 1", len(spans))
			}
			span := spans[0]
			if got := span.SpanContext().TraceID().String(); got != trace || span.Parent().SpanID().String() != "b7ad6b7169203331" {
				t.Errorf("the span's trace is %s below %s, want the caller's", got, span.Parent().SpanID())
			}
			if span.Name() != unaryPath[1:] || span.Status().Code == codes.Error {
				t.Errorf("the span is called %q, %v", span.Name(), span.Status())
			}
			lines := strings.Split(strings.TrimSpace(s.log.String()), "\n")
			if len(lines) != 2 {
				t.Errorf("%d lines, want the handler's and the call's", len(lines))
			}
			for _, line := range lines {
				var l struct {
					TraceID string `json:"trace_id"`
				}
				if err := json.Unmarshal([]byte(line), &l); err != nil || l.TraceID != trace {
					t.Errorf("a line without the trace: %s", line)
				}
			}
			if told := fmt.Sprint(s.log, span.Attributes(), span.Events()); strings.Contains(told, secret) {
				t.Errorf("a secret came through:\n%s", told)
			}
		})
	}
}

// series counts the calls in the metric, by the values of its labels.
func (s *testServer) series(t *testing.T) map[string]uint64 {
	t.Helper()
	families, err := s.Metrics.Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]uint64{}
	for _, f := range families {
		if f.GetName() != "rpc_server_call_duration_seconds" {
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
	s := newTestServer(t, with(func(_ context.Context, text string) error {
		if text == "fail" {
			return connect.NewError(connect.CodeAborted, context.Canceled)
		}
		return nil
	}))
	for protocol := range protocols {
		for i := range 10 {
			s.do(t, "POST", fmt.Sprintf("/test.v1.Invented/M%d", i), "{}")
			_ = s.call(t, protocol, "")
			_ = s.call(t, protocol, "fail")
			_, _ = s.stream(t, protocol, "fail")
		}
	}
	s.end() // all is counted
	got := s.series(t)
	want := map[string]uint64{
		"unmatched unimplemented":   40,
		unaryPath[1:] + " ok":       40,
		unaryPath[1:] + " aborted":  40,
		streamPath[1:] + " aborted": 40,
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
