package cli

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/lint"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
)

func (a *app) lintCommand() *cobra.Command {
	var failOn, explain string
	var list bool
	cmd := &cobra.Command{
		Use:   "lint [PATH...]",
		Short: "Check templates: their own files and everything they render",
		Long: `lint checks each template below the paths: template.yaml against its schema, every template
file parses, every combination of values renders, the output parses in its language, and
units find their places. A finding in rendered output points at the template's line and
names the smallest choice of values that shows it. Without a path it checks the templates
of the workspace's manifest, or the built-in ones.`,
		Example: `  svcgen lint tools/templates
  svcgen lint tools/templates --json --fail-on warning
  svcgen lint --explain output-does-not-parse`,
		Args: arguments(0, -1),
		RunE: func(_ *cobra.Command, args []string) error {
			switch {
			case list:
				return a.listRules()
			case explain != "":
				return a.explainRule(explain)
			}
			return a.lint(args, failOn)
		},
	}
	cmd.Flags().StringVar(&failOn, "fail-on", "error", "exit 1 on findings of this severity or above: error, warning, info or never")
	cmd.Flags().StringVar(&explain, "explain", "", "explain the rule `ID`")
	cmd.Flags().BoolVar(&list, "rules", false, "list the rules")
	_ = cmd.RegisterFlagCompletionFunc("explain", offering(ruleNames))
	return cmd
}

func ruleNames() []string {
	var out []string
	for _, r := range lint.Rules() {
		out = append(out, r.ID)
	}
	return out
}

func (a *app) listRules() error {
	for _, r := range lint.Rules() {
		fmt.Fprintf(a.Stdout, "%-24s %s\n", r.ID, r.Severity)
	}
	return nil
}

func (a *app) explainRule(id string) error {
	rules := lint.Rules()
	i := slices.IndexFunc(rules, func(r lint.Rule) bool { return r.ID == id })
	if i < 0 {
		e := diag.Errorf("there is no rule %q", id)
		if near := diag.Nearest(id, ruleNames()); near != "" {
			return e.WithHint("did you mean %s?", near)
		}
		return e.WithHint("svcgen lint --rules lists them")
	}
	r := rules[i]
	_, err := fmt.Fprintf(a.Stdout, "%s (%s)\n\n%s\n\n%s\n\nremedy: %s\n", r.ID, r.Severity, r.Doc, r.Why, r.Remedy)
	return err
}

func (a *app) lint(args []string, failOn string) error {
	levels := map[string]int{"info": 0, "warning": 1, "error": 2, "never": 3}
	least, ok := levels[failOn]
	if !ok {
		return diag.Errorf("--fail-on takes error, warning, info or never, not %q", failOn)
	}
	start := time.Now()
	inputs, err := a.lintInputs(args)
	if err != nil {
		return err
	}
	report, err := lint.Run(a.ctx, inputs)
	if err != nil {
		return err
	}
	for _, s := range []lint.Severity{lint.Info, lint.Warning, lint.Error} {
		if int(s) >= least && report.Count(s) > 0 {
			a.code = ExitFindings
		}
	}
	if a.json {
		return report.WriteJSON(a.Stdout)
	}
	if a.quiet && len(report.Findings) == 0 {
		return nil
	}
	return report.WriteText(a.Stdout, a.Color, time.Since(start))
}

// lintInputs reads the templates that the paths name: a template, or a folder of
// templates. Without paths it takes the manifest's, or the built-in ones.
func (a *app) lintInputs(args []string) ([]lint.Input, error) {
	if len(args) == 0 {
		lib, done, err := a.templates()
		if err != nil {
			return nil, err
		}
		defer done()
		if lib.W == nil || len(lib.W.Manifest.Templates) == 0 {
			return inputsIn(a.Templates, "templates")
		}
		for _, dir := range lib.W.Manifest.Templates {
			args = append(args, filepath.Join(lib.W.Path, filepath.FromSlash(dir)))
		}
		slices.Sort(args)
	}
	var out []lint.Input
	for _, arg := range args {
		dir := a.inDir(arg)
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return nil, diag.Errorf("there is no folder %s", arg)
		}
		found, err := inputsIn(os.DirFS(dir), a.label(dir))
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, diag.Errorf("there is no %s in %s or the folders in it", template.File, arg).
				WithHint("give a template's folder, or one of templates")
		}
		out = append(out, found...)
	}
	return out, nil
}

// label is how findings call a folder: as seen from here where that is shorter.
func (a *app) label(dir string) string {
	if rel, err := filepath.Rel(a.dir, dir); err == nil && !strings.HasPrefix(rel, "..") {
		if rel != "." {
			return filepath.ToSlash(rel)
		}
	}
	return filepath.ToSlash(dir)
}

// inputsIn reads fsys as a template, or each folder in it that is one.
func inputsIn(fsys fs.FS, label string) ([]lint.Input, error) {
	if _, err := fs.Stat(fsys, template.File); err == nil {
		files, err := tree.FromFS(fsys)
		return []lint.Input{{Label: label, Files: files}}, err
	}
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, err
	}
	var out []lint.Input
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		if _, err := fs.Stat(fsys, path.Join(e.Name(), template.File)); err != nil {
			continue
		}
		sub, err := fs.Sub(fsys, e.Name())
		if err != nil {
			return nil, err
		}
		files, err := tree.FromFS(sub)
		if err != nil {
			return nil, err
		}
		out = append(out, lint.Input{Label: path.Join(label, e.Name()), Files: files})
	}
	return out, nil
}
