package workspace

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestLockExcludes(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, Dir), 0o777); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var inside, entered atomic.Int32
	for range 32 {
		wg.Go(func() { visit(t, dir, &inside, &entered) })
	}
	wg.Wait()
	if n := entered.Load(); n != 32 {
		t.Errorf("%d got in, want 32", n)
	}
}

func TestLockWaitsAndSaysForWhom(t *testing.T) {
	dir := t.TempDir()
	unlock, err := Lock(context.Background(), dir, "new payments", nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	var told string
	if _, err := Lock(ctx, dir, "new ledger", func(h string) { told = h }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v while the lock was held", err)
	}
	if !strings.Contains(told, "new payments") {
		t.Errorf("told %q", told)
	}
	unlock()
	if _, err := os.Lstat(filepath.Join(dir, Dir)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder made for the lock alone stayed: %v", err)
	}
}

func TestLockOfAVanishingFolder(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	var inside, entered atomic.Int32
	for range 32 {
		// Whoever made the folder takes it away again, under the others' feet.
		wg.Go(func() { visit(t, dir, &inside, &entered) })
	}
	wg.Wait()
	if n := entered.Load(); n != 32 {
		t.Errorf("%d got in, want 32", n)
	}
}

// visit takes the lock, checks that it is alone, and gives it up.
func visit(t *testing.T, dir string, inside, entered *atomic.Int32) {
	unlock, err := Lock(context.Background(), dir, "new x", nil)
	if err != nil {
		t.Error(err)
		return
	}
	if inside.Add(1) != 1 {
		t.Error("two hold the lock at once")
	}
	entered.Add(1)
	runtime.Gosched()
	inside.Add(-1)
	unlock()
}

func TestLockRefusesALink(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	if err := os.Symlink(elsewhere, filepath.Join(dir, Dir)); err != nil {
		t.Skip("no symbolic links here")
	}
	if _, err := Lock(context.Background(), dir, "new x", nil); err == nil {
		t.Error("a symbolic link in the folder's place was followed")
	}
	if entries, _ := os.ReadDir(elsewhere); len(entries) != 0 {
		t.Error("something was written behind the link")
	}
}
