package main_test

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// storefront is a workspace with a service, a gateway before it and a front-end.
func storefront(t *testing.T) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "shop")
	for _, c := range []string{
		"new payments --init --module example.com/shop",
		"new gateway --template gateway",
		"add client payments --service gateway",
		"new storefront --template web --set resource=payment",
	} {
		run(t, t.TempDir(), append(strings.Fields(c), "-C", dir)...)
	}
	return dir
}

// TestRenderedGateways: one without anything behind it, and one with a service, a
// front-end elsewhere and endpoints of its own.
func TestRenderedGateways(t *testing.T) {
	if testing.Short() {
		t.Skip("builds services")
	}
	dir := storefront(t)
	if out := run(t, dir, "new", "api-gateway", "--template", "gateway", "--set", "front=http://storefront:8083", "--path", "apps/edge"); !strings.Contains(out, "svcgen add client SERVICE --service api-gateway\n") || strings.Contains(out, "refund") {
		t.Errorf("what to do next is\n%s", out)
	}
	for _, e := range []string{"GET /v1/overview", "POST /v1/overview/{id}/refresh"} {
		run(t, dir, append(append([]string{"add", "endpoint"}, strings.Fields(e)...), "--service", "gateway")...)
	}
	run(t, dir, "new", "ledger", "--set", "resource=entry")
	run(t, dir, "add", "client", "ledger", "--service", "gateway", "--name", "books", "--set", "forward=no", "--set", "critical=yes", "--set", "operations=listEntries")
	run(t, dir, "check")
	gateway := filepath.Join(dir, "services", "gateway")
	upstreams, err := os.ReadFile(filepath.Join(gateway, "internal", "api", "upstreams.go"))
	if err != nil || !strings.Contains(string(upstreams), `"GET /v1/payments/{id}"`) || strings.Contains(string(upstreams), "/v1/entries") {
		t.Errorf("what is passed on is not what was asked for: %v\n%s", err, upstreams)
	}
	for _, name := range []string{"web", "front", "http"} {
		out, err := svcgen(t, dir, "add", "client", "ledger", "--service", "api-gateway", "--name", name).CombinedOutput()
		if err == nil || !strings.HasSuffix(err.Error(), "status 2") {
			t.Errorf("a client called %s: %v\n%s", name, err, out)
		}
	}
	t.Run("alone", func(t *testing.T) {
		alone := filepath.Join(t.TempDir(), "alone")
		if err := os.CopyFS(alone, os.DirFS(gateway)); err != nil {
			t.Fatal(err)
		}
		wholesome(t, alone)
	})
	t.Run("nothing behind", func(t *testing.T) {
		plain := filepath.Join(dir, "apps", "edge")
		tool(t, plain, []string{"GOPROXY=off"}, "go", "vet", "./...")
		tool(t, plain, []string{"GOPROXY=off"}, "go", "test", "./cmd/...", "./internal/api", "./internal/config")
	})
	before := snapshot(t, gateway)
	run(t, dir, "remove", "client", "books", "--service", "gateway")
	run(t, dir, "add", "client", "ledger", "--service", "gateway", "--name", "books", "--set", "forward=no", "--set", "critical=yes", "--set", "operations=listEntries")
	if d := differences(before, snapshot(t, gateway)); len(d) > 0 {
		t.Errorf("removed and added again, a client is not what it was: %v", d)
	}
}

// needNode skips loudly where Node.js or npm is missing, and fails in CI.
func needNode(t *testing.T) {
	t.Helper()
	needed(t, "npm")
	needed(t, "node")
}

// builtFront installs, tests and builds a front-end.
func builtFront(t *testing.T, dir, network string) {
	t.Helper()
	tool(t, dir, nil, "npm", "ci", network, "--no-audit", "--no-fund")
	tool(t, dir, nil, "npm", "test")
	tool(t, dir, nil, "npm", "run", "build")
	if out := tool(t, filepath.Join(dir, "server"), nil, "gofmt", "-l", "."); out != "" {
		t.Errorf("not gofmt-clean: %s", out)
	}
	tool(t, filepath.Join(dir, "server"), []string{"GOPROXY=off", "GOFLAGS=-mod=readonly"}, "go", "test", ".")
}

// TestRenderedWebs: a front-end with its sample and pages, and an empty one, which
// needs no network once npm has its packages.
func TestRenderedWebs(t *testing.T) {
	if testing.Short() {
		t.Skip("builds front-ends")
	}
	needNode(t)
	dir := storefront(t)
	web := filepath.Join(dir, "services", "storefront")
	run(t, dir, "new", "admin", "--template", "web", "--set", "example=no")
	for _, p := range []string{"/refunds", "/refunds/open --name openRefunds", "/settings --set title=Your_settings", "/class --name class"} {
		args := strings.Fields(p)
		for i := range args {
			args[i] = strings.ReplaceAll(args[i], "_", " ")
		}
		run(t, dir, append(append([]string{"add", "page"}, args...), "--service", "storefront")...)
	}
	run(t, dir, "add", "page", "/refunds", "--service", "admin")
	run(t, dir, "check")
	for _, bad := range []string{"refunds", "/Refunds", "/refunds", "/a/../b", "/x'", "/x --name openRefunds", "/x --name con", "/x --name aux", "/x --name default"} {
		out, err := svcgen(t, dir, append(append([]string{"add", "page"}, strings.Fields(bad)...), "--service", "storefront")...).CombinedOutput()
		if err == nil || !strings.HasSuffix(err.Error(), "status 2") {
			t.Errorf("add page %s: %v\n%s", bad, err, out)
		}
	}
	for _, file := range []string{"go.work", "svcgen.yaml"} {
		data, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil || strings.Contains(string(data), "storefront") != (file == "svcgen.yaml") {
			t.Errorf("%s: %v\n%s", file, err, data)
		}
	}
	lock, err := os.ReadFile(filepath.Join(web, "package-lock.json"))
	if err != nil || strings.Contains(string(lock), "://registry.") || strings.Contains(string(lock), `"resolved"`) {
		t.Errorf("the lock names a registry: %v", err)
	}
	builtFront(t, web, "--prefer-offline")
	builtFront(t, filepath.Join(dir, "services", "admin"), "--offline")
	tool(t, web, nil, "npm", "install", "--package-lock-only", "--prefer-offline", "--no-audit", "--no-fund")
	if again, err := os.ReadFile(filepath.Join(web, "package-lock.json")); err != nil || string(again) != string(lock) {
		t.Errorf("npm writes another lock: %v", err)
	}
}

// browse opens a page in a real browser, waits until it is calm, and returns its
// document and what the browser has said on the console.
func browse(t *testing.T, url string, more ...string) (document, console string) {
	t.Helper()
	args := append([]string{"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--user-data-dir=" + t.TempDir(), "--window-size=900,600",
		"--virtual-time-budget=10000", "--enable-logging=stderr", "--dump-dom"}, more...)
	cmd := exec.CommandContext(t.Context(), "chromium", append(args, url)...)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("chromium: %v\n%s", err, errs.String())
	}
	for line := range strings.Lines(errs.String()) {
		if strings.Contains(line, "CONSOLE") {
			console += line
		}
	}
	return string(out), console
}

var shownTrace = regexp.MustCompile(`Trace id: <code>([0-9a-f]{32})</code>`)

// TestStorefront runs a service, a gateway and a front-end, and looks at them with
// a browser: data come through, the policy for content holds, and where a service
// fails a person sees the trace id under which it is logged.
func TestStorefront(t *testing.T) {
	if testing.Short() {
		t.Skip("builds services, runs a browser")
	}
	needNode(t)
	needed(t, "chromium")
	dir := storefront(t)
	web := filepath.Join(dir, "services", "storefront")
	tool(t, web, nil, "npm", "ci", "--prefer-offline", "--no-audit", "--no-fund")
	tool(t, web, nil, "npm", "run", "build")
	dist := filepath.Join(web, "dist")
	write(t, dist, map[string]string{"bad.html": "<!doctype html><title>x</title><script>document.title = 'ran'</script>"})
	bins := t.TempDir()
	for name, pkg := range map[string]string{"payments": "payments/cmd/payments", "gateway": "gateway/cmd/gateway", "static": "storefront/server"} {
		tool(t, filepath.Join(dir, "services", filepath.FromSlash(pkg)), nil, "go", "build", "-o", filepath.Join(bins, name), ".")
	}
	paymentsAddr := freeAddr(t)
	payments := serve(t, filepath.Join(bins, "payments"), paymentsAddr)
	gateway := serve(t, filepath.Join(bins, "gateway"), freeAddr(t), "WEB_DIR="+dist, "PAYMENTS_URL="+payments.url)

	const trace = "0af7651916cd43dd8448eb211c80319c"
	if status, body := gateway.ask(t, "POST", "/v1/payments", `{"description":"a blue bicycle"}`, trace); status != http.StatusCreated {
		t.Fatalf("%d %s", status, body)
	}
	if r := append(gateway.routes(trace), payments.routes(trace)...); len(r) != 2 || r[0] != "/v1/payments" || r[1] != r[0] {
		t.Errorf("the trace has the routes %v", r)
	}
	page, console := browse(t, gateway.url+"/")
	if !strings.Contains(page, "<td>a blue bicycle</td>") || strings.Contains(page, `role="alert"`) || console != "" {
		t.Errorf("the page is\n%s\nand the console says\n%s\n%s", page, console, gateway)
	}
	if !strings.Contains(gateway.String(), `"route":"/{page...}"`) {
		t.Errorf("pages are not logged:\n%s", gateway)
	}
	// That the test sees it when the policy is broken.
	if page, console := browse(t, gateway.url+"/bad.html"); strings.Contains(page, "ran</title>") || !strings.Contains(console, "Content Security Policy") {
		t.Errorf("an inline script: %s\n%s", page, console)
	}

	payments.kill()
	status, body := gateway.ask(t, "GET", "/v1/payments", "", trace)
	if status != http.StatusBadGateway || !strings.Contains(body, trace) || strings.Contains(body, paymentsAddr) {
		t.Errorf("with nobody behind: %d %s", status, body)
	}
	if status, body := gateway.ask(t, "GET", "/readyz", "", ""); status != http.StatusOK || !strings.Contains(body, `"degraded"`) {
		t.Errorf("with nobody behind it is %d %s", status, body)
	}
	page, _ = browse(t, gateway.url+"/")
	shown := shownTrace.FindStringSubmatch(page)
	if shown == nil || !strings.Contains(page, "cannot be reached") {
		t.Fatalf("the page shows no trace id:\n%s", page)
	}
	if len(gateway.routes(shown[1])) == 0 {
		t.Errorf("the gateway has logged nothing under %s:\n%s", shown[1], gateway)
	}

	t.Run("a service that hangs", func(t *testing.T) {
		silent, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer silent.Close() // it accepts, by the system's queue, and never answers
		gateway := serve(t, filepath.Join(bins, "gateway"), freeAddr(t), "PAYMENTS_URL=http://"+silent.Addr().String(),
			"PAYMENTS_HEADER_TIMEOUT=200ms", "PAYMENTS_TIMEOUT=1s")
		start := time.Now()
		status, body := gateway.ask(t, "GET", "/v1/payments", "", trace)
		if status != http.StatusGatewayTimeout || !strings.Contains(body, trace) || time.Since(start) > 15*time.Second {
			t.Errorf("after %v: %d %s", time.Since(start), status, body)
		}
		if status, body := gateway.ask(t, "GET", "/", "", ""); status != http.StatusOK || !strings.Contains(body, "<main>") {
			t.Errorf("the page of its own: %d %s", status, body)
		}
	})
	t.Run("the front-end elsewhere", func(t *testing.T) {
		static := serve(t, filepath.Join(bins, "static"), freeAddr(t), "WEB_DIR="+dist)
		gateway := serve(t, filepath.Join(bins, "gateway"), freeAddr(t), "WEB_URL="+static.url, "PAYMENTS_URL=http://"+paymentsAddr)
		resp, err := http.Get(gateway.url + "/")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		h := resp.Header
		if resp.StatusCode != http.StatusOK || len(h["Content-Security-Policy"]) != 1 || h.Get("Permissions-Policy") == "" || h.Get("Etag") == "" {
			t.Errorf("%s %v", resp.Status, h)
		}
		if page, console := browse(t, gateway.url+"/"); !strings.Contains(page, "Trace id") || strings.Contains(console, "Content Security Policy") {
			t.Errorf("the page is\n%s\n%s", page, console)
		}
		static.kill()
		if status, body := gateway.ask(t, "GET", "/", "", trace); status != http.StatusBadGateway || !strings.Contains(body, trace) {
			t.Errorf("with the front-end away: %d %s", status, body)
		}
		if status, _ := gateway.ask(t, "GET", "/openapi.json", "", ""); status != http.StatusOK {
			t.Errorf("its own endpoint: %d", status)
		}
	})
}

// TestSharedText: what templates have in common is one text, copied. A template
// may have files of its own beside it.
func TestSharedText(t *testing.T) {
	templates := filepath.Join("..", "..", "templates")
	for _, c := range []struct {
		from string
		to   []string
		own  string // differs on purpose
	}{
		{"http/clients", []string{"worker/clients", "gateway/base"}, ""},
		{"http/client", []string{"worker/client", "gateway/client"}, ""},
		{"http/base/internal/health", []string{"rpc/base/internal/health", "worker/base/internal/health", "gateway/base/internal/health"}, ""},
		{"http/base/internal/telemetry", []string{"gateway/base/internal/telemetry"}, ""},
		{"http/base/internal/telemetry", []string{"rpc/base/internal/telemetry", "worker/base/internal/telemetry"}, "metrics.go.tmpl"},
		{"http/base/internal/config/configtest", []string{"worker/base/internal/config/configtest", "gateway/base/internal/config/configtest"}, ""},
		{"http/postgres", []string{"rpc/postgres"}, ""},
		{"http/migration", []string{"rpc/migration", "worker/migration"}, ""},
	} {
		shared := contents(snapshot(t, filepath.Join(templates, filepath.FromSlash(c.from))))
		if len(shared) == 0 {
			t.Errorf("%s is empty", c.from)
		}
		for _, to := range c.to {
			copied := contents(snapshot(t, filepath.Join(templates, filepath.FromSlash(to))))
			for p, text := range shared {
				if p != c.own && copied[p] != text {
					t.Errorf("templates/%s/%s differs from templates/%s/%s", to, p, c.from, p)
				}
			}
			if c.own != "" && copied[c.own] == shared[c.own] {
				t.Errorf("templates/%s/%s need not be left out", to, c.own)
			}
		}
	}
}
