package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/svcgen/svcgen/internal/service"
)

func (a *app) checkCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check that manifest, folders, wiring and ports agree",
		Long: `check reads every service of the workspace: its folder and descriptor are there, its
template's release is kept and unchanged, it is listed wherever the manifest's wiring says,
what it needs exists and forms no cycle, its module path is right, it imports nothing of
another service, and it still has health checks, a Dockerfile and tests.`,
		Example: "  svcgen check\n  svcgen check --json",
		Args:    arguments(0, 0),
		RunE: func(*cobra.Command, []string) error {
			w, lib, err := a.open()
			if err != nil {
				return err
			}
			defer w.Close()
			found, err := service.Check(w, lib)
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
			if a.json {
				return a.printJSON(map[string]any{"version": 1, "services": len(w.Manifest.Services), "findings": orEmpty(found)})
			}
			for _, f := range found {
				a.finding(f)
			}
			if !a.quiet {
				fmt.Fprintf(a.Stdout, "%s in %s\n", count(len(found), "finding"), count(len(w.Manifest.Services), "service"))
			}
			return nil
		},
	}
	return cmd
}

func (a *app) finding(f service.Finding) {
	at := f.File
	if f.Line > 0 {
		at = fmt.Sprintf("%s:%d:%d", f.File, f.Line, max(1, f.Col))
	}
	fmt.Fprintf(a.Stdout, "%s: %s [%s]\n", visible(at), visible(f.Message), f.Rule)
	if f.Hint != "" {
		fmt.Fprintf(a.Stdout, "    hint: %s\n", visible(strings.ReplaceAll(f.Hint, "\n", "\n          ")))
	}
}
