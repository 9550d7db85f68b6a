package plan

import (
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const mine = "a line of mine\n"

// meddlings are what a person does to one file while a command lies
// interrupted.
var meddlings = []struct {
	name string
	do   func(name string) error
}{
	{"writes", func(name string) error {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			return err
		}
		if _, err := os.Readlink(name); err == nil {
			return errors.New("that would write to another file")
		}
		return os.WriteFile(name, []byte(mine), 0o666)
	}},
	{"saves a new file as", func(name string) error {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			return err
		}
		tmp := name + "~"
		defer os.Remove(tmp)
		if err := os.WriteFile(tmp, []byte(mine), 0o666); err != nil {
			return err
		}
		return os.Rename(tmp, name)
	}},
	{"deletes", os.Remove},
	{"makes a folder of", func(name string) error {
		if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		if err := os.MkdirAll(name, 0o777); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(name, "mine"), []byte(mine), 0o666)
	}},
}

// known returns the paths that a person may change: the files before and after
// the plan, and a new one in each of its folders.
func (tr trial) known() []string {
	paths := map[string]bool{}
	for p := range filesOnly(tr.before) {
		paths[p] = true
	}
	for p := range filesOnly(tr.after) {
		paths[p] = true
	}
	for _, c := range tr.plan {
		for _, dir := range append(folders(c.Path), folders(c.From)...) {
			paths[dir+"/mine"] = true
		}
	}
	return slices.Sorted(maps.Keys(paths))
}

// TestNoLineOfAPersonIsLost kills Apply at each step, lets a person change each
// file that the plan knows, and recovers.
func TestNoLineOfAPersonIsLost(t *testing.T) {
	for _, tr := range trials(t) {
		t.Run(tr.name, func(t *testing.T) {
			t.Parallel()
			ends := map[string]int{}
			for alive, n := false, 0; !alive; n++ {
				for _, p := range tr.known() {
					for _, m := range meddlings {
						root, dir := workspace(t, tr.files)
						alive = survives(func() { tr.apply(trapped(realDisk(root), killAt(n))) })
						if what, _ := Pending(root); what == "" {
							break // nothing but the stage is there
						}
						if m.do(filepath.Join(dir, p)) != nil {
							continue // not possible at this point
						}
						end := tr.meddled(t, dir, p)
						if t.Failed() {
							t.Fatalf("killed at %d; then a person %s %s", n, m.name, p)
						}
						ends[end]++
					}
				}
			}
			if ends["before"] == 0 || ends["after"] == 0 {
				t.Errorf("how the trials ended: %v", ends)
			}
		})
	}
}

// TestNoLinesOfAPersonAreLost is the same with several files changed at a time,
// drawn at random.
func TestNoLinesOfAPersonAreLost(t *testing.T) {
	ends := map[string]int{}
	all := trials(t)
	for seed := range uint64(1000) {
		r := rand.New(rand.NewPCG(seed, 0))
		tr := all[r.IntN(len(all))]
		root, dir := workspace(t, tr.files)
		n := r.IntN(60)
		survives(func() { tr.apply(trapped(realDisk(root), killAt(n))) })
		var touched, did []string
		for range 2 + r.IntN(3) {
			p, m := tr.known()[r.IntN(len(tr.known()))], meddlings[r.IntN(len(meddlings))]
			if m.do(filepath.Join(dir, p)) == nil {
				touched, did = append(touched, p), append(did, m.name+" "+p)
			}
		}
		end := tr.meddled(t, dir, touched...)
		if t.Failed() {
			t.Fatalf("seed %d, %s: killed at %d; then a person %s", seed, tr.name, n, strings.Join(did, ", "))
		}
		ends[end]++
	}
	if ends["before"] == 0 || ends["after"] == 0 || ends["stuck"] == 0 {
		t.Errorf("how the trials ended: %v", ends)
	}
}

// TestRestoredByGit kills Apply at each step after the journal stands, and lets
// a person bring every file back to its last commit, as git restore does.
func TestRestoredByGit(t *testing.T) {
	for _, tr := range trials(t) {
		if len(tr.plan.moves()) > 0 {
			continue // then both folders exist, and Recover cannot know better
		}
		stood := 0
		for alive, n := false, 0; !alive; n++ {
			root, dir := workspace(t, tr.files)
			alive = survives(func() { tr.apply(trapped(realDisk(root), killAt(n))) })
			if what, _ := Pending(root); what == "" || tr.untouched(t, dir) {
				continue
			}
			stood++
			for p := range tr.files {
				os.RemoveAll(filepath.Join(dir, p))
				for _, up := range folders(p) { // files in the place of folders
					if info, err := os.Lstat(filepath.Join(dir, up)); err == nil && !info.IsDir() {
						os.Remove(filepath.Join(dir, up))
					}
				}
			}
			put(t, dir, tr.files)
			if _, err := Recover(root); err != nil {
				t.Fatalf("%s: killed at %d: %v", tr.name, n, err)
			}
			if tr.whole(t, dir, false) {
				t.Fatalf("%s: killed at %d: what was restored changed again", tr.name, n)
			}
		}
		if stood == 0 {
			t.Errorf("%s: the journal never stood", tr.name)
		}
	}
}

// untouched reports whether no file that there was before is changed yet.
func (tr trial) untouched(t *testing.T, dir string) bool {
	now := snapshot(t, dir)
	for p := range tr.files {
		if now[p] != tr.before[p] {
			return false
		}
	}
	return true
}

// meddled recovers a workspace in which a person changed some paths, and returns
// how that ended.
func (tr trial) meddled(t *testing.T, dir string, touched ...string) string {
	was := snapshot(t, dir)
	root := open(t, dir)
	rec, err := Recover(root)
	got := snapshot(t, dir)
	var stuck *StuckError
	var unfinished *UnfinishedError
	switch {
	case errors.As(err, &stuck):
		if d := difference(was, got); d != "" {
			t.Errorf("a stuck Recover changed something:\n%s", d)
		}
		return "stuck"
	case errors.As(err, &unfinished):
		if lines(was) > lines(got) {
			t.Errorf("lines were lost:\n%s", difference(was, got))
		}
		return "unfinished"
	case err != nil:
		t.Error(err)
		return "error"
	}
	if lines(was) > lines(got) {
		t.Errorf("lines were lost (%v):\n%s", rec, difference(was, got))
	}
	b := difference(tr.without(tr.before, touched), tr.without(got, touched))
	a := difference(tr.without(tr.after, touched), tr.without(got, touched))
	switch {
	case b == "":
		return "before"
	case a == "":
		return "after"
	}
	t.Errorf("%v: neither before:\n%s\nnor after:\n%s", rec, b, a)
	return "neither"
}

// without is a snapshot without what the person touched, wherever it moved, and
// without folders, which a person's file may have kept alive.
func (tr trial) without(s map[string]string, touched []string) map[string]string {
	s = filesOnly(s)
	for _, p := range touched {
		for _, m := range tr.plan.moves() {
			if within(p, m.From) {
				dropWithin(s, m.Path+p[len(m.From):])
			}
			if within(p, m.Path) {
				dropWithin(s, m.From+p[len(m.Path):])
			}
		}
		dropWithin(s, p)
	}
	return s
}

func dropWithin(s map[string]string, p string) {
	maps.DeleteFunc(s, func(q, _ string) bool { return within(q, p) || within(p, q) })
}

// lines counts how often a person's line stands outside of the stage.
func lines(s map[string]string) int {
	n := 0
	for p, v := range s {
		if !strings.HasPrefix(p, stageDir) {
			n += strings.Count(v, mine)
		}
	}
	return n
}
