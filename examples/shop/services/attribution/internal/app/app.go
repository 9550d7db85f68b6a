// Package app joins the service's parts, starts them, and stops them in an order
// in which nothing is lost:
//
//  1. readiness turns 503, and no more events are taken,
//  2. events in hand are finished and acknowledged,
//  3. what is left of the traces is sent,
//  4. the connection to NATS, pools and clients close: nobody uses them any more.
package app

import (
	"context"
	"log/slog"
	"net"
	"net/http"

	sdk "go.opentelemetry.io/otel/sdk/trace"

	"github.com/acme/shop/services/attribution/internal/config"
	"github.com/acme/shop/services/attribution/internal/consumers"
	"github.com/acme/shop/services/attribution/internal/events"
	"github.com/acme/shop/services/attribution/internal/health"
	"github.com/acme/shop/services/attribution/internal/publishers"
	"github.com/acme/shop/services/attribution/internal/telemetry"
)

// Name is the service's name in logs, traces and NATS.
const Name = "attribution"

// App is the service, ready to run: its ports are open.
type App struct {
	limits limits
	log    *slog.Logger
	parts  *parts
	health *health.Health
	events *events.Client
	traces *sdk.TracerProvider

	main, admin server
}

// server is an HTTP server and the port that it serves.
type server struct {
	http.Server
	listener net.Listener
}

// New opens everything that the service needs. Whoever gets no error calls Run.
func New(ctx context.Context, c config.Config, log *slog.Logger, version string) (*App, error) {
	return build(ctx, c, defaults, events.Usual, log, version)
}

func build(ctx context.Context, c config.Config, l limits, patience events.Patience, log *slog.Logger, version string) (_ *App, err error) {
	a := &App{limits: l, log: log}
	a.traces = telemetry.StartTraces(ctx, log, telemetry.TraceOptions{
		Service: Name, Version: version, Disabled: c.TracesDisabled, Export: c.TracesExported})
	metrics := telemetry.NewMetrics()
	if a.parts, err = open(ctx, c); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			a.parts.close()
		}
	}()
	if a.events, err = events.Connect(events.Options{
		Service: Name, URL: c.NATSURL, Prefetch: c.Prefetch, Log: log, Metrics: metrics, Traces: a.traces, Patience: patience}); err != nil {
		return nil, err
	}
	// Closed before everything else that was opened: handlers use the rest.
	a.parts.closers = append(a.parts.closers, a.events.Close)
	metrics.Registry.MustRegister(a.events)
	consumers.New(a.parts.service, publishers.New(a.events)).Register(a.events)

	a.health = health.New(log, append(a.parts.checks, health.Check{Name: "nats", Critical: true, Probe: a.events.Ready})...)
	if err := a.listen(&a.main, c.HTTPAddr, a.routes()); err != nil {
		return nil, err
	}
	if err := a.listen(&a.admin, c.AdminAddr, metrics.Admin()); err != nil {
		a.main.listener.Close()
		return nil, err
	}
	return a, nil
}

// routes is what the main port serves: the probes.
func (a *App) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", a.health.Live)
	mux.HandleFunc("GET /startupz", a.health.Startup)
	mux.HandleFunc("GET /readyz", a.health.Ready)
	return mux
}

func (a *App) listen(s *server, addr string, handler http.Handler) (err error) {
	s.Handler = handler
	s.ReadHeaderTimeout = a.limits.header
	s.ReadTimeout = a.limits.read
	s.IdleTimeout = a.limits.idle
	s.MaxHeaderBytes = a.limits.headerBytes
	s.ErrorLog = slog.NewLogLogger(a.log.Handler(), slog.LevelWarn)
	if s == &a.main {
		s.WriteTimeout = a.limits.write // profiles on the admin port take longer
	}
	s.listener, err = net.Listen("tcp", addr)
	return err
}

// Addr and AdminAddr are where the service listens.
func (a *App) Addr() string      { return a.main.listener.Addr().String() }
func (a *App) AdminAddr() string { return a.admin.listener.Addr().String() }

// Run takes events until ctx ends, finishes those in hand, and closes everything.
// An error means that something was cut short.
func (a *App) Run(ctx context.Context) error {
	defer a.parts.close() // last
	defer a.flush()
	defer a.admin.Close()
	defer a.main.Close()

	failed := make(chan error, 2)
	for _, s := range []*server{&a.main, &a.admin} {
		go func() { failed <- s.Serve(s.listener) }()
	}
	taking, stop := context.WithCancel(ctx)
	defer stop()
	finished := make(chan error, 1)
	go func() { finished <- a.events.Run(taking, a.limits.shutdown) }()
	a.health.Start()
	a.log.Info("serving", "addr", a.Addr(), "admin_addr", a.AdminAddr())

	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	a.log.Info("draining")
	a.health.Drain()
	stop()
	if unfinished := <-finished; err == nil {
		err = unfinished
	}
	if err == nil {
		a.log.Info("drained")
	}
	return err
}

// flush sends the spans that are left. It has a time of its own, and whether it
// succeeds says nothing about the service.
func (a *App) flush() {
	ctx, cancel := context.WithTimeout(context.Background(), a.limits.flush)
	defer cancel()
	if err := a.traces.Shutdown(ctx); err != nil {
		a.log.Warn("some traces were not sent", "error", err)
	}
}
