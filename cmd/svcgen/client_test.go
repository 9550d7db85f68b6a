package main_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// process is a rendered service that runs, with what it logs.
type process struct {
	cmd *exec.Cmd
	url string
	mu  sync.Mutex
	log bytes.Buffer
}

func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.Write(b)
}

func (p *process) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

// serve starts the program bin and waits until it listens on addr.
func serve(t *testing.T, bin, addr string, env ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(bin), url: "http://" + addr}
	p.cmd.Env = append(os.Environ(), append([]string{"HTTP_ADDR=" + addr, "ADMIN_ADDR=127.0.0.1:0", "DRAIN_DELAY=0s"}, env...)...)
	p.cmd.Stdout, p.cmd.Stderr = p, p
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	waitFor(t, filepath.Base(bin)+" to serve", func() bool { return strings.Contains(p.String(), `"msg":"serving"`) })
	return p
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_, _ = p.cmd.Process.Wait()
}

// ask sends a request with a trace id and returns status and body.
func (p *process) ask(t *testing.T, method, path, body, trace string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, p.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if trace != "" {
		req.Header.Set("Traceparent", "00-"+trace+"-00f067aa0ba902b7-01")
	}
	resp, err := (&http.Client{Timeout: 20 * time.Second}).Do(req)
	if err != nil {
		t.Fatalf("%v\n%s", err, p)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(data)
}

// routes lists which routes the log has under a trace id.
func (p *process) routes(trace string) (out []string) {
	for line := range strings.Lines(p.String()) {
		var l struct {
			Route   string
			TraceID string `json:"trace_id"`
		}
		if json.Unmarshal([]byte(line), &l) == nil && l.TraceID == trace && l.Route != "" {
			out = append(out, l.Route)
		}
	}
	return out
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// shopWithClient is a workspace in which payments calls ledger whenever somebody
// gets a payment, as a person would have written it.
func shopWithClient(t *testing.T) (dir, payments, ledger string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "shop")
	run(t, t.TempDir(), "new", "payments", "--init", "--module", "example.com/shop", "-C", dir)
	run(t, dir, "new", "ledger", "--set", "resource=entry")
	run(t, dir, "add", "client", "ledger", "--service", "payments")
	run(t, dir, "check")
	payments, ledger = filepath.Join(dir, "services", "payments"), filepath.Join(dir, "services", "ledger")
	edit(t, filepath.Join(payments, "internal", "payments", "payments.go"), func(s string) string {
		s = replaceOnce(t, s, "\t\"time\"\n)", "\t\"time\"\n\n\t\"example.com/shop/services/payments/internal/clients/ledger\"\n)")
		s = replaceOnce(t, s, "type Service struct {", "type Service struct {\n\tLedger *ledger.Client\n\n")
		return replaceOnce(t, s, "\treturn s.store.Get(ctx, id)\n", `	if s.Ledger != nil {
		if _, err := s.Ledger.ListEntries(ctx, ledger.ListEntriesParams{Limit: 1}); err != nil {
			return Payment{}, err
		}
	}
	return s.store.Get(ctx, id)
`)
	})
	edit(t, filepath.Join(payments, "internal", "app", "parts.go"), func(s string) string {
		return replaceOnce(t, s, "\treturn p, nil\n", "\tp.service.Ledger = p.ledger\n\treturn p, nil\n")
	})
	return dir, payments, ledger
}

// TestClientOfARunningService runs two rendered services: one calls the other,
// which dies, hangs and comes back.
func TestClientOfARunningService(t *testing.T) {
	if testing.Short() {
		t.Skip("builds services")
	}
	_, payments, ledger := shopWithClient(t)
	bins := t.TempDir()
	for name, dir := range map[string]string{"payments": payments, "ledger": ledger} {
		tool(t, dir, nil, "go", "build", "-o", filepath.Join(bins, name), "./cmd/"+name)
	}
	ledgerBin, paymentsBin := filepath.Join(bins, "ledger"), filepath.Join(bins, "payments")

	// Everything that is wrong with the settings is said at once.
	wrong := exec.Command(paymentsBin)
	wrong.Env = append(os.Environ(), "LEDGER_URL=ledger:8082", "LEDGER_TIMEOUT=soon", "LEDGER_MAX_IN_FLIGHT=0", "DRAIN_DELAY=x")
	out, err := wrong.CombinedOutput()
	if err == nil || err.Error() != "exit status 2" {
		t.Errorf("wrong settings: %v\n%s", err, out)
	}
	for _, name := range []string{"LEDGER_URL", "LEDGER_TIMEOUT", "LEDGER_MAX_IN_FLIGHT", "DRAIN_DELAY"} {
		if !strings.Contains(string(out), name) {
			t.Errorf("wrong settings: nothing about %s in\n%s", name, out)
		}
	}

	at := freeAddr(t)
	provider := serve(t, ledgerBin, at)
	consumer := serve(t, paymentsBin, freeAddr(t), "LEDGER_URL=http://"+at, "LEDGER_HEADER_TIMEOUT=300ms", "LEDGER_TIMEOUT=2s")
	_, body := consumer.ask(t, "POST", "/v1/payments", `{"description":"the first"}`, "")
	var made struct{ ID string }
	if err := json.Unmarshal([]byte(body), &made); err != nil || made.ID == "" {
		t.Fatalf("%v: %s", err, body)
	}
	get := func(trace string) int {
		status, _ := consumer.ask(t, "GET", "/v1/payments/"+made.ID, "", trace)
		return status
	}
	ready := func() string {
		status, body := consumer.ask(t, "GET", "/readyz", "", "")
		if status != http.StatusOK {
			t.Fatalf("ready is %d: %s; one that is not critical must not take the service out", status, body)
		}
		return body
	}

	// One trace goes through both.
	trace := "4bf92f3577b34da6a3ce929d0e0e4736"
	if status := get(trace); status != http.StatusOK {
		t.Fatalf("with its ledger, payments answers %d\n%s\n%s", status, consumer, provider)
	}
	waitFor(t, "the log lines", func() bool { return len(provider.routes(trace)) > 0 && len(consumer.routes(trace)) > 0 })
	if got := provider.routes(trace); len(got) != 1 || got[0] != "/v1/entries" {
		t.Errorf("under the trace, ledger has logged %v", got)
	}
	if !strings.Contains(ready(), `"ledger":"ok"`) {
		t.Errorf("ready is %s", ready())
	}

	// It dies: the consumer is degraded, says so, and goes on with what it can.
	provider.kill()
	waitFor(t, "degraded", func() bool { return strings.Contains(ready(), `"status":"degraded"`) })
	if status := get("5bf92f3577b34da6a3ce929d0e0e4736"); status < 500 {
		t.Errorf("without its ledger, payments answers %d", status)
	}
	if status, _ := consumer.ask(t, "GET", "/livez", "", ""); status != http.StatusOK {
		t.Errorf("live is %d", status)
	}
	if status, _ := consumer.ask(t, "GET", "/v1/payments", "", ""); status != http.StatusOK {
		t.Errorf("what needs no ledger is answered with %d", status)
	}

	// Somebody accepts, and never answers: the time limits hold.
	hanging, err := net.Listen("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	if status := get("6bf92f3577b34da6a3ce929d0e0e4736"); status < 500 {
		t.Errorf("with a ledger that hangs, payments answers %d", status)
	}
	hanging.Close()

	// It comes back: nobody has to do anything.
	serve(t, ledgerBin, at)
	waitFor(t, "ready", func() bool { return strings.Contains(ready(), `"status":"ok"`) })
	if status := get(""); status != http.StatusOK {
		t.Errorf("with its ledger back, payments answers %d\n%s", status, consumer)
	}
}

// TestContractsBetweenServices changes a provider, and a contract: the provider's
// tests fail, and name who relies on it.
func TestContractsBetweenServices(t *testing.T) {
	if testing.Short() {
		t.Skip("builds services")
	}
	dir, payments, ledger := shopWithClient(t)
	replay := func(at string) string {
		cmd := exec.Command("go", "test", "-run", "TestContracts$", "-v", "./internal/api")
		cmd.Dir, cmd.Env = at, append(os.Environ(), "GOWORK=off")
		out, _ := cmd.CombinedOutput()
		return string(out)
	}
	said := func(what, out string, wanted ...string) {
		t.Helper()
		for _, w := range wanted {
			if !strings.Contains(out, w) {
				t.Errorf("%s: nothing about %q in\n%s", what, w, out)
			}
		}
	}
	said("as it is", replay(ledger), "--- PASS: TestContracts/payments")
	said("who is called by nobody", replay(payments), "--- SKIP: TestContracts", "NOTHING TESTED")

	alone := filepath.Join(t.TempDir(), "alone")
	if err := os.CopyFS(alone, os.DirFS(ledger)); err != nil {
		t.Fatal(err)
	}
	said("alone", replay(alone), "--- SKIP: TestContracts", "NOTHING TESTED")

	// The provider calls a member otherwise, and its own tests and description follow.
	business := filepath.Join(ledger, "internal", "ledger", "ledger.go")
	edit(t, business, func(s string) string { return replaceOnce(t, s, `json:"created_at"`, `json:"made_at"`) })
	said("a member with another name", replay(ledger), "--- FAIL: TestContracts/payments", "payments relies on createEntry", "there is no /created_at")
	edit(t, business, func(s string) string { return replaceOnce(t, s, `json:"made_at"`, `json:"created_at"`) })

	// It asks for more than the consumer sends.
	create := filepath.Join(ledger, "internal", "api", "create_entry.go")
	edit(t, create, func(s string) string {
		return replaceOnce(t, s, "type CreateEntryRequest struct {", "type CreateEntryRequest struct {\n\tAccount string `json:\"account\"`\n")
	})
	said("a member that must be sent", replay(ledger), "--- FAIL: TestContracts/payments", "payments relies on createEntry", "is answered with 422, want 201")
	edit(t, create, func(s string) string { return replaceOnce(t, s, "\tAccount string `json:\"account\"`\n", "") })

	// The consumer comes to rely on what is not there.
	contract := filepath.Join(payments, "contracts", "ledger.json")
	edit(t, contract, func(s string) string {
		return strings.Replace(s, `"description": "description",`+"\n"+`          "id"`, `"description": "description", "balance": 7,`+"\n"+`          "id"`, 1)
	})
	said("a wish", replay(ledger), "--- FAIL: TestContracts/payments", "there is no /balance")
	cmd := exec.Command("go", "test", "./internal/clients/ledger")
	cmd.Dir, cmd.Env = payments, append(os.Environ(), "GOWORK=off")
	out, _ := cmd.CombinedOutput()
	said("a wish that the client does not read", string(out), "--- FAIL: TestContract/createEntry", "the client does not read /balance")

	// git tells who is to be tested.
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-c", "user.name=a", "-c", "user.email=a@example.com"}, args...)...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	git("init", "-q")
	git("add", "-A")
	git("commit", "-qm", "all")
	edit(t, contract, func(s string) string { return strings.Replace(s, `, "balance": 7`, "", 1) })
	if got := run(t, dir, "affected", "--since", "HEAD"); !strings.Contains(got, "ledger") || !strings.Contains(got, "payments") {
		t.Errorf("a changed contract affects\n%s", got)
	}
	git("checkout", "-q", ".")
	edit(t, business, func(s string) string { return s + "\n" })
	if got := run(t, dir, "affected", "--since", "HEAD"); !strings.Contains(got, "payments") {
		t.Errorf("a changed provider affects\n%s", got)
	}
}

// TestClientOfARichDescription makes clients of a description that has a bit of
// everything, and of an empty one's first operation.
func TestClientOfARichDescription(t *testing.T) {
	if testing.Short() {
		t.Skip("builds services")
	}
	dir := filepath.Join(t.TempDir(), "shop")
	run(t, t.TempDir(), "new", "payments", "--init", "--module", "example.com/shop", "-C", dir)
	run(t, dir, "new", "ledger")
	run(t, dir, "new", "book", "--set", "example=no")
	run(t, dir, "add", "endpoint", "GET", "/v1/books/{id}/pages/{page}", "--service", "book")
	rich, err := os.ReadFile("../../internal/offer/testdata/rich.json")
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, map[string]string{"services/ledger/api/openapi.json": string(rich)})
	run(t, dir, "add", "client", "ledger", "--service", "payments", "--name", "main-ledger", "--set", "critical=yes")
	run(t, dir, "add", "client", "book", "--service", "payments", "--set", "critical=yes")
	// One that speaks Connect: its protos are enough.
	run(t, dir, "new", "vault")
	if err := os.Remove(filepath.Join(dir, "services", "vault", "api", "openapi.json")); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(dir, "services", "vault", "proto"), os.DirFS("../../internal/offer/testdata/proto")); err != nil {
		t.Fatal(err)
	}
	run(t, dir, "add", "client", "vault", "--service", "payments")
	payments := filepath.Join(dir, "services", "payments")
	tool(t, payments, nil, "go", "vet", "./internal/clients/...", "./internal/app")
	if out := tool(t, payments, nil, "gofmt", "-l", "."); out != "" {
		t.Errorf("not gofmt-clean: %s", out)
	}
	out := tool(t, payments, nil, "go", "test", "-v", "./internal/clients/mainledger", "./internal/clients/book", "./internal/clients/vault")
	for _, want := range []string{"--- PASS: TestContract/getEntry", "--- PASS: TestContract/ping", "--- PASS: TestContract/createAccount", "--- PASS: TestContract/deleteAccount", "NOTHING TESTED"} {
		if !strings.Contains(out, want) {
			t.Errorf("nothing about %q in\n%s", want, out)
		}
	}
	// Its tests are of itself, though it is of no use without two of them.
	out = tool(t, payments, nil, "go", "test", "-v", "-run", "TestServe$|TestStopLosesNoRequest$", "./cmd/...", "./internal/app")
	for _, want := range []string{"--- PASS: TestServe", "--- PASS: TestStopLosesNoRequest"} {
		if !strings.Contains(out, want) {
			t.Errorf("nothing about %q in\n%s", want, out)
		}
	}
}
