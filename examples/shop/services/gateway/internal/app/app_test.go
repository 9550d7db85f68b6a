package app

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/acme/shop/services/gateway/internal/config"
	"github.com/acme/shop/services/gateway/internal/config/configtest"
	"github.com/acme/shop/services/gateway/internal/telemetry"
)

// running is the service in this process, with what it has logged.
type running struct {
	*App
	url   string
	log   *buffer
	stop  context.CancelFunc // as SIGTERM does
	ended chan error
}

// start runs the service with a route of its own, GET /test/ok, and with whomever
// it calls ready; prepare may change it before.
func start(t *testing.T, c config.Config, l limits, prepare ...func(*App)) *running {
	t.Helper()
	c = configtest.Clients(t, c)
	c.HTTPAddr, c.AdminAddr = "127.0.0.1:0", "127.0.0.1:0"
	r := &running{log: &buffer{}, ended: make(chan error, 1)}
	ctx, stop := context.WithCancel(t.Context())
	r.stop = stop
	var err error
	r.App, err = build(ctx, c, l, telemetry.NewLogger(r.log, slog.LevelInfo, Name, "test"), "test")
	if err != nil {
		t.Fatal(err)
	}
	r.api.Mux.HandleFunc("GET /test/ok", func(http.ResponseWriter, *http.Request) {})
	for _, p := range prepare {
		p(r.App)
	}
	r.url = "http://" + r.Addr()
	go func() { r.ended <- r.Run(ctx) }()
	return r
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

// get asks for a path with a connection of its own and returns the status, 0
// where there is no answer.
func (r *running) get(path string) int {
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get(r.url + path)
	if err != nil {
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
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
