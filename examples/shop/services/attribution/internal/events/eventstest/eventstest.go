// Package eventstest is for tests: a NATS server in the test's own process, and a
// publisher that only remembers.
package eventstest

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/acme/shop/services/attribution/internal/events"
	"github.com/acme/shop/services/attribution/internal/telemetry"
)

// Server is a NATS server with JetStream that ends with the test.
type Server struct {
	*server.Server
	dir  string
	port int
}

// Start starts a server on a port of its own.
func Start(t *testing.T) *Server {
	t.Helper()
	s := &Server{dir: t.TempDir(), port: -1}
	s.Begin(t)
	t.Cleanup(s.End)
	return s
}

// Begin starts the server again, on the same port and with what it had stored.
func (s *Server) Begin(t *testing.T) {
	t.Helper()
	var err error
	if s.Server, err = server.NewServer(&server.Options{Host: "127.0.0.1", Port: s.port, JetStream: true, StoreDir: s.dir, NoLog: true, NoSigs: true}); err != nil {
		t.Fatal(err)
	}
	s.Server.Start()
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("the NATS server does not start")
	}
	s.port = s.Addr().(*net.TCPAddr).Port
}

// End stops the server.
func (s *Server) End() {
	s.Shutdown()
	s.WaitForShutdown()
}

// Quick is patience for tests.
var Quick = events.Patience{
	Handle:     5 * time.Second,
	Deliveries: 3,
	Backoff:    []time.Duration{10 * time.Millisecond},
	Attach:     20 * time.Millisecond,
	Remember:   time.Minute,
}

// Client returns a client of the server that ends with the test.
func (s *Server) Client(t *testing.T, service string) *events.Client {
	t.Helper()
	c, err := events.Connect(events.Options{Service: service, URL: s.ClientURL(), Prefetch: 4,
		Log: slog.New(slog.DiscardHandler), Metrics: telemetry.NewMetrics(), Traces: noop.NewTracerProvider(), Patience: Quick})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// Recorder is a publisher that remembers what it was given.
type Recorder struct {
	mu   sync.Mutex
	all  []events.Event
	fail error
}

// SetFail says what Publish returns from now on.
func (r *Recorder) SetFail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fail = err
}

// Publish is part of publishers.Publisher.
func (r *Recorder) Publish(_ context.Context, e events.Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail != nil {
		return r.fail
	}
	r.all = append(r.all, e)
	return nil
}

// Events are what was published so far.
func (r *Recorder) Events() []events.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]events.Event(nil), r.all...)
}
