package app

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"github.com/acme/shop/services/ledger/internal/config"
)

// load sends calls from several clients, of gRPC and of Connect, without a pause, as long as the
// service counts as ready, and stops the service meanwhile. As Kubernetes does, it
// asks now and then whether the service is ready, and believes a no when it has
// heard it three times: so long calls still come in after SIGTERM.
func load(t *testing.T, delay time.Duration) (served, lost int64) {
	t.Helper()
	r := start(t, config.Config{DrainDelay: delay}, defaults)
	var ready atomic.Bool
	var good, bad atomic.Int64
	ready.Store(true)
	var clients sync.WaitGroup
	for i := range 4 {
		clients.Go(func() {
			call, done := r.caller("Ok", i%2 == 0)
			defer done()
			for ready.Load() {
				if call(t.Context()) != nil {
					bad.Add(1)
					continue
				}
				good.Add(1)
			}
		})
	}
	for refused := 0; refused < 3; time.Sleep(20 * time.Millisecond) {
		switch {
		case r.get("/readyz") != http.StatusOK:
			refused++
		case good.Load() > 100:
			r.stop()
		}
	}
	ready.Store(false)
	clients.Wait()
	r.wait(t)
	return good.Load(), bad.Load()
}

func TestStopLosesNoCall(t *testing.T) {
	served, lost := load(t, 3*time.Second)
	t.Logf("%d served", served)
	if lost > 0 {
		t.Errorf("%d of %d calls lost", lost, served+lost)
	}
}

// What the delay is for, and that the test above can fail.
func TestStopWithoutDelayLosesCalls(t *testing.T) {
	if _, lost := load(t, time.Millisecond); lost == 0 {
		t.Error("no call lost: this is not the load that the delay is for")
	}
}

func TestOrderOfTheEnd(t *testing.T) {
	var mu sync.Mutex
	var events []string
	event := func(s string) { mu.Lock(); defer mu.Unlock(); events = append(events, s) }
	collector := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { event("traces sent") }))
	defer collector.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)

	entered, finish := make(chan bool), make(chan bool)
	r := start(t, config.Config{TracesExported: true, DrainDelay: time.Millisecond}, defaults, func(a *App) {
		a.parts.closers = append(a.parts.closers, func() { event("first pool closed") }, func() { event("second pool closed") })
		a.handle("Wait", func(context.Context) error {
			close(entered)
			<-finish
			event("call finished")
			return nil
		})
	})
	answered := make(chan error)
	call, done := r.caller("Wait", true)
	defer done()
	go func() { answered <- call(t.Context()) }()
	<-entered
	r.stop()
	for r.get("/livez") != 0 { // until the port is closed
		time.Sleep(time.Millisecond)
	}
	close(finish)
	if err := <-answered; err != nil {
		t.Errorf("the call in flight ends with %v", err)
	}
	r.wait(t)
	if want := []string{"call finished", "traces sent", "second pool closed", "first pool closed"}; !slices.Equal(events, want) {
		t.Errorf("got %v, want %v", events, want)
	}
}

// A client that keeps its connection is told to open another one, so that none is
// closed under a call: by Connection: close, and over HTTP/2 by GOAWAY.
func TestDrainingClosesConnections(t *testing.T) {
	r := start(t, config.Config{DrainDelay: time.Hour}, defaults)
	for _, grpc := range []bool{false, true} {
		call, done := r.caller("Ok", grpc)
		defer done()
		var reused []bool
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
			GotConn: func(c httptrace.GotConnInfo) { reused = append(reused, c.Reused) }})
		for i := range 6 {
			if i == 2 {
				r.health.Drain()
			}
			if err := call(ctx); err != nil {
				t.Fatal(err)
			}
			time.Sleep(20 * time.Millisecond) // GOAWAY arrives
		}
		if want := []bool{false, true, true, false, false, false}; !grpc && !slices.Equal(reused, want) {
			t.Errorf("connections were used again: %v, want %v", reused, want)
		}
		if grpc && (len(reused) < 6 || !slices.Equal(reused[len(reused)-3:], []bool{false, false, false})) {
			t.Errorf("over HTTP/2, connections were used again: %v", reused)
		}
	}
}

// Whoever watches the service's health sees that it stops, and does not keep it
// from ending.
func TestWatchersSeeTheEnd(t *testing.T) {
	r := start(t, config.Config{DrainDelay: time.Second}, defaults)
	conn, err := grpc.NewClient(r.Addr(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	watch, err := healthpb.NewHealthClient(conn).Watch(t.Context(), &healthpb.HealthCheckRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []healthpb.HealthCheckResponse_ServingStatus{healthpb.HealthCheckResponse_SERVING, healthpb.HealthCheckResponse_NOT_SERVING} {
		seen, err := watch.Recv()
		if err == nil && want == healthpb.HealthCheckResponse_SERVING && seen.GetStatus() != want {
			seen, err = watch.Recv() // it had not started yet
		}
		if err != nil || seen.GetStatus() != want {
			t.Fatalf("watching: %v, %v; want %v", seen, err, want)
		}
		r.stop()
	}
	r.wait(t)
}
