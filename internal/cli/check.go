package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/svcgen/svcgen/internal/lint"
	"github.com/svcgen/svcgen/internal/service"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

func (a *app) checkCommand() *cobra.Command {
	f := lintFlags{failOn: "error"}
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check that manifest, folders, wiring and ports agree",
		Long: `check reads every service of the workspace: its folder and descriptor are there, its
template's release is kept and unchanged, it is listed wherever the manifest's wiring says,
what it needs exists and forms no cycle, its module path is right, it imports nothing of
another service, and it still has health checks, a Dockerfile and tests, by the rules of
svcgen lint. A comment "svcgen:ignore RULE -- reason" suppresses one of those on its line.`,
		Example: "  svcgen check\n  svcgen check --json\n  svcgen check --format github --output sarif=check.sarif",
		Args:    arguments(0, 0),
		RunE: func(*cobra.Command, []string) error {
			if a.json {
				f.format = "json"
			}
			return a.checkWorkspace(f)
		},
	}
	cmd.Flags().StringVar(&f.format, "format", "text", strings.Join(lintFormats, ", "))
	cmd.Flags().StringArrayVar(&f.outputs, "output", nil, "also write the report to a file, `FORMAT=FILE`; may be repeated")
	_ = cmd.RegisterFlagCompletionFunc("format", offering(func() []string { return lintFormats }))
	return cmd
}

func (a *app) checkWorkspace(f lintFlags) error {
	if err := f.checkFormats(); err != nil {
		return err
	}
	start := time.Now()
	w, lib, err := a.open()
	if err != nil {
		return err
	}
	defer w.Close()
	found, err := service.Check(w, lib, look)
	if err != nil {
		return err
	}
	stray, err := service.Stray(w)
	if err != nil {
		return err
	}
	found = append(found, stray...)
	if len(found) > 0 {
		a.code = ExitFindings
	}
	took := time.Since(start)
	return a.emit(f, func(b io.Writer, format string, _ bool) error {
		switch format {
		case "json":
			return writeJSON(b, map[string]any{"version": 1, "services": len(w.Manifest.Services), "findings": orEmpty(found)})
		case "text":
			return a.writeChecked(b, w, found)
		}
		return a.writeReport(b, checkReport(w, found), f, format, false, took)
	})
}

func (a *app) writeChecked(b io.Writer, w *workspace.Workspace, found []service.Finding) error {
	for _, f := range found {
		at := f.File
		if f.Line > 0 {
			at = fmt.Sprintf("%s:%d:%d", f.File, f.Line, max(1, f.Col))
		}
		fmt.Fprintf(b, "%s: %s [%s]\n", visible(at), visible(f.Message), f.Rule)
		if f.Hint != "" {
			fmt.Fprintf(b, "    hint: %s\n", visible(strings.ReplaceAll(f.Hint, "\n", "\n          ")))
		}
	}
	if a.quiet {
		return nil
	}
	_, err := fmt.Fprintf(b, "%s in %s\n", count(len(found), "finding"), count(len(w.Manifest.Services), "service"))
	return err
}

// look applies the linter's rules to a living service.
func look(s *workspace.Service, t *template.Template, files tree.Tree) []service.Finding {
	var out []service.Finding
	living := lint.Service{Name: s.Name, Label: s.Path, Template: t, Descriptor: workspace.DescriptorFile, Files: files}
	for _, f := range living.Check() {
		out = append(out, service.Finding{Rule: f.Rule, File: f.File, Line: f.Line, Col: f.Col, Message: f.Message, Hint: f.Remedy})
	}
	return out
}

// checkRules lists what check finds.
func checkRules() []lint.Rule {
	var out []lint.Rule
	for _, r := range service.CheckRules() {
		out = append(out, lint.Rule{ID: r.ID, Severity: lint.Error, Doc: r.Doc, Remedy: r.Remedy})
	}
	return append(out, lint.Kept()...)
}

// checkReport is what was found, by service; what is about none is in a suite of
// its own.
func checkReport(w *workspace.Workspace, found []service.Finding) *lint.Report {
	suites := []lint.Suite{{Name: "workspace"}}
	at := map[string]int{}
	for _, n := range w.Manifest.Names() {
		at[n] = len(suites)
		suites = append(suites, lint.Suite{Name: n})
	}
	for _, f := range found {
		s := &suites[at[f.Service]]
		s.Findings = append(s.Findings, lint.Finding{Rule: f.Rule, File: f.File, Line: f.Line, Col: f.Col, Message: f.Message, Remedy: f.Hint})
	}
	return lint.NewReport("svcgen check", checkRules(), suites)
}
