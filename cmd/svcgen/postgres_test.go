package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
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

// TestPostgresServices renders the http template with a database, grows it, and
// has it test itself against a real PostgreSQL. With its example it is among the
// examples, and tested there.
func TestPostgresServices(t *testing.T) {
	if testing.Short() {
		t.Skip("builds services")
	}
	needPostgres(t)
	t.Setenv("CI", "true") // there is a PostgreSQL: no test may be skipped
	dir := filepath.Join(t.TempDir(), "shop")
	run(t, t.TempDir(), "new", "notes", "--init", "-C", dir, "--set", "database=postgres", "--set", "example=no")
	// A noun whose plural is a word of SQL, and a name whose package is another.
	run(t, dir, "new", "card-citations", "--set", "database=postgres", "--set", "resource=reference")
	for _, s := range []string{"notes", "card-citations"} {
		run(t, dir, "add", "endpoint", "POST", "/v1/refunds/{id}/approve", "--service", s)
	}
	run(t, dir, "check")
	for _, s := range []string{"notes", "card-citations"} {
		t.Run(s, func(t *testing.T) {
			alone := filepath.Join(t.TempDir(), "alone")
			if err := os.CopyFS(alone, os.DirFS(filepath.Join(dir, "services", s))); err != nil {
				t.Fatal(err)
			}
			sound(t, alone, "./internal/postgres/...")
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
	tool(t, service, []string{"CI=", "TEST_DATABASE_URL="}, "go", "test", "./cmd/...", "./internal/app", "./internal/postgres/...", "./internal/api")
	cmd := exec.Command("go", "test", "./internal/postgres")
	cmd.Dir = service
	cmd.Env = append(os.Environ(), "GOWORK=off", "CI=true", "TEST_DATABASE_URL=")
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "install it") {
		t.Errorf("in CI the tests must fail without PostgreSQL, and say what to do: %v\n%s", err, out)
	}
}

func replaceOnce(t *testing.T, s, from, to string) string {
	t.Helper()
	if strings.Count(s, from) != 1 {
		t.Fatalf("%q occurs %d times", from, strings.Count(s, from))
	}
	return strings.Replace(s, from, to, 1)
}

// TestMigrationsOnTwoBranches adds a migration on each of two branches. They
// merge without a conflict, and a database that has had one of them gets the
// other, whichever came first.
func TestMigrationsOnTwoBranches(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a service")
	}
	needPostgres(t)
	needed(t, "git")
	dir := filepath.Join(t.TempDir(), "shop")
	run(t, t.TempDir(), "new", "invoices", "--init", "-C", dir, "--set", "database=postgres")
	git := func(args ...string) string {
		t.Helper()
		return tool(t, dir, nil, "git", append([]string{"-c", "user.name=a", "-c", "user.email=a@example.com"}, args...)...)
	}
	git("init", "-q", "-b", "main")
	git("add", "-A")
	git("commit", "-q", "-m", "new")
	service := filepath.Join(dir, "services", "invoices")
	folder := filepath.Join(service, "internal", "postgres", "migrations")
	for _, column := range []string{"refunded", "label"} {
		git("checkout", "-q", "-b", column, "main")
		run(t, service, "add", "migration", "add-"+column)
		name := matching(t, folder, "*_add_"+column+".sql")
		edit(t, name, func(s string) string { return s + "ALTER TABLE invoices ADD COLUMN " + column + " text;\n" })
		git("add", "-A")
		git("commit", "-q", "-m", column)
	}
	git("checkout", "-q", "main")
	git("merge", "-q", "refunded")
	git("merge", "-q", "-m", "both", "label")
	first, second := matching(t, folder, "*_add_label.sql"), matching(t, folder, "*_add_refunded.sql")
	run(t, service, "add", "migration", "add-more")
	if third := matching(t, folder, "*_add_more.sql"); third <= first || third <= second {
		t.Errorf("%s does not come after %s and %s", third, first, second)
	}
	module, _, _ := strings.Cut(tool(t, service, nil, "go", "list", "-m"), "\n")
	for _, late := range []string{first, second} {
		version, name, _ := strings.Cut(strings.TrimSuffix(filepath.Base(late), ".sql"), "_add_")
		test := strings.NewReplacer("VERSION", strings.TrimLeft(version, "0"), "NAME", name, "MODULE", module).Replace(lateMigration)
		if err := os.WriteFile(filepath.Join(service, "internal", "postgres", "late_test.go"), []byte(test), 0o666); err != nil {
			t.Fatal(err)
		}
		tool(t, service, []string{"CI=true", "GOPROXY=off"}, "go", "test", "-run", "Migrat", "./internal/postgres")
	}
}

// lateMigration is a test of a database that lacks one of its migrations.
const lateMigration = `package postgres

import (
	"testing"

	"MODULE/internal/postgres/postgrestest"
)

func TestLateMigration(t *testing.T) {
	address := postgrestest.New(t)
	if err := Migrate(t.Context(), address, quiet()); err != nil {
		t.Fatal(err)
	}
	db := open(t, address)
	for _, sql := range []string{"DELETE FROM goose_db_version WHERE version_id = VERSION", "ALTER TABLE invoices DROP COLUMN NAME"} {
		if tag, err := db.Exec(t.Context(), sql); err != nil || tag.Delete() && tag.RowsAffected() != 1 {
			t.Fatal(tag, err)
		}
	}
	if err := db.Ready(t.Context()); err == nil {
		t.Error("it is ready without NAME")
	}
	if err := Migrate(t.Context(), address, quiet()); err != nil {
		t.Fatal(err)
	}
	if err := db.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := db.Exec(t.Context(), "SELECT NAME FROM invoices"); err != nil {
		t.Error(err)
	}
}
`

// matching is the one file of a folder whose name matches.
func matching(t *testing.T, dir, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %v, %v", pattern, found, err)
	}
	return found[0]
}

// TestSetDatabase gives a service a database, and takes it away again.
func TestSetDatabase(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a service")
	}
	needPostgres(t)
	dir, service := fresh(t)
	before := snapshot(t, dir)
	run(t, service, "set", "database=postgres")
	run(t, dir, "check")
	tool(t, service, []string{"CI=true"}, "go", "test", "./cmd/...", "./internal/config")
	tool(t, service, []string{"GOPROXY=off", "GOFLAGS=-mod=mod"}, "go", "mod", "tidy", "-diff")
	run(t, service, "set", "database=none")
	if d := differences(before, snapshot(t, dir)); len(d) > 0 {
		t.Errorf("there and back again changed %v", d)
	}
}

// TestUpgradeWithADatabase upgrades from the first release and asks for a database
// at once: what joins the parts is a person's own, but the answer changes it.
func TestUpgradeWithADatabase(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a service")
	}
	dir := filepath.Join(t.TempDir(), "shop")
	run(t, t.TempDir(), "init", dir, "--module", "example.com/shop")
	a, err := txtar.ParseFile("../../internal/template/testdata/releases/http@1.0.0.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range a.Files {
		put(t, filepath.Join(dir, "old", filepath.FromSlash(f.Name)), f.Data)
	}
	manifest := filepath.Join(dir, "svcgen.yaml")
	edit(t, manifest, func(s string) string { return s + "templates:\n  http: ./old\n" })
	run(t, dir, "new", "payments")
	edit(t, manifest, func(s string) string { return strings.Replace(s, "templates:\n  http: ./old\n", "", 1) })
	service := filepath.Join(dir, "services", "payments")
	parts := filepath.Join(service, "internal", "app", "parts.go")
	edit(t, parts, func(s string) string {
		return strings.Replace(s, "\tfor i := ", "\t// By hand.\n\tfor i := ", 1)
	})
	run(t, dir, "upgrade", "--set", "database=postgres")
	tool(t, service, nil, "go", "vet", "./...")
	data, err := os.ReadFile(parts)
	if err != nil || !strings.Contains(string(data), "\t// By hand.\n") || !strings.Contains(string(data), "postgres.Open(") {
		t.Errorf("%v: %s", err, data)
	}
}
