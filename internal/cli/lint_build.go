package cli

import (
	"fmt"
	"slices"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/lint"
)

// checkBuild refuses flags of --build that make no sense.
func (f lintFlags) checkBuild() error {
	if !slices.Contains(testings, f.tests) {
		return diag.Errorf("--tests takes all, cover or none, not %q", f.tests)
	}
	if f.jobs < 1 {
		return diag.Errorf("--jobs takes a number above 0, not %d", f.jobs)
	}
	if f.build {
		if f.fix || f.write {
			return diag.Errorf("--build goes with neither --fix nor --write-baseline").WithHint("mend what needs no build first")
		}
		if len(f.buildArgs) > 0 && f.noImages {
			return diag.Errorf("--build-arg does not go with --no-images")
		}
		return nil
	}
	switch {
	case len(f.buildArgs) > 0:
		return diag.Errorf("--build-arg needs --build")
	case f.noImages:
		return diag.Errorf("--no-images needs --build")
	case f.tests != testings[0]:
		return diag.Errorf("--tests needs --build")
	case f.jobsGiven:
		return diag.Errorf("--jobs needs --build")
	}
	return nil
}

// builder sets up what builds the rendered services. done clears the line that
// shows the progress.
func (a *app) builder(opts *lint.Options, templates []linted, f lintFlags) (done func(), err error) {
	if a.diff {
		return nil, diag.Errorf("--build does not go with --diff").WithHint("mend what needs no build first")
	}
	b, err := lint.NewBuilder(a.ctx, f.jobs)
	if err != nil {
		return nil, err
	}
	if b.Go == "" && lint.NeedsGo(inputsOf(templates)) {
		return nil, diag.Errorf("--build needs the go command, and there is none on the PATH").
			WithHint("install Go (https://go.dev/dl), or leave --build out")
	}
	b.Tests, b.Bare = lint.Tests(f.tests), f.noImages
	b.Args, b.Note = f.buildArgs, func(text string) { a.clear(); a.note("%s", text) }
	if a.Progress != nil && !a.quiet {
		b.Progress = func(done, all int, what string) {
			a.clear()
			fmt.Fprintf(a.Progress, "%d of %d built, %s", done, all, clipped(visible(what), 60))
		}
	}
	opts.Build = b
	return a.clear, nil
}

// clear takes the progress off the terminal.
func (a *app) clear() {
	if a.Progress != nil && !a.quiet {
		fmt.Fprint(a.Progress, "\r\x1b[K")
	}
}

// clipped keeps the end of a text that is too long for its line.
func clipped(s string, width int) string {
	if r := []rune(s); len(r) > width {
		return "…" + string(r[len(r)-width+1:])
	}
	return s
}
