package postgres

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// observer makes a span and a sample of every query; it is a pgx.QueryTracer.
// Spans carry a query's text, which holds no values, and of an error its class
// alone: the server's words about it may repeat a value. Batches and COPY are not
// seen.
type observer struct {
	tracer   trace.Tracer
	target   string // of a span's name: the database
	peer     []attribute.KeyValue
	duration *prometheus.HistogramVec
	ready    atomic.Pointer[bool] // what the last check found; nil before the first
}

func newObserver(c *pgx.ConnConfig) *observer {
	return &observer{
		tracer: otel.Tracer("github.com/acme/shop/services/payments/internal/postgres"),
		target: c.Database,
		peer: []attribute.KeyValue{
			attribute.String("db.system.name", "postgresql"),
			attribute.String("db.namespace", c.Database),
			attribute.String("server.address", c.Host),
			attribute.Int("server.port", int(c.Port)),
		},
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "db_client_operation_duration_seconds",
			Help:    "Time from a query to the end of its answer, the wait for a connection left out.",
			Buckets: []float64{.001, .005, .01, .05, .1, .5, 1, 5, 10},
		}, []string{"db_operation_name", "error_type"}),
	}
}

func (o *observer) noteReady(ready bool) { o.ready.Store(&ready) }

// query is a query that is being answered.
type query struct {
	operation string
	start     time.Time
	span      trace.Span // nil outside of a trace
}

type queryKey struct{}

// TraceQueryStart is called by pgx. Only what belongs to a trace gets a span:
// others would each be a trace of its own.
func (o *observer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	q := &query{operation: operation(data.SQL), start: time.Now()}
	if trace.SpanContextFromContext(ctx).IsValid() {
		ctx, q.span = o.tracer.Start(ctx, q.operation+" "+o.target, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(o.peer...),
			trace.WithAttributes(attribute.String("db.operation.name", q.operation), attribute.String("db.query.text", data.SQL)))
	}
	return context.WithValue(ctx, queryKey{}, q)
}

// TraceQueryEnd is called by pgx.
func (o *observer) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	q, ok := ctx.Value(queryKey{}).(*query)
	if !ok {
		return
	}
	class := errorClass(data.Err)
	o.duration.WithLabelValues(q.operation, class).Observe(time.Since(q.start).Seconds())
	if q.span == nil {
		return
	}
	if class != "" {
		q.span.SetAttributes(attribute.String("error.type", class))
		q.span.SetStatus(codes.Error, "")
	}
	q.span.End()
}

var operations = []string{"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "BEGIN", "COMMIT", "ROLLBACK"}

// operation is a query's first word, where it is one of few.
func operation(sql string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(sql), " ")
	if first, _, _ = strings.Cut(first, "\n"); slices.Contains(operations, strings.ToUpper(first)) {
		return strings.ToUpper(first)
	}
	return "_OTHER"
}

// errorClass is "" where nothing is wrong, and else a word that says nothing of
// the data: PostgreSQL's error code, or how the answer failed to come.
func errorClass(err error) string {
	var server *pgconn.PgError
	switch {
	case err == nil || errors.Is(err, pgx.ErrNoRows):
		return ""
	case errors.As(err, &server):
		return server.Code
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, context.DeadlineExceeded) || pgconn.Timeout(err):
		return "timeout"
	}
	return "_OTHER"
}

var (
	readyDesc = prometheus.NewDesc("db_client_ready",
		"1 when the last check for readiness found the database and all migrations.", nil, nil)
	connectionsDesc = prometheus.NewDesc("db_client_connection_count",
		"Connections of the pool.", []string{"state"}, nil)
	maxDesc = prometheus.NewDesc("db_client_connection_max",
		"Connections that the pool may have.", nil, nil)
	waitDesc = prometheus.NewDesc("db_client_connection_wait_seconds_total",
		"Time that was spent waiting for a connection.", nil, nil)
	timeoutsDesc = prometheus.NewDesc("db_client_connection_timeouts_total",
		"Waits for a connection that were given up.", nil, nil)
)

// Describe and Collect make a DB a prometheus.Collector.
func (d *DB) Describe(ch chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{readyDesc, connectionsDesc, maxDesc, waitDesc, timeoutsDesc} {
		ch <- desc
	}
	d.observer.duration.Describe(ch)
}

func (d *DB) Collect(ch chan<- prometheus.Metric) {
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	counter := func(desc *prometheus.Desc, value float64) {
		ch <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, value)
	}
	stat := d.Stat()
	gauge(connectionsDesc, float64(stat.IdleConns()), "idle")
	gauge(connectionsDesc, float64(stat.AcquiredConns()), "used")
	gauge(maxDesc, float64(stat.MaxConns()))
	counter(waitDesc, stat.EmptyAcquireWaitTime().Seconds())
	counter(timeoutsDesc, float64(stat.CanceledAcquireCount()))
	if ready := d.observer.ready.Load(); ready != nil {
		gauge(readyDesc, map[bool]float64{true: 1}[*ready])
	}
	d.observer.duration.Collect(ch)
}
