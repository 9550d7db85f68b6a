package main_test

import (
	"os"
	"syscall"
)

// maxRSS is the most memory that a finished process held, in bytes.
func maxRSS(p *os.ProcessState) int64 {
	usage, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return usage.Maxrss << 10
}
