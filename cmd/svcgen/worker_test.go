package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRenderedWorkers renders the worker template in its combinations and grows
// each service by consumers and publishers; each must be whole at once.
func TestRenderedWorkers(t *testing.T) {
	if testing.Short() {
		t.Skip("builds services")
	}
	dir := filepath.Join(t.TempDir(), "shop")
	run(t, t.TempDir(), "new", "fraud", "--init", "--template", "worker", "--set", "resource=card-payment", "--owner", "team-risk", "-C", dir)
	run(t, dir, "new", "attribution", "--template", "worker", "--set", "example=no", "--set", "subject=orders.>")
	run(t, dir, "new", "scores", "--template", "worker", "--set", "database=postgres")
	run(t, dir, "add", "migration", "add-reasons", "--service", "scores")
	run(t, dir, "new", "audit", "--template", "worker", "--set", "database=postgres", "--set", "example=no")
	for _, s := range []string{"fraud", "attribution", "scores", "audit"} {
		for _, u := range []string{"consumer payments.refunded", "consumer orders.> --name allOrders", "publisher fraud.flagged", "publisher " + s + ".done --name finished"} {
			run(t, dir, append(append([]string{"add"}, strings.Fields(u)...), "--service", s)...)
		}
	}
	run(t, dir, "check")
	for _, s := range []string{"fraud", "attribution", "scores", "audit"} {
		t.Run(s, func(t *testing.T) {
			alone := filepath.Join(t.TempDir(), "alone")
			if err := os.CopyFS(alone, os.DirFS(filepath.Join(dir, "services", s))); err != nil {
				t.Fatal(err)
			}
			if s == "scores" || s == "audit" {
				needPostgres(t)
			}
			sound(t, alone, "./cmd/...", "./internal/consumers", "./internal/publishers")
		})
	}
	// The shared NATS stays as long as one of them needs it.
	all := []string{"fraud", "scores", "audit", "attribution"}
	for i, s := range all {
		run(t, dir, "remove", s, "--force")
		compose, err := os.ReadFile(filepath.Join(dir, "compose.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := strings.Contains(string(compose), "nats:2"), i < len(all)-1; got != want {
			t.Errorf("after %s is removed, NATS in compose.yaml: %v, want %v\n%s", s, got, want, compose)
		}
	}
}
