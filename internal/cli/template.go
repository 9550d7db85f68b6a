package cli

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/workspace"
)

func (a *app) templateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "template",
		Short: "List, show, make, test, fetch and share templates",
		Example: `  svcgen template list
  svcgen template show http
  svcgen template new acme
  svcgen template test tools/templates
  svcgen template add acme git+https://github.com/acme/templates@v1.2.0`,
		Args: unknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.templateListCommand(), a.templateShowCommand(), a.templateNewCommand(), a.templateTestCommand(),
		a.templateAddCommand(), a.templateFetchCommand(), a.templateUpdateCommand(), a.templateOutdatedCommand(),
		a.templateRemoveCommand(), a.templatePushCommand())
	return cmd
}

type templateJSON struct {
	Name    string      `json:"name"`
	Release string      `json:"release"`
	Kind    string      `json:"kind"`
	Summary string      `json:"summary"`
	Values  []valueJSON `json:"values"`
	Units   []unitJSON  `json:"units"`
}

type valueJSON struct {
	Name    string   `json:"name"`
	Type    string   `json:"type"`
	Help    string   `json:"help,omitempty"`
	Options []string `json:"options,omitempty"`
	Default *string  `json:"default,omitempty"`
}

type unitJSON struct {
	Name   string      `json:"name"`
	Help   string      `json:"help,omitempty"`
	Args   []string    `json:"args"`
	Values []valueJSON `json:"values"`
}

func (a *app) templateListCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the templates that --template takes",
		Example: "  svcgen template list\n  svcgen template list --json",
		Args:    arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			lib, done, err := a.templates()
			if err != nil {
				return err
			}
			defer done()
			names, err := lib.Names()
			if err != nil {
				return err
			}
			var all []templateJSON
			for _, n := range names {
				t, err := lib.Load(n)
				if err != nil {
					return err
				}
				all = append(all, describe(n, t))
			}
			if err := a.absent(lib); err != nil {
				return err
			}
			if a.json {
				return a.printJSON(map[string]any{"version": 1, "templates": orEmpty(all)})
			}
			w := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
			for _, t := range all {
				fmt.Fprintf(w, "%s\t%s\t%s\n", line(t.Name), line(t.Release), line(t.Summary))
			}
			return w.Flush()
		},
	}
}

func (a *app) templateShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "show NAME",
		Short:             "Show a template's values and units",
		Example:           "  svcgen template show http",
		Args:              arguments(1, 1),
		ValidArgsFunction: offering(a.templateNames),
		RunE: func(cmd *cobra.Command, args []string) error {
			lib, done, err := a.templates()
			if err != nil {
				return err
			}
			defer done()
			t, err := lib.Load(args[0])
			if err != nil {
				return err
			}
			d := describe(args[0], t)
			if a.json {
				return a.printJSON(map[string]any{"version": 1, "template": d})
			}
			fmt.Fprintf(a.Stdout, "%s %s (%s)\n%s\n", line(d.Name), line(d.Release), d.Kind, visible(d.Summary))
			showValues(a, "values, given with --set", d.Values)
			for _, u := range d.Units {
				fmt.Fprintf(a.Stdout, "\nsvcgen add %s %s\n  %s\n", line(u.Name), line(strings.ToUpper(strings.Join(u.Args, " "))), visible(u.Help))
				showValues(a, "", u.Values)
			}
			return nil
		},
	}
}

func showValues(a *app, title string, values []valueJSON) {
	if len(values) == 0 {
		return
	}
	if title != "" {
		fmt.Fprintf(a.Stdout, "\n%s\n", title)
	}
	w := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
	for _, v := range values {
		kind := v.Type
		if len(v.Options) > 0 {
			kind = strings.Join(v.Options, ", ")
		}
		def := "must be given"
		if v.Default != nil {
			def = "default " + *v.Default
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", line(v.Name), line(kind), line(def), line(v.Help))
	}
	w.Flush()
}

// templates returns the library of the workspace, or of the built-in templates
// outside of one.
func (a *app) templates() (workspace.Library, func(), error) {
	dir, err := workspace.Find(a.dir)
	if err != nil {
		return a.library(nil), func() {}, nil
	}
	w, err := workspace.Open(dir)
	if err != nil {
		return workspace.Library{}, nil, err
	}
	return a.library(w), func() { w.Close() }, nil
}

func describe(ref string, t *template.Template) templateJSON {
	d := templateJSON{Name: ref, Release: t.Release, Kind: t.Kind, Summary: t.Summary, Values: valuesJSON(t.Values), Units: []unitJSON{}}
	for _, u := range t.Units {
		d.Units = append(d.Units, unitJSON{u.Name, u.Help, orEmpty(u.Args), valuesJSON(u.Values)})
	}
	return d
}

func valuesJSON(values []template.Value) []valueJSON {
	out := []valueJSON{}
	for _, v := range values {
		out = append(out, valueJSON{v.Name, string(v.Type), v.Help, v.Options, v.Default})
	}
	return out
}
