package merge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/svcgen/svcgen/internal/diag"
)

// Git finds and runs git. The zero value looks for it on the PATH.
type Git struct {
	Look func() (string, error) // nil: exec.LookPath("git")
}

// find returns git's path.
func (g Git) find() (string, error) {
	look := g.Look
	if look == nil {
		look = func() (string, error) { return exec.LookPath("git") }
	}
	at, err := look()
	if err != nil {
		return "", diag.Errorf("git is needed to merge two edits of one file, and was not found").WithHint("install git, or undo one of the two edits")
	}
	return at, nil
}

// run runs git in dir with nothing of the user's: no configuration, no
// repository around, no attributes, no hooks, no pager, no prompt. It returns
// what git wrote and its exit code; a code of 128 and more, with which git says
// that it failed, is an error.
func (g Git) run(ctx context.Context, dir string, args ...string) (out []byte, code int, err error) {
	at, err := g.find()
	if err != nil {
		return nil, 0, err
	}
	cmd := exec.CommandContext(ctx, at, args...)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second // what git left running must not keep us waiting for its output
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "XDG_CONFIG_HOME=" + dir, "LC_ALL=C", "TMPDIR=" + dir, "SYSTEMROOT=" + os.Getenv("SYSTEMROOT"),
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_ATTR_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
		"GIT_DIR=" + filepath.Join(dir, "none"), "GIT_CEILING_DIRECTORIES=" + filepath.Dir(dir),
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return nil, 0, ctx.Err()
	case errors.As(err, &exit):
		if exit.ExitCode() > 127 || exit.ExitCode() < 0 {
			return nil, 0, failed(args[0], "%v: %s", exit, strings.TrimSpace(stderr.String()))
		}
		if stdout.Len() == 0 && stderr.Len() > 0 {
			// What stands in for git where it is not set up says so in this way.
			return nil, 0, failed(args[0], "%s", strings.TrimSpace(stderr.String()))
		}
		return stdout.Bytes(), exit.ExitCode(), nil
	case err != nil:
		return nil, 0, failed(args[0], "%w", err)
	}
	return stdout.Bytes(), 0, nil
}

// failed is the error of a git command.
func failed(command, format string, args ...any) error {
	return fmt.Errorf("git "+command+": "+format, args...)
}
