package app

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/acme/shop/services/attribution/internal/config"
	"github.com/acme/shop/services/attribution/internal/config/configtest"
	"github.com/acme/shop/services/attribution/internal/events"
	"github.com/acme/shop/services/attribution/internal/events/eventstest"
	"github.com/acme/shop/services/attribution/internal/telemetry"
)

// running is the service in this process, with what it has logged.
type running struct {
	*App
	url   string
	log   *buffer
	stop  context.CancelFunc // as SIGTERM does
	ended chan error
}

// start runs the service, with whomever it calls ready; prepare may change it before.
func start(t *testing.T, c config.Config, l limits, prepare ...func(*App)) *running {
	t.Helper()
	c = configtest.Clients(t, c)
	c.HTTPAddr, c.AdminAddr, c.Prefetch = "127.0.0.1:0", "127.0.0.1:0", 4
	if c.NATSURL == "" {
		c.NATSURL = eventstest.Start(t).ClientURL()
	}
	r := &running{log: &buffer{}, ended: make(chan error, 1)}
	ctx, stop := context.WithCancel(t.Context())
	r.stop = stop
	var err error
	r.App, err = build(ctx, c, l, eventstest.Quick, telemetry.NewLogger(r.log, slog.LevelInfo, Name, "test"), "test")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range prepare {
		p(r.App)
	}
	r.url = "http://" + r.Addr()
	go func() { r.ended <- r.Run(ctx) }()
	return r
}

// ready waits until the service is ready.
func (r *running) ready(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); r.get("/readyz") != http.StatusOK; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it is never ready:\n%s", r.log)
		}
	}
}

// wait waits for the end.
func (r *running) wait(t *testing.T) {
	t.Helper()
	select {
	case err := <-r.ended:
		if err != nil {
			t.Errorf("the service ends with %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("the service does not end:\n%s", r.log)
	}
}

// get asks for a path and returns the status, 0 where there is no answer.
func (r *running) get(path string) int {
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get(r.url + path)
	if err != nil {
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}

func TestOrderOfTheEnd(t *testing.T) {
	var mu sync.Mutex
	var order []string
	note := func(s string) { mu.Lock(); defer mu.Unlock(); order = append(order, s) }
	collector := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { note("traces sent") }))
	defer collector.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)

	entered, finish := make(chan bool, 10), make(chan bool)
	r := start(t, config.Config{TracesExported: true}, defaults, func(a *App) {
		a.parts.closers = append([]func(){func() { note("first pool closed") }, func() { note("second pool closed") }}, a.parts.closers...)
		a.events.On("test.end", "end", func(context.Context, events.Event) error {
			entered <- true
			<-finish
			note("event finished")
			return nil
		})
	})
	r.ready(t)
	if err := r.events.Publish(t.Context(), events.Event{Subject: "test.end", Data: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	<-entered
	r.stop()
	for deadline := time.Now().Add(20 * time.Second); r.get("/readyz") != http.StatusServiceUnavailable; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it stays ready")
		}
	}
	if code := r.get("/livez"); code != http.StatusOK {
		t.Errorf("while it finishes, /livez answers %d", code)
	}
	close(finish)
	r.wait(t)
	if want := []string{"event finished", "traces sent", "second pool closed", "first pool closed"}; !slices.Equal(order, want) {
		t.Errorf("got %v, want %v", order, want)
	}
}

// What is not finished in time is said, and comes again elsewhere.
func TestTimeToFinishIsOver(t *testing.T) {
	quick := defaults
	quick.shutdown = 50 * time.Millisecond
	entered, over := make(chan bool, 10), make(chan bool)
	defer close(over)
	r := start(t, config.Config{}, quick, func(a *App) {
		a.events.On("test.end", "end", func(context.Context, events.Event) error { entered <- true; <-over; return nil })
	})
	r.ready(t)
	if err := r.events.Publish(t.Context(), events.Event{Subject: "test.end", Data: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	<-entered
	r.stop()
	select {
	case err := <-r.ended:
		if err == nil || !strings.Contains(err.Error(), "in hand") {
			t.Errorf("got %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it does not end")
	}
}

// A collector that does not do its work harms nobody.
func TestCollectorThatFails(t *testing.T) {
	over := make(chan bool)
	hangs := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-over }))
	defer hangs.Close()
	defer close(over)
	for name, url := range map[string]string{"hangs": hangs.URL, "no URL": "::"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
			l := defaults
			l.flush = 100 * time.Millisecond
			handled := make(chan bool, 20)
			r := start(t, config.Config{TracesExported: true}, l, func(a *App) {
				a.events.On("test.one", "one", func(context.Context, events.Event) error { handled <- true; return nil })
			})
			r.ready(t)
			for range 10 {
				if err := r.events.Publish(t.Context(), events.Event{Subject: "test.one", Data: []byte("{}")}); err != nil {
					t.Fatal(err)
				}
				<-handled
			}
			r.stop()
			r.wait(t)
		})
	}
}

func TestMetrics(t *testing.T) {
	handled := make(chan bool, 20)
	r := start(t, config.Config{}, defaults, func(a *App) {
		a.events.On("test.one", "one", func(context.Context, events.Event) error { handled <- true; return nil })
	})
	r.ready(t)
	if err := r.events.Publish(t.Context(), events.Event{Subject: "test.one", Data: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	<-handled
	want := []string{`messaging_process_duration_seconds_count{messaging_consumer_group_name="one",outcome="ok"} 1`,
		`messaging_consumer_pending{messaging_consumer_group_name="one"} 0`,
		`messaging_client_sent_messages_total{messaging_destination_name="test.one",outcome="ok"} 1`}
	var text string
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		resp, err := http.Get("http://" + r.AdminAddr() + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		text = string(body)
		if !slices.ContainsFunc(want, func(w string) bool { return !strings.Contains(text, w) }) {
			return
		}
	}
	t.Errorf("the metrics lack one of %q:\n%s", want, text)
}

func TestSlowClientsAreCut(t *testing.T) {
	quick := defaults
	quick.header = 100 * time.Millisecond
	r := start(t, config.Config{}, quick)
	conn, err := net.Dial("tcp", r.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow"); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(bufio.NewReader(conn)); err != nil || len(rest) > 0 && !strings.HasPrefix(string(rest), "HTTP/1.1 4") {
		t.Errorf("got %q, %v; want to be cut", rest, err)
	}
	for name, s := range map[string]*http.Server{"main": &r.main.Server, "admin": &r.admin.Server} {
		if s.ReadHeaderTimeout == 0 || s.ReadTimeout == 0 || s.IdleTimeout == 0 || s.MaxHeaderBytes == 0 {
			t.Errorf("the %s server lacks a limit", name)
		}
	}
}

// buffer is a bytes.Buffer that goroutines can share.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
