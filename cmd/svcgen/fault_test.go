//go:build linux

package main_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var everyCall = flag.Bool("faults", false, "let each system call fail with each error, not a sample of them")

// living is a workspace with services w and x, both behind their template's newest
// release. x has a unit, and files of a person's own.
func living(t testing.TB) string {
	t.Helper()
	dir := tiny(t)
	run(t, dir, "new", "w", "--template", "tiny")
	run(t, dir, "new", "x", "--template", "tiny")
	run(t, dir, "add", "note", "first", "--service", "x")
	data, err := os.ReadFile(filepath.Join(dir, "tools/tiny/template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, map[string]string{
		"services/x/own/notes.txt":            "a person's own\r\n",
		"services/x/README.md":                "# x\n\nA person's own line.\n",
		"tools/tiny/template.yaml":            strings.Replace(string(data), "release: 1.0.0", "release: 1.1.0", 1),
		"tools/tiny/base/a/b/c.txt":           "c of the next release\n",
		"tools/tiny/base/a/new/d.txt":         "d\n",
		"tools/tiny/wiring/compose.yaml.tmpl": "image: {{ .Service.Name }}\nrestart: always\n",
	})
	return dir
}

// change is a command that changes a workspace.
type change struct {
	name string
	args []string
}

// changes are done to the workspace that living makes.
var changes = []change{
	{"new", []string{"new", "y", "--template", "tiny"}},
	{"add", []string{"add", "note", "second", "--service", "x"}},
	{"set", []string{"set", "color=red", "--service", "x"}},
	{"upgrade", []string{"upgrade"}},
	{"rename", []string{"rename", "x", "y"}},
	{"remove a unit", []string{"remove", "note", "first", "--service", "x"}},
	{"remove", []string{"remove", "x", "--force"}},
}

// kills and errs are the faults: what changes a disk, and what only looks at it,
// with the errors of a full disk, a broken one, a lost permission and a signal.
var (
	kills = []string{"write", "openat", "mkdirat", "renameat", "unlinkat", "linkat", "fchmodat"}
	errs  = map[string][]string{
		"ENOSPC": {"write", "openat", "mkdirat", "renameat", "linkat"},
		"EIO":    {"write", "openat", "mkdirat", "renameat", "unlinkat", "linkat", "newfstatat", "getdents64"},
		"EACCES": {"openat", "mkdirat", "renameat", "unlinkat", "linkat", "fchmodat", "newfstatat"},
		"EINTR":  {"write", "read", "openat", "mkdirat", "renameat", "unlinkat", "linkat", "newfstatat", "getdents64", "flock"},
	}
)

// states are what there may be after a fault: before the change and after it, each
// at once and once a later command ran.
type states struct{ before, after, laterBefore, laterAfter map[string]string }

var later = []string{"new", "later", "--template", "tiny"}

func (c change) states(t *testing.T, dir string) states {
	t.Helper()
	without, with := clone(t, dir), clone(t, dir)
	s := states{before: snapshot(t, dir)}
	run(t, with, c.args...)
	s.after = snapshot(t, with)
	run(t, without, later...)
	run(t, with, later...)
	s.laterBefore, s.laterAfter = snapshot(t, without), snapshot(t, with)
	return s
}

// settled fails unless the workspace is whole once the next command ran, which must
// need nobody's help. It removes the workspace.
func (s states) settled(t *testing.T, dir, fault string, e ending) {
	t.Helper()
	got := snapshot(t, dir)
	_, pending := got[".svcgen/journal.json"]
	if e.code == 0 {
		if d := differences(filesOf(s.after), filesOf(got)); len(d) > 0 {
			t.Errorf("%s: exit 0, and not done: %v\n%s", fault, d, e.out)
		}
	}
	// Reading commands only tell.
	if out, err := svcgen(t, dir, "check").CombinedOutput(); err != nil && !pending {
		t.Errorf("%s: check: %v\n%s", fault, err, out)
	} else if strings.Contains(string(out), "was interrupted here") != pending {
		t.Errorf("%s: a journal is there: %v, and check says\n%s", fault, pending, out)
	}
	out, err := svcgen(t, dir, later...).CombinedOutput()
	if err != nil {
		t.Errorf("%s: the next command: %v\n%s", fault, err, out)
	} else if told := strings.Contains(string(out), "was interrupted; it is now "); told != pending {
		t.Errorf("%s: a journal is there: %v, and the next command says\n%s", fault, pending, out)
	}
	got = snapshot(t, dir)
	want0, want1 := s.laterBefore, s.laterAfter
	if e.code >= 0 {
		got, want0, want1 = filesOf(got), filesOf(want0), filesOf(want1)
	}
	if d0, d1 := differences(want0, got), differences(want1, got); len(d0) > 0 && len(d1) > 0 {
		t.Errorf("%s: neither before (%v) nor after (%v)\n%s", fault, d0, d1, e.out)
	}
	os.RemoveAll(dir)
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

// TestKilled kills each change at the calls that change a disk. The next command
// brings the workspace wholly before or wholly after the change.
func TestKilled(t *testing.T) {
	tool := strace(t)
	before := living(t)
	for _, c := range changes {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := c.states(t, before)
			for _, call := range kills {
				f := fault{call, "signal=SIGKILL"}
				for n, when := range nth(*everyCall) {
					dir := clone(t, before)
					e := f.meets(t, tool, dir, when, c.args...)
					if !e.reached {
						if n == 1 && (call == "write" || call == "renameat" || call == "unlinkat") {
							t.Errorf("%s was never called: the test does not test it", call)
						}
						break
					}
					s.settled(t, dir, "killed at "+call+" "+when, e)
				}
			}
		})
	}
}

// TestFails lets calls fail: the command says so and leaves what was, or what the
// next command brings back. What a signal interrupts is done again, and succeeds.
func TestFails(t *testing.T) {
	tool := strace(t)
	before := living(t)
	for i, c := range changes {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := c.states(t, before)
			for err, calls := range errs {
				for k, call := range calls {
					if !*everyCall && (i+k)%4 != 0 {
						continue // another command has it
					}
					f := fault{call, "error=" + err}
					for _, when := range nth(*everyCall) {
						dir := clone(t, before)
						e := f.meets(t, tool, dir, when, c.args...)
						if !e.reached {
							break
						}
						name := err + " at " + call + " " + when
						switch {
						case e.code == 0:
						case err == "EINTR" && !strings.Contains(e.out, "git merge-file: "): // git is interrupted like svcgen
							t.Errorf("%s: exit %d\n%s", name, e.code, e.out)
						case e.code != 3 || !strings.Contains(e.out, "error: ") && call != "write":
							t.Errorf("%s: exit %d\n%s", name, e.code, e.out)
						}
						s.settled(t, dir, name, e)
					}
				}
			}
		})
	}
}

// TestWithoutLinks makes each change where the disk has no hard links.
func TestWithoutLinks(t *testing.T) {
	tool := strace(t)
	before := living(t)
	for _, c := range changes {
		s := c.states(t, before)
		dir := clone(t, before)
		e := fault{"linkat", "error=EPERM"}.meets(t, tool, dir, "1+", c.args...)
		if e.code != 0 || !e.reached {
			t.Errorf("%s: exit %d, a link was tried: %v\n%s", c.name, e.code, e.reached, e.out)
		}
		s.settled(t, dir, c.name, e)
	}
}

// TestUpgradesAtOnce lets several upgrades wait for each other: one does it all,
// the others find nothing to do.
func TestUpgradesAtOnce(t *testing.T) {
	before := living(t)
	after := change{"upgrade", []string{"upgrade"}}.states(t, before).after
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
