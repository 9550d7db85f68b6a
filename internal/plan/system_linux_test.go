package plan

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/svcgen/svcgen/internal/tree"
)

// These tests let the kernel do what fault_test.go imitates: it kills a process
// at a system call, fails one, fills a disk, refuses to write.

// mixed is a small plan with each kind of operation.
func mixed() scenario {
	return scenario{
		files: tree.Tree{"a": plain("a\n"), "gone/f": plain("f\n"), "old/x": plain("x\n"), "old/y": plain("y\n"),
			"services/other": plain("o\n"), "svcgen.yaml": plain("one\n")},
		plan: Plan{
			edited("a", "a\n", "A\n"),
			gone("gone/f", "f\n"),
			moved("old", "new/place"),
			edited("new/place/x", "x\n", "X\n"),
			made("services/s/f", "f\n"),
			made("services/s/in/g", "g\n"),
			made("top", "t\n"),
			edited("svcgen.yaml", "one\n", "two\n"),
		},
		last: "svcgen.yaml",
	}
}

// The exit codes of the helper process.
const (
	exitFailed     = 3
	exitUnfinished = 4
)

// TestMain is the helper process where the environment says so: it applies
// mixed in the working directory.
func TestMain(m *testing.M) {
	if os.Getenv("SVCGEN_PLAN_HELPER") == "" {
		os.Exit(m.Run())
	}
	runtime.LockOSThread() // strace counts the calls of each thread alone
	root, err := os.OpenRoot(".")
	if err == nil {
		err = trial{scenario: mixed()}.apply(realDisk(root))
	}
	var unfinished *UnfinishedError
	switch {
	case err == nil:
		os.Exit(0)
	case errors.As(err, &unfinished):
		os.Exit(exitUnfinished)
	}
	os.Exit(exitFailed)
}

// unavailable skips a test that this machine cannot run. In CI, it must.
func unavailable(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf("NOT TESTED: "+format, args...)
}

func mixedTrial(t *testing.T) trial {
	tr := trial{scenario: mixed()}
	root, dir := workspace(t, tr.files)
	tr.before = snapshot(t, dir)
	if err := tr.apply(realDisk(root)); err != nil {
		t.Fatal(err)
	}
	tr.after = snapshot(t, dir)
	return tr
}

// calls are the system calls that change a disk. fchmodat2 is left to
// fault_test.go: few straces know it.
var calls = []string{"write", "mkdirat", "linkat", "renameat,renameat2", "unlinkat"}

// traced runs the helper in dir under strace, with something injected into the
// nth of its calls. It reports the exit code, and whether there were so many.
func traced(t *testing.T, dir, call, inject string, n int) (code int, reached bool) {
	t.Helper()
	log := filepath.Join(t.TempDir(), "log")
	cmd := exec.Command("strace", "-f", "-o", log, "-e", "trace="+call, "-e", "signal=none",
		"-e", fmt.Sprintf("inject=%s:%s:when=%d", call, inject, n), os.Args[0])
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "SVCGEN_PLAN_HELPER=1", "GOMAXPROCS=1", "GODEBUG=asyncpreemptoff=1")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	data, err := os.ReadFile(log)
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	// strace ends as the process that it watches ended.
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	killed := ok && status.Signaled() && status.Signal() == syscall.SIGKILL
	return cmd.ProcessState.ExitCode(), killed || strings.Contains(string(data), "INJECTED")
}

func needStrace(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("takes some 20 seconds")
	}
	if out, err := exec.Command("strace", "-f", "-o", "/dev/null", "true").CombinedOutput(); err != nil {
		unavailable(t, "strace does not run here: %v: %s", err, out)
	}
}

// TestKilledByTheKernel kills a real process at each call that changes the disk.
func TestKilledByTheKernel(t *testing.T) {
	needStrace(t)
	tr := mixedTrial(t)
	for _, call := range calls {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			n := 1
			for ; ; n++ {
				root, dir := workspace(t, tr.files)
				_, reached := traced(t, dir, call, "signal=SIGKILL", n)
				if _, err := Recover(root); err != nil {
					t.Fatalf("killed at %d: %v", n, err)
				}
				after := tr.whole(t, dir, true)
				if !reached {
					if !after {
						t.Fatal("the plan was not applied at all")
					}
					break
				}
			}
			if n == 1 {
				t.Errorf("there is no call of %s", call)
			}
			t.Logf("killed at %d calls", n-1)
		})
	}
}

// TestFailedByTheKernel fails each call that changes the disk.
func TestFailedByTheKernel(t *testing.T) {
	needStrace(t)
	tr := mixedTrial(t)
	for _, call := range append(calls, "openat", "newfstatat", "getdents64") {
		for _, errno := range []string{"ENOSPC", "EIO", "EACCES"} {
			if call == "openat" && errno != "EACCES" {
				continue // there are some 200
			}
			t.Run(call+" "+errno, func(t *testing.T) {
				t.Parallel()
				for n := 1; ; n++ {
					root, dir := workspace(t, tr.files)
					code, reached := traced(t, dir, call, "error="+errno, n)
					if code == exitUnfinished {
						t.Fatalf("failed at %d, and could not be undone", n)
					}
					if code == 0 || code == exitFailed {
						if after := tr.whole(t, dir, false); after != (code == 0) {
							t.Fatalf("failed at %d: exit code %d, but after is %v", n, code, after)
						}
					}
					if _, err := Recover(root); err != nil {
						t.Fatalf("failed at %d: %v", n, err)
					}
					tr.whole(t, dir, false)
					if !reached {
						break
					}
				}
			})
		}
	}
}

// inNamespace runs the test again in a process with mounts of its own, and
// reports whether this is that process.
func inNamespace(t *testing.T) bool {
	t.Helper()
	const key = "SVCGEN_PLAN_NAMESPACE"
	if os.Getenv(key) == t.Name() {
		return true
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), key+"="+t.Name())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if os.Getuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		t.Errorf("in a namespace: %v\n%s", err, out)
	case err != nil:
		unavailable(t, "no namespace with mounts: %v", err)
	case strings.Contains(string(out), "NOT TESTED"):
		t.Skipf("%s", out)
	}
	return false
}

func mount(t *testing.T, source, target, kind string, flags uintptr, data string) {
	t.Helper()
	if err := syscall.Mount(source, target, kind, flags, data); err != nil {
		unavailable(t, "cannot mount: %v", err)
	}
}

// private keeps the mounts of this process to itself.
func private(t *testing.T) {
	t.Helper()
	mount(t, "", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, "")
}

// TestFullDisk applies a plan on disks with less and less room, in pages and in
// files.
func TestFullDisk(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	private(t)
	tr := mixedTrial(t)
	for _, limit := range []string{"nr_blocks", "nr_inodes"} {
		ends := map[bool]int{}
		for n := 10; n < 60; n++ {
			dir := t.TempDir()
			mount(t, "none", dir, "tmpfs", 0, fmt.Sprintf("size=1m,%s=%d", limit, n))
			put(t, dir, tr.files)
			root := open(t, dir)
			err := tr.apply(realDisk(root))
			if err != nil && !errors.Is(err, syscall.ENOSPC) {
				t.Fatalf("%s=%d: %v", limit, n, err)
			}
			if after := tr.whole(t, dir, true); after != (err == nil) {
				t.Fatalf("%s=%d: %v, but after is %v", limit, n, err, after)
			}
			ends[err == nil]++
			root.Close()
			if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
				t.Fatal(err)
			}
		}
		if ends[true] == 0 || ends[false] == 0 {
			t.Errorf("%s: %d times room enough, %d times not", limit, ends[true], ends[false])
		}
	}
}

// TestAnotherDevice has a folder of the workspace on another disk, and then on
// the same one but mounted, which only the rename itself shows.
func TestAnotherDevice(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	private(t)
	tr := mixedTrial(t)
	for _, sub := range []string{"services", "gone", "old", ".svcgen"} {
		for _, bind := range []bool{false, true} {
			root, dir := workspace(t, tr.files)
			if err := os.MkdirAll(filepath.Join(dir, sub), 0o777); err != nil {
				t.Fatal(err)
			}
			at := filepath.Join(dir, sub)
			if bind {
				mount(t, at, at, "", syscall.MS_BIND, "")
			} else {
				mount(t, "none", at, "tmpfs", 0, "size=1m")
				for p, f := range tr.files.Under(sub) {
					put(t, at, tree.Tree{p: f})
				}
			}
			before := filesOnly(snapshot(t, dir))
			err := tr.apply(realDisk(root))
			switch {
			case err == nil:
				t.Errorf("%s, bind %v: no error", sub, bind)
			case !bind && !strings.Contains(err.Error(), "is on another file system"):
				t.Errorf("%s: %v", sub, err)
			case bind && !errors.Is(err, syscall.EXDEV) && !errors.Is(err, syscall.EBUSY):
				t.Errorf("%s, mounted: %v", sub, err)
			}
			if d := difference(before, filesOnly(snapshot(t, dir))); d != "" {
				t.Errorf("%s, bind %v:\n%s", sub, bind, d)
			}
			if rec, err := Recover(root); rec != nil || err != nil {
				t.Errorf("%s, bind %v: left something to recover: %v, %v", sub, bind, rec, err)
			}
			if err := syscall.Unmount(at, syscall.MNT_DETACH); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestStateOnAnotherDevice has only the stage on another disk.
func TestStateOnAnotherDevice(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	private(t)
	root, dir := workspace(t, tree.Tree{"a": plain("1"), ".svcgen/x": plain("")})
	mount(t, "none", filepath.Join(dir, ".svcgen"), "tmpfs", 0, "size=1m")
	err := Plan{edited("a", "1", "2")}.Apply(t.Context(), root, Options{})
	if err == nil || !strings.Contains(err.Error(), "is on another file system") {
		t.Error(err)
	}
}

// TestReadOnlyFolder makes one folder at a time read-only, for a user whom that
// stops: for root it does not.
func TestReadOnlyFolder(t *testing.T) {
	tr := mixedTrial(t)
	for _, sub := range []string{".", "services", "gone", "old"} {
		root, dir := workspace(t, tr.files)
		if os.Getuid() == 0 {
			for _, p := range append(slices.Sorted(maps.Keys(snapshot(t, dir))), ".") {
				if err := os.Lchown(filepath.Join(dir, p), 65534, 65534); err != nil {
					t.Fatal(err)
				}
			}
		}
		at := filepath.Join(dir, sub)
		if err := os.Chmod(at, 0o555); err != nil {
			t.Fatal(err)
		}
		before := snapshot(t, dir)
		err := asNobody(func() error { return tr.apply(realDisk(root)) })
		if !errors.Is(err, syscall.EACCES) {
			t.Errorf("%s is read-only: %v", sub, err)
		}
		if d := difference(before, snapshot(t, dir)); d != "" {
			t.Errorf("%s is read-only:\n%s", sub, d)
		}
		os.Chmod(at, 0o777)
	}
}

// asNobody calls f without the rights of root.
func asNobody(f func() error) error {
	if os.Getuid() != 0 {
		return f()
	}
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with f
		err := errors.Join(syscall.Setfsgid(65534), syscall.Setfsuid(65534))
		if err == nil {
			err = f()
		}
		done <- err
	}()
	return <-done
}
