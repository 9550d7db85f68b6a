package clients

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// metrics are those of one peer. Names and labels are those of OpenTelemetry's
// conventions, as Prometheus spells them, where it has one.
type metrics struct {
	peer     string
	requests *prometheus.HistogramVec // by method, route, status and kind of error; a retry is a request
	active   prometheus.Gauge
	retries  prometheus.Counter
	rejected prometheus.Counter
}

func newMetrics(peer string) *metrics {
	labels := prometheus.Labels{"peer_service": peer}
	return &metrics{
		peer: peer,
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:        "http_client_request_duration_seconds",
			Help:        "Time from a request to another service to the end of its answer.",
			Buckets:     []float64{.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10},
			ConstLabels: labels,
		}, []string{"http_request_method", "url_template", "http_response_status_code", "error_type"}),
		active: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "http_client_active_requests", Help: "Requests to another service on their way.", ConstLabels: labels}),
		retries: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "http_client_retries_total", Help: "Requests that were sent a second time.", ConstLabels: labels}),
		rejected: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "http_client_rejected_total", Help: "Requests that were not sent: too many were on their way.", ConstLabels: labels}),
	}
}

// Peer is the name of the service that is called.
func (m *metrics) Peer() string { return m.peer }

// Describe and Collect make whatever has metrics a prometheus.Collector.
func (m *metrics) Describe(to chan<- *prometheus.Desc) { prometheus.DescribeByCollect(m, to) }

func (m *metrics) Collect(to chan<- prometheus.Metric) {
	m.requests.Collect(to)
	m.active.Collect(to)
	m.retries.Collect(to)
	m.rejected.Collect(to)
}

// attempt sends a request once, within a span of its own that ends with the
// answer's body.
func (t *Transport) attempt(req *http.Request, resent int) (*http.Response, error) {
	route := route(req)
	host, port, err := net.SplitHostPort(req.URL.Host)
	if err != nil {
		host, port = req.URL.Host, ""
	}
	// No url.full: a query may hold secrets.
	attrs := []attribute.KeyValue{
		attribute.String("peer.service", t.peer), attribute.String("server.address", host),
		attribute.String("http.request.method", req.Method), attribute.String("url.template", route),
	}
	if n, err := strconv.Atoi(port); err == nil {
		attrs = append(attrs, attribute.Int("server.port", n))
	}
	if resent > 0 {
		attrs = append(attrs, attribute.Int("http.request.resend_count", resent))
	}
	ctx, span := otel.Tracer("clients").Start(req.Context(), req.Method+" "+route,
		trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attrs...))
	req = req.Clone(ctx)
	otel.GetTextMapPropagator().Inject(ctx, propagation.HeaderCarrier(req.Header))

	start := time.Now()
	resp, err := t.base.RoundTrip(req)
	status, kind := "", ""
	switch {
	case err != nil:
		kind = errorType(err)
		span.SetAttributes(attribute.String("error.type", kind))
		span.SetStatus(codes.Error, kind)
	default:
		status = strconv.Itoa(resp.StatusCode)
		span.SetAttributes(attribute.Int("http.response.status_code", resp.StatusCode))
		if resp.StatusCode >= http.StatusBadRequest {
			kind = status
			span.SetAttributes(attribute.String("error.type", kind))
			span.SetStatus(codes.Error, "")
		}
	}
	end := sync.OnceFunc(func() {
		span.End()
		t.requests.WithLabelValues(req.Method, route, status, kind).Observe(time.Since(start).Seconds())
	})
	if err != nil {
		end()
		return nil, err
	}
	resp.Body = &body{ReadCloser: resp.Body, done: end}
	return resp, nil
}

// route is a request's route without the method that a pattern may begin with.
// Where there is none, paths are not told apart: each would make a series.
func route(req *http.Request) string {
	if i := strings.IndexByte(req.Pattern, '/'); i >= 0 {
		return req.Pattern[i:]
	}
	return "unknown"
}

// errorType is the kind of an error, of which there are few.
func errorType(err error) string {
	var timeout net.Error
	var op *net.OpError
	switch {
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	case errors.As(err, &op) && op.Op == "dial":
		return "unreachable"
	}
	return "broken"
}
