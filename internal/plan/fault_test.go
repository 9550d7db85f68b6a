package plan

import (
	"context"
	"errors"
	"io/fs"
	"syscall"
	"testing"
)

// killed is the panic that stands for the end of the process.
type killed struct{}

// trap decides about the nth step that changes a disk, counted from zero: it
// returns an error for the step to fail with, or panics.
type trap func(n int) error

// trapped is d with t before each step that changes something. A file whose
// writing ends early is there, with half of its content; so is half of a folder
// that was to be removed.
func trapped(d disk, t trap) disk {
	n := -1
	hit := func(half func()) (err error) {
		n++
		defer func() {
			if r := recover(); r != nil {
				half()
				panic(r)
			}
		}()
		if err = t(n); err != nil {
			half()
		}
		return err
	}
	none := func() {}
	return disk{
		lookup: d.lookup, lstat: d.lstat, readDir: d.readDir,
		mkdir: func(p string, perm fs.FileMode) error {
			if err := hit(none); err != nil {
				return err
			}
			return d.mkdir(p, perm)
		},
		create: func(p string, data []byte, perm fs.FileMode) error {
			if err := hit(func() { d.create(p, data[:len(data)/2], perm) }); err != nil {
				return err
			}
			return d.create(p, data, perm)
		},
		chmod: func(p string, mode fs.FileMode) error {
			if err := hit(none); err != nil {
				return err
			}
			return d.chmod(p, mode)
		},
		symlink: func(target, p string) error {
			if err := hit(none); err != nil {
				return err
			}
			return d.symlink(target, p)
		},
		link: func(from, to string) error {
			if err := hit(none); err != nil {
				return err
			}
			return d.link(from, to)
		},
		rename: func(from, to string) error {
			if err := hit(none); err != nil {
				return err
			}
			return d.rename(from, to)
		},
		remove: func(p string) error {
			if err := hit(none); err != nil {
				return err
			}
			return d.remove(p)
		},
		removeAll: func(p string) error {
			if err := hit(func() { removeHalf(d, p) }); err != nil {
				return err
			}
			return d.removeAll(p)
		},
	}
}

func removeHalf(d disk, p string) {
	entries, _ := d.readDir(p)
	for i, e := range entries {
		if i%2 == 0 {
			d.removeAll(p + "/" + e.Name())
		}
	}
}

// killAt ends the process at step n, and at every later one that some deferred
// function may try.
func killAt(n int) trap {
	return func(at int) error {
		if at >= n {
			panic(killed{})
		}
		return nil
	}
}

// survives reports whether f was not killed.
func survives(f func()) (alive bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(killed); !ok {
				panic(r)
			}
			alive = false
		}
	}()
	f()
	return true
}

// trial is a scenario, with what the disk holds before and after it.
type trial struct {
	scenario
	before, after map[string]string
}

func trials(t *testing.T) []trial {
	var out []trial
	for _, s := range scenarios() {
		root, dir := workspace(t, s.files)
		tr := trial{scenario: s, before: snapshot(t, dir)}
		if err := sorted(s.plan).Apply(t.Context(), root, Options{Command: "test", Last: s.last}); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		tr.after = snapshot(t, dir)
		out = append(out, tr)
	}
	return out
}

func (tr trial) apply(d disk) error {
	return sorted(tr.plan).apply(context.Background(), d, Options{Command: "test", Last: tr.last})
}

// whole fails unless dir is as before or as after, and returns whether it is
// the latter. Folders that could not be removed may be left after an error.
func (tr trial) whole(t *testing.T, dir string, exact bool) (after bool) {
	t.Helper()
	before, want, got := tr.before, tr.after, snapshot(t, dir)
	if !exact {
		before, want, got = filesOnly(before), filesOnly(want), filesOnly(got)
	}
	switch b, a := difference(before, got), difference(want, got); {
	case b == "":
		return false
	case a == "":
		return true
	default:
		t.Fatalf("neither before:\n%s\nnor after:\n%s", b, a)
	}
	return false
}

// TestKilledAnywhere kills Apply at each step, and then Recover at each step.
func TestKilledAnywhere(t *testing.T) {
	for _, tr := range trials(t) {
		t.Run(tr.name, func(t *testing.T) {
			ends := map[bool]int{}
			for n := 0; ; n++ {
				root, dir := workspace(t, tr.files)
				if survives(func() { tr.apply(trapped(realDisk(root), killAt(n))) }) {
					tr.whole(t, dir, true)
					break
				}
				ends[tr.recoverEverywhere(t, n)]++
			}
			if ends[false] == 0 || ends[true] == 0 {
				t.Errorf("Recover ended %d times before and %d times after the plan", ends[false], ends[true])
			}
		})
	}
}

// recoverEverywhere repeats the kill of Apply at step n, each time with Recover
// killed one step later, until Recover comes to its end.
func (tr trial) recoverEverywhere(t *testing.T, n int) (after bool) {
	for m := 0; ; m++ {
		root, dir := workspace(t, tr.files)
		survives(func() { tr.apply(trapped(realDisk(root), killAt(n))) })
		alive := survives(func() { recoverDisk(trapped(realDisk(root), killAt(m))) })
		rec, err := Recover(root)
		if err != nil {
			t.Fatalf("killed at %d, then at %d: %v", n, m, err)
		}
		after = tr.whole(t, dir, true)
		if rec != nil && rec.Finished != after {
			t.Fatalf("killed at %d, then at %d: %v, but after is %v", n, m, rec, after)
		}
		if rec, err := Recover(root); rec != nil || err != nil {
			t.Fatalf("killed at %d, then at %d: recovered twice: %v, %v", n, m, rec, err)
		}
		if alive {
			return after
		}
	}
}

// TestFailsAnywhere makes each step fail: once, or it and all that follow.
func TestFailsAnywhere(t *testing.T) {
	once := func(n int, err error) trap {
		return func(at int) error {
			if at == n {
				return err
			}
			return nil
		}
	}
	always := func(n int, err error) trap {
		return func(at int) error {
			if at >= n {
				return err
			}
			return nil
		}
	}
	for _, tr := range trials(t) {
		t.Run(tr.name, func(t *testing.T) {
			for n := 0; ; n++ {
				reached := false
				watch := func(f trap) trap {
					return func(at int) error {
						reached = reached || at == n
						return f(at)
					}
				}
				for _, errno := range []syscall.Errno{syscall.ENOSPC, syscall.EIO, syscall.EACCES, syscall.EXDEV} {
					tr.fails(t, n, watch(once(n, errno)), errno, true)
				}
				tr.fails(t, n, watch(always(n, syscall.EIO)), syscall.EIO, false)
				if !reached {
					return
				}
			}
		})
	}
}

// fails applies the plan with a trap. After an error everything is as before,
// or the error says that it is not and Recover helps.
func (tr trial) fails(t *testing.T, n int, f trap, errno error, once bool) {
	t.Helper()
	root, dir := workspace(t, tr.files)
	err := tr.apply(trapped(realDisk(root), f))
	var unfinished *UnfinishedError
	if errors.As(err, &unfinished) {
		if once {
			t.Fatalf("step %d failed once, and could not be undone: %v", n, err)
		}
		if what, err := Pending(root); what != "test" || err != nil {
			t.Fatalf("step %d: pending %q, %v", n, what, err)
		}
	}
	if err != nil && !errors.Is(err, errno) {
		t.Fatalf("step %d: %v, want %v", n, err, errno)
	}
	if unfinished == nil {
		if after := tr.whole(t, dir, false); after != (err == nil) {
			t.Fatalf("step %d: %v, but after is %v", n, err, after)
		}
	}
	if _, err := Recover(root); err != nil {
		t.Fatalf("step %d: %v", n, err)
	}
	if after := tr.whole(t, dir, false); unfinished == nil && after != (err == nil) {
		t.Fatalf("step %d: %v, but after is %v", n, err, after)
	}
}

// TestFailsThenKilled makes each step fail, and kills each step of the undoing.
func TestFailsThenKilled(t *testing.T) {
	for _, tr := range trials(t) {
		t.Run(tr.name, func(t *testing.T) {
			for n := 0; ; n++ {
				reached, m := false, n+1
				for alive := false; !alive; m++ {
					root, dir := workspace(t, tr.files)
					alive = survives(func() {
						tr.apply(trapped(realDisk(root), func(at int) error {
							if at == n {
								reached = true
								return syscall.EIO
							}
							return killAt(m)(at)
						}))
					})
					if _, err := Recover(root); err != nil {
						t.Fatalf("failed at %d, killed at %d: %v", n, m, err)
					}
					tr.whole(t, dir, false)
				}
				if !reached {
					return
				}
			}
		})
	}
}
