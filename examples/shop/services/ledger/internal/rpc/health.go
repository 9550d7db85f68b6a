package rpc

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"connectrpc.com/connect"
	"connectrpc.com/grpchealth"
)

const (
	healthPath = "/" + grpchealth.HealthV1ServiceName + "/"
	watchPath  = healthPath + "Watch"
)

func isHealth(path string) bool { return strings.HasPrefix(path, healthPath) }

// watchInterval is how soon a watcher hears of a change.
const watchInterval = 250 * time.Millisecond

// healthService answers gRPC's own question for health, Check and Watch: what
// /readyz says, of the whole and of each service by its name.
func (s *Server) healthService() (string, http.Handler) {
	path, handler := grpchealth.NewHandler(watcher{s}, connect.WithReadMaxBytes(1<<10))
	return path, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		defer context.AfterFunc(s.watching, cancel)()
		handler.ServeHTTP(w, r.WithContext(ctx))
	})
}

// watcher is a grpchealth.Watcher.
type watcher struct{ s *Server }

// Check tells whether a service can serve; the empty name is all of them.
func (w watcher) Check(ctx context.Context, r *grpchealth.CheckRequest) (*grpchealth.CheckResponse, error) {
	if r.Service != "" && !slices.Contains(w.s.services, r.Service) {
		return nil, connect.NewError(connect.CodeNotFound, errors.New("there is no such service"))
	}
	if w.s.Health.Serving(ctx) {
		return &grpchealth.CheckResponse{Status: grpchealth.StatusServing}, nil
	}
	return &grpchealth.CheckResponse{Status: grpchealth.StatusNotServing}, nil
}

// Watch has onChange called, which asks Check again, until stop is called.
func (w watcher) Watch(_ context.Context, _ *grpchealth.CheckRequest, onChange func()) (stop func(), err error) {
	ended := make(chan struct{})
	go func() {
		tick := time.NewTicker(watchInterval)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				onChange()
			case <-ended:
				return
			}
		}
	}()
	return sync.OnceFunc(func() { close(ended) }), nil
}
