package events_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.opentelemetry.io/otel"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/acme/shop/services/attribution/internal/events"
	"github.com/acme/shop/services/attribution/internal/events/eventstest"
	"github.com/acme/shop/services/attribution/internal/telemetry"
)

const subject = "test.happened"

// running is a client that takes events, until stop.
type running struct {
	*events.Client
	stop context.CancelFunc
	done chan error
}

func start(t *testing.T, c *events.Client) *running {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	r := &running{c, stop, make(chan error, 1)}
	go func() { r.done <- r.Run(ctx, 10*time.Second) }()
	t.Cleanup(stop)
	return r
}

func (r *running) wait(t *testing.T) {
	t.Helper()
	select {
	case err := <-r.done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it does not end")
	}
}

// eventually fails when f does not become true.
func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !f(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it never happens: " + what)
		}
	}
}

func ready(t *testing.T, c *events.Client) {
	t.Helper()
	eventually(t, "ready", func() bool { return c.Ready(t.Context()) == nil })
}

// letters reads all dead letters.
func letters(t *testing.T, s *eventstest.Server) []*jetstream.RawStreamMsg {
	t.Helper()
	conn, err := nats.Connect(s.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	dlq, err := js.Stream(t.Context(), "DLQ")
	if err != nil {
		t.Fatal(err)
	}
	info, err := dlq.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var out []*jetstream.RawStreamMsg
	for n := info.State.FirstSeq; n <= info.State.LastSeq && info.State.Msgs > 0; n++ {
		m, err := dlq.GetMsg(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, m)
	}
	return out
}

// counter counts deliveries by id.
type counter struct {
	mu  sync.Mutex
	ids map[string]int
}

func (c *counter) add(id string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ids == nil {
		c.ids = map[string]int{}
	}
	c.ids[id]++
	return c.ids[id]
}

func (c *counter) of(id string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ids[id]
}

func event(id string) events.Event {
	return events.Event{ID: id, Type: "test", Subject: subject, Data: []byte(`{}`)}
}

func TestDuplicateIsHandledOnce(t *testing.T) {
	s := eventstest.Start(t)
	c := s.Client(t, "test")
	var seen counter
	c.On(subject, "one", func(_ context.Context, e events.Event) error { seen.add(e.ID); return nil })
	r := start(t, c)
	ready(t, c)

	conn, err := nats.Connect(s.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, _ := jetstream.New(conn)
	for range 3 { // other ids of the message, so that JetStream itself lets them through
		m := nats.NewMsg(subject)
		m.Header.Set("ce-id", "a")
		m.Data = []byte(`{}`)
		if _, err := js.PublishMsg(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		eventually(t, "a is handled", func() bool { return seen.of("a") > 0 })
		time.Sleep(50 * time.Millisecond)
	}
	for range 3 { // the same publication again: JetStream keeps one
		if err := c.Publish(t.Context(), event("b")); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Publish(t.Context(), event("last")); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the last one", func() bool { return seen.of("last") == 1 })
	r.stop()
	r.wait(t)
	if seen.of("a") != 1 || seen.of("b") != 1 {
		t.Errorf("handled %d and %d times, want once", seen.of("a"), seen.of("b"))
	}
}

func TestPoisonGoesToTheDeadLetters(t *testing.T) {
	s := eventstest.Start(t)
	c := s.Client(t, "test")
	var seen counter
	c.On(subject, "one", func(_ context.Context, e events.Event) error {
		n := seen.add(e.ID)
		switch e.ID {
		case "poison":
			return errors.New("it never\nworks")
		case "unusable":
			return events.Permanent(errors.New("it cannot work"))
		case "panic":
			panic("oh")
		case "shaky":
			if n < 3 {
				return errors.New("not yet")
			}
		}
		return nil
	})
	start(t, c)
	ready(t, c)
	for _, id := range []string{"poison", "unusable", "panic", "shaky", "good"} {
		if err := c.Publish(t.Context(), event(id)); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "three dead letters", func() bool { return len(letters(t, s)) >= 3 })
	eventually(t, "the shaky one works", func() bool { return seen.of("shaky") == 3 })
	got := map[string]*jetstream.RawStreamMsg{}
	for _, m := range letters(t, s) {
		got[m.Header.Get("ce-id")] = m
	}
	for id, want := range map[string]struct {
		deliveries int
		reason     string
	}{"poison": {3, "it never works"}, "unusable": {1, "it cannot work"}, "panic": {3, "panic: oh"}} {
		m := got[id]
		if m == nil {
			t.Errorf("%s is not among the dead letters", id)
			continue
		}
		if seen.of(id) != want.deliveries || m.Subject != "dlq."+subject || m.Header.Get("dlq-reason") != want.reason ||
			m.Header.Get("dlq-consumer") != "test-one" || m.Header.Get("ce-type") != "test" {
			t.Errorf("%s: %d deliveries, letter %s %v", id, seen.of(id), m.Subject, m.Header)
		}
	}
	if len(got) != 3 {
		t.Errorf("%d dead letters, want 3", len(got))
	}
}

// What is no event at all is given up at once, and does not stop the others.
func TestMalformed(t *testing.T) {
	s := eventstest.Start(t)
	c := s.Client(t, "test")
	var seen counter
	c.On(subject, "one", func(_ context.Context, e events.Event) error { seen.add(e.ID); return nil })
	start(t, c)
	ready(t, c)
	conn, err := nats.Connect(s.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, _ := jetstream.New(conn)
	for _, header := range []nats.Header{nil, {"ce-id": {"x"}, "ce-time": {"noon"}}} {
		if _, err := js.PublishMsg(t.Context(), &nats.Msg{Subject: subject, Header: header, Data: []byte{0xff}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Publish(t.Context(), event("good")); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the good one", func() bool { return seen.of("good") == 1 })
	eventually(t, "two dead letters", func() bool { return len(letters(t, s)) == 2 })
	if err := c.Publish(t.Context(), events.Event{Subject: subject, Data: []byte("{")}); err == nil {
		t.Error("what is no JSON is published")
	}
}

// An instance that ends without a word leaves its event to another one.
func TestCrashBeforeAckRedelivers(t *testing.T) {
	s := eventstest.Start(t)
	patience := eventstest.Quick
	patience.Handle = 100 * time.Millisecond // and five seconds until NATS gives up waiting
	var seen counter
	connect := func(h events.Handler) *events.Client {
		c, err := events.Connect(events.Options{Service: "test", URL: s.ClientURL(), Prefetch: 1, Log: slog.New(slog.DiscardHandler),
			Metrics: telemetry.NewMetrics(), Traces: sdk.NewTracerProvider(), Patience: patience})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		c.On(subject, "one", h)
		return c
	}
	taken, crash := make(chan bool, 10), make(chan bool)
	first := connect(func(_ context.Context, e events.Event) error {
		seen.add(e.ID)
		taken <- true
		<-crash
		return errors.New("nobody hears this")
	})
	start(t, first)
	ready(t, first)
	if err := first.Publish(t.Context(), event("a")); err != nil {
		t.Fatal(err)
	}
	<-taken
	first.Close() // the connection is gone, nothing was acknowledged
	second := connect(func(_ context.Context, e events.Event) error { seen.add(e.ID); return nil })
	start(t, second)
	eventually(t, "it is delivered again", func() bool { return seen.of("a") == 2 })
	close(crash)
}

// The event in hand is finished, and no other is begun.
func TestStopFinishesWhatIsInHand(t *testing.T) {
	s := eventstest.Start(t)
	c := s.Client(t, "test")
	entered, finish := make(chan bool, 100), make(chan bool)
	var finished atomic.Int32
	c.On(subject, "one", func(ctx context.Context, _ events.Event) error {
		entered <- true
		<-finish
		finished.Add(1)
		return ctx.Err()
	})
	r := start(t, c)
	ready(t, c)
	for _, id := range strings.Split("abcdefghijklmnopqrst", "") {
		if err := c.Publish(t.Context(), event(id)); err != nil {
			t.Fatal(err)
		}
	}
	for range 4 {
		<-entered
	}
	r.stop()
	time.Sleep(100 * time.Millisecond)
	close(finish)
	r.wait(t)
	if n := finished.Load(); n != int32(4+len(entered)) || n > 8 {
		t.Errorf("%d events finished, %d more begun", n, len(entered))
	}
}

// The service begins without NATS, takes events as soon as it is there, and again
// when it was away.
func TestNATSComesAndGoes(t *testing.T) {
	s := eventstest.Start(t)
	s.End()
	c, err := events.Connect(events.Options{Service: "test", URL: s.ClientURL(), Prefetch: 4, Log: slog.New(slog.DiscardHandler),
		Metrics: telemetry.NewMetrics(), Traces: sdk.NewTracerProvider(), Patience: eventstest.Quick})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var seen counter
	c.On(subject, "one", func(_ context.Context, e events.Event) error { seen.add(e.ID); return nil })
	r := start(t, c)
	if c.Ready(t.Context()) == nil {
		t.Error("ready without NATS")
	}
	for _, id := range []string{"first", "second"} {
		s.Begin(t)
		ready(t, c)
		eventually(t, "published", func() bool {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			return c.Publish(ctx, event(id)) == nil
		})
		eventually(t, id+" is handled", func() bool { return seen.of(id) == 1 })
		if id == "first" {
			s.End()
			eventually(t, "not ready", func() bool { return c.Ready(t.Context()) != nil })
		}
	}
	r.stop()
	r.wait(t)
}

// A trace goes from who publishes to who handles, and into the log.
func TestTraceGoesOn(t *testing.T) {
	s := eventstest.Start(t)
	var log bytes.Buffer
	traces := sdk.NewTracerProvider()
	otel.SetTracerProvider(traces)
	c, err := events.Connect(events.Options{Service: "test", URL: s.ClientURL(), Prefetch: 1, Metrics: telemetry.NewMetrics(),
		Log: telemetry.NewLogger(&log, slog.LevelInfo, "test", "1"), Traces: traces, Patience: eventstest.Quick})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	handled := make(chan trace.SpanContext, 1)
	c.On(subject, "one", func(ctx context.Context, _ events.Event) error {
		handled <- trace.SpanContextFromContext(ctx)
		return nil
	})
	r := start(t, c)
	ready(t, c)
	ctx, span := traces.Tracer("").Start(t.Context(), "test")
	if err := c.Publish(ctx, event("a")); err != nil {
		t.Fatal(err)
	}
	span.End()
	want := span.SpanContext().TraceID()
	if got := (<-handled).TraceID(); got != want {
		t.Errorf("the handler has trace %s, want %s", got, want)
	}
	r.stop()
	r.wait(t)
	if !strings.Contains(log.String(), want.String()) {
		t.Errorf("the log lacks trace %s:\n%s", want, &log)
	}
	if strings.Contains(log.String(), `{}`) {
		t.Errorf("the event's data are in the log:\n%s", &log)
	}
}
