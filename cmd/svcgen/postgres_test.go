package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// needPostgres skips the test where there is no PostgreSQL, loudly, and fails it
// in CI. Rendered services look for one in the same places.
func needPostgres(t *testing.T) {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) > 0 || os.Getenv("TEST_DATABASE_URL") != "" {
		return
	}
	needed(t, "initdb")
}

// TestPostgresServices renders the http template with a database, with and
// without its example, grows both, and has them test themselves against a real
// PostgreSQL.
func TestPostgresServices(t *testing.T) {
	if testing.Short() {
		t.Skip("builds services")
	}
	needPostgres(t)
	t.Setenv("CI", "true") // there is a PostgreSQL: no test may be skipped
	dir := filepath.Join(t.TempDir(), "shop")
	run(t, t.TempDir(), "new", "invoices", "--init", "-C", dir, "--set", "database=postgres")
	run(t, dir, "new", "notes", "--set", "database=postgres", "--set", "example=no")
	// A noun whose plural is a word of SQL, and a name whose package is another.
	run(t, dir, "new", "card-citations", "--set", "database=postgres", "--set", "resource=reference")
	for _, s := range []string{"invoices", "notes", "card-citations"} {
		run(t, dir, "add", "endpoint", "POST", "/v1/refunds/{id}/approve", "--service", s)
	}
	run(t, dir, "check")
	for _, s := range []string{"invoices", "notes", "card-citations"} {
		t.Run(s, func(t *testing.T) {
			alone := filepath.Join(t.TempDir(), "alone")
			if err := os.CopyFS(alone, os.DirFS(filepath.Join(dir, "services", s))); err != nil {
				t.Fatal(err)
			}
			if s == "card-citations" { // the others have all the rest
				tool(t, alone, nil, "go", "test", "./internal/postgres/...")
				return
			}
			wholesome(t, alone)
		})
	}
}

// TestPostgresTestsNeedNoDatabase has a rendered service test itself where there
// is no PostgreSQL: elsewhere than in CI it passes, having skipped what needs one.
func TestPostgresTestsNeedNoDatabase(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a service")
	}
	dir := filepath.Join(t.TempDir(), "shop")
	run(t, t.TempDir(), "new", "invoices", "--init", "-C", dir, "--set", "database=postgres")
	service := filepath.Join(dir, "services", "invoices")
	helper := filepath.Join(service, "internal", "postgres", "postgrestest", "postgrestest.go")
	edit(t, helper, func(s string) string {
		return replaceOnce(t, s, "bin := programs()", `bin := ""`)
	})
	edit(t, helper, func(s string) string {
		return s + "\nvar _ = programs\n"
	})
	packages := []string{"test", "./cmd/...", "./internal/app", "./internal/postgres/...", "./internal/api"}
	tool(t, service, []string{"CI=", "TEST_DATABASE_URL="}, "go", packages...)
	cmd := exec.Command("go", packages...)
	cmd.Dir = service
	cmd.Env = append(os.Environ(), "GOWORK=off", "CI=true", "TEST_DATABASE_URL=")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Errorf("in CI the tests pass without PostgreSQL:\n%s", out)
	}
}

func replaceOnce(t *testing.T, s, from, to string) string {
	t.Helper()
	if strings.Count(s, from) != 1 {
		t.Fatalf("%q occurs %d times", from, strings.Count(s, from))
	}
	return strings.Replace(s, from, to, 1)
}
