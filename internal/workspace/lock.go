package workspace

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"
)

// Lock takes the lock of the workspace in dir, so that one svcgen at a time
// reads, plans and applies. While another holds it, Lock waits; waiting is
// called once with what the other one is doing. what tells others what this one
// does. The lock is the kernel's: it ends with the process, and the file that
// stays behind means nothing.
func Lock(ctx context.Context, dir, what string, waiting func(holder string)) (unlock func(), err error) {
	own := filepath.Join(dir, Dir)
	if info, err := os.Lstat(own); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return nil, fmt.Errorf("%s is a symbolic link", own)
	}
	name := filepath.Join(own, "lock")
	if info, err := os.Lstat(name); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", name)
	}
	made, said, pause := false, false, 2*time.Millisecond
	for {
		if err := os.Mkdir(own, 0o777); err == nil {
			made = true
		} else if !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		l := flock.New(name)
		ok, err := l.TryLock()
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.EINTR) {
			l.Close()
			continue // the one before us took its folder away again, or a signal came
		}
		if err != nil {
			return nil, err
		}
		if ok && current(l, name) {
			return func() { release(l, name, own, made) }, note(name, what)
		}
		l.Close()
		if ok {
			continue // the file was taken away under us: lock the new one
		}
		if !said && waiting != nil {
			said = true
			waiting(holder(name))
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
			// Waiting longer each time keeps a crowd of waiters from taking the
			// processor from the one that works.
			pause = min(2*pause, 100*time.Millisecond)
		}
	}
}

// current reports whether the locked file is the one that the next process
// will find.
func current(l *flock.Flock, name string) bool {
	now, err := os.Stat(name)
	if err != nil {
		return false
	}
	held, err := l.Stat()
	return err == nil && os.SameFile(now, held)
}

func note(name, what string) error {
	return os.WriteFile(name, fmt.Appendf(nil, "%d %s\n", os.Getpid(), what), 0o666)
}

// holder tells who holds the lock, as far as its file says.
func holder(name string) string {
	data, err := os.ReadFile(name)
	pid, what, ok := strings.Cut(strings.TrimSpace(string(data)), " ")
	if err != nil || !ok {
		return "another svcgen"
	}
	return fmt.Sprintf("svcgen %s (process %s)", what, pid)
}

// release gives the lock up. A folder that was made for the lock alone, because
// the command then changed nothing, goes away with it.
func release(l *flock.Flock, name, own string, made bool) {
	if made {
		if entries, err := os.ReadDir(own); err == nil && len(entries) == 1 {
			os.Remove(name)
			os.Remove(own)
		}
	}
	l.Close()
}
