//go:build unix

package lint

import (
	"syscall"
	"time"
)

// worked is the time that this process has worked: unlike the clock, it does not
// go on while others have the machine.
func worked() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
