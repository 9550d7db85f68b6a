//go:build !unix

package plan

import (
	"io/fs"
	"syscall"
)

// device knows nothing here: a rename across devices fails and is undone.
func device(fs.FileInfo) (uint64, bool) { return 0, false }

// notFolder is the error for a path that leads through a file.
const notFolder = syscall.ENOTDIR
