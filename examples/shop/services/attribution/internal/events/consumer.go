package events

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/acme/shop/services/attribution/internal/telemetry"
)

// Handler handles one event. An error has it delivered again, a permanent one
// gives it up at once. The same event may come more than once, after a crash say:
// a handler must be able to stand that.
type Handler func(ctx context.Context, e Event) error

// consumer takes the events of one subject.
type consumer struct {
	Name    string
	Subject string
	handle  Handler

	attached atomic.Bool
}

// On has the events of a subject handled; it is called before Run. name is unique in the
// service: by it, NATS knows how far the service has come.
func (c *Client) On(subject, name string, h Handler) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.consumers = append(c.consumers, &consumer{Name: name, Subject: subject, handle: h})
}

// Run takes events until ctx ends, and returns when the last one in hand is
// finished or grace is over.
func (c *Client) Run(ctx context.Context, grace time.Duration) error {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	var all sync.WaitGroup
	for _, k := range c.consumers {
		all.Go(func() { c.keep(ctx, work, k) })
	}
	done := make(chan bool)
	go func() { all.Wait(); close(done) }()
	<-ctx.Done()
	select {
	case <-done:
		return nil
	case <-time.After(grace):
		return errors.New("events were still in hand when the time to finish them was over; they will come again")
	}
}

// keep attaches a consumer, and does so again when that fails or breaks off.
func (c *Client) keep(ctx, work context.Context, k *consumer) {
	for ctx.Err() == nil {
		err := c.consume(ctx, work, k)
		k.attached.Store(false)
		if err != nil && ctx.Err() == nil {
			c.Log.WarnContext(ctx, "a consumer waits for NATS", "consumer", k.Name, "error", err)
			select {
			case <-ctx.Done():
			case <-time.After(c.Patience.Attach):
			}
		}
	}
}

// consume takes events until ctx ends or NATS ends it.
func (c *Client) consume(ctx, work context.Context, k *consumer) error {
	begin, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	name := strings.ToUpper(strings.Map(func(r rune) rune {
		if r == '.' || r == '*' || r == '>' {
			return '-'
		}
		return r
	}, strings.TrimRight(k.Subject, ".>*")))
	stream, err := c.stream(begin, name, k.Subject)
	if err != nil {
		return err
	}
	if _, err := c.stream(begin, "DLQ", "dlq.>"); err != nil {
		return err
	}
	if _, err := c.memory(begin); err != nil {
		return err
	}
	durable, err := c.js.CreateOrUpdateConsumer(begin, stream, jetstream.ConsumerConfig{
		Durable: c.Service + "-" + k.Name, FilterSubject: k.Subject,
		AckPolicy: jetstream.AckExplicitPolicy, AckWait: c.Patience.Handle + 5*time.Second,
		MaxAckPending: max(c.Prefetch*16, 256),
	})
	if err != nil {
		return err
	}
	// No pull of more than what is handled at once: what lies here waits, while
	// another instance may be idle.
	messages, err := durable.Messages(jetstream.PullMaxMessages(c.Prefetch))
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, messages.Stop)
	defer stop()
	k.attached.Store(true)
	var busy sync.WaitGroup
	defer busy.Wait()
	slots := make(chan bool, c.Prefetch)
	for {
		m, err := messages.Next()
		if errors.Is(err, jetstream.ErrMsgIteratorClosed) {
			return nil
		}
		if err != nil {
			messages.Stop()
			return err
		}
		if ctx.Err() != nil {
			_ = m.Nak() // nobody has begun with it: another instance takes it
			continue
		}
		slots <- true
		busy.Go(func() {
			defer func() { <-slots }()
			c.take(work, k, m)
		})
	}
}

// take handles one message, within a span, and tells NATS what came of it.
func (c *Client) take(ctx context.Context, k *consumer, m jetstream.Msg) {
	ctx = telemetry.Propagator().Extract(ctx, carrier(m.Headers()))
	ctx, span := tracer(c.Traces).Start(ctx, "process "+k.Subject, trace.WithSpanKind(trace.SpanKindConsumer), trace.WithAttributes(
		attribute.String("messaging.system", "nats"), attribute.String("messaging.operation.type", "process"),
		attribute.String("messaging.destination.name", k.Subject), attribute.String("messaging.consumer.group.name", k.Name)))
	defer span.End()
	c.Metrics.Active.Inc()
	defer c.Metrics.Active.Dec()

	start := time.Now()
	e, err := parse(m.Subject(), m.Headers(), m.Data())
	if info, bad := m.Metadata(); bad == nil {
		e.Deliveries = int(info.NumDelivered)
	}
	span.SetAttributes(attribute.String("messaging.message.id", e.ID))
	outcome := "ok"
	switch {
	case err == nil && c.known(ctx, k, e):
		outcome = "duplicate"
		c.settle(ctx, k, m.Ack())
	case err == nil:
		if err = c.run(ctx, k, m, e); err == nil {
			c.remember(ctx, k, e)
			c.settle(ctx, k, m.Ack())
		}
	}
	if err != nil {
		outcome = c.failed(ctx, k, m, e, err)
		span.SetStatus(codes.Error, outcome)
	}
	c.Metrics.Handled.WithLabelValues(k.Name, outcome).Observe(time.Since(start).Seconds())
	c.Log.InfoContext(ctx, "event", "consumer", k.Name, "subject", e.Subject, "id", e.ID, "deliveries", e.Deliveries,
		"outcome", outcome, "duration_ms", float64(time.Since(start).Microseconds())/1000)
}

// run calls the handler with a time of its own. A panic is the handler's error.
func (c *Client) run(ctx context.Context, k *consumer, m jetstream.Msg, e Event) (err error) {
	ctx, cancel := context.WithTimeout(ctx, c.Patience.Handle)
	defer cancel()
	defer func() {
		if v := recover(); v != nil {
			c.Log.ErrorContext(ctx, "panic", "panic", v, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	return k.handle(ctx, e)
}

// failed has an event delivered again, or gives it up.
func (c *Client) failed(ctx context.Context, k *consumer, m jetstream.Msg, e Event, why error) (outcome string) {
	c.Log.ErrorContext(ctx, "an event was not handled", "consumer", k.Name, "id", e.ID, "deliveries", e.Deliveries, "error", why)
	if !isPermanent(why) && e.Deliveries < c.Patience.Deliveries {
		wait := time.Duration(0)
		if n := len(c.Patience.Backoff); n > 0 {
			wait = c.Patience.Backoff[min(max(e.Deliveries, 1), n)-1]
		}
		c.settle(ctx, k, m.NakWithDelay(wait))
		return "failed"
	}
	if err := c.bury(ctx, k, m, e, why); err != nil {
		// It stays where it is and comes again: nothing is lost.
		c.Log.ErrorContext(ctx, "an event could not be put among the dead letters", "consumer", k.Name, "id", e.ID, "error", err)
		c.settle(ctx, k, m.NakWithDelay(c.Patience.Attach))
		return "failed"
	}
	c.Metrics.DeadLetters.WithLabelValues(k.Name).Inc()
	c.settle(ctx, k, m.Term())
	return "dead"
}

// bury puts an event among the dead letters: its own headers and body, who gave
// it up, and why.
func (c *Client) bury(ctx context.Context, k *consumer, m jetstream.Msg, e Event, why error) error {
	letter := nats.NewMsg("dlq." + m.Subject())
	letter.Data = m.Data()
	for key, values := range m.Headers() {
		letter.Header[key] = values
	}
	letter.Header.Set("dlq-consumer", c.Service+"-"+k.Name)
	letter.Header.Set("dlq-reason", strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, why.Error()))
	letter.Header.Set("dlq-deliveries", strconv.Itoa(e.Deliveries))
	letter.Header.Set(nats.MsgIdHdr, "dlq-"+c.Service+"-"+k.Name+"-"+e.ID)
	if e.ID == "" {
		letter.Header.Del(nats.MsgIdHdr)
	}
	_, err := c.js.PublishMsg(ctx, letter)
	return err
}

// settle logs that NATS did not hear what came of a message: it comes again.
func (c *Client) settle(ctx context.Context, k *consumer, err error) {
	if err != nil {
		c.Log.WarnContext(ctx, "NATS was not told what came of an event", "consumer", k.Name, "error", err)
	}
}

// known reports whether an event was handled before. Where that cannot be told
// the event is handled: at least once is what is promised.
func (c *Client) known(ctx context.Context, k *consumer, e Event) bool {
	kv, err := c.memory(ctx)
	if err != nil {
		return false
	}
	_, err = kv.Get(ctx, key(k, e))
	return err == nil
}

func (c *Client) remember(ctx context.Context, k *consumer, e Event) {
	kv, err := c.memory(ctx)
	if err == nil {
		_, err = kv.Put(ctx, key(k, e), nil)
	}
	if err != nil {
		c.Log.WarnContext(ctx, "a handled event is not remembered", "consumer", k.Name, "id", e.ID, "error", err)
	}
}

// key is the event's name in the memory: ids may hold what keys may not.
func key(k *consumer, e Event) string {
	sum := sha256.Sum256([]byte(e.ID))
	return k.Name + "." + hex.EncodeToString(sum[:16])
}
