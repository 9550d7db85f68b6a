package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var embedded embed.FS

// migrations is the folder of that name.
func migrations() (fs.FS, error) { return fs.Sub(embedded, "migrations") }

// Migrate applies the migrations that the database at address lacks, in the order
// of their numbers, each in a transaction of its own, and logs each. Of several
// that migrate at once the others wait for the first. An error leaves the
// migrations before the one that failed applied.
func Migrate(ctx context.Context, address string, log *slog.Logger) error {
	config, err := parse(address)
	if err != nil {
		return err
	}
	// A migration may take its time. But while it waits for a lock, everybody
	// behind it waits as well: it had better fail, and be run again.
	params := config.ConnConfig.RuntimeParams
	params["statement_timeout"], params["idle_in_transaction_session_timeout"] = "0", "0"
	params["lock_timeout"] = "5000"
	db := stdlib.OpenDB(*config.ConnConfig)
	defer db.Close()

	files, err := migrations()
	if err != nil {
		return err
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
	if err != nil {
		return err
	}
	// Out of order: of two branches that were merged, the one with the lower
	// number may come to a database after the other.
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithSessionLocker(locker), goose.WithAllowOutofOrder(true), goose.WithDisableGlobalRegistry(true))
	if errors.Is(err, goose.ErrNoMigrations) {
		return db.PingContext(ctx)
	}
	if err != nil {
		return err
	}
	applied, err := provider.Up(ctx)
	var partial *goose.PartialError
	if errors.As(err, &partial) {
		applied = partial.Applied
	}
	for _, m := range applied {
		log.InfoContext(ctx, "migrated", "migration", m.Source.Path, "duration_ms", float64(m.Duration.Microseconds())/1000)
	}
	return err
}

// missing returns an error that names the first migration which the database
// lacks.
func (d *DB) missing(ctx context.Context) error {
	files, err := migrations()
	if err != nil {
		return err
	}
	known, err := fs.Glob(files, "*.sql")
	if err != nil || len(known) == 0 {
		return err
	}
	rows, _ := d.probe.Query(ctx, "SELECT version_id FROM goose_db_version WHERE is_applied") // CollectRows has its error
	applied, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	var server *pgconn.PgError
	if errors.As(err, &server) && server.Code == "42P01" { // there is no such table yet
		err = nil
	}
	if err != nil {
		return err
	}
	for _, name := range known {
		if version, err := goose.NumericComponent(name); err == nil && !slices.Contains(applied, version) {
			return fmt.Errorf("the migration %s is missing: run `payments migrate`", name)
		}
	}
	return nil
}
