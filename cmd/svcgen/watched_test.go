package main_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestDeadServiceIsNamed kills each of two running services in turn, watched by a
// real Prometheus with the workspace's own configuration and rules: the other goes
// on answering, the alert names the dead one, and so does the trace of who called
// it.
func TestDeadServiceIsNamed(t *testing.T) {
	if testing.Short() {
		t.Skip("builds services")
	}
	needed(t, "prometheus")
	ws, payments, ledger := shopWithClient(t)
	run(t, ws, "init", "--with", "observability")
	bins, traces := t.TempDir(), newCollector(t)
	addr, admin, up := map[string]string{}, map[string]string{}, map[string]*process{}
	for name, dir := range map[string]string{"payments": payments, "ledger": ledger} {
		tool(t, dir, nil, "go", "build", "-o", filepath.Join(bins, name), "./cmd/"+name)
		addr[name], admin[name] = freeAddr(t), freeAddr(t)
	}
	start := func(name string) {
		up[name] = serve(t, filepath.Join(bins, name), addr[name], "ADMIN_ADDR="+admin[name], "LEDGER_URL=http://"+addr["ledger"],
			"OTEL_EXPORTER_OTLP_ENDPOINT="+traces.URL, "OTEL_BSP_SCHEDULE_DELAY=200")
	}
	start("ledger")
	start("payments")

	// How soon is a matter of two intervals, not of this machine's load.
	var config struct {
		Global struct {
			Scrape   time.Duration `yaml:"scrape_interval"`
			Evaluate time.Duration `yaml:"evaluation_interval"`
		}
	}
	load(t, filepath.Join(ws, "observability", "prometheus.yaml"), &config)
	if soon := config.Global.Scrape + config.Global.Evaluate; soon <= 0 || soon > 10*time.Second {
		t.Errorf("a dead service may go unnoticed for %s", soon)
	}
	firing := prometheus(t, ws, admin)
	waitFor(t, "a quiet Prometheus that sees both", func() bool { return firing("up") == 2 && firing("ALERTS") == 0 })

	_, body := up["payments"].ask(t, "POST", "/v1/payments", `{"description":"the first"}`, "")
	var made struct{ ID string }
	if err := json.Unmarshal([]byte(body), &made); err != nil || made.ID == "" {
		t.Fatalf("%v: %s", err, body)
	}
	for _, c := range []struct{ dead, alert, other, path string }{
		{"ledger", "LedgerDown", "payments", "/v1/payments"},
		{"payments", "PaymentsDown", "ledger", "/v1/entries"},
	} {
		up[c.dead].kill()
		died := time.Now()
		if status, body := up[c.other].ask(t, "GET", c.path, "", ""); status != http.StatusOK {
			t.Errorf("without %s, %s answers %d: %s", c.dead, c.other, status, body)
		}
		if c.dead == "ledger" {
			const trace = "5bf92f3577b34da6a3ce929d0e0e4736"
			if status, _ := up["payments"].ask(t, "GET", "/v1/payments/"+made.ID, "", trace); status < 500 {
				t.Errorf("what needs the ledger is answered with %d", status)
			}
			waitFor(t, "a trace that names the ledger", func() bool { return traces.names(trace, "ledger") })
		}
		waitFor(t, c.alert, func() bool {
			return firing(`ALERTS{alertname="`+c.alert+`",alertstate="firing",service="`+c.dead+`"}`) == 1
		})
		t.Logf("%s was named after %s", c.dead, time.Since(died))
		if n := firing(`ALERTS{alertstate="firing"}`); n != 1 {
			t.Errorf("%v alerts fire, for one dead service", n)
		}
		start(c.dead)
		waitFor(t, "silence again", func() bool { return firing(`ALERTS{alertstate="firing"}`) == 0 })
	}
}

// prometheus starts one with the workspace's configuration, in which only the
// addresses are others, and returns a function that counts a query's results.
func prometheus(t *testing.T, ws string, admin map[string]string) func(query string) int {
	t.Helper()
	file := filepath.Join(ws, "observability", "prometheus.yaml")
	for name, addr := range admin {
		edit(t, file, func(s string) string {
			i := strings.Index(s, "targets: ['"+name+":")
			j := i + strings.Index(s[i:], "]")
			return s[:i] + "targets: ['" + addr + "'" + s[j:]
		})
	}
	edit(t, file, func(s string) string { // there is no collector to ask
		i := strings.Index(s, "  - job_name: otel-collector\n")
		j := i + strings.Index(s[i:], "targets: ['otel-collector:8888']\n") + len("targets: ['otel-collector:8888']\n")
		return s[:i] + s[j:]
	})
	addr := freeAddr(t)
	cmd := exec.Command("prometheus", "--config.file="+file, "--storage.tsdb.path="+t.TempDir(), "--web.listen-address="+addr)
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	waitFor(t, "Prometheus", func() bool {
		resp, err := http.Get("http://" + addr + "/-/ready")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	return func(query string) int {
		resp, err := http.PostForm("http://"+addr+"/api/v1/query", map[string][]string{"query": {query}})
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var answer struct {
			Status string
			Data   struct{ Result []any }
		}
		if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || resp.StatusCode == http.StatusOK && answer.Status != "success" {
			t.Fatalf("%s: %v", query, err)
		}
		return len(answer.Data.Result)
	}
}

// collector takes what services export over OTLP/HTTP, as it comes.
type collector struct {
	*httptest.Server
	mu     sync.Mutex
	bodies [][]byte
}

func newCollector(t *testing.T) *collector {
	c := &collector{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.bodies = append(c.bodies, body)
	}))
	t.Cleanup(c.Close)
	return c
}

// names reports whether an export with spans of the trace has the text name: ids
// and texts stand in OTLP's encoding as they are.
func (c *collector) names(trace, name string) bool {
	id, err := hex.DecodeString(trace)
	c.mu.Lock()
	defer c.mu.Unlock()
	return err == nil && slices.ContainsFunc(c.bodies, func(b []byte) bool { return bytes.Contains(b, id) && bytes.Contains(b, []byte(name)) })
}
