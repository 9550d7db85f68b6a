package cli

import (
	"fmt"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/svcgen/svcgen/internal/plan"
	"github.com/svcgen/svcgen/internal/service"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/workspace"
)

func (a *app) statusCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "status [SERVICE...]",
		Short: "Show how services stand to their templates: releases, edits, conflicts, wiring",
		Long: `status compares services with what they were rendered from: the release they are on and
the newest one, the files that people edited or deleted, conflict markers that are still in
files, entries that are not where the wiring says, and what is out of step with the
manifest. With --check, the exit code is 1 when a service is behind or something is to be
mended; what people edited is not.`,
		Example: "  svcgen status\n  svcgen status payments --json\n  svcgen status --check",
		Args:    arguments(0, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			w, lib, err := a.open()
			if err != nil {
				return err
			}
			defer w.Close()
			a.pending(w)
			all, err := service.Status(a.ctx, w, lib, args)
			if err != nil {
				return err
			}
			for _, s := range all {
				if a.check && (s.Behind() || s.Broken()) {
					a.code = ExitFindings
				}
			}
			if a.json {
				return a.printJSON(map[string]any{"version": 1, "services": orEmpty(all)})
			}
			a.standings(all)
			return nil
		},
	}
	cmd.Flags().BoolVar(&a.check, "check", false, "exit 1 if a service is behind or something is to be mended")
	cmd.ValidArgsFunction = offering(a.serviceNames)
	return cmd
}

// pending says that a command was interrupted here.
func (a *app) pending(w *workspace.Workspace) {
	if what, err := plan.Pending(w.Root); err == nil && what != "" {
		a.note("svcgen %s was interrupted here; the next command that writes will finish or undo it", what)
	}
}

// gone says once for each template why it has no newest release; that is a
// finding.
func (a *app) gone(all []service.Standing) {
	seen := map[string]bool{}
	for _, s := range all {
		if s.Gone != "" && !seen[s.Gone] {
			seen[s.Gone] = true
			fmt.Fprintf(a.Stdout, "%s\n    hint: its services work on from the releases kept here, and cannot be upgraded\n", visible(s.Gone))
		}
	}
}

func (a *app) standings(all []service.Standing) {
	if len(all) == 0 {
		if !a.quiet {
			fmt.Fprintln(a.Stdout, "the workspace has no service yet")
		}
		return
	}
	rows := [][]string{{"service", "template", "release", "newest", "edited", "deleted", "to mend"}}
	for _, s := range all {
		newest := s.Newest
		if newest == "" {
			newest = "-"
		}
		mend := []string{}
		for _, m := range []struct {
			n    int
			what string
		}{{len(s.Conflict), "conflict"}, {len(s.Unwired), "missing entry"}, {len(s.Problems), "problem"}} {
			if m.n > 0 {
				mend = append(mend, strings.ReplaceAll(count(m.n, m.what), "entrys", "entries"))
			}
		}
		if s.Gone != "" {
			mend = append(mend, "its template")
		}
		if len(mend) == 0 {
			mend = []string{"-"}
		}
		rows = append(rows, []string{s.Service, s.Template, s.Release, newest, number(len(s.Edited)), number(len(s.Missing)), strings.Join(mend, ", ")})
	}
	a.columns(rows)
	a.gone(all)
	for _, s := range all {
		for _, p := range s.Conflict {
			fmt.Fprintf(a.Stdout, "%s: a conflict is not resolved\n", visible(p))
		}
		for _, p := range s.Unwired {
			fmt.Fprintf(a.Stdout, "%s: %s is not listed\n", visible(p), s.Service)
		}
		for _, p := range s.Problems {
			fmt.Fprintf(a.Stdout, "%s\n", visible(p.Message))
			if p.Hint != "" {
				fmt.Fprintf(a.Stdout, "    hint: %s\n", visible(strings.ReplaceAll(p.Hint, "\n", "\n          ")))
			}
		}
	}
}

func number(n int) string {
	if n == 0 {
		return "-"
	}
	return thousands(n)
}

// columns prints rows, the first of them a heading, in aligned columns.
func (a *app) columns(rows [][]string) {
	wide := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			wide[i] = max(wide[i], utf8.RuneCountInString(cell))
		}
	}
	for n, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			b.WriteString(visible(cell))
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", wide[i]-utf8.RuneCountInString(cell)+2))
			}
		}
		line := b.String()
		if n == 0 && a.Color {
			line = bold(line)
		}
		fmt.Fprintln(a.Stdout, line)
	}
}

func (a *app) diffCommand() *cobra.Command {
	var added bool
	cmd := &cobra.Command{
		Use:   "diff [SERVICE...]",
		Short: "Show what people changed in services since they were rendered",
		Long: `diff compares services with what their releases render, units included, and prints a
unified diff. Files that only people have are left out without --added. Without names it is
the service whose folder you are in, or all. With --check, the exit code is 1 when there is
a difference.`,
		Example: "  svcgen diff payments\n  svcgen diff --added --color always | less -R",
		Args:    arguments(0, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			w, lib, err := a.open()
			if err != nil {
				return err
			}
			defer w.Close()
			if s := w.ServiceAt(a.dir); s != nil && len(args) == 0 {
				args = []string{s.Name}
			}
			if len(args) == 0 {
				args = w.Manifest.Names()
			}
			return a.differences(w, lib, args, added)
		},
	}
	cmd.Flags().BoolVar(&added, "added", false, "also show files that only people have")
	cmd.Flags().BoolVar(&a.check, "check", false, "exit 1 if there is a difference")
	cmd.ValidArgsFunction = offering(a.serviceNames)
	return cmd
}

func (a *app) differences(w *workspace.Workspace, lib workspace.Library, names []string, added bool) error {
	type difference struct {
		Service string       `json:"service"`
		Changes []plan.Entry `json:"changes"`
		Diff    string       `json:"diff"`
		Others  []string     `json:"others"`
	}
	out := []difference{}
	for _, n := range names {
		s, err := a.which(w, n)
		if err != nil {
			return err
		}
		p, others, err := service.Diff(w, lib, s, added)
		if err != nil {
			return err
		}
		if len(p) > 0 && a.check {
			a.code = ExitFindings
		}
		if !a.json {
			if err := p.Unified(a.Stdout, a.Color); err != nil {
				return err
			}
			if len(others) > 0 {
				a.note("%s of %s only people have; --added shows them", count(len(others), "file"), n)
			}
			continue
		}
		var b strings.Builder
		if err := p.Unified(&b, false); err != nil {
			return err
		}
		out = append(out, difference{n, p.Entries(), b.String(), orEmpty(others)})
	}
	if a.json {
		return a.printJSON(map[string]any{"version": 1, "services": out})
	}
	return nil
}

func (a *app) adoptCommand() *cobra.Command {
	var o service.AdoptOptions
	var set []string
	cmd := &cobra.Command{
		Use:   "adopt PATH",
		Short: "Make an existing service one that svcgen keeps current",
		Long: `adopt gives a service that svcgen did not make its descriptor, its line in the manifest,
and the entries that shared files lack. Nothing of the service changes. It says how well
the template fits: what the service lacks of it counts as deleted by people, and what
differs as edited, so that an upgrade brings the template's changes and keeps the rest.`,
		Example: `  svcgen adopt services/billing --template http --dry-run
  svcgen adopt services/billing --name billing --port 8090`,
		Args: arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if o.Answers, err = assignments("--set", set); err != nil {
				return err
			}
			o.Path = args[0]
			return a.adopt(o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Template, "template", "", "the `TEMPLATE` (default "+service.DefaultTemplate+")")
	f.StringVar(&o.Name, "name", "", "the service's name (default: its folder's)")
	f.StringVar(&o.Owner, "owner", "", "the team or person who owns the service")
	f.IntVar(&o.Port, "port", 0, "its `PORT` (default: the next free one)")
	f.StringArrayVar(&set, "set", nil, "give a value of the template: `NAME=VALUE`; may be repeated")
	f.BoolVar(&a.askAll, "ask", false, "ask for every value, also those with a default")
	_ = cmd.RegisterFlagCompletionFunc("template", offering(a.templateNames))
	a.changing(cmd)
	return cmd
}

func (a *app) adopt(o service.AdoptOptions) error {
	w, lib, err := a.open()
	if err != nil {
		return err
	}
	defer w.Close()
	c := change{"adopt", "adopt " + o.Path, func(root *os.Root) (*service.Outcome, error) {
		now := &workspace.Workspace{Root: root, Path: w.Path}
		if err := now.Reload(); err != nil {
			return nil, err
		}
		out, fit, err := service.Adopt(now, a.library(now), o)
		if err == nil {
			out.Notes = append(out.Notes, fitted(fit)...)
		}
		return out, err
	}}
	questions := func(all bool) ([]template.Value, error) { return service.AdoptQuestions(w, lib, o, all) }
	if _, err := a.askValues(w.Path, c, o.Answers, questions); err != nil {
		return err
	}
	return a.carryOut(w.Path, c)
}

// fitted tells how well a template fits.
func fitted(f *service.Fit) []string {
	n := fmt.Sprintf("the template fits to %d %%; files: %d the same, %d different, %d lacking, %d of its own",
		f.Percent(), len(f.Same), len(f.Differ), len(f.Missing), f.Own)
	return []string{n}
}
