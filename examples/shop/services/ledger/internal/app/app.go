// Package app joins the service's parts, starts them, and stops them in an order
// in which nothing is lost:
//
//  1. readiness turns 503, and whoever balances the load goes elsewhere,
//  2. serving goes on for the drain delay, until everybody has noticed,
//  3. the listener closes, and calls in flight are finished,
//  4. what is left of the traces is sent,
//  5. pools and clients close: nobody uses them any more.
package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	sdk "go.opentelemetry.io/otel/sdk/trace"

	"github.com/acme/shop/services/ledger/internal/config"
	"github.com/acme/shop/services/ledger/internal/health"
	"github.com/acme/shop/services/ledger/internal/rpc"
	"github.com/acme/shop/services/ledger/internal/telemetry"
)

// Name is the service's name in logs and traces.
const Name = "ledger"

// App is the service, ready to run: its ports are open.
type App struct {
	config config.Config
	limits limits
	log    *slog.Logger
	parts  *parts
	health *health.Health
	rpc    *rpc.Server
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
	return build(ctx, c, defaults, open, log, version)
}

func build(ctx context.Context, c config.Config, l limits, open opener, log *slog.Logger, version string) (_ *App, err error) {
	a := &App{config: c, limits: l, log: log}
	a.traces = telemetry.StartTraces(ctx, log, telemetry.TraceOptions{
		Service: Name, Version: version, Disabled: c.TracesDisabled, Export: c.TracesExported})
	if a.parts, err = open(ctx, c); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			a.parts.close()
		}
	}()
	a.health = health.New(log, a.parts.checks...)
	metrics := telemetry.NewMetrics()
	metrics.Registry.MustRegister(a.parts.collectors...)
	a.rpc, err = rpc.New(rpc.Options{
		Service: a.parts.service, Log: log, Metrics: metrics, Traces: a.traces, Health: a.health,
		CallTimeout: l.call, MessageBytes: l.message})
	if err != nil {
		return nil, err
	}

	if err := a.listen(&a.main, c.HTTPAddr, a.routes()); err != nil {
		return nil, err
	}
	if err := a.listen(&a.admin, c.AdminAddr, metrics.Admin()); err != nil {
		a.main.listener.Close()
		return nil, err
	}
	a.main.ReadTimeout, a.main.WriteTimeout = l.body, l.write
	a.main.Protocols = &http.Protocols{}
	a.main.Protocols.SetHTTP1(true)
	a.main.Protocols.SetUnencryptedHTTP2(true) // gRPC's clients speak HTTP/2 without TLS from the first byte on
	a.main.HTTP2 = &http.HTTP2Config{SendPingTimeout: l.ping, PingTimeout: l.ping / 2}
	a.main.RegisterOnShutdown(a.rpc.StopWatching)
	return a, nil
}

// routes is what the main port serves: the probes beside the calls, since they are
// none to be traced, counted or logged.
func (a *App) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", a.health.Live)
	mux.HandleFunc("GET /startupz", a.health.Startup)
	mux.HandleFunc("GET /readyz", a.health.Ready)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if a.health.Draining() {
			// The client's next call opens a connection to somebody else. Over HTTP/2
			// this sends GOAWAY.
			w.Header().Set("Connection", "close")
		}
		a.rpc.ServeHTTP(w, r)
	})
	return mux
}

func (a *App) listen(s *server, addr string, handler http.Handler) (err error) {
	s.Handler = handler
	s.ReadHeaderTimeout = a.limits.header
	s.IdleTimeout = a.limits.idle
	s.MaxHeaderBytes = a.limits.headerBytes
	s.ErrorLog = slog.NewLogLogger(a.log.Handler(), slog.LevelWarn)
	s.listener, err = net.Listen("tcp", addr)
	return err
}

// Addr and AdminAddr are where the service listens.
func (a *App) Addr() string      { return a.main.listener.Addr().String() }
func (a *App) AdminAddr() string { return a.admin.listener.Addr().String() }

// Run serves until ctx ends, drains, and closes everything. An error means that
// something was cut short.
func (a *App) Run(ctx context.Context) error {
	defer a.parts.close() // last
	defer a.flush()
	defer a.admin.Close()

	failed := make(chan error, 2)
	for _, s := range []*server{&a.main, &a.admin} {
		go func() { failed <- s.Serve(s.listener) }()
	}
	a.health.Start()
	a.log.Info("serving", "addr", a.Addr(), "admin_addr", a.AdminAddr())

	select {
	case err := <-failed:
		a.main.Close()
		return err
	case <-ctx.Done():
	}
	return a.drain()
}

func (a *App) drain() error {
	a.log.Info("draining", "delay", a.config.DrainDelay.String())
	a.health.Drain()
	time.Sleep(a.config.DrainDelay)

	ctx, cancel := context.WithTimeout(context.Background(), a.limits.shutdown)
	defer cancel()
	if err := a.main.Shutdown(ctx); err != nil {
		a.main.Close()
		return errors.New("calls were still in flight when the time to finish them was over")
	}
	a.log.Info("drained")
	return nil
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
