package events

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.opentelemetry.io/otel/trace"

	"github.com/acme/shop/services/attribution/internal/telemetry"
)

// Options is what a Client needs.
type Options struct {
	Service  string
	URL      string // of one NATS server or several
	Prefetch int    // messages that one consumer handles side by side
	Log      *slog.Logger
	Metrics  *telemetry.Metrics
	Traces   trace.TracerProvider

	Patience Patience
}

// Patience is how long things may take, and how often they are tried.
type Patience struct {
	Handle     time.Duration   // for one event
	Deliveries int             // of one event, before it goes among the dead letters
	Backoff    []time.Duration // between deliveries
	Attach     time.Duration   // between attempts to begin
	Remember   time.Duration   // how long a handled event is known
}

// Usual is the patience of a service.
var Usual = Patience{
	Handle:     30 * time.Second,
	Deliveries: 3,
	Backoff:    []time.Duration{time.Second, 5 * time.Second},
	Attach:     2 * time.Second,
	Remember:   24 * time.Hour,
}

// Client is the service's connection to NATS.
type Client struct {
	Options
	conn *nats.Conn
	js   jetstream.JetStream

	mu        sync.Mutex
	consumers []*consumer
	handled   jetstream.KeyValue // ids of events that were handled
}

// Connect returns a client at once. Where no server answers it goes on trying, so
// that the service lives without NATS, is not ready, and recovers by itself.
func Connect(o Options) (*Client, error) {
	c := &Client{Options: o}
	var err error
	c.conn, err = nats.Connect(o.URL,
		nats.Name(o.Service),
		nats.RetryOnFailedConnect(true),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(time.Second),
		nats.Timeout(2*time.Second),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				o.Log.Warn("the connection to NATS is lost", "error", err)
			}
		}),
		nats.ReconnectHandler(func(n *nats.Conn) { o.Log.Info("connected to NATS again", "server", n.ConnectedAddr()) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { o.Log.Warn("NATS reports an error", "error", err) }),
	)
	if err != nil {
		return nil, err
	}
	if c.js, err = jetstream.New(c.conn); err != nil {
		c.conn.Close()
		return nil, err
	}
	return c, nil
}

// Ready reports whether NATS answers and every consumer takes events.
func (c *Client) Ready(ctx context.Context) error {
	if !c.conn.IsConnected() {
		return errors.New("not connected to NATS")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range c.consumers {
		if !k.attached.Load() {
			return fmt.Errorf("the consumer %s has not begun", k.Name)
		}
	}
	return nil
}

// Names are the consumers' names.
func (c *Client) Names() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	names := make([]string, len(c.consumers))
	for i, k := range c.consumers {
		names[i] = k.Name
	}
	return names
}

// Close gives the connection up. Whoever called Run waits for its end first.
func (c *Client) Close() { c.conn.Close() }

// stream finds the stream of a subject, and makes one where there is none: in
// production whoever owns the events makes it first, with limits of its own.
func (c *Client) stream(ctx context.Context, name, subject string) (string, error) {
	found, err := c.js.StreamNameBySubject(ctx, subject)
	if err == nil || !errors.Is(err, jetstream.ErrStreamNotFound) {
		return found, err
	}
	s, err := c.js.CreateStream(ctx, jetstream.StreamConfig{
		Name: name, Subjects: []string{subject}, MaxAge: 7 * 24 * time.Hour, MaxBytes: 1 << 30, Duplicates: 2 * time.Minute,
	})
	if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) { // another instance was faster
		return c.js.StreamNameBySubject(ctx, subject)
	}
	if err != nil {
		return "", err
	}
	c.Log.InfoContext(ctx, "made a stream, for there was none", "stream", name, "subject", subject)
	return s.CachedInfo().Config.Name, nil
}

// memory is where the ids of handled events are kept, for all instances.
func (c *Client) memory(ctx context.Context) (jetstream.KeyValue, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.handled != nil {
		return c.handled, nil
	}
	kv, err := c.js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{
		Bucket: "handled-" + c.Service, TTL: c.Patience.Remember, History: 1,
		Description: "events that " + c.Service + " has handled",
	})
	if err == nil {
		c.handled = kv
	}
	return kv, err
}
