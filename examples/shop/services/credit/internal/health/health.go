// Package health answers the probes of whoever runs the service.
//
//	/livez     the process works. It asks nothing else, or a database that is
//	           away would have every instance restarted.
//	/startupz  the service has started.
//	/readyz    it can serve: it has started, does not drain, and every critical
//	           dependency answers. One that is not critical makes it degraded.
//
// What is wrong with a dependency goes to the log; a probe's answer only names it.
package health

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// cached is how long a check's result is used again.
const cached = time.Second

// Check asks one dependency. Probe should return when its context ends; one
// that does not is taken for failed, and not called again before it returns.
type Check struct {
	Name     string
	Critical bool          // without it, the service cannot serve
	Timeout  time.Duration // zero: one second
	Probe    func(context.Context) error
}

// Health knows whether the service lives, has started, and can serve.
type Health struct {
	log               *slog.Logger
	checks            []*checker
	started, draining atomic.Bool
}

// New returns the Health of a service that has not started yet.
func New(log *slog.Logger, checks ...Check) *Health {
	h := &Health{log: log}
	for _, c := range checks {
		if c.Timeout == 0 {
			c.Timeout = time.Second
		}
		h.checks = append(h.checks, &checker{Check: c, log: log})
	}
	return h
}

// Start says that the service has started.
func (h *Health) Start() { h.started.Store(true) }

// Drain says that the service is about to end; readiness is over for good.
func (h *Health) Drain() { h.draining.Store(true) }

// Draining reports whether Drain was called.
func (h *Health) Draining() bool { return h.draining.Load() }

// Live answers /livez.
func (h *Health) Live(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, status{Status: "ok"})
}

// Startup answers /startupz.
func (h *Health) Startup(w http.ResponseWriter, _ *http.Request) {
	if !h.started.Load() {
		answer(w, http.StatusServiceUnavailable, status{Status: "starting"})
		return
	}
	answer(w, http.StatusOK, status{Status: "ok"})
}

// Ready answers /readyz.
func (h *Health) Ready(w http.ResponseWriter, r *http.Request) {
	switch {
	case h.Draining():
		answer(w, http.StatusServiceUnavailable, status{Status: "draining"})
		return
	case !h.started.Load():
		answer(w, http.StatusServiceUnavailable, status{Status: "starting"})
		return
	}
	code, s := http.StatusOK, status{Status: "ok", Checks: map[string]string{}}
	for i, err := range h.ask(r.Context()) {
		c := h.checks[i]
		s.Checks[c.Name] = "ok"
		if err == nil {
			continue
		}
		s.Checks[c.Name] = "failing"
		if c.Critical {
			code, s.Status = http.StatusServiceUnavailable, "unavailable"
		} else if code == http.StatusOK {
			s.Status = "degraded"
		}
	}
	answer(w, code, s)
}

// ask runs all checks side by side.
func (h *Health) ask(ctx context.Context) []error {
	errs := make([]error, len(h.checks))
	var wg sync.WaitGroup
	for i, c := range h.checks {
		wg.Go(func() { errs[i] = c.result(ctx) })
	}
	wg.Wait()
	return errs
}

// status is the body of an answer. Probes look at the code; this is for people.
type status struct {
	Status string            `json:"status"`
	Checks map[string]string `json:"checks,omitempty"`
}

func answer(w http.ResponseWriter, code int, s status) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(s) // whoever asked may be gone
}

// checker runs one check, at most once at a time.
type checker struct {
	Check
	log *slog.Logger

	mu      sync.Mutex
	err     error
	at      time.Time  // of err
	running chan error // of a probe that has outrun its time
}

var errTimeout = errors.New("no answer in time")

func (c *checker) result(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.at.IsZero() && time.Since(c.at) < cached {
		return c.err
	}
	// The result is for whoever asks next as well: it must not end with this
	// request.
	err := c.run(context.WithoutCancel(ctx))
	if err != nil && c.err == nil {
		c.log.Warn("dependency fails", "dependency", c.Name, "critical", c.Critical, "error", err)
	} else if err == nil && c.err != nil {
		c.log.Info("dependency answers again", "dependency", c.Name)
	}
	c.err, c.at = err, time.Now()
	return err
}

func (c *checker) run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	if c.running == nil {
		done := make(chan error, 1)
		go func() { done <- c.Probe(ctx) }()
		c.running = done
	}
	select {
	case err := <-c.running:
		c.running = nil
		return err
	case <-ctx.Done():
		return errTimeout
	}
}
