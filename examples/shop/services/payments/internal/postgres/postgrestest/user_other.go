//go:build !unix

package postgrestest

import (
	"os/exec"
	"testing"
)

// unprivileged has nothing to do here.
func unprivileged(testing.TB, *exec.Cmd, string) {}
