package cli

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/svcgen/svcgen/internal/author"
	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/plan"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
)

func (a *app) templateTestCommand() *cobra.Command {
	var update bool
	cmd := &cobra.Command{
		Use:   "test [PATH...]",
		Short: "Compare what templates render with their recorded cases",
		Long: `test renders every recorded case of the templates: tests/CASE.yaml names a service, its
values and its units, and the folder tests/CASE holds the files that must come out. What
differs, is missing or is too many is shown as a diff, and the exit code is 1. Without a
path it tests the templates of the workspace's manifest.`,
		Example: `  svcgen template test
  svcgen template test tools/templates/acme
  svcgen template test tools/templates/acme --update`,
		Args: arguments(0, -1),
		RunE: func(_ *cobra.Command, args []string) error { return a.testTemplates(args, update) },
	}
	cmd.Flags().BoolVar(&update, "update", false, "record what is rendered now")
	return cmd
}

// tried is a template and what became of its cases.
type tried struct {
	dir, label string // of its folder tests
	results    []author.Result
}

func (a *app) testTemplates(args []string, update bool) error {
	all, err := a.tryTemplates(args)
	if err != nil {
		return err
	}
	if update {
		for _, t := range all {
			if t.dir == template.TestsDir {
				return diag.Errorf("%s is not here to be recorded anew", path.Dir(t.label)).WithHint("give a template's folder")
			}
		}
		for i := range all {
			if err := a.record(&all[i]); err != nil {
				return err
			}
		}
	}
	failed, cases := 0, 0
	for _, t := range all {
		cases += len(t.results)
		for _, r := range t.results {
			if !r.OK() && !(update && r.Err == nil) {
				failed++
			}
		}
	}
	if failed > 0 {
		a.code = ExitFindings
	}
	if a.json {
		return a.printCases(all, update)
	}
	for _, t := range all {
		for _, r := range t.results {
			if err := a.showCase(t, r, update); err != nil {
				return err
			}
		}
	}
	if !a.quiet {
		fmt.Fprintf(a.Stdout, "%s in %s, %d failed\n", count(cases, "case"), count(len(all), "template"), failed)
	}
	if failed > 0 && !update {
		a.hint("svcgen template test --update records what is rendered now")
	}
	return nil
}

// tryTemplates tries every template that the paths name. One without cases is
// told of; none at all is an error, so that a mistyped path does not pass.
func (a *app) tryTemplates(args []string) ([]tried, error) {
	// write: a baseline that is not there yet matters to lint alone.
	inputs, err := a.lintInputs(args, lintFlags{write: true})
	if err != nil {
		return nil, err
	}
	var out []tried
	var errs diag.List
	for _, in := range inputs {
		tests, err := readTests(in.dir)
		if err != nil {
			return nil, err
		}
		if in.cases != nil {
			tests = in.cases
		}
		t, err := template.Load(in.Files, in.Label)
		if found := diag.All(err); found != nil {
			errs = append(errs, found...)
			continue
		} else if err != nil {
			return nil, err
		}
		label := path.Join(in.Label, template.TestsDir)
		cases, err := author.Cases(t, label, tests)
		if found := diag.All(err); found != nil {
			errs = append(errs, found...)
			continue
		} else if err != nil {
			return nil, err
		}
		results, err := author.Try(t, cases, label, tests)
		if err != nil {
			return nil, err
		}
		if len(results) == 0 {
			a.note("%s has no recorded cases", in.Label)
			continue
		}
		out = append(out, tried{filepath.Join(in.dir, template.TestsDir), label, results})
	}
	if err := errs.Err(); err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, diag.Errorf("there are no recorded cases").
			WithHint("a case is a file tests/CASE.yaml in a template's folder, e.g.\nversion: 1\nservice: payments")
	}
	return out, nil
}

// readTests reads the recorded cases of the template in dir.
func readTests(dir string) (tree.Tree, error) {
	if dir == "" {
		return nil, nil // built in: it has none
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return tree.Read(root, template.TestsDir, func(p string, d fs.DirEntry) bool { return d.Name() == ".git" })
}

// record writes what is rendered now to the folders of the cases.
func (a *app) record(t *tried) error {
	root, err := os.OpenRoot(t.dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, r := range t.results {
		for _, c := range r.Diff {
			if err := put(root, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// put makes one change below root. Folders that get empty go.
func put(root *os.Root, c plan.Change) error {
	if c.New != nil && (c.Old == nil || c.Old.Kind != tree.Symlink) {
		if err := replace(root, c.Path, c.New.Data); err != nil {
			return err
		}
		return root.Chmod(filepath.FromSlash(c.Path), modeOf(*c.New))
	}
	if err := root.Remove(filepath.FromSlash(c.Path)); err != nil {
		return err
	}
	if c.New != nil {
		return put(root, plan.Change{Path: c.Path, New: c.New})
	}
	for dir := path.Dir(c.Path); dir != "."; dir = path.Dir(dir) {
		if root.Remove(filepath.FromSlash(dir)) != nil {
			break // it holds something
		}
	}
	return nil
}

// modeOf is the mode that a file of this kind gets.
func modeOf(f tree.File) os.FileMode {
	if f.Kind == tree.Executable {
		return 0o755
	}
	return 0o644
}

func (a *app) showCase(t tried, r author.Result, update bool) error {
	switch {
	case r.Err != nil:
		fmt.Fprintf(a.Stdout, "FAIL      %s\n          %s\n", visible(r.File), visible(r.Err.Error()))
		if r.Err.Hint != "" {
			fmt.Fprintf(a.Stdout, "          hint: %s\n", visible(r.Err.Hint))
		}
	case len(r.Diff) == 0:
		if !a.quiet {
			fmt.Fprintf(a.Stdout, "ok        %s (%s)\n", visible(r.File), count(r.Files, "file"))
		}
	case update:
		fmt.Fprintf(a.Stdout, "recorded  %s (%s changed)\n", visible(r.File), count(len(r.Diff), "file"))
	default:
		fmt.Fprintf(a.Stdout, "FAIL      %s (%s)\n", visible(r.File), difference(r.Diff))
		return labelled(t, r).Unified(a.Stdout, a.Color)
	}
	return nil
}

// difference says how many files differ, and how.
func difference(p plan.Plan) string {
	var differ, missing, extra int
	for _, c := range p {
		switch {
		case c.Old == nil:
			missing++
		case c.New == nil:
			extra++
		default:
			differ++
		}
	}
	var parts []string
	for _, part := range []struct {
		n    int
		what string
	}{{differ, "differ"}, {missing, "not recorded"}, {extra, "not rendered"}} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	return strings.Join(parts, ", ")
}

// labelled is the diff with paths as seen from here.
func labelled(t tried, r author.Result) plan.Plan {
	var out plan.Plan
	for _, c := range r.Diff {
		c.Path = path.Join(t.label, c.Path)
		out = append(out, c)
	}
	return out
}

// caseJSON is one case in template test --json.
type caseJSON struct {
	File    string       `json:"file"`
	OK      bool         `json:"ok"`
	Updated bool         `json:"updated"`
	Error   string       `json:"error,omitempty"`
	Changes []plan.Entry `json:"changes"`
	Diff    string       `json:"diff,omitempty"`
}

func (a *app) printCases(all []tried, update bool) error {
	out := []caseJSON{}
	for _, t := range all {
		for _, r := range t.results {
			updated := update && r.Err == nil && len(r.Diff) > 0
			c := caseJSON{File: r.File, OK: r.OK() || updated, Updated: updated, Changes: orEmpty(labelled(t, r).Entries())}
			if r.Err != nil {
				c.Error = r.Err.Error()
			}
			var b strings.Builder
			if err := labelled(t, r).Unified(&b, false); err != nil {
				return err
			}
			c.Diff = b.String()
			out = append(out, c)
		}
	}
	return a.printJSON(map[string]any{"version": 1, "cases": out})
}
