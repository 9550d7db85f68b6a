//go:build linux

package main_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// strace returns the program's path. Without it the test is skipped, but never
// in CI, where a skipped promise is a broken one.
func strace(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("strace")
	if err == nil {
		if out, trying := exec.Command(path, "-f", "-o", os.DevNull, "true").CombinedOutput(); trying != nil {
			err = errors.New(string(out))
		}
	}
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("strace is needed here: ", err)
		}
		t.Skip("strace is needed to kill svcgen at chosen calls: ", err)
	}
	return path
}

// changing are the system calls that change a file system.
var changing = []string{"write", "openat", "mkdirat", "renameat", "renameat2", "unlinkat", "fchmodat", "linkat"}

func TestKilledAtEveryCall(t *testing.T) {
	tool := strace(t)
	before := tiny(t)
	// What there is after a later command, with and without the killed one.
	without, with := clone(t, before), clone(t, before)
	run(t, without, "new", "later", "--template", "tiny")
	run(t, with, "new", "killed", "--template", "tiny")
	run(t, with, "new", "later", "--template", "tiny")
	wanted := []map[string]string{snapshot(t, without), snapshot(t, with)}

	for _, call := range changing {
		for n := 1; ; n++ {
			dir := clone(t, before)
			if !faulty(t, tool, dir, call, n, "signal=SIGKILL", "new", "killed", "--template", "tiny") {
				if n == 1 && (call == "write" || call == "renameat") {
					t.Errorf("%s was never called: the test does not test it", call)
				}
				break
			}
			run(t, dir, "new", "later", "--template", "tiny")
			got := snapshot(t, dir)
			if d0, d1 := differences(wanted[0], got), differences(wanted[1], got); len(d0) > 0 && len(d1) > 0 {
				t.Errorf("killed at %s %d: neither before (%v) nor after (%v)", call, n, d0, d1)
			}
			os.RemoveAll(dir)
			if call == "openat" || call == "write" {
				n += 2 // the many calls that change nothing but the stage
			}
		}
	}
}

// TestFailingCalls lets calls fail instead: the command says so, exits 3, and
// leaves the workspace as it was.
func TestFailingCalls(t *testing.T) {
	tool := strace(t)
	before := tiny(t)
	want := snapshot(t, before)
	later := clone(t, before)
	run(t, later, "new", "later", "--template", "tiny")
	without := snapshot(t, later)
	for _, fault := range []string{"ENOSPC", "EIO", "EACCES"} {
		for _, call := range []string{"mkdirat", "renameat", "unlinkat"} {
			for n := 1; ; n++ {
				dir := clone(t, before)
				log := filepath.Join(t.TempDir(), "log")
				cmd := exec.Command(tool, "-f", "-qq", "-o", log, "-e", "trace="+call,
					"-e", "inject="+call+":error="+fault+":when="+strconv.Itoa(n), mustBinary(t), "new", "x", "--template", "tiny")
				cmd.Dir = dir
				out, err := cmd.CombinedOutput()
				got := snapshot(t, dir)
				if call == "unlinkat" && err != nil {
					// Undoing needs the call that fails; the next command undoes.
					run(t, dir, "new", "later", "--template", "tiny")
					got = snapshot(t, dir)
					if d := differences(without, got); len(d) > 0 {
						t.Errorf("%s at %s %d: the next command did not bring back what was: %v", fault, call, n, d)
					}
					got = want
				}
				os.RemoveAll(dir)
				if err == nil {
					if _, ok := got["services/x/README.md"]; !ok {
						t.Errorf("%s %s %d: exit 0 without the service\n%s", fault, call, n, out)
					}
					if trace, _ := os.ReadFile(log); !strings.Contains(string(trace), "INJECTED") {
						break // there is no nth call
					}
					continue
				}
				if d := differences(want, got); len(d) > 0 {
					t.Errorf("%s at %s %d left %v\n%s", fault, call, n, d, out)
				}
				if !strings.Contains(string(out), "error: ") || cmd.ProcessState.ExitCode() != 3 {
					t.Errorf("%s at %s %d: exit %d\n%s", fault, call, n, cmd.ProcessState.ExitCode(), out)
				}
			}
		}
	}
}

// faulty runs svcgen with a fault at the nth call and reports whether it was
// reached.
func faulty(t *testing.T, tool, dir, call string, n int, fault string, args ...string) bool {
	t.Helper()
	log := filepath.Join(t.TempDir(), "log")
	cmd := exec.Command(tool, append([]string{"-f", "-qq", "-o", log, "-e", "trace=" + call,
		"-e", "inject=" + call + ":" + fault + ":when=" + strconv.Itoa(n), mustBinary(t)}, args...)...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			return true
		}
		t.Fatalf("%s at %s %d: %v\n%s", fault, call, n, err, out)
	}
	return false
}

func mustBinary(t *testing.T) string {
	bin, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

func clone(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "ws")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}
