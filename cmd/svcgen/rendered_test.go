package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRenderedServices renders the http template in its combinations and grows
// each service by every kind of endpoint; each must be whole at once.
func TestRenderedServices(t *testing.T) {
	if testing.Short() {
		t.Skip("builds services")
	}
	dir := filepath.Join(t.TempDir(), "shop")
	for i, c := range []string{"payments", "card-payments --owner team-cards", "ledger --set example=no", "status --set resource=health-report --path apps/status"} {
		args := append([]string{"new"}, strings.Fields(c)...)
		if i == 0 {
			args = append(args, "--init")
		}
		run(t, t.TempDir(), append(args, "-C", dir)...)
	}
	for _, e := range []string{
		"GET /v1/refunds",
		"POST /v1/refunds",
		"GET /v1/refunds/{id}",
		"PUT /v1/refunds/{id}",
		"PATCH /v1/refunds/{id}",
		"DELETE /v1/refunds/{id}",
		"POST /v1/refunds/{id}/approve",
		"GET /v1/refunds/latest",
		"GET /v1/refunds/{id}/lines/{lineID}",
		"PUT /v1/credit-notes/{type}/{len}",
	} {
		for _, s := range []string{"card-payments", "ledger"} {
			args := append([]string{"add", "endpoint"}, strings.Fields(e)...)
			run(t, dir, append(args, "--service", s)...)
		}
	}
	run(t, dir, "check")
	for _, p := range []string{"services/payments", "services/card-payments", "services/ledger", "apps/status"} {
		t.Run(filepath.Base(p), func(t *testing.T) {
			alone := filepath.Join(t.TempDir(), "alone")
			if err := os.CopyFS(alone, os.DirFS(filepath.Join(dir, filepath.FromSlash(p)))); err != nil {
				t.Fatal(err)
			}
			sound(t, alone, "./cmd/...", "./internal/api")
		})
	}
}

// TestEndpointAfterEdits adds an endpoint to files that a person has edited,
// reordered, reformatted and commented.
func TestEndpointAfterEdits(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a service")
	}
	dir := filepath.Join(t.TempDir(), "shop")
	run(t, t.TempDir(), "new", "payments", "--init", "-C", dir)
	service := filepath.Join(dir, "services", "payments")
	routes := filepath.Join(service, "internal", "api", "routes.go")
	edit(t, routes, func(s string) string {
		// Comments at the end of every function, blank lines, Windows' endings.
		s = strings.ReplaceAll(s, "\n}\n", "\n\n\t// A note of my own.\n\t_ = 0 // and a statement\n}\n")
		return strings.ReplaceAll(s, "\n", "\r\n")
	})
	openapi := filepath.Join(service, "api", "openapi.json")
	edit(t, openapi, func(s string) string {
		return strings.ReplaceAll(strings.ReplaceAll(s, "\n", "\r\n"), "  ", "\t")
	})
	before := snapshot(t, dir)
	run(t, service, "add", "endpoint", "POST", "/v1/payments/{id}/refund")
	after := snapshot(t, dir)
	for _, p := range []string{"services/payments/internal/api/routes.go", "services/payments/api/openapi.json"} {
		if strings.Contains(strings.ReplaceAll(after[p], "\r\n", ""), "\n") {
			t.Errorf("%s: a line without the file's own ending", p)
		}
		for _, line := range strings.Split(before[p], "\r\n") {
			if !strings.Contains(after[p], strings.TrimSuffix(strings.TrimSuffix(line, "}"), "]")) {
				t.Errorf("%s lost the line %q", p, line)
			}
		}
	}
	tool(t, service, []string{"GOFLAGS=-mod=readonly"}, "go", "test", "./...")

	// Twice the same is refused, also a conflict with a route of a person's own.
	want := snapshot(t, dir)
	for _, args := range [][]string{
		{"POST", "/v1/payments/{id}/refund"},
		{"GET", "/v1/{kind}/search"},
		{"PUT", "/v1/payments/{other}"},
		{"POST", "/v1/payments/{id}/refund2", "--name", "refundPayment"},
		{"FOO", "/x"},
		{"POST", "x"},
		{"POST", "/v1/payments/"},
		{"POST", "/v1/{rest...}"},
		{"POST", "/v1/{payment-id}"},
		{"POST", "/v1/" + strings.Repeat("a", 2000)},
		{"GET", "/v1/tests", "--name", "listLinux"},
	} {
		out, err := svcgen(t, service, append([]string{"add", "endpoint"}, args...)...).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "error: ") || !strings.HasSuffix(err.Error(), "status 2") {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
	if d := differences(want, snapshot(t, dir)); len(d) > 0 {
		t.Errorf("refusals changed %v", d)
	}

	// A place that a person took away: the snippet to paste, nothing written.
	edit(t, routes, func(s string) string { return strings.ReplaceAll(s, "routes(", "paths(") })
	want = snapshot(t, dir)
	out, err := svcgen(t, service, "add", "endpoint", "GET", "/v1/payments/{id}/receipt").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "hint:") || !strings.Contains(string(out), "receipt") {
		t.Errorf("%v\n%s", err, out)
	}
	if d := differences(want, snapshot(t, dir)); len(d) > 0 {
		t.Errorf("a missing place changed %v", d)
	}
}

func edit(t *testing.T, name string, f func(string) string) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	text := f(string(data))
	if text == string(data) {
		t.Fatal(fmt.Sprint(name, ": the edit changed nothing"))
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}
