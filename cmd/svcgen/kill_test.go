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

// fault is what happens to a system call: "signal=SIGKILL", "error=ENOSPC".
type fault struct{ call, what string }

// ending is how a command ended that met a fault.
type ending struct {
	out     string
	code    int  // -1: it was killed
	reached bool // the fault came
}

// meets runs svcgen in dir with a fault at the nth call, or from the nth on where
// when ends with a plus. strace counts the calls of each thread alone: a fault may
// come twice.
func (f fault) meets(t *testing.T, tool, dir, when string, args ...string) ending {
	t.Helper()
	log := filepath.Join(t.TempDir(), "log")
	cmd := exec.Command(tool, append([]string{"-f", "-qq", "-o", log, "-e", "trace=" + f.call, "-e", "signal=none",
		"-e", "inject=" + f.call + ":" + f.what + ":when=" + when, mustBinary(t)}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "GODEBUG=asyncpreemptoff=1") // few threads, few interrupted calls
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	trace, err := os.ReadFile(log)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	killed := ok && status.Signaled()
	return ending{string(out), cmd.ProcessState.ExitCode(), killed || strings.Contains(string(trace), "INJECTED") || strings.Contains(string(trace), "DELAYED")}
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

// nth counts calls: all of them where all, else the first ones and then fewer and
// fewer of the many that are alike.
func nth(all bool) func(yield func(n int, when string) bool) {
	return func(yield func(int, string) bool) {
		step := 1
		for n := 1; yield(n, strconv.Itoa(n)); n += step {
			if !all && n > 2 {
				step += n / 2
			}
		}
	}
}
