// Svcgen creates services from templates, wires them into a workspace, and
// checks the templates that they come from.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"

	"golang.org/x/term"

	"github.com/svcgen/svcgen/internal/atlas"
	"github.com/svcgen/svcgen/internal/cli"
	"github.com/svcgen/svcgen/internal/prompt"
	"github.com/svcgen/svcgen/templates"
)

// version is svcgen's release. A tag of another name does not become a release.
const version = "0.1.0"

func main() { os.Exit(run()) }

func run() int {
	// A run is short and its memory small: collecting less often saves a third of
	// the processor's time in a workspace of a thousand services, for 4 MiB.
	debug.SetGCPercent(400)
	// Where it grows after all, as with a template that was made to, it collects
	// as often as it must.
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(160 << 20)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	dir, err := os.Getwd()
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		return cli.ExitFault
	}
	_, plain := os.LookupEnv("NO_COLOR")
	colored := func(f *os.File) bool {
		return !plain && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(f.Fd()))
	}
	var progress io.Writer
	if os.Getenv("TERM") != "dumb" && term.IsTerminal(int(os.Stderr.Fd())) {
		progress = os.Stderr
	}
	var browse func(string) error
	if term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd())) {
		browse = atlas.Browse
	}
	return cli.Main(ctx, os.Args[1:], cli.Env{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Dir: dir, Templates: templates.FS, Version: version, Commit: commit(),
		Cache: cache(), Getenv: os.Getenv,
		Ask:   prompt.Terminal(ctx, os.Stdin, os.Stderr, plain),
		Color: colored(os.Stdout), ErrColor: colored(os.Stderr),
		Progress: progress, Browse: browse,
	})
}

// cache is svcgen's folder among the user's caches; "" where the system does not
// say where those are.
func cache() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "svcgen")
}

// commit is the revision that the go command found when it built this program;
// empty where it saw no repository, as for go install with a version.
func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	var revision, dirty string
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+dirty"
		}
	}
	if revision == "" {
		return ""
	}
	return revision + dirty
}
