package app

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/acme/shop/services/gateway/internal/config"
)

// load sends requests from several clients without a pause, as long as the
// service counts as ready, and stops the service meanwhile. As Kubernetes does, it
// asks now and then whether the service is ready, and believes a no when it has
// heard it three times: so long requests still come in after SIGTERM.
func load(t *testing.T, delay time.Duration) (served, lost int64) {
	t.Helper()
	r := start(t, config.Config{DrainDelay: delay}, defaults)
	var ready atomic.Bool
	var good, bad atomic.Int64
	ready.Store(true)
	var clients sync.WaitGroup
	for range 4 {
		clients.Go(func() {
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			for ready.Load() {
				resp, err := client.Get(r.url + "/test/ok")
				if err != nil {
					bad.Add(1)
					continue
				}
				_, err = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
				if err != nil || resp.StatusCode != http.StatusOK {
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

func TestStopLosesNoRequest(t *testing.T) {
	served, lost := load(t, 3*time.Second)
	t.Logf("%d served", served)
	if lost > 0 {
		t.Errorf("%d of %d requests lost", lost, served+lost)
	}
}

// What the delay is for, and that the test above can fail.
func TestStopWithoutDelayLosesRequests(t *testing.T) {
	if _, lost := load(t, time.Millisecond); lost == 0 {
		t.Error("no request lost: this is not the load that the delay is for")
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
		a.api.Mux.HandleFunc("GET /test/wait", func(http.ResponseWriter, *http.Request) {
			close(entered)
			<-finish
			event("request finished")
		})
	})
	answered := make(chan int)
	go func() { answered <- r.get("/test/wait") }()
	<-entered
	r.stop()
	for r.get("/livez") != 0 { // until the port is closed
		time.Sleep(time.Millisecond)
	}
	close(finish)
	if code := <-answered; code != http.StatusOK {
		t.Errorf("the request in flight is answered with %d", code)
	}
	r.wait(t)
	if want := []string{"request finished", "traces sent", "second pool closed", "first pool closed"}; !slices.Equal(events, want) {
		t.Errorf("got %v, want %v", events, want)
	}
}

// A client that keeps its connection is told to open another one, so that none is
// closed under a request.
func TestDrainingClosesConnections(t *testing.T) {
	r := start(t, config.Config{DrainDelay: time.Hour}, defaults)
	for _, draining := range []bool{false, true} {
		if draining {
			r.health.Drain()
		}
		resp, err := http.Get(r.url + "/test/ok")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if resp.Close != draining {
			t.Errorf("draining is %t: Connection: close is %t", draining, resp.Close)
		}
	}
}
