package cli

import (
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/prompt"
	"github.com/svcgen/svcgen/internal/service"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/workspace"
)

func (a *app) addCommand() *cobra.Command {
	var set []string
	var in, name string
	cmd := &cobra.Command{
		Use:   "add UNIT [ARGS...]",
		Short: "Add an endpoint, or another unit of its template, to a service",
		Long: `add writes the files of a unit and puts its entries into the service's own files, as the
template release that the service is on makes them. What a person wrote in those files
stays. The service is the one whose folder you are in, the only one, or --service.`,
		Example: `  svcgen add endpoint POST /v1/payments/{id}/refund --service payments
  svcgen add endpoint GET /v1/payments/search --name searchPayments
  svcgen template show http`,
		Args: arguments(1, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			answers, err := assignments("--set", set)
			if err != nil {
				return err
			}
			if cmd.Flags().Changed("name") {
				answers["name"] = name
			}
			return a.add(in, service.AddOptions{Unit: args[0], Args: args[1:], Answers: answers})
		},
	}
	f := cmd.Flags()
	f.StringVar(&in, "service", "", "the service to add to")
	f.StringVar(&name, "name", "", "the unit's name, the same as --set name=NAME")
	f.StringArrayVar(&set, "set", nil, "give a value of the unit: `NAME=VALUE`; may be repeated")
	f.BoolVar(&a.askAll, "ask", false, "ask for every value, also those with a default")
	a.changing(cmd)
	a.completeAdd(cmd)
	return cmd
}

func (a *app) add(in string, o service.AddOptions) error {
	w, lib, err := a.open()
	if err != nil {
		return err
	}
	defer w.Close()
	if o.Service, err = a.which(w, in); err != nil {
		return err
	}
	name := o.Service.Name
	c := change{"add", "add " + o.Unit, func(root *os.Root) (*service.Outcome, error) {
		now := &workspace.Workspace{Root: root, Path: w.Path}
		if err := now.Reload(); err != nil {
			return nil, err
		}
		if o.Service = now.Manifest.Service(name); o.Service == nil {
			return nil, diag.Errorf("the service %s is gone", name)
		}
		return service.Add(now, a.library(now), o)
	}}
	questions := func(all bool) ([]template.Value, error) { return service.AddQuestions(w, lib, o, all) }
	asked, err := a.askValues(w.Path, c, o.Answers, questions)
	if err != nil {
		return err
	}
	err = a.carryOut(w.Path, c)
	if err == nil && asked && !a.json && !a.quiet {
		words := append([]string{"svcgen", "add", o.Unit}, o.Args...)
		if dir := a.askedDir(); dir != "" {
			words = append(words, "-C", dir)
		}
		a.echo(append(append(words, "--service", name), setWords(o.Answers)...))
	}
	return err
}

// which finds the service that a command is about.
func (a *app) which(w *workspace.Workspace, name string) (*workspace.Service, error) {
	known := w.Manifest.Names()
	if name != "" {
		if s := w.Manifest.Service(name); s != nil {
			return s, nil
		}
		e := diag.Errorf("there is no service %q", name)
		if near := diag.Nearest(name, known); near != "" {
			return nil, e.WithHint("did you mean %s?", near)
		}
		if len(known) == 0 {
			return nil, e.WithHint("svcgen new NAME makes one")
		}
		return nil, e.WithHint("the services are %s", listed(known))
	}
	if s := w.ServiceAt(a.dir); s != nil {
		return s, nil
	}
	switch {
	case len(known) == 0:
		return nil, diag.Errorf("the workspace has no service yet").WithHint("svcgen new NAME makes one")
	case len(known) == 1:
		return w.Manifest.Service(known[0]), nil
	case a.Ask != nil:
		q := prompt.Question{Message: "Service"}
		for _, n := range known {
			q.Options = append(q.Options, prompt.Option{Value: n})
		}
		name, err := a.Ask(q)
		return w.Manifest.Service(name), err
	}
	return nil, diag.Errorf("missing: --service").WithHint("the services are %s", listed(known))
}

// listed joins names, at most ten of them.
func listed(names []string) string {
	if len(names) > 10 {
		return strings.Join(names[:10], ", ") + " and " + count(len(names)-10, "other")
	}
	return strings.Join(names, ", ")
}
