// Package postgres keeps the service's data in PostgreSQL.
//
// Queries are plain SQL, written where they are used; values go into them as
// parameters and never as text. What changes the schema is a migration, and
// `payments migrate` alone runs those: serving does not. Rules of the business
// are not decided here.
package postgres

import (
	"context"
	"fmt"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// usual is how connections are made and kept. DATABASE_URL may say otherwise for
// each of them, e.g. with ?pool_max_conns=20.
var usual = map[string]string{
	"application_name": "payments",
	"connect_timeout":  "3", // seconds

	// Of one instance. What deploy/ has at most, 10 instances and one more while
	// a new version comes, with one for each one's probe, needs 88: a server lets
	// in 100 if it is told nothing else.
	"pool_max_conns":                "7",
	"pool_max_conn_lifetime":        "30m", // so that a server that is new gets its share
	"pool_max_conn_lifetime_jitter": "5m",
	"pool_max_conn_idle_time":       "5m",
	"pool_ping_timeout":             "1s",

	// The server's own limits, in milliseconds: they hold when nobody waits for
	// the answer any more.
	"statement_timeout":                   "5000",
	"idle_in_transaction_session_timeout": "10000",
}

// patience bounds what a store does for one call, the wait for a connection
// included.
const patience = 5 * time.Second

// DB is the service's database: a pool of connections, watched. It is a
// prometheus.Collector of what it sees.
type DB struct {
	*pgxpool.Pool

	// probe is one connection besides the pool's, for readiness alone: that all
	// others are busy does not make the database unavailable.
	probe    *pgxpool.Pool
	current  atomic.Bool // no migration is missing
	observer *observer
}

// Open returns the database at the URL address. It does not wait for the
// database to be there: Ready tells whether it is.
func Open(ctx context.Context, address string) (*DB, error) {
	config, err := parse(address)
	if err != nil {
		return nil, err
	}
	probing := config.Copy()
	probing.MaxConns = 1
	db := &DB{observer: newObserver(config.ConnConfig)}
	config.ConnConfig.Tracer = db.observer
	if db.Pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, err
	}
	if db.probe, err = pgxpool.NewWithConfig(ctx, probing); err != nil {
		db.Pool.Close()
		return nil, err
	}
	return db, nil
}

// parse reads a URL and fills in what is usual.
func parse(address string) (*pgxpool.Config, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("the database's URL cannot be read") // err would tell the password
	}
	settings := u.Query()
	for name, value := range usual {
		if !settings.Has(name) {
			settings.Set(name, value)
		}
	}
	u.RawQuery = settings.Encode()
	return pgxpool.ParseConfig(u.String())
}

// Ready is the check for readiness: it returns nil when the database answers and
// has every migration that this program knows. A migration that is there stays
// there, so that its question is asked until it is answered once.
func (d *DB) Ready(ctx context.Context) error {
	err := d.probe.Ping(ctx)
	if err == nil && !d.current.Load() {
		if err = d.missing(ctx); err == nil {
			d.current.Store(true)
		}
	}
	d.observer.noteReady(err == nil)
	return err
}

// Close closes the connections. One that is still in use gets two seconds: it
// must not keep the process from ending.
func (d *DB) Close() {
	closed := make(chan struct{})
	go func() {
		d.probe.Close()
		d.Pool.Close()
		close(closed)
	}()
	select {
	case <-closed:
	case <-time.After(2 * time.Second):
	}
}
