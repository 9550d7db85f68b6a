package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/service"
)

func (a *app) graphCommand() *cobra.Command {
	var format, focus, since string
	var depth int
	cmd := &cobra.Command{
		Use:   "graph",
		Short: "Draw the services and what they need",
		Long: `graph prints the workspace's services, their databases and what each of them needs, as a
Mermaid flowchart (GitHub and GitLab draw it), for Graphviz, or as JSON. A service needs
those that the manifest says it needs, and those whose events it consumes. --focus keeps
one service, what it needs, and what needs it: what suffers when it is down. --depth says
how many steps away. --since marks the services that a change affects.`,
		Example: `  svcgen graph >> docs/services.md
  svcgen graph --format dot | dot -Tsvg > services.svg
  svcgen graph --focus payments --depth 1 --since origin/main`,
		Args: arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			w, lib, err := a.open()
			if err != nil {
				return err
			}
			defer w.Close()
			g := service.NewGraph(w, lib)
			if focus != "" {
				if err := g.Focus(focus, depth); err != nil {
					return err
				}
			}
			if since != "" {
				hit, err := service.Affected(a.ctx, w, since)
				if err != nil {
					return err
				}
				g.Mark(hit)
			}
			switch {
			case a.json || format == "json":
				return a.printJSON(struct {
					Version int `json:"version"`
					*service.Graph
				}{1, g})
			case format == "dot":
				_, err = fmt.Fprint(a.Stdout, g.Dot())
			default:
				_, err = fmt.Fprint(a.Stdout, g.Mermaid())
			}
			return err
		},
	}
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		switch {
		case cmd.Flags().Changed("depth") && focus == "":
			return diag.Errorf("--depth needs --focus").WithHint("%s", "e.g. --focus payments --depth 1")
		case depth < 0:
			return diag.Errorf("--depth takes a number of steps, not %d", depth)
		}
		switch format {
		case "mermaid", "dot", "json":
			return nil
		}
		return diag.Errorf("--format takes mermaid, dot or json, not %q", format)
	}
	f := cmd.Flags()
	f.StringVar(&format, "format", "mermaid", "`mermaid`, dot or json")
	f.StringVar(&focus, "focus", "", "only this `SERVICE`, what it needs and what needs it")
	f.IntVar(&depth, "depth", 0, "with --focus, at most `STEPS` away (default: however far)")
	f.StringVar(&since, "since", "", "mark what the change since this `REF` affects")
	_ = cmd.RegisterFlagCompletionFunc("format", offering(func() []string { return []string{"mermaid", "dot", "json"} }))
	_ = cmd.RegisterFlagCompletionFunc("focus", offering(a.serviceNames))
	return cmd
}
