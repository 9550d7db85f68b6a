package cli

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/lint"
)

// lintFlags are the flags of lint alone.
type lintFlags struct {
	failOn, explain, baseline string
	since                     string
	only, skip                []string
	list, fix, write          bool
	build                     bool
	jobs                      int
	jobsGiven                 bool
	buildArgs                 []string
	tests                     string
	noImages                  bool
	outputs                   []string

	// format is the global flag's: a lint has more of them.
	format string
}

func (a *app) lintCommand() *cobra.Command {
	var f lintFlags
	cmd := &cobra.Command{
		Use:   "lint [PATH...]",
		Short: "Check templates: their own files and everything they render",
		Long: `lint checks each template below the paths: template.yaml against its schema, every template
file parses, every combination of values renders, the output parses in its language, and
units find their places. A finding in rendered output points at the template's line and
names the smallest choice of values that shows it. Without a path it checks the templates
of the workspace's manifest, or the built-in ones.

A comment "svcgen:ignore RULE -- reason" suppresses a rule on its line, or on the line
below it where it stands alone. ` + lint.ConfigFile + ` in a template's folder or above it sets severities,
leaves paths out, and names a baseline of old findings.`,
		Example: `  svcgen lint tools/templates
  svcgen lint tools/templates --json --fail-on warning
  svcgen lint tools/templates --since origin/main
  svcgen lint tools/templates --format github --output sarif=lint.sarif
  svcgen lint tools/templates --fix --diff
  svcgen lint tools/templates --build --jobs 2
  svcgen lint --explain output-does-not-parse`,
		Args: arguments(0, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.jobsGiven = cmd.Flags().Changed("jobs")
			if a.json {
				f.format = "json"
			}
			switch {
			case f.list:
				return a.listRules(f.format)
			case f.explain != "":
				return a.explainRule(f.explain)
			}
			return a.lint(args, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", "text", strings.Join(lintFormats, ", "))
	flags.StringArrayVar(&f.outputs, "output", nil, "also write the report to a file, `FORMAT=FILE`; may be repeated")
	flags.StringVar(&f.failOn, "fail-on", "error", "exit 1 on findings of this severity or above: error, warning, info or never")
	flags.StringSliceVar(&f.only, "rule", nil, "look for the rule `ID` alone; may be repeated")
	flags.StringSliceVar(&f.skip, "skip", nil, "leave the rule `ID` out; may be repeated")
	flags.StringVar(&f.explain, "explain", "", "explain the rule `ID`")
	flags.BoolVar(&f.list, "rules", false, "list the rules")
	flags.BoolVar(&f.fix, "fix", false, "mend what can be mended with certainty")
	flags.BoolVar(&a.diff, "diff", false, "show what --fix would mend as a diff, write nothing")
	flags.StringVar(&f.since, "since", "", "also compare with the template as it was at the commit `REF`")
	flags.BoolVar(&f.build, "build", false, "also build and test what every combination of values renders")
	flags.IntVar(&f.jobs, "jobs", max(1, runtime.NumCPU()/2), "with --build: how many services are built at once")
	flags.StringArrayVar(&f.buildArgs, "build-arg", nil, "with --build: an argument of docker build, `NAME=VALUE`; may be repeated")
	flags.StringVar(&f.tests, "tests", string(lint.TestAll), "with --build: run the tests of all services, of a cover in which every two choices meet, or of none: "+strings.Join(testings, ", "))
	flags.BoolVar(&f.noImages, "no-images", false, "with --build: build no images")
	flags.StringVar(&f.baseline, "baseline", "", "the `FILE` of old findings that do not count")
	flags.BoolVar(&f.write, "write-baseline", false, "write what is found now to the baseline")
	_ = cmd.RegisterFlagCompletionFunc("format", offering(func() []string { return lintFormats }))
	_ = cmd.RegisterFlagCompletionFunc("fail-on", offering(func() []string { return levels }))
	_ = cmd.RegisterFlagCompletionFunc("tests", offering(func() []string { return testings }))
	for _, name := range []string{"explain", "rule", "skip"} {
		_ = cmd.RegisterFlagCompletionFunc(name, offering(ruleNames))
	}
	return cmd
}

func ruleNames() []string {
	var out []string
	for _, r := range lint.Rules() {
		out = append(out, r.ID)
	}
	return out
}

// ruleJSON is a rule in --rules --json.
type ruleJSON struct {
	ID       string `json:"id"`
	Severity string `json:"severity"`
	Doc      string `json:"doc"`
	Why      string `json:"why"`
	Remedy   string `json:"remedy"`
	Fixable  bool   `json:"fixable"`
}

func (a *app) listRules(format string) error {
	if format == "json" {
		var out []ruleJSON
		for _, r := range lint.Rules() {
			out = append(out, ruleJSON{r.ID, r.Severity.String(), r.Doc, r.Why, r.Remedy, r.Mends()})
		}
		return a.printJSON(map[string]any{"version": 1, "rules": out})
	}
	for _, r := range lint.Rules() {
		fmt.Fprintf(a.Stdout, "%-24s %s\n", r.ID, r.Severity)
	}
	return nil
}

// knownRule returns the rule of that name.
func knownRule(id string) (lint.Rule, error) {
	rules := lint.Rules()
	if i := slices.IndexFunc(rules, func(r lint.Rule) bool { return r.ID == id }); i >= 0 {
		return rules[i], nil
	}
	e := diag.Errorf("there is no rule %q", id)
	if near := diag.Nearest(id, ruleNames()); near != "" {
		return lint.Rule{}, e.WithHint("did you mean %s?", near)
	}
	return lint.Rule{}, e.WithHint("svcgen lint --rules lists them")
}

func (a *app) explainRule(id string) error {
	r, err := knownRule(id)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(a.Stdout, lint.Page(r))
	return err
}

// levels are the values of --fail-on.
var levels = []string{"info", "warning", "error", "never"}

// testings are the values of --tests.
var testings = []string{string(lint.TestAll), string(lint.TestCover), string(lint.TestNone)}

// lintFormats are the values of --format.
var lintFormats = []string{"text", "json", "sarif", "github", "junit"}

// check refuses flags that make no sense.
func (f lintFlags) check() error {
	if !slices.Contains(levels, f.failOn) {
		return diag.Errorf("--fail-on takes error, warning, info or never, not %q", f.failOn)
	}
	if err := f.checkFormats(); err != nil {
		return err
	}
	for _, id := range slices.Concat(f.only, f.skip) {
		if _, err := knownRule(id); err != nil {
			return err
		}
		if slices.Contains(f.only, id) && slices.Contains(f.skip, id) {
			return diag.Errorf("--rule and --skip both name %s", id)
		}
	}
	if err := f.checkBuild(); err != nil {
		return err
	}
	if f.write && len(f.outputs) > 0 {
		return diag.Errorf("--write-baseline does not go with --output").WithHint("write the baseline first")
	}
	if f.write && (f.fix || len(f.only) > 0 || len(f.skip) > 0) {
		return diag.Errorf("--write-baseline goes with neither --fix, --rule nor --skip").WithHint("a baseline holds what all rules find")
	}
	return nil
}

func (a *app) lint(args []string, f lintFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	if err := a.checkOutputs(f); err != nil {
		return err
	}
	start := time.Now()
	templates, err := a.lintInputs(args, f)
	if err != nil {
		return err
	}
	if f.since != "" {
		if err := a.before(templates, f.since); err != nil {
			return err
		}
	}
	opts := lint.Options{Only: f.only, Skip: f.skip}
	if f.build {
		done, err := a.builder(&opts, templates, f)
		if err != nil {
			return err
		}
		defer done()
	}
	switch {
	case f.write:
		return a.writeBaselines(templates, opts)
	case f.fix || a.diff:
		return a.mend(templates, opts, f, start)
	}
	report, err := lint.Run(a.ctx, inputsOf(templates), opts)
	if err != nil {
		return err
	}
	return a.showFindings(report, f, start)
}

func inputsOf(templates []linted) []lint.Input {
	var out []lint.Input
	for _, t := range templates {
		out = append(out, t.Input)
	}
	return out
}
