// Package events is the service's side of NATS JetStream: what an event looks
// like on the wire, how events are taken and given out, and what becomes of those
// that cannot be handled.
//
// It promises at least once: an event is acknowledged when its handler has
// succeeded, and one that was handled before is not handled again. It knows
// nothing of what events mean; package consumers does.
package events

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"go.opentelemetry.io/otel/trace"

	"github.com/acme/shop/services/attribution/internal/telemetry"
)

// Event is an event with the attributes that CloudEvents gives it. On the wire
// they are headers (its NATS binding, binary mode), and the data is the body.
type Event struct {
	ID      string // the same for every delivery, and for every attempt to publish
	Type    string // what happened, e.g. com.example.payment.created
	Source  string // who says so
	Subject string // of NATS, where it was published
	Time    time.Time
	Data    json.RawMessage

	Deliveries int // how often it has come, this time included
}

// Decode reads the event's data into v. Data that do not fit will never fit: the
// error is permanent.
func (e Event) Decode(v any) error {
	if err := json.Unmarshal(e.Data, v); err != nil {
		return Permanent(fmt.Errorf("the data do not fit: %w", err))
	}
	return nil
}

// Permanent marks an error that another delivery would not mend: the event goes
// among the dead letters at once.
func Permanent(err error) error { return permanent{err} }

type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

func isPermanent(err error) bool {
	var p permanent
	return errors.As(err, &p)
}

const (
	headerID      = "ce-id"
	headerType    = "ce-type"
	headerSource  = "ce-source"
	headerTime    = "ce-time"
	headerVersion = "ce-specversion"
	contentType   = "content-type"
)

// message is the event as NATS sends it, with the trace of ctx.
func (e Event) message(ctx context.Context) *nats.Msg {
	m := nats.NewMsg(e.Subject)
	m.Data = e.Data
	m.Header.Set(headerVersion, "1.0")
	m.Header.Set(headerID, e.ID)
	m.Header.Set(headerType, e.Type)
	m.Header.Set(headerSource, e.Source)
	m.Header.Set(headerTime, e.Time.UTC().Format(time.RFC3339Nano))
	m.Header.Set(contentType, "application/json")
	m.Header.Set(nats.MsgIdHdr, e.ID) // JetStream drops what comes twice within its window
	telemetry.Propagator().Inject(ctx, carrier(m.Header))
	return m
}

// parse reads an event from a message. What has no id cannot be told from a
// duplicate, and is refused.
func parse(subject string, header nats.Header, data []byte) (Event, error) {
	e := Event{ID: header.Get(headerID), Type: header.Get(headerType), Source: header.Get(headerSource), Subject: subject, Data: data}
	if e.ID == "" {
		e.ID = header.Get(nats.MsgIdHdr)
	}
	if e.ID == "" {
		return e, Permanent(errors.New("it has no id: neither " + headerID + " nor " + nats.MsgIdHdr))
	}
	if t := header.Get(headerTime); t != "" {
		var err error
		if e.Time, err = time.Parse(time.RFC3339Nano, t); err != nil {
			return e, Permanent(fmt.Errorf("%s: %w", headerTime, err))
		}
	}
	return e, nil
}

// carrier lets OpenTelemetry read and write a message's headers.
type carrier nats.Header

func (c carrier) Get(key string) string { return nats.Header(c).Get(key) }
func (c carrier) Set(key, value string) { nats.Header(c).Set(key, value) }
func (c carrier) Keys() []string {
	keys := make([]string, 0, len(c))
	for k := range c {
		keys = append(keys, k)
	}
	return keys
}

// tracer makes the spans of this package.
func tracer(p trace.TracerProvider) trace.Tracer {
	return p.Tracer("github.com/acme/shop/services/attribution/internal/events")
}
