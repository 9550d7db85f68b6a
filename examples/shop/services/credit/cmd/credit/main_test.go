package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/acme/shop/services/credit/internal/config/configtest"
)

// The test binary is the program itself when it is told so: what is tested here
// are processes and signals.
func TestMain(m *testing.M) {
	if os.Getenv("TEST_RUNS_MAIN") != "" {
		main()
	}
	os.Exit(m.Run())
}

func program(t *testing.T, command string, env ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], command)
	// The race detector waits a second at the end of every process.
	cmd.Env = append(os.Environ(), "TEST_RUNS_MAIN=1", "GORACE=atexit_sleep_ms=0")
	cmd.Env = append(cmd.Env, env...)
	return cmd
}

// process is the service as a process, and what it has logged.
type process struct {
	*exec.Cmd
	lines       *bufio.Scanner
	addr, admin string
}

type line struct {
	Msg       string `json:"msg"`
	Addr      string `json:"addr"`
	AdminAddr string `json:"admin_addr"`
}

// serving starts the service; whomever it calls is ready.
func serving(t *testing.T, env ...string) *process {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no SIGTERM to send")
	}
	env = append(append(configtest.Env(t), "HTTP_ADDR=127.0.0.1:0", "ADMIN_ADDR=127.0.0.1:0"), env...)
	p := &process{Cmd: program(t, "serve", env...)}
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.lines = bufio.NewScanner(out)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	l := p.await(t, "serving")
	p.addr, p.admin = l.Addr, l.AdminAddr
	return p
}

// await reads the log up to the line with the message.
func (p *process) await(t *testing.T, msg string) line {
	t.Helper()
	for p.lines.Scan() {
		var l line
		if err := json.Unmarshal(p.lines.Bytes(), &l); err != nil {
			t.Fatalf("not JSON: %s", p.lines.Bytes())
		}
		if l.Msg == msg {
			return l
		}
	}
	t.Fatalf("no line %q in the log", msg)
	return line{}
}

func (p *process) signal(t *testing.T, s os.Signal) {
	t.Helper()
	if err := p.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

func TestServe(t *testing.T) {
	p := serving(t, "DRAIN_DELAY=1ms")
	for _, url := range []string{
		p.addr + "/livez", p.addr + "/startupz", p.addr + "/readyz", p.addr + "/openapi.json",
		p.admin + "/metrics", p.admin + "/debug/pprof/", p.admin + "/debug/pprof/heap",
	} {
		resp, err := http.Get("http://" + url)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s answers %s", url, resp.Status)
		}
	}
	if out, err := program(t, "healthcheck", "HTTP_ADDR="+p.addr).CombinedOutput(); err != nil {
		t.Errorf("healthcheck: %v: %s", err, out)
	}
	p.signal(t, syscall.SIGTERM)
	p.await(t, "drained")
	if err := p.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v, want exit code 0", err)
	}
	cmd := program(t, "healthcheck", "HTTP_ADDR="+p.addr)
	if err := cmd.Run(); err == nil || cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("healthcheck when nobody serves: %v, want exit code 1", err)
	}
}

func TestSecondSignalEndsAtOnce(t *testing.T) {
	p := serving(t, "DRAIN_DELAY=1h")
	p.signal(t, syscall.SIGTERM)
	p.await(t, "draining")
	p.signal(t, syscall.SIGTERM)
	ended := make(chan error, 1)
	go func() { ended <- p.Wait() }()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("exit code 0: nothing tells that it was cut short")
		}
	case <-time.After(10 * time.Second):
		t.Error("it goes on draining")
	}
}

func TestWrongSettings(t *testing.T) {
	cmd := program(t, "serve", "HTTP_ADDR=nowhere", "DRAIN_DELAY=soon")
	out, err := cmd.Output()
	if cmd.ProcessState.ExitCode() != wrong {
		t.Errorf("%v, want exit code %d", err, wrong)
	}
	for _, want := range []string{`"level":"ERROR"`, "HTTP_ADDR", "DRAIN_DELAY"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("nothing about %s in %s", want, out)
		}
	}
}

func TestPortThatIsTaken(t *testing.T) {
	p := serving(t, "DRAIN_DELAY=0s")
	cmd := program(t, "serve", "HTTP_ADDR="+p.addr, "ADMIN_ADDR=127.0.0.1:0")
	out, err := cmd.Output()
	if cmd.ProcessState.ExitCode() != failed || !strings.Contains(string(out), "in use") {
		t.Errorf("%v, want exit code %d and the reason: %s", err, failed, out)
	}
	p.signal(t, syscall.SIGTERM)
	if err := p.Wait(); err != nil {
		t.Error(err)
	}
}

func TestCommands(t *testing.T) {
	for _, c := range []struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		{[]string{"version"}, ok, built(), ""},
		{[]string{"openapi"}, ok, `"openapi": "3.1.0"`, ""},
		{[]string{"help"}, ok, "usage: credit", ""},
		{[]string{"sevre"}, wrong, "", `"sevre"`},
		{[]string{"serve", "now"}, wrong, "", "usage: credit"},
	} {
		var stdout, stderr bytes.Buffer
		code := run(c.args, os.LookupEnv, &stdout, &stderr)
		if code != c.code || !strings.Contains(stdout.String(), c.stdout) || !strings.Contains(stderr.String(), c.stderr) {
			t.Errorf("%v: exit code %d, want %d\nstdout: %s\nstderr: %s", c.args, code, c.code, &stdout, &stderr)
		}
	}
}
