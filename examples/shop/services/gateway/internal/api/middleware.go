package api

import (
	"cmp"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/felixge/httpsnoop"
)

// observe answers a request, within its span, and tells about it: one line in
// the log, one sample in the metrics.
func (a *API) observe(w http.ResponseWriter, r *http.Request) {
	a.Metrics.Active.Inc()
	defer a.Metrics.Active.Dec()

	start := time.Now()
	var sent httpsnoop.Metrics
	defer func() { a.report(r, cmp.Or(sent.Code, http.StatusOK), sent.Written, time.Since(start)) }()
	sent.CaptureMetrics(w, func(w http.ResponseWriter) {
		defer a.catch(w, r, &sent)
		r.Body = body{r.Body}
		switch {
		case !a.admit(w, r):
		case r.Pattern == "":
			a.refuse(w, r)
		case r.Pattern == pages:
			a.pages.ServeHTTP(w, r)
		default:
			a.Mux.ServeHTTP(w, r)
		}
	})
}

func (a *API) report(r *http.Request, status int, written int64, took time.Duration) {
	// What clients invent must not make series of its own.
	method, route := "_OTHER", "unmatched"
	if slices.Contains(methods, r.Method) {
		method = r.Method
	}
	if i := strings.IndexByte(r.Pattern, '/'); i >= 0 {
		route = r.Pattern[i:] // without the method
	}
	a.Metrics.Requests.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())

	level := slog.LevelInfo
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	a.Log.LogAttrs(r.Context(), level, "request",
		slog.String("method", r.Method), slog.String("route", route), slog.String("path", r.URL.Path), // no query: it may hold secrets
		slog.Int("status", status), slog.Int64("bytes", written), slog.Float64("duration_ms", float64(took.Microseconds())/1000),
		slog.String("request_id", r.Header.Get(requestID)))
}

var methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
	http.MethodDelete, http.MethodConnect, http.MethodOptions, http.MethodTrace}

// catch turns a panic into a 500. Where the answer has begun, all that is left is
// to break the connection, so that the client does not take it for whole.
func (a *API) catch(w http.ResponseWriter, r *http.Request, sent *httpsnoop.Metrics) {
	v := recover()
	if v == nil {
		return
	}
	switch err, _ := v.(error); {
	case v == http.ErrAbortHandler:
		panic(v)
	case errors.As(err, new(net.Error)): // Huma panics when it cannot write to a client
		a.Log.InfoContext(r.Context(), "answer not sent", "error", err)
	default:
		a.Log.ErrorContext(r.Context(), "panic", "panic", v, "stack", string(debug.Stack()))
	}
	if sent.Code != 0 || sent.Written > 0 {
		panic(http.ErrAbortHandler)
	}
	writeProblem(w, r, http.StatusInternalServerError, "")
}

// refuse answers a request that no route takes. The mux finds out whether it is
// the path or the method, and which methods there are.
func (a *API) refuse(w http.ResponseWriter, r *http.Request) {
	m := muted{header: http.Header{}}
	a.Mux.ServeHTTP(&m, r)
	for _, name := range []string{"Allow", "Location"} {
		if v := m.header.Get(name); v != "" {
			w.Header().Set(name, v)
		}
	}
	switch {
	case m.status < http.StatusBadRequest: // to the same path without its // or ..
		w.WriteHeader(m.status)
	case m.status == http.StatusMethodNotAllowed:
		writeProblem(w, r, m.status, "This path takes "+m.header.Get("Allow")+".")
	default:
		writeProblem(w, r, m.status, "There is nothing at this path.")
	}
}

// muted keeps an answer's status and headers.
type muted struct {
	header http.Header
	status int
}

func (m *muted) Header() http.Header         { return m.header }
func (m *muted) WriteHeader(status int)      { m.status = status }
func (m *muted) Write(p []byte) (int, error) { return len(p), nil }

// body is a request's body. One that breaks off counts as one that did not come
// in time, a 408: Huma would take it for the service's own failure.
type body struct{ io.ReadCloser }

func (b body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = broken{err}
	}
	return n, err
}

type broken struct{ error }

func (broken) Timeout() bool   { return true }
func (broken) Temporary() bool { return false }
func (b broken) Unwrap() error { return b.error }
