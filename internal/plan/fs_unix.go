//go:build unix

package plan

import (
	"io/fs"
	"syscall"
)

// device returns the number of the device that info's file is on.
func device(info fs.FileInfo) (uint64, bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return uint64(st.Dev), true
}
