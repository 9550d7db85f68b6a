package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestRenderedRPC renders the rpc template and grows each service by methods; each
// must be whole after the command that add prints. One of them is tested with all
// that there is, the others for what differs.
func TestRenderedRPC(t *testing.T) {
	if testing.Short() {
		t.Skip("builds services")
	}
	dir := filepath.Join(t.TempDir(), "shop")
	run(t, t.TempDir(), "new", "ledger", "--init", "--template", "rpc", "--set", "database=postgres", "--set", "resource=card-entry", "--owner", "team-ledger", "-C", dir)
	run(t, dir, "new", "plain", "--template", "rpc", "--set", "example=no", "--set", "database=postgres")
	// Names that protoc-gen-go changes: S3S, A_1Key, one that has no plural.
	run(t, dir, "new", "s3", "--template", "rpc")
	run(t, dir, "new", "keys", "--template", "rpc", "--set", "resource=api-1key", "--set", "example=no")
	run(t, dir, "new", "news", "--template", "rpc")
	run(t, dir, "add", "migration", "add-amount", "--service", "ledger")
	for _, s := range []string{"ledger", "plain"} {
		for _, m := range []string{"RefundEntry", "Top10of"} {
			run(t, dir, "add", "method", m, "--service", s)
		}
	}
	run(t, dir, "check")
	service := func(name string) string { return filepath.Join(dir, "services", name) }

	t.Run("fresh", func(t *testing.T) {
		for _, s := range []string{"s3", "keys", "news"} {
			tool(t, service(s), nil, "go", "mod", "download")
			tool(t, service(s), []string{"GOPROXY=off"}, "go", "vet", "./...")
			tool(t, service(s), []string{"GOPROXY=off"}, "go", "test", "-short", "./proto/...")
			tool(t, service(s), []string{"GOFLAGS=-mod=mod"}, "go", "mod", "tidy", "-diff")
			if out := tool(t, service(s), nil, "gofmt", "-l", "."); out != "" {
				t.Errorf("%s is not gofmt-clean: %s", s, out)
			}
		}
	})
	t.Run("stale", func(t *testing.T) {
		cmd := exec.Command("go", "test", "-short", "./proto/...")
		cmd.Dir, cmd.Env = service("plain"), append(os.Environ(), "GOWORK=off", "GOPROXY=off")
		if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "`go generate ./...` writes it") {
			t.Errorf("before the code is generated, a test says so: %v\n%s", err, out)
		}
		tool(t, service("plain"), []string{"GOPROXY=off"}, "go", "generate", "./...")
		tool(t, service("plain"), []string{"GOPROXY=off"}, "go", "test", "-short", "./proto/...", "./internal/rpc")
	})
	t.Run("whole", func(t *testing.T) {
		needPostgres(t)
		t.Setenv("CI", "true") // there is a PostgreSQL: no test may be skipped
		alone := filepath.Join(t.TempDir(), "alone")
		if err := os.CopyFS(alone, os.DirFS(service("ledger"))); err != nil {
			t.Fatal(err)
		}
		tool(t, alone, []string{"GOPROXY=off"}, "go", "generate", "./...")
		sound(t, alone, "./cmd/...", "./internal/rpc", "./internal/postgres/...", "./proto/...")
	})
}

// TestMethodComesAndGoes adds a method and takes it away again: nothing is left,
// but what go generate brings up to date.
func TestMethodComesAndGoes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "shop")
	run(t, t.TempDir(), "new", "ledger", "--init", "--template", "rpc", "-C", dir)
	before := snapshot(t, dir)
	out := run(t, dir, "add", "method", "RefundLedger", "--service", "ledger")
	if !strings.Contains(out, "go generate ./... && go test ./...") {
		t.Errorf("add does not say what comes next:\n%s", out)
	}
	want := snapshot(t, dir)
	for _, args := range [][]string{
		{"RefundLedger"}, {"refundLedger"}, {"Refund_Ledger"}, {""}, {"ListLedgers"}, {"ServeHTTP"}, {"StopWatching"}, {"RunLinux"}, {"A", "B"}, {strings.Repeat("A", 300)},
	} {
		text, err := svcgen(t, dir, append([]string{"add", "method", "--service", "ledger"}, args...)...).CombinedOutput()
		if err == nil || !strings.Contains(string(text), "error: ") || !strings.HasSuffix(err.Error(), "status 2") {
			t.Errorf("%q: %v\n%s", args, err, text)
		}
	}
	if d := differences(want, snapshot(t, dir)); len(d) > 0 {
		t.Errorf("refusals changed %v", d)
	}
	out = run(t, dir, "remove", "method", "RefundLedger", "--service", "ledger")
	if !strings.Contains(out, "go generate ./...") {
		t.Errorf("remove does not say what comes next:\n%s", out)
	}
	if d := differences(before, snapshot(t, dir)); len(d) > 0 {
		t.Errorf("there and back again changed %v", d)
	}

	// Code that was generated anew is nobody's work: it goes with the service.
	run(t, dir, "new", "other", "--template", "rpc")
	edit(t, filepath.Join(dir, "services", "other", "gen", "other", "v1", "other.pb.go"), func(s string) string { return s + "\n// New.\n" })
	run(t, dir, "remove", "other")

	// Where the marker is gone: what to put where, and nothing written.
	proto := filepath.Join(dir, "services", "ledger", "proto", "ledger", "v1", "ledger.proto")
	edit(t, proto, func(s string) string { return replaceOnce(t, s, "  // svcgen:methods\n", "") })
	want = snapshot(t, dir)
	text, err := svcgen(t, dir, "add", "method", "RefundLedger", "--service", "ledger").CombinedOutput()
	if err == nil || !strings.Contains(string(text), "hint:") || !strings.Contains(string(text), "// svcgen:methods") {
		t.Errorf("%v\n%s", err, text)
	}
	if d := differences(want, snapshot(t, dir)); len(d) > 0 {
		t.Errorf("a missing place changed %v", d)
	}
}
