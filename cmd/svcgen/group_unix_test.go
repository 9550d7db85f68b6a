//go:build unix

package main_test

import (
	"os/exec"
	"syscall"
)

// isolate starts cmd in a group of its own, with what it will start.
func isolate(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// end kills cmd and its group.
func end(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
