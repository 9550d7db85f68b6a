// Package cli is svcgen's command line: one file a command, which parses, calls
// one function and prints.
//
// It computes nothing about services, templates or files, holds no state, and
// never ends the process: Main returns the exit code.
package cli

import (
	"io"
	"io/fs"

	"github.com/svcgen/svcgen/internal/prompt"
)

// Env is the outside world.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Dir            string // the current folder, absolute
	Templates      fs.FS  // the built-in templates, one folder each
	Version        string // svcgen's own, without a "v"
	Commit         string // the revision that svcgen was built from, "+dirty" behind it where files had changed; may be empty

	Cache  string                   // svcgen's own folder among the user's caches; "" where there is none
	Getenv func(name string) string // the environment, for whoever fetches; nil: it is empty

	// Ask asks a person; nil where there is no terminal.
	Ask func(prompt.Question) (string, error)

	// Progress is a terminal whose last line may be written anew; nil where there
	// is none.
	Progress io.Writer

	// Browse opens an address in the person's browser; nil where there is nobody to
	// look at it.
	Browse func(url string) error

	// Color says whether standard output and standard error show colours.
	Color, ErrColor bool
}

// The exit codes.
const (
	ExitDone        = 0   // all of it was done, or nothing was found
	ExitFindings    = 1   // findings, conflicts, or a plan under --check
	ExitUsage       = 2   // wrong use or bad input; nothing was written
	ExitFault       = 3   // a fault of the disk, of permissions, or a bug
	ExitInterrupted = 130 // interrupted; the workspace is unchanged
)
