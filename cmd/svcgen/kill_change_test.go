//go:build linux

package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// living is a workspace with a service x and a newer release of its template:
// what upgrade, rename and remove are for. x has files of a person's own.
func living(t testing.TB) string {
	t.Helper()
	dir := tiny(t)
	run(t, dir, "new", "w", "--template", "tiny")
	run(t, dir, "new", "x", "--template", "tiny")
	data, err := os.ReadFile(filepath.Join(dir, "tools/tiny/template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, map[string]string{
		"services/x/own/notes.txt":            "a person's own\r\n",
		"tools/tiny/template.yaml":            strings.Replace(string(data), "release: 1.0.0", "release: 1.1.0", 1),
		"tools/tiny/base/a/b/c.txt":           "c of the next release\n",
		"tools/tiny/base/a/new/d.txt":         "d\n",
		"tools/tiny/wiring/compose.yaml.tmpl": "image: {{ .Service.Name }}\nrestart: always\n",
	})
	return dir
}

// changes are the commands that change what is there.
var changes = [][]string{
	{"upgrade"},
	{"rename", "x", "y"},
	{"remove", "x"},
}

// outcomes runs a change, and a later command, without a fault: what there is
// after the change, and after the later command without and with it.
func outcomes(t *testing.T, before string, change []string) (after map[string]string, later [2]map[string]string) {
	t.Helper()
	without, with := clone(t, before), clone(t, before)
	run(t, with, change...)
	after = snapshot(t, with)
	for i, dir := range []string{without, with} {
		run(t, dir, "new", "later", "--template", "tiny")
		later[i] = snapshot(t, dir)
	}
	return after, later
}

// TestKilledWhileChanging kills upgrade, rename and remove at the calls that
// change the disk. The next command brings the workspace wholly before or wholly
// after the change.
func TestKilledWhileChanging(t *testing.T) {
	tool := strace(t)
	before := living(t)
	for _, change := range changes {
		t.Run(change[0], func(t *testing.T) {
			t.Parallel()
			_, wanted := outcomes(t, before, change)
			for _, call := range []string{"renameat", "unlinkat", "mkdirat", "write"} {
				for n := 1; ; n++ {
					dir := clone(t, before)
					if !faulty(t, tool, dir, call, n, "signal=SIGKILL", change...) {
						if n == 1 && call != "mkdirat" {
							t.Errorf("%s was never called: the test does not test it", call)
						}
						break
					}
					// Reading commands only tell.
					if out, err := svcgen(t, dir, "check").CombinedOutput(); err != nil && !strings.Contains(string(out), "interrupted") {
						t.Errorf("killed at %s %d: %v\n%s", call, n, err, out)
					}
					run(t, dir, "new", "later", "--template", "tiny")
					got := snapshot(t, dir)
					if d0, d1 := differences(wanted[0], got), differences(wanted[1], got); len(d0) > 0 && len(d1) > 0 {
						t.Errorf("killed at %s %d: neither before (%v) nor after (%v)", call, n, d0, d1)
					}
					os.RemoveAll(dir)
					if call == "write" {
						n += 4 // the many that fill the stage
					}
				}
			}
		})
	}
}

// TestFailingWhileChanging lets calls fail as a full disk and a lost permission
// do: the command says so, exits 3, and leaves what was, or what the next
// command brings back.
func TestFailingWhileChanging(t *testing.T) {
	tool := strace(t)
	before := living(t)
	was := snapshot(t, before)
	for _, change := range changes {
		t.Run(change[0], func(t *testing.T) {
			t.Parallel()
			after, later := outcomes(t, before, change)
			for call, fault := range map[string]string{"mkdirat": "ENOSPC", "renameat": "EACCES", "unlinkat": "EACCES", "fsync": "ENOSPC"} {
				for n := 1; ; n++ {
					dir := clone(t, before)
					out, code, reached := failing(t, tool, dir, call, fault, n, change)
					if !reached {
						break
					}
					got := snapshot(t, dir)
					switch {
					case code == 0:
						if d := differences(filesOf(after), filesOf(got)); len(d) > 0 {
							t.Errorf("%s at %s %d: exit 0, and not done: %v\n%s", fault, call, n, d, out)
						}
					case code != 3 || !strings.Contains(out, "error: "):
						t.Errorf("%s at %s %d: exit %d\n%s", fault, call, n, code, out)
					case len(differences(was, got)) > 0:
						run(t, dir, "new", "later", "--template", "tiny")
						got := snapshot(t, dir)
						if d0, d1 := differences(later[0], got), differences(later[1], got); len(d0) > 0 && len(d1) > 0 {
							t.Errorf("%s at %s %d: the next command brought neither before (%v) nor after (%v)\n%s", fault, call, n, d0, d1, out)
						}
					}
					os.RemoveAll(dir)
				}
			}
		})
	}
}

// filesOf leaves out folders and the stage: a folder that is empty, and what
// could not be swept up, is there for the next command, and for nobody else.
func filesOf(files map[string]string) map[string]string {
	out := map[string]string{}
	for p, text := range files {
		if !strings.HasSuffix(p, "/") && !strings.HasPrefix(p, ".svcgen/stage/") {
			out[p] = text
		}
	}
	return out
}

// failing runs svcgen with an error at the nth call, and reports whether that
// was reached.
func failing(t *testing.T, tool, dir, call, fault string, n int, args []string) (out string, code int, reached bool) {
	t.Helper()
	log := filepath.Join(t.TempDir(), "log")
	cmd := exec.Command(tool, append([]string{"-f", "-qq", "-o", log, "-e", "trace=" + call,
		"-e", "inject=" + call + ":error=" + fault + ":when=" + strconv.Itoa(n), mustBinary(t)}, args...)...)
	cmd.Dir = dir
	text, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	trace, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), cmd.ProcessState.ExitCode(), strings.Contains(string(trace), "INJECTED")
}

// TestUpgradesAtOnce lets several upgrades wait for each other: one does it all,
// the others find nothing to do.
func TestUpgradesAtOnce(t *testing.T) {
	before := living(t)
	after, _ := outcomes(t, before, []string{"upgrade"})
	dir := clone(t, before)
	done := make(chan string)
	const n = 8
	for range n {
		go func() {
			out, err := svcgen(t, dir, "upgrade").CombinedOutput()
			if err != nil {
				out = append(out, err.Error()...)
			}
			done <- string(out)
		}()
	}
	upgraded, idle := 0, 0
	for range n {
		switch out := <-done; {
		case strings.Contains(out, "upgraded 2 services"):
			upgraded++
		case strings.Contains(out, "nothing to do"):
			idle++
		default:
			t.Errorf("%s", out)
		}
	}
	if upgraded != 1 || idle != n-1 {
		t.Errorf("%d upgraded, %d had nothing to do", upgraded, idle)
	}
	if d := differences(after, snapshot(t, dir)); len(d) > 0 {
		t.Errorf("it is not as one upgrade leaves it: %v", d)
	}
}
