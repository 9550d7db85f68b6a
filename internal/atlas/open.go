package atlas

import (
	"os/exec"
	"runtime"
)

// Browse opens url in the person's browser, and does not wait for it. An error
// means that there is no program to do so.
func Browse(url string) error {
	args := []string{"xdg-open", url}
	switch runtime.GOOS {
	case "darwin":
		args = []string{"open", url}
	case "windows":
		args = []string{"rundll32", "url.dll,FileProtocolHandler", url}
	}
	cmd := exec.Command(args[0], args[1:]...)
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { _ = cmd.Wait() }() // it is only to be collected
	return nil
}
