package telemetry

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
)

func TestLogLines(t *testing.T) {
	var out strings.Builder
	log := NewLogger(&out, slog.LevelInfo, "test", "1.2.3")
	traces := StartTraces(t.Context(), log, TraceOptions{Service: "test"})
	ctx, span := traces.Tracer("").Start(t.Context(), "test")
	defer span.End()
	trace := span.SpanContext().TraceID().String()

	for _, c := range []struct {
		name  string
		log   func()
		trace string
	}{
		{"plain", func() { log.InfoContext(ctx, "said") }, trace},
		{"With", func() { log.With("part", "a").With("part", "b").InfoContext(ctx, "said") }, trace},
		{"without a request", func() { log.InfoContext(context.Background(), "said") }, ""},
	} {
		out.Reset()
		c.log()
		var l struct {
			Level, Msg, Service, Version string
			TraceID                      string `json:"trace_id"`
		}
		if err := json.Unmarshal([]byte(out.String()), &l); err != nil {
			t.Fatalf("%s: %v: %s", c.name, err, out.String())
		}
		if l.TraceID != c.trace || l.Level != "INFO" || l.Msg != "said" || l.Service != "test" || l.Version != "1.2.3" {
			t.Errorf("%s: %s", c.name, out.String())
		}
	}
	out.Reset()
	if log.Debug("not said"); out.Len() > 0 {
		t.Errorf("below the level: %s", out.String())
	}
	if log.WithGroup("g").InfoContext(ctx, "said"); !strings.Contains(out.String(), trace) {
		t.Errorf("in a group: %s", out.String())
	}
}

func TestSampling(t *testing.T) {
	for _, c := range []struct {
		name     string
		disabled bool
		sampler  string
		sampled  bool
	}{
		{"by default", false, "", true},
		{"as the environment says", false, "always_off", false},
		{"turned off", true, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("OTEL_TRACES_SAMPLER", c.sampler)
			traces := StartTraces(t.Context(), slog.New(slog.DiscardHandler), TraceOptions{Disabled: c.disabled})
			_, span := traces.Tracer("").Start(t.Context(), "test")
			defer span.End()
			if got := span.SpanContext(); got.IsSampled() != c.sampled || !got.HasTraceID() {
				t.Errorf("sampled is %t, want %t; the trace id is %s", got.IsSampled(), c.sampled, got.TraceID())
			}
		})
	}
}
