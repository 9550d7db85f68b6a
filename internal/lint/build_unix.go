//go:build unix

package lint

import (
	"os/exec"
	"syscall"
)

// together puts a program and what it starts into one group, and ends the whole
// group when it is cancelled: go test starts tests, and tests start servers.
func together(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
