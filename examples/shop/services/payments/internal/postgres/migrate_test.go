package postgres

import (
	"io/fs"
	"strings"
	"sync"
	"testing"

	"github.com/pressly/goose/v3"

	"github.com/acme/shop/services/payments/internal/postgres/postgrestest"
)

// A file without a number would never be applied, and nobody would hear of it;
// two with one number would stop the migration of every database.
func TestMigrationsHaveNumbers(t *testing.T) {
	files, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		t.Fatal(err)
	}
	taken := map[int64]string{}
	for _, e := range entries {
		if e.Name() == "README.md" {
			continue
		}
		version, err := goose.NumericComponent(e.Name())
		if err != nil || e.IsDir() || !strings.HasSuffix(e.Name(), ".sql") {
			t.Errorf("%s is no migration: its name is a number, _, a few words and .sql", e.Name())
		} else if other := taken[version]; other != "" {
			t.Errorf("%s and %s have one number: rename the one that was applied nowhere", other, e.Name())
		}
		taken[version] = e.Name()
	}
}

// Every migration can be applied to an empty database, by several at once, and
// once only.
func TestMigrate(t *testing.T) {
	address := postgrestest.New(t)
	db := open(t, address)
	files, err := migrations()
	if err != nil {
		t.Fatal(err)
	}
	known, err := fs.Glob(files, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Ready(t.Context()); len(known) > 0 && (err == nil || !strings.Contains(err.Error(), known[0])) {
		t.Errorf("before the migrations: %v, want an error that names %s", err, known[0])
	}
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if err := Migrate(t.Context(), address, quiet()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if err := db.Ready(t.Context()); err != nil {
		t.Errorf("after the migrations: %v", err)
	}
	if got := metric(t, db, "db_client_ready", ""); got != 1 {
		t.Errorf("ready is %v, want 1", got)
	}
	if len(known) == 0 {
		return
	}
	var applied int
	if err := db.QueryRow(t.Context(), "SELECT count(*) FROM goose_db_version WHERE version_id > 0").Scan(&applied); err != nil || applied != len(known) {
		t.Errorf("%d migrations are noted, %v; want %d", applied, err, len(known))
	}
}
