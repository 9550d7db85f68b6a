package cli

import (
	"fmt"
	"sync"
	"time"
)

// patience is how long nothing is said of work that goes on; most of it is done
// before that.
const patience = 500 * time.Millisecond

// progress returns what is called when a part of long work is done, and what is
// called at its end. What it says stands on one line of the terminal that
// standard error is, and is gone at the end; without a terminal it says nothing.
func (a *app) progress(doing string) (step func(done, total int), end func()) {
	if a.Progress == nil || a.quiet || a.json {
		return func(int, int) {}, func() {}
	}
	var mu sync.Mutex
	begun, said := time.Now(), time.Time{}
	step = func(done, total int) {
		mu.Lock()
		defer mu.Unlock()
		now := time.Now()
		if now.Sub(begun) < patience || now.Sub(said) < 100*time.Millisecond {
			return
		}
		said = now
		fmt.Fprintf(a.Progress, "\r\x1b[K%s %s of %s", doing, thousands(done), thousands(total))
	}
	end = func() {
		mu.Lock()
		defer mu.Unlock()
		if !said.IsZero() {
			fmt.Fprint(a.Progress, "\r\x1b[K")
		}
	}
	return step, end
}

// busy says what goes on while a source is asked, once that takes its time, and
// returns what is called when it is done.
func (a *app) busy(doing string) (end func()) {
	if a.Progress == nil || a.quiet || a.json {
		return func() {}
	}
	var mu sync.Mutex
	said, over := false, false
	timer := time.AfterFunc(patience, func() {
		mu.Lock()
		defer mu.Unlock()
		if !over {
			said = true
			fmt.Fprintf(a.Progress, "\r\x1b[K%s", doing)
		}
	})
	return func() {
		timer.Stop()
		mu.Lock()
		defer mu.Unlock()
		if over = true; said {
			fmt.Fprint(a.Progress, "\r\x1b[K")
		}
	}
}
