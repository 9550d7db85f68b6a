// Command server serves the built front-end: the folder /web, or the one that
// WEB_DIR names. It is what the image runs; a gateway usually stands in front.
//
// All files are read when it starts. It passes nothing on: calls of the API are
// the gateway's.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

const usage = `usage: storefront [serve | healthcheck]

HTTP_ADDR    where requests are served (:8086)
WEB_DIR      the built front-end (/web)
DRAIN_DELAY  how long it goes on serving after SIGTERM, not ready any more (5s)
LOG_LEVEL    debug, info, warn or error (info)
`

// Exit codes: 0 all went well, 1 something failed, 2 wrong use or wrong settings.
const (
	ok = iota
	failed
	wrong
)

// config is what can be set.
type config struct {
	addr, dir string
	drain     time.Duration
	level     slog.Level
}

func main() {
	ctx, end := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, os.Interrupt)
	go func() {
		<-signals
		signal.Stop(signals) // a second one ends the process at once
		end()
	}()
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	c, err := load(getenv)
	switch {
	case len(args) > 1, len(args) == 1 && args[0] != "serve" && args[0] != "healthcheck":
		fmt.Fprint(stderr, usage)
		return wrong
	case len(args) == 1 && args[0] == "healthcheck":
		if err == nil {
			err = ask(ctx, c.addr)
		}
		if err != nil {
			fmt.Fprintln(stderr, "not ready:", err)
			return failed
		}
		return ok
	}
	log := slog.New(slog.NewJSONHandler(stdout, &slog.HandlerOptions{Level: c.level})).With("service", "storefront")
	if err != nil {
		log.Error("the settings are wrong", "error", err)
		return wrong
	}
	if err := serve(ctx, c, log); err != nil {
		log.Error("the service has failed", "error", err)
		return failed
	}
	return ok
}

func load(getenv func(string) string) (c config, err error) {
	or := func(name, fallback string) string {
		if v := getenv(name); v != "" {
			return v
		}
		return fallback
	}
	var errs []error
	c.addr, c.dir = or("HTTP_ADDR", ":8086"), or("WEB_DIR", "/web")
	if _, _, err := net.SplitHostPort(c.addr); err != nil {
		errs = append(errs, fmt.Errorf("HTTP_ADDR: %w", err))
	}
	if c.drain, err = time.ParseDuration(or("DRAIN_DELAY", "5s")); err != nil || c.drain < 0 {
		errs = append(errs, errors.New("DRAIN_DELAY is not a duration such as 5s"))
	}
	if err := c.level.UnmarshalText([]byte(or("LOG_LEVEL", "info"))); err != nil {
		errs = append(errs, errors.New("LOG_LEVEL is none of debug, info, warn and error"))
	}
	return c, errors.Join(errs...)
}

// headers go with every answer; the gateway puts its own in their place.
var headers = map[string]string{
	"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
		"connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	"Cross-Origin-Opener-Policy": "same-origin",
	"Referrer-Policy":            "same-origin",
	"X-Content-Type-Options":     "nosniff",
	"X-Frame-Options":            "DENY",
}

// handler is what is served: probes, and the front-end.
func handler(site http.Handler, draining *atomic.Bool) http.Handler {
	mux := http.NewServeMux()
	fine := func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") }
	mux.HandleFunc("GET /livez", fine)
	mux.HandleFunc("GET /startupz", fine)
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if draining.Load() {
			http.Error(w, "draining", http.StatusServiceUnavailable)
			return
		}
		fine(w, r)
	})
	mux.Handle("GET /", site)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range headers {
			w.Header().Set(name, value)
		}
		if draining.Load() {
			w.Header().Set("Connection", "close")
		}
		mux.ServeHTTP(w, r)
	})
}

func serve(ctx context.Context, c config, log *slog.Logger) error {
	site, err := Open(c.dir)
	if err != nil {
		return err
	}
	var draining atomic.Bool
	s := &http.Server{
		Handler:           handler(site, &draining),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       90 * time.Second,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	listener, err := net.Listen("tcp", c.addr)
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(listener) }()
	log.Info("serving", "addr", listener.Addr().String(), "files", len(site.files))
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	log.Info("draining", "delay", c.drain.String())
	draining.Store(true)
	time.Sleep(c.drain)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		return err
	}
	log.Info("drained")
	return nil
}

// ask asks the server on this machine whether it is ready.
func ask(ctx context.Context, addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	return nil
}
