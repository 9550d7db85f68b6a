// Package telemetry makes what the service tells about itself: log lines,
// metrics and traces.
//
// Headers, bodies and query strings stay out of all three. Nothing here may slow
// a request down or change how the process ends.
package telemetry

import (
	"context"
	"io"
	"log/slog"

	"go.opentelemetry.io/otel/trace"
)

// NewLogger returns a logger that writes JSON lines to w. A line logged with a
// request's context carries that request's trace_id and span_id.
func NewLogger(w io.Writer, level slog.Leveler, service, version string) *slog.Logger {
	h := slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level})
	return slog.New(traced{h}).With("service", service, "version", version)
}

// traced adds the ids. It wraps what WithAttrs and WithGroup return as well:
// the handler embedded here would return itself, without the ids.
type traced struct{ slog.Handler }

func (t traced) Handle(ctx context.Context, r slog.Record) error {
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		r = r.Clone()
		r.AddAttrs(slog.String("trace_id", span.TraceID().String()), slog.String("span_id", span.SpanID().String()))
	}
	return t.Handler.Handle(ctx, r)
}

func (t traced) WithAttrs(attrs []slog.Attr) slog.Handler { return traced{t.Handler.WithAttrs(attrs)} }
func (t traced) WithGroup(name string) slog.Handler       { return traced{t.Handler.WithGroup(name)} }
