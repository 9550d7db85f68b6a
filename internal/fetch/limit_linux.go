package fetch

import (
	"os"

	"golang.org/x/sys/unix"
)

// memory bounds git's address space: a server may send refs without an end, and
// git keeps them all.
const memory = 1 << 30

// limit has the kernel hold a program, and what it starts, to bounds.
func limit(p *os.Process, disk int64) {
	// Where this is refused, the watch on the disk and the clock are left.
	_ = unix.Prlimit(p.Pid, unix.RLIMIT_AS, &unix.Rlimit{Cur: memory, Max: memory}, nil)
	_ = unix.Prlimit(p.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: uint64(disk), Max: uint64(disk)}, nil)
	_ = unix.Prlimit(p.Pid, unix.RLIMIT_CORE, &unix.Rlimit{}, nil)
}
