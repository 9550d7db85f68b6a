//go:build unix

package main_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// session types at svcgen on a real pseudo-terminal: each of keys once the text
// before it is shown. It returns what was shown and the exit code.
func session(t *testing.T, dir string, args []string, keys [][2]string) (string, int) {
	t.Helper()
	cmd := svcgen(t, dir, args...)
	cmd.Env = append(os.Environ(), "TERM=xterm", "NO_COLOR=1") // questions in plain lines
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 100})
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	killed := time.AfterFunc(30*time.Second, func() { cmd.Process.Kill() })
	defer killed.Stop()
	var shown strings.Builder
	buf := make([]byte, 4096)
	from := 0
	for {
		n, err := tty.Read(buf)
		shown.Write(buf[:n])
		if len(keys) > 0 && strings.Contains(shown.String()[from:], keys[0][0]) {
			from = shown.Len()
			io.WriteString(tty, keys[0][1])
			keys = keys[1:]
		}
		if err != nil {
			break // the terminal closes with its last process
		}
	}
	err = cmd.Wait()
	code := 0
	if exit, ok := err.(*exec.ExitError); ok {
		code = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	if len(keys) > 0 {
		t.Errorf("never asked for %q; shown:\n%s", keys[0][0], shown.String())
	}
	return strings.ReplaceAll(shown.String(), "\r\n", "\n"), code
}

// asking is the tiny workspace with a template that wants an answer.
func asking(t *testing.T) string {
	t.Helper()
	dir := tiny(t)
	write(t, dir, map[string]string{"tools/tiny/template.yaml": "version: 1\nname: tiny\nrelease: 1.0.0\nkind: other\nsummary: small\n" +
		"values:\n  color: {help: 'Which colour?', options: [red, blue]}\n  motto: {help: 'Which motto?', match: '[a-z ]+'}\nlayers: [base]\n"})
	return dir
}

func TestNewAsks(t *testing.T) {
	dir := asking(t)
	shown, code := session(t, dir, []string{"new"}, [][2]string{
		{"Name of the service", "Pay ments\r"},
		{"write pay-ments", "payments\r"},
		{"Template", "tiny\r"},
		{"Which colour", "2\r"},
		{"Which motto", "UP\r"},
		{"does not match", "all is well\r"},
		{"Do this [write]", "\r"},
	})
	if code != 0 || !strings.Contains(shown, "payments is ready on port 8081") {
		t.Fatalf("exit %d\n%s", code, shown)
	}
	if want := "svcgen new payments --template tiny --set color=blue --set 'motto=all is well'"; !strings.Contains(shown, want) {
		t.Errorf("the equivalent command is not shown: %s\nwant %s", shown, want)
	}
	data, err := os.ReadFile(filepath.Join(dir, "services", "payments", "service.yaml"))
	if err != nil || !strings.Contains(string(data), "{color: blue, motto: all is well}") {
		t.Errorf("%v\n%s", err, data)
	}
}

// TestNewGoesBack changes its mind: about a value, then about the template's
// choice, after it has seen what would be done.
func TestNewGoesBack(t *testing.T) {
	dir := asking(t)
	shown, code := session(t, dir, []string{"new", "payments"}, [][2]string{
		{"Template [http]:", "tiny\r"},
		{"Which colour (< goes back)", "2\r"},
		{"Which motto (< goes back)", "<\r"},
		{"Which colour [blue] (< goes back)", "<\r"},
		{"Template [tiny]", "\r"},
		{"Which colour [blue]", "red\r"},
		{"Which motto", "go on\r"},
		{"Do this [write] (< goes back)", "<\r"},
		{"Which motto [go on]", "all is well\r"},
		{"Do this [write]", "2\r"},
		{"Do this [write]", "write\r"},
	})
	if code != 0 || !strings.Contains(shown, "payments is ready on port 8081") {
		t.Fatalf("exit %d\n%s", code, shown)
	}
	if want := "svcgen new payments --template tiny --set color=red --set 'motto=all is well'"; !strings.Contains(shown, want) {
		t.Errorf("the equivalent command is not shown: %s\nwant %s", shown, want)
	}
	if strings.Count(shown, "create  services/payments") != 4 || !strings.Contains(shown, "+values: {color: red, motto: all is well}") {
		t.Errorf("three previews, a diff and a result are expected:\n%s", shown)
	}
}

func TestPreviewStops(t *testing.T) {
	for name, answer := range map[string]string{"a choice": "stop\r", "Ctrl-D": "\x04", "Ctrl-C": "\x03"} {
		t.Run(name, func(t *testing.T) {
			dir := asking(t)
			before := snapshot(t, dir)
			shown, code := session(t, dir, []string{"new", "payments", "--template", "tiny"}, [][2]string{
				{"Which colour", "red\r"}, {"Which motto", "well\r"}, {"Do this", answer}})
			if code != 130 {
				t.Errorf("exit %d, want 130\n%s", code, shown)
			}
			if d := differences(before, snapshot(t, dir)); len(d) > 0 {
				t.Errorf("changed: %v", d)
			}
		})
	}
}

// TestNewInitAsks makes a workspace and its first service with questions, and
// asks at the preview for the values that have a default.
func TestNewInitAsks(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "shop")
	shown, code := session(t, t.TempDir(), []string{"new", "--init", "--module", "example.com/shop", "-C", dir}, [][2]string{
		{"Name of the service", "payments\r"},
		{"Template", "http\r"},
		{"Do this", "values\r"},
		{"What does the service keep", "receipt\r"},
		{"as an example", "no\r"},
		{"Which database", "none\r"},
		{"Do this", "write\r"},
	})
	if code != 0 || !strings.Contains(shown, "payments is ready") {
		t.Fatalf("exit %d\n%s", code, shown)
	}
	want := "svcgen new payments --init -C " + dir + " --module example.com/shop --template http --set database=none --set example=no --set resource=receipt"
	if !strings.Contains(shown, want) {
		t.Errorf("the equivalent command is not shown: %s\nwant %s", shown, want)
	}
}

func TestDryRunHasNoPreview(t *testing.T) {
	dir := asking(t)
	shown, code := session(t, dir, []string{"new", "payments", "--template", "tiny", "--dry-run"}, [][2]string{
		{"Which colour", "red\r"}, {"Which motto", "well\r"}})
	if code != 0 || strings.Contains(shown, "Do this") || !strings.Contains(shown, "nothing was written") {
		t.Errorf("exit %d\n%s", code, shown)
	}
}

func TestInterruptedQuestionsChangeNothing(t *testing.T) {
	dir := asking(t)
	before := snapshot(t, dir)
	shown, code := session(t, dir, []string{"new", "payments", "--template", "tiny"}, [][2]string{{"Which colour", "\x04"}})
	if code != 130 {
		t.Errorf("exit %d, want 130\n%s", code, shown)
	}
	if d := differences(before, snapshot(t, dir)); len(d) > 0 {
		t.Errorf("changed: %v", d)
	}
}

func TestNoInputAsksNothing(t *testing.T) {
	dir := asking(t)
	shown, code := session(t, dir, []string{"new", "payments", "--template", "tiny", "--no-input"}, nil)
	if code != 2 || !strings.Contains(shown, "missing: --set color=VALUE, --set motto=VALUE") {
		t.Errorf("exit %d\n%s", code, shown)
	}
}

func TestInitOffersWhatItFinds(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "old")
	write(t, dir, map[string]string{"compose.yaml": "services:\n  db: {image: postgres}\n", "Procfile": "web: ./web\n"})
	shown, code := session(t, dir, []string{"init", "--module", "example.com/old"}, [][2]string{
		{"List services in compose.yaml", "yes\r"},
		{"List services in Procfile", "no\r"},
	})
	if code != 0 {
		t.Fatalf("exit %d\n%s", code, shown)
	}
	data, err := os.ReadFile(filepath.Join(dir, "svcgen.yaml"))
	if err != nil || !strings.Contains(string(data), "slot: compose") || strings.Contains(string(data), "procfile") {
		t.Errorf("%v\n%s", err, data)
	}
}

// TestAddAsksWhichService offers the services that a client could be of: not the
// caller, and none that needs it.
func TestAddAsksWhichService(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "shop")
	for _, s := range []string{"payments", "ledger", "storefront"} {
		run(t, t.TempDir(), "new", s, "--init", "--module", "example.com/shop", "-C", dir)
	}
	run(t, dir, "add", "client", "payments", "--service", "storefront")
	shown, code := session(t, dir, []string{"add", "client", "--service", "payments"}, [][2]string{
		{"Which service does it call", "1\r"},
		{"Do this [write]", "\r"},
	})
	if code != 0 || !strings.Contains(shown, "payments has a client ledger") {
		t.Fatalf("exit %d\n%s", code, shown)
	}
	if strings.Contains(shown, "storefront") || !strings.Contains(shown, "svcgen add client --service payments --set service=ledger") {
		t.Errorf("shown:\n%s", shown)
	}
}
