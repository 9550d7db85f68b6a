package rpc

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"connectrpc.com/connect"
	"github.com/felixge/httpsnoop"
)

// call is what becomes known of a call while it is answered.
type call struct {
	ctx  context.Context // with its span, once there is one
	code string          // how it ended; empty: no interceptor has seen it
}

type callKey struct{}

// ServeHTTP answers a call and tells about it: one line in the log, one sample in
// the metrics. Calls that no method gets to see, such as those whose message cannot
// be read, are told of as well.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == watchPath {
		endless(w)
	}
	if isHealth(r.URL.Path) { // a probe is no call to be counted
		s.mux.ServeHTTP(w, r)
		return
	}
	p, known := s.procedures[r.URL.Path]
	if p.stream {
		endless(w)
	}
	s.Metrics.Active.Inc()
	defer s.Metrics.Active.Dec()

	start := time.Now()
	c := &call{ctx: r.Context()}
	var sent httpsnoop.Metrics
	defer func() {
		s.report(c, p, cmp.Or(c.code, codeOf(cmp.Or(sent.Code, http.StatusOK), w.Header())), time.Since(start))
	}()
	sent.CaptureMetrics(w, func(w http.ResponseWriter) {
		r = r.WithContext(context.WithValue(r.Context(), callKey{}, c))
		if !known {
			s.refuse(w, r)
			return
		}
		s.mux.ServeHTTP(w, r)
	})
}

// endless lifts the limits of time that package app sets for calls that are no
// streams.
func endless(w http.ResponseWriter) {
	c := http.NewResponseController(w)
	_ = c.SetReadDeadline(time.Time{}) // only servers of tests have none
	_ = c.SetWriteDeadline(time.Time{})
}

// refuse answers a call of a method that there is not, in the caller's own
// protocol where it speaks one.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost && s.errors.IsSupported(r) {
		_ = s.errors.Write(w, r, connect.NewError(connect.CodeUnimplemented, errors.New("there is no such method"))) // the client may be gone
		return
	}
	http.Error(w, "there is nothing at this path", http.StatusNotFound)
}

func (s *Server) report(c *call, p procedure, code string, took time.Duration) {
	name := cmp.Or(p.name, "unmatched") // what clients invent must not make series of its own
	s.Metrics.Calls.WithLabelValues(name, code).Observe(took.Seconds())
	level := slog.LevelInfo
	if slices.Contains(faults, code) {
		level = slog.LevelError
	}
	s.Log.LogAttrs(c.ctx, level, "call", slog.String("method", name), slog.String("code", code),
		slog.Float64("duration_ms", float64(took.Microseconds())/1000))
}

// faults are the codes that say that the service has failed, and not its caller.
// observability/alerts.yaml asks for the same ones.
var faults = []string{"unknown", "deadline_exceeded", "internal", "unavailable", "data_loss"}

// ended is a call's code as metrics and logs know it.
func ended(err error) string {
	if err == nil {
		return "ok"
	}
	return connect.CodeOf(err).String()
}

// codeOf tells from an answer how the call ended: from gRPC's status, or from the
// HTTP status that Connect gives to a code.
func codeOf(status int, header http.Header) string {
	for _, name := range []string{"Grpc-Status", http.TrailerPrefix + "Grpc-Status"} {
		if n, ok := grpcCode(header.Get(name)); ok {
			return n
		}
	}
	switch status {
	case http.StatusOK:
		return "ok"
	case http.StatusTooManyRequests:
		return connect.CodeResourceExhausted.String()
	case http.StatusGatewayTimeout, http.StatusRequestTimeout:
		return connect.CodeDeadlineExceeded.String()
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented, http.StatusUnsupportedMediaType:
		return connect.CodeUnimplemented.String()
	case statusClientGone:
		return connect.CodeCanceled.String()
	case http.StatusInternalServerError:
		return connect.CodeInternal.String()
	}
	return connect.CodeInvalidArgument.String()
}

// statusClientGone is what Connect answers to a client that did not wait.
const statusClientGone = 499
