//go:build !unix

package plan

import "io/fs"

// device knows nothing here: a rename across devices fails and is undone.
func device(fs.FileInfo) (uint64, bool) { return 0, false }
