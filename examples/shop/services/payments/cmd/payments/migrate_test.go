package main

import (
	"strings"
	"testing"

	"github.com/acme/shop/services/payments/internal/postgres/postgrestest"
)

// unreachable is a database for tests that need none.
const unreachable = "DATABASE_URL=postgres://nobody@127.0.0.1:1/none?connect_timeout=1"

// migrated names a database with all migrations, as a variable.
func migrated(t *testing.T) string {
	t.Helper()
	database := "DATABASE_URL=" + postgrestest.New(t)
	out, err := program(t, "migrate", database).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "up to date") {
		t.Fatalf("migrate: %v: %s", err, out)
	}
	return database
}

func TestMigrateFails(t *testing.T) {
	for env, want := range map[string]int{unreachable: failed, "DATABASE_URL=": wrong} {
		cmd := program(t, "migrate", env)
		out, err := cmd.Output()
		if cmd.ProcessState.ExitCode() != want || !strings.Contains(string(out), `"level":"ERROR"`) {
			t.Errorf("%s: %v, want exit code %d: %s", env, err, want, out)
		}
	}
}
