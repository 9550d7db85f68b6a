package app

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/acme/shop/services/gateway/internal/config"
)

func TestTracesAreSent(t *testing.T) {
	received := make(chan []byte, 10)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		received <- body
	}))
	defer collector.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)

	r := start(t, config.Config{TracesExported: true}, defaults)
	r.get("/test/ok")
	r.get("/livez")
	r.stop()
	r.wait(t)
	select {
	case body := <-received:
		for _, want := range []string{Name, "GET /test/ok", "http.route"} {
			if !bytes.Contains(body, []byte(want)) {
				t.Errorf("nothing about %q in what was sent: %q", want, body)
			}
		}
		if bytes.Contains(body, []byte("livez")) {
			t.Error("a probe was traced")
		}
	default:
		t.Error("nothing was sent")
	}
}

// A collector that does not do its work harms nobody: requests are answered, and
// the service ends as always.
func TestCollectorThatFails(t *testing.T) {
	over := make(chan bool)
	hangs := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-over }))
	defer hangs.Close()
	defer close(over)
	gone := httptest.NewServer(nil)
	gone.Close()
	refuses := httptest.NewServer(http.NotFoundHandler())
	defer refuses.Close()

	for name, url := range map[string]string{"hangs": hangs.URL, "gone": gone.URL, "refuses": refuses.URL, "no URL": "::"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
			l := defaults
			l.flush = 100 * time.Millisecond
			r := start(t, config.Config{TracesExported: true}, l)
			for range 20 {
				if code := r.get("/test/ok"); code != http.StatusOK {
					t.Errorf("a request is answered with %d", code)
				}
			}
			r.stop()
			r.wait(t)
			if !strings.Contains(r.log.String(), "telemetry fails") && !strings.Contains(r.log.String(), "traces were not sent") {
				t.Errorf("the log does not tell it:\n%s", r.log)
			}
		})
	}
}

func TestTracesTurnedOff(t *testing.T) {
	sent := make(chan bool, 1)
	collector := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { sent <- true }))
	defer collector.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)

	r := start(t, config.Config{TracesDisabled: true, TracesExported: true}, defaults)
	r.get("/test/ok")
	r.stop()
	r.wait(t)
	if len(sent) > 0 {
		t.Error("something was sent")
	}
	if !strings.Contains(r.log.String(), `"trace_id":"`) {
		t.Errorf("log lines have lost their trace id:\n%s", r.log)
	}
}
