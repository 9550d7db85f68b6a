// Package shared is what every server that is measured needs and what is not
// measured: the item that they serve, where it is kept, and how a process begins
// and ends. All subjects answer alike; they differ in what stands around it.
package shared

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// Item is what is served: the same as the rendered service's sample.
type Item struct {
	ID          string    `json:"id"`
	Description string    `json:"description"`
	CreatedAt   time.Time `json:"created_at"`
}

// ErrInvalid is the error of an item that is refused.
var ErrInvalid = errors.New("description has 1 to 200 characters")

// Store keeps items as the rendered service's memory store does.
type Store struct {
	mu  sync.RWMutex
	all []Item
}

// Create makes an item.
func (s *Store) Create(description string) (Item, error) {
	if description == "" || len(description) > 200 {
		return Item{}, ErrInvalid
	}
	i := Item{ID: rand.Text(), Description: description, CreatedAt: time.Now().UTC()}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, i)
	return i, nil
}

// Get returns the item with an id.
func (s *Store) Get(id string) (Item, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	i := slices.IndexFunc(s.all, func(i Item) bool { return i.ID == id })
	if i < 0 {
		return Item{}, false
	}
	return s.all[i], true
}

// Answer writes v as JSON.
func Answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// Mux serves the items with nothing but net/http.
func Mux(s *Store) *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/items/{id}", func(w http.ResponseWriter, r *http.Request) {
		i, ok := s.Get(r.PathValue("id"))
		if !ok {
			Answer(w, http.StatusNotFound, map[string]string{"title": "Not Found"})
			return
		}
		Answer(w, http.StatusOK, i)
	})
	mux.HandleFunc("POST /v1/items", func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Description string }
		if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&in); err != nil {
			Answer(w, http.StatusBadRequest, map[string]string{"title": "Bad Request"})
			return
		}
		i, err := s.Create(in.Description)
		if err != nil {
			Answer(w, http.StatusUnprocessableEntity, map[string]string{"title": err.Error()})
			return
		}
		Answer(w, http.StatusCreated, i)
	})
	return mux
}

// Serve serves h at HTTP_ADDR until the process is told to end.
func Serve(h http.Handler) {
	s := &http.Server{Addr: os.Getenv("HTTP_ADDR"), Handler: h, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 90 * time.Second}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, func() { _ = s.Close() })
	if err := s.ListenAndServe(); err != http.ErrServerClosed {
		Fail(err)
	}
}

// Fail ends the process.
func Fail(err error) {
	slog.Error("failed", "error", err)
	os.Exit(1)
}

// Log is a service's usual log.
func Log() *slog.Logger { return slog.New(slog.NewJSONHandler(os.Stdout, nil)) }

// Traces begins to trace every request, and to send the spans where the environment says.
func Traces() *sdk.TracerProvider {
	exporter, err := otlptracehttp.New(context.Background())
	if err != nil {
		Fail(err)
	}
	p := sdk.NewTracerProvider(sdk.WithBatcher(exporter))
	otel.SetTracerProvider(p)
	otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))
	return p
}

// Durations is the histogram that people usually have, served at ADMIN_ADDR.
func Durations() *prometheus.HistogramVec {
	h := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "http_request_duration_seconds", Help: "Duration of requests."},
		[]string{"method", "route", "status"})
	prometheus.MustRegister(h)
	go func() {
		mux := http.NewServeMux()
		mux.Handle("GET /metrics", promhttp.Handler())
		Fail(http.ListenAndServe(os.Getenv("ADMIN_ADDR"), mux))
	}()
	return h
}

// Observe tells of a request that was answered: a sample and a line.
func Observe(h *prometheus.HistogramVec, log *slog.Logger, r *http.Request, route string, status int, start time.Time) {
	took := time.Since(start)
	h.WithLabelValues(r.Method, route, strconv.Itoa(status)).Observe(took.Seconds())
	log.InfoContext(r.Context(), "request", "method", r.Method, "route", route, "path", r.URL.Path, "status", status, "duration_ms", took.Milliseconds())
}
