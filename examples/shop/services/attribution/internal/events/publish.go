package events

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Publish gives an event out and returns when NATS has stored it. An event
// without an id gets one. One with an id may be published again, after a time-out
// say: JetStream keeps the first.
func (c *Client) Publish(ctx context.Context, e Event) (err error) {
	if e.ID == "" {
		e.ID = rand.Text()
	}
	if e.Source == "" {
		e.Source = "/" + c.Service
	}
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	if !json.Valid(e.Data) {
		return Permanent(fmt.Errorf("the data of %s are no JSON", e.Subject))
	}
	ctx, span := tracer(c.Traces).Start(ctx, "send "+e.Subject, trace.WithSpanKind(trace.SpanKindProducer), trace.WithAttributes(
		attribute.String("messaging.system", "nats"), attribute.String("messaging.operation.type", "send"),
		attribute.String("messaging.destination.name", e.Subject), attribute.String("messaging.message.id", e.ID)))
	defer span.End()
	_, err = c.js.PublishMsg(ctx, e.message(ctx))
	outcome := "ok"
	if err != nil {
		outcome = "failed"
		span.SetStatus(codes.Error, "not published")
		err = fmt.Errorf("%s was not published: %w", e.Subject, err)
	}
	c.Metrics.Published.WithLabelValues(e.Subject, outcome).Inc()
	return err
}
