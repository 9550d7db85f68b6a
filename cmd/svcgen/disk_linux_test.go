package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// exfat mounts a disk whose names are the same in upper and lower case, on which
// every file is executable, and which has neither hard nor symbolic links, nor
// times between two seconds. It needs the rights to mount.
func exfat(t *testing.T) string {
	t.Helper()
	needed(t, "mkfs.exfat", "mount.exfat-fuse", "losetup")
	image, dir := filepath.Join(t.TempDir(), "image"), t.TempDir()
	f, err := os.Create(image)
	if err == nil {
		err = f.Truncate(16 << 20)
		f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mkfs.exfat", image).CombinedOutput(); err != nil {
		t.Fatalf("mkfs.exfat: %v\n%s", err, out)
	}
	loop, err := exec.Command("losetup", "--show", "-f", image).CombinedOutput()
	device := strings.TrimSpace(string(loop))
	if err == nil {
		t.Cleanup(func() { exec.Command("losetup", "-d", device).Run() })
		loop, err = exec.Command("mount.exfat-fuse", device, dir).CombinedOutput()
	}
	if err != nil {
		t.Skipf("NOT TESTED: a disk cannot be mounted: %v\n%s", err, loop)
	}
	t.Cleanup(func() { exec.Command("umount", dir).Run() })
	return dir
}

// copied makes a folder of the disk a workspace like the one in from.
func copied(t *testing.T, from, disk, name string) string {
	t.Helper()
	to := filepath.Join(disk, name)
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return to
}

// plainly are the files of a snapshot without their modes.
func plainly(files map[string]string) map[string]string {
	out := map[string]string{}
	for p, text := range filesOf(files) {
		_, text, _ = strings.Cut(text, " ")
		out[p] = text
	}
	return out
}

// TestCaseInsensitiveDisk makes each change on such a disk, whole and killed, and
// comes to the same files as elsewhere.
func TestCaseInsensitiveDisk(t *testing.T) {
	disk, before := exfat(t), living(t)
	for i, c := range changes {
		s := c.states(t, before)
		dir := copied(t, before, disk, fmt.Sprintf("ws%d", i))
		run(t, dir, c.args...)
		if d := differences(plainly(s.after), plainly(snapshot(t, dir))); len(d) > 0 {
			t.Errorf("%s: %v", c.name, d)
		}
		run(t, dir, later...)
		run(t, dir, "check")
		for _, line := range strings.Split(run(t, dir, "diff"), "\n") {
			if strings.HasPrefix(line, "old mode") {
				t.Errorf("%s: diff shows modes that the disk does not keep", c.name)
				break
			}
		}
		if d := differences(plainly(s.laterAfter), plainly(snapshot(t, dir))); len(d) > 0 {
			t.Errorf("%s, and later: %v", c.name, d)
		}
		os.RemoveAll(dir)
		tool := strace(t)
		for n, call := range []string{"renameat", "unlinkat", "write", "mkdirat"} {
			if (i+n)%2 != 0 {
				continue // another command has it
			}
			dir := copied(t, before, disk, "killed")
			when := fmt.Sprint(1 + (i+n)%5)
			e := fault{call, "signal=SIGKILL"}.meets(t, tool, dir, when, c.args...)
			run(t, dir, later...)
			got := plainly(snapshot(t, dir))
			if d0, d1 := differences(plainly(s.laterBefore), got), differences(plainly(s.laterAfter), got); len(d0) > 0 && len(d1) > 0 {
				t.Errorf("%s killed at %s %s: neither before (%v) nor after (%v)\n%s", c.name, call, when, d0, d1, e.out)
			}
			os.RemoveAll(dir)
		}
	}
}

// TestNamesInTwoCases refuses, on the disk that takes them for one and on others
// alike, what would be a second spelling of something there.
func TestNamesInTwoCases(t *testing.T) {
	disk, before := exfat(t), living(t)
	for _, dir := range []string{copied(t, before, disk, "two"), clone(t, before)} {
		was := snapshot(t, dir)
		for _, args := range [][]string{
			{"new", "y", "--template", "tiny", "--path", "services/X"},
			{"new", "y", "--template", "tiny", "--path", "Services/y"},
			{"rename", "w", "w", "--path", "services/X"},
			{"rename", "w", "w", "--path", "OTHER/w"},
		} {
			out, err := svcgen(t, dir, args...).CombinedOutput()
			if err == nil || !strings.HasSuffix(err.Error(), "status 2") || !strings.Contains(string(out), "exists already") {
				t.Errorf("%v: %v\n%s", args, err, out)
			}
		}
		if d := differences(was, snapshot(t, dir)); len(d) > 0 {
			t.Errorf("changed: %v", d)
		}
	}
}

// TestSlowDisk has commands wait for each other on a disk that takes its time for
// each call: all do their work, and say for whom they wait.
func TestSlowDisk(t *testing.T) {
	tool := strace(t)
	before := living(t)
	dir := clone(t, before)
	all := [][]string{{"new", "a", "--template", "tiny"}, {"add", "note", "second", "--service", "x"}, {"set", "color=red", "--service", "w"},
		{"new", "b", "--template", "tiny"}, {"remove", "note", "first", "--service", "x"}}
	var wg sync.WaitGroup
	var mu sync.Mutex
	waited := 0
	for _, args := range all {
		wg.Go(func() {
			e := fault{"renameat,linkat,mkdirat,unlinkat,write", "delay_enter=4000"}.meets(t, tool, dir, "1+", args...)
			if e.code != 0 || !e.reached {
				t.Errorf("%v: exit %d\n%s", args, e.code, e.out)
			}
			mu.Lock()
			defer mu.Unlock()
			if strings.Contains(e.out, "waiting for svcgen ") || strings.Contains(e.out, "waiting for another svcgen") {
				waited++
			}
		})
	}
	wg.Wait()
	if waited == 0 {
		t.Error("nobody waited: the disk is not slow")
	}
	run(t, dir, "check")
	in := clone(t, before)
	for _, args := range all {
		run(t, in, args...)
	}
	ignored := func(files map[string]string) map[string]string { // whoever comes first has the lower port
		out := filesOf(files)
		for _, p := range []string{"svcgen.yaml", "compose.yaml", "list.txt"} {
			delete(out, p)
		}
		return out
	}
	if d := differences(ignored(snapshot(t, in)), ignored(snapshot(t, dir))); len(d) > 0 {
		t.Errorf("one after the other, they leave something else: %v", d)
	}
	for _, p := range []string{"compose.yaml", "list.txt", "svcgen.yaml"} {
		data, err := os.ReadFile(filepath.Join(dir, p))
		for _, name := range []string{"a", "b", "w", "x"} {
			if err != nil || !strings.Contains(string(data), name+" ") && !strings.Contains(string(data), name+":") {
				t.Errorf("%s lost %s: %v\n%s", p, name, err, data)
			}
		}
	}
}

// TestTimesFromElsewhere has files from before there were computers and from the
// next century, other ones after the kill than before it: the clock has jumped.
// (TestClock in internal holds that nothing else looks at one.)
func TestTimesFromElsewhere(t *testing.T) {
	tool := strace(t)
	before := living(t)
	for i, c := range changes {
		s := c.states(t, before)
		dir := clone(t, before)
		dates(t, dir, i)
		e := fault{"renameat", "signal=SIGKILL"}.meets(t, tool, dir, fmt.Sprint(2+i%2), c.args...)
		dates(t, dir, i+1)
		s.settled(t, dir, c.name, e)
	}
}

// dates gives every file a time of its own, far away.
func dates(t *testing.T, dir string, seed int) {
	t.Helper()
	years := []int{1902, 1970, 2038, 2199, 2026}
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		seed++
		at := time.Date(years[seed%len(years)], 1, 1, 0, 0, 0, 0, time.UTC)
		return os.Chtimes(p, at, at)
	})
	if err != nil {
		t.Fatal(err)
	}
}
