// Refresh brings what the templates pin up to date: the Go modules that they
// require, with go.sum, the npm packages, the actions' commits and the images'
// digests. It asks the module proxy and the npm registry through go and npm, GitHub
// through git, and registries of images directly; what does not answer is told,
// and stays. It prints what changed as a table, and with --check writes nothing.
//
// It moves no version of Go, no image's tag and nothing of svcgen itself: those are
// dependabot's, or a person's.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"text/tabwriter"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run returns the exit code: 0 done or nothing to do, 1 something to do under
// --check, 2 wrong use, 3 a fault.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("refresh", flag.ContinueOnError)
	flags.SetOutput(stderr)
	check := flags.Bool("check", false, "write nothing; exit 1 if there is something to refresh")
	offline := flags.Bool("no-pins", false, "leave actions and images alone")
	folder := flags.String("templates", "templates", "the templates' `folder`")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "error: refresh takes no argument, not %q\n", flags.Arg(0))
		return 2
	}
	r, err := newRun(*folder)
	if err != nil {
		fmt.Fprintln(stderr, "error:", err)
		return 3
	}
	defer r.close()
	for _, t := range r.templates {
		if err := r.goModules(ctx, t); err != nil {
			fmt.Fprintf(stderr, "error: %s: %v\n", t, err)
			return 3
		}
		if err := r.npmPackages(ctx, t); err != nil {
			fmt.Fprintf(stderr, "error: %s: %v\n", t, err)
			return 3
		}
	}
	if !*offline {
		r.pins(ctx)
	}
	r.print(stdout, stderr)
	if *check {
		return min(1, len(r.changes))
	}
	if err := r.write(); err != nil {
		fmt.Fprintln(stderr, "error:", err)
		return 3
	}
	return 0
}

// refresh is one run: what is found is gathered first and written at its end.
type refresh struct {
	folder    string   // of the templates
	templates []string // their folders' names
	svcgen    string   // the program that renders
	temp      string

	files   map[string][]byte // to be written
	changes []change
	untold  []string // what could not be asked, and why
}

// change is one pin that moves.
type change struct{ template, what, old, new string }

func newRun(folder string) (*refresh, error) {
	r := &refresh{folder: folder, files: map[string][]byte{}}
	found, err := filepath.Glob(filepath.Join(folder, "*", "template.yaml"))
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("there are no templates in %s", folder)
	}
	for _, f := range found {
		r.templates = append(r.templates, filepath.Base(filepath.Dir(f)))
	}
	slices.Sort(r.templates)
	if r.temp, err = os.MkdirTemp("", "svcgen-refresh-"); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *refresh) close() { _ = os.RemoveAll(r.temp) }

// put notes a file's next content, if it is another.
func (r *refresh) put(name string, old, next []byte) {
	if string(old) != string(next) {
		r.files[name] = next
	}
}

// text is a file as it will be.
func (r *refresh) text(name string) ([]byte, error) {
	if data, ok := r.files[name]; ok {
		return data, nil
	}
	return os.ReadFile(name)
}

func (r *refresh) write() error {
	for name, data := range r.files {
		if err := os.WriteFile(name, data, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// print tells what changes, and what could not be asked.
func (r *refresh) print(stdout, stderr io.Writer) {
	for _, s := range r.untold {
		fmt.Fprintln(stderr, "note: ", s)
	}
	if len(r.changes) == 0 {
		fmt.Fprintln(stdout, "everything that answers is up to date")
		return
	}
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "TEMPLATE\tWHAT\tOLD\tNEW")
	for _, c := range r.changes {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", c.template, c.what, c.old, c.new)
	}
	_ = w.Flush()
}
