package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/acme/shop/services/payments/internal/postgres/postgrestest"
)

// open opens the database at a URL, to be closed with the test.
func open(t *testing.T, address string) *DB {
	t.Helper()
	db, err := Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// with adds a setting to a URL.
func with(address, setting string) string {
	if strings.Contains(address, "?") {
		return address + "&" + setting
	}
	return address + "?" + setting
}

// metric is the value of the gauge or counter, or of the number of samples.
func metric(t *testing.T, db *DB, name, label string) float64 {
	t.Helper()
	r := prometheus.NewPedanticRegistry()
	r.MustRegister(db)
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			labels := ""
			for _, l := range m.GetLabel() {
				labels += l.GetValue() + " "
			}
			if f.GetName() == name && strings.TrimSpace(labels) == label {
				return m.GetGauge().GetValue() + m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
			}
		}
	}
	return -1
}

func TestSettings(t *testing.T) {
	config, err := parse("postgres://db.example.com/x")
	if err != nil {
		t.Fatal(err)
	}
	if config.MaxConns != 7 || config.MaxConnLifetime != 30*time.Minute || config.ConnConfig.ConnectTimeout != 3*time.Second ||
		config.ConnConfig.RuntimeParams["statement_timeout"] != "5000" {
		t.Errorf("without settings: %+v", config)
	}
	config, err = parse("postgres://db.example.com/x?pool_max_conns=3&statement_timeout=70")
	if err != nil {
		t.Fatal(err)
	}
	if config.MaxConns != 3 || config.ConnConfig.RuntimeParams["statement_timeout"] != "70" {
		t.Errorf("with settings: %d connections, %v", config.MaxConns, config.ConnConfig.RuntimeParams)
	}
	if _, err := parse("postgres://u:hunter2%zz@db/x"); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("what cannot be read: %v", err)
	}
}

func TestDatabaseThatIsAway(t *testing.T) {
	db := open(t, "postgres://nobody@127.0.0.1:1/none")
	if got := metric(t, db, "db_client_ready", ""); got != -1 {
		t.Errorf("before the first check ready is %v, want nothing", got)
	}
	if err := db.Ready(t.Context()); err == nil {
		t.Error("it is ready")
	}
	if got := metric(t, db, "db_client_ready", ""); got != 0 {
		t.Errorf("ready is %v, want 0", got)
	}
}

// What slow queries and clients that hold on to connections do to the others.
func TestLimits(t *testing.T) {
	db := open(t, with(postgrestest.New(t), "pool_max_conns=2&statement_timeout=50"))
	_, err := db.Exec(t.Context(), "SELECT pg_sleep(60)")
	if errorClass(err) != "57014" {
		t.Errorf("a query that takes too long: %v, want that the server cancels it", err)
	}
	for range 2 {
		conn, err := db.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Release()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := db.Exec(ctx, "SELECT 1"); errorClass(err) != "timeout" {
		t.Errorf("no connection is free: %v, want a timeout", err)
	}
	if used, gaveUp := metric(t, db, "db_client_connection_count", "used"), metric(t, db, "db_client_connection_timeouts_total", ""); used != 2 || gaveUp != 1 {
		t.Errorf("%v connections are used, %v waits were given up; want 2 and 1", used, gaveUp)
	}
	// The database is there all the same; and closing does not hang.
	if err := db.probe.Ping(t.Context()); err != nil {
		t.Errorf("the probe: %v", err)
	}
	db.Close()
}

func TestQueriesAreObserved(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	provider, before := sdk.NewTracerProvider(sdk.WithSpanProcessor(spans)), otel.GetTracerProvider()
	otel.SetTracerProvider(provider)
	t.Cleanup(func() { otel.SetTracerProvider(before) })
	db := open(t, postgrestest.New(t))

	if _, err := db.Exec(t.Context(), "SELECT 1"); err != nil {
		t.Fatal(err)
	}
	if n := len(spans.Ended()); n != 0 {
		t.Errorf("%d spans outside of a trace", n)
	}
	ctx, span := provider.Tracer("").Start(t.Context(), "request")
	var word string
	if err := db.QueryRow(ctx, "SELECT $1::text", "a value").Scan(&word); err != nil {
		t.Fatal(err)
	}
	_, err := db.Exec(ctx, "SELECT 'hunter2'::int")
	if err == nil || !strings.Contains(err.Error(), "hunter2") {
		t.Fatalf("got %v: this test wants an error that repeats a value", err)
	}
	span.End()

	got := spans.Ended()
	if len(got) != 3 || got[0].Parent().SpanID() != span.SpanContext().SpanID() {
		t.Fatalf("got %d spans, want a request with two queries", len(got))
	}
	for i, class := range []string{"", "22P02"} {
		attributes := attribute.NewSet(got[i].Attributes()...)
		value := func(key attribute.Key) string { v, _ := attributes.Value(key); return v.Emit() }
		if !strings.HasPrefix(got[i].Name(), "SELECT ") || value("db.system.name") != "postgresql" || value("server.address") == "" || value("error.type") != class {
			t.Errorf("%s: %v", got[i].Name(), attributes.ToSlice())
		}
		if told := fmt.Sprint(value("db.query.text"), got[i].Status(), got[i].Events()); strings.Contains(told, "a value") || i == 1 && len(got[i].Events()) > 0 {
			t.Errorf("a span tells a value: %s", told)
		}
	}
	for label, want := range map[string]float64{"SELECT": 2, "SELECT 22P02": 1} {
		if n := metric(t, db, "db_client_operation_duration_seconds", label); n != want {
			t.Errorf("%v samples of %q, want %v", n, label, want)
		}
	}
}

func TestOperation(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT 1": "SELECT", "\n\t\tselect\n1": "SELECT", "insert into x": "INSERT", "begin": "BEGIN",
		"-- ping": "_OTHER", "": "_OTHER", "DROP TABLE x": "_OTHER",
	} {
		if got := operation(sql); got != want {
			t.Errorf("%q: got %s, want %s", sql, got, want)
		}
	}
}

func TestErrorClass(t *testing.T) {
	for want, err := range map[string]error{
		"":         pgx.ErrNoRows,
		"23505":    fmt.Errorf("insert: %w", &pgconn.PgError{Code: "23505", Message: "hunter2"}),
		"canceled": fmt.Errorf("query: %w", context.Canceled),
		"timeout":  context.DeadlineExceeded,
		"_OTHER":   errors.New("connection reset"),
	} {
		if got := errorClass(err); got != want {
			t.Errorf("%v: got %q, want %q", err, got, want)
		}
	}
}
