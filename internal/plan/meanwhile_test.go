package plan

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/svcgen/svcgen/internal/tree"
)

// TestChangedWhileAtWork writes to a file before each step: the plan fails, and
// the line stays.
func TestChangedWhileAtWork(t *testing.T) {
	trials, written := trials(t), 0
	defer func() {
		if written == 0 {
			t.Error("nothing was written")
		}
	}()
	for _, tr := range trials {
		for _, c := range tr.plan {
			if c.Old == nil || c.Old.Kind == tree.Symlink || len(tr.plan.moves()) > 0 {
				continue
			}
			for n := range 40 {
				root, dir := workspace(t, tr.files)
				name := filepath.Join(dir, c.Path)
				wrote := false
				err := tr.apply(trapped(realDisk(root), func(at int) error {
					if at == n {
						wrote = stands(name, c) && appendMine(name)
					}
					return nil
				}))
				if !wrote {
					continue
				}
				written++
				var changed *ChangedError
				if !errors.As(err, &changed) {
					t.Fatalf("%s: %s was written to at step %d: %v", tr.name, c.Path, n, err)
				}
				got := snapshot(t, dir)
				if lines(got) != 1 {
					t.Fatalf("%s: %s was written to at step %d, and the line is lost", tr.name, c.Path, n)
				}
				got[c.Path] = tr.before[c.Path]
				if d := difference(tr.before, got); d != "" {
					t.Fatalf("%s: %s was written to at step %d:\n%s", tr.name, c.Path, n, d)
				}
			}
		}
	}
}

// TestSavedWhileAtWork is the same with an editor that saves a new file under the
// old name. Between the last look at a file and the rename over it, such a save
// is lost: that is one step, and no other.
func TestSavedWhileAtWork(t *testing.T) {
	for _, tr := range trials(t) {
		for _, c := range tr.plan {
			if c.Old == nil || c.Old.Kind == tree.Symlink || len(tr.plan.moves()) > 0 {
				continue
			}
			saved, lost := 0, 0
			for n := range 40 {
				root, dir := workspace(t, tr.files)
				name, wrote := filepath.Join(dir, c.Path), false
				err := tr.apply(trapped(realDisk(root), func(at int) error {
					if at == n && stands(name, c) {
						wrote = os.Remove(name) == nil && makeMine(name)
					}
					return nil
				}))
				switch got := snapshot(t, dir); {
				case !wrote:
				case lines(got) == 0:
					lost++
				case lines(got) != 1 || err == nil:
					t.Fatalf("%s: %s was saved at step %d: %v", tr.name, c.Path, n, err)
				default:
					saved++
					dropWithin(got, c.Path)
					before := filesOnly(tr.before)
					dropWithin(before, c.Path)
					if d := difference(before, filesOnly(got)); d != "" {
						t.Fatalf("%s: %s was saved at step %d:\n%s", tr.name, c.Path, n, d)
					}
				}
			}
			if saved == 0 || lost > 1 || lost > 0 && c.New == nil {
				t.Errorf("%s: of the saves of %s, %d stayed and %d were lost", tr.name, c.Path, saved, lost)
			}
		}
	}
}

// stands reports whether the file of c is as it was before the plan.
func stands(name string, c Change) bool {
	info, err := os.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || (info.Mode()&0o100 != 0) != (c.Old.Kind == tree.Executable) {
		return false
	}
	data, err := os.ReadFile(name)
	return err == nil && string(data) == string(c.Old.Data)
}

// TestCreatedWhileAtWork makes a file before each step where the plan is about to
// make one: the plan fails, and the file stays.
func TestCreatedWhileAtWork(t *testing.T) {
	made := 0
	for _, tr := range trials(t) {
		for _, c := range tr.plan {
			if c.Old != nil || c.From != "" {
				continue
			}
			for n := range 40 {
				root, dir := workspace(t, tr.files)
				wrote := false
				err := tr.apply(trapped(realDisk(root), func(at int) error {
					if at == n {
						wrote = makeMine(filepath.Join(dir, c.Path))
					}
					return nil
				}))
				if !wrote {
					continue
				}
				made++
				if err == nil {
					t.Fatalf("%s: %s was made at step %d: no error", tr.name, c.Path, n)
				}
				got := snapshot(t, dir)
				if lines(got) != 1 {
					t.Fatalf("%s: %s was made at step %d, and is lost: %v", tr.name, c.Path, n, err)
				}
				var stuck *StuckError
				if errors.As(err, &stuck) {
					continue // a folder that is to go holds the new file
				}
				touched := []string{c.Path}
				if d := difference(tr.without(tr.before, touched), tr.without(got, touched)); d != "" {
					t.Fatalf("%s: %s was made at step %d:\n%s", tr.name, c.Path, n, d)
				}
			}
		}
	}
	if made == 0 {
		t.Error("nothing was made")
	}
}

// appendMine writes a line to a file in place, as editors do that keep its links.
func appendMine(name string) bool {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return false
	}
	defer f.Close()
	_, err = f.WriteString(mine)
	return err == nil
}

// makeMine makes a file where nothing is, and reports whether it did.
func makeMine(name string) bool {
	if os.MkdirAll(filepath.Dir(name), 0o777) != nil {
		return false
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return false
	}
	defer f.Close()
	_, err = f.WriteString(mine)
	return err == nil
}
