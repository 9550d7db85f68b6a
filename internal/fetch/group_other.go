//go:build !unix

package fetch

import "os/exec"

// group does nothing here: the program itself is ended, and what it started
// loses its pipes.
func group(*exec.Cmd) {}
