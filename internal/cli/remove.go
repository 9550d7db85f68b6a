package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/service"
	"github.com/svcgen/svcgen/internal/workspace"
)

func (a *app) removeCommand() *cobra.Command {
	var in string
	var force bool
	cmd := &cobra.Command{
		Use:   "remove SERVICE | UNIT NAME",
		Short: "Remove a service, or a unit of one, and what it is listed in",
		Long: `remove is the inverse of new and add: it takes out what they made, from what was
recorded, and leaves every other byte as it is. What people changed is not removed without
--force; files that svcgen did not make stay, and are named. A unit is named by its name,
or by the arguments that it was added with.`,
		Example: `  svcgen remove payments
  svcgen remove endpoint refundPayment --service payments
  svcgen remove endpoint POST /v1/payments/{id}/refund --service payments`,
		Args: arguments(1, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				if in != "" {
					return diag.Errorf("svcgen remove needs the unit's name").WithHint("svcgen remove %s NAME --service %s", args[0], in)
				}
				return a.remove(args[0], service.RemoveOptions{Force: force})
			}
			name, err := a.name(in)
			if err != nil {
				return err
			}
			return a.remove(name, service.RemoveOptions{Unit: args[0], Args: args[1:], Force: force})
		},
	}
	cmd.Flags().StringVar(&in, "service", "", "the service whose unit is removed")
	cmd.Flags().BoolVar(&force, "force", false, "also remove what people changed")
	_ = cmd.RegisterFlagCompletionFunc("service", offering(a.serviceNames))
	cmd.ValidArgsFunction = offering(a.serviceNames)
	a.changing(cmd)
	return cmd
}

func (a *app) remove(name string, o service.RemoveOptions) error {
	if o.Unit == "" {
		if err := a.noUnit(name, "a unit is removed by its name: svcgen remove %s NAME"); err != nil {
			return err
		}
	}
	what := strings.Join(strings.Fields("remove "+o.Unit+" "+name), " ")
	return a.changeIn(change{name: "remove", what: what}, func(w *workspace.Workspace) (*service.Outcome, error) {
		if o.Service = w.Manifest.Service(name); o.Service == nil {
			return nil, diag.Errorf("the service %s is gone", name)
		}
		return service.Remove(w, a.library(w), o)
	})
}

// noUnit checks that name is a service's. Where it is a unit's, hint says what
// to write instead.
func (a *app) noUnit(name, hint string) error {
	w, lib, err := a.open()
	if err != nil {
		return err
	}
	defer w.Close()
	if _, err = a.which(w, name); err != nil && w.Manifest.Service(name) == nil && isUnit(lib, name) {
		return diag.Errorf("there is no service %q", name).WithHint(hint, name)
	}
	return err
}

// isUnit reports whether a template has a unit of that kind.
func isUnit(lib workspace.Library, kind string) bool {
	names, err := lib.Names()
	if err != nil {
		return false
	}
	for _, n := range names {
		if t, err := lib.Load(n); err == nil && t.Unit(kind) != nil {
			return true
		}
	}
	return false
}

func (a *app) renameCommand() *cobra.Command {
	var m merging
	var in, path string
	cmd := &cobra.Command{
		Use:   "rename OLD NEW | UNIT OLD NEW",
		Short: "Give a service, or a unit of one, another name",
		Long: `rename changes a service's folder, module path, packages and imports, its line in the
manifest, its entries in the shared files, also where people edited them, and what other
services say of it. The values stay: renaming a service never renames its data. With --path
and the same name twice, only the folder moves; one that was moved by hand is found there.`,
		Example: `  svcgen rename payments billing
  svcgen rename payments payments --path apps/payments
  svcgen rename endpoint refundPayment reversePayment --service payments`,
		Args: arguments(2, 3),
		RunE: func(cmd *cobra.Command, args []string) error {
			o := service.RenameOptions{Path: path, New: args[len(args)-1]}
			var err error
			if o.Merging, err = m.options(); err != nil {
				return err
			}
			who := args[0]
			if len(args) == 3 {
				who, o.Unit, o.Old = in, args[0], args[1]
			} else if err := a.noUnit(who, "a unit is renamed with two names: svcgen rename %s OLD NEW"); err != nil {
				return err
			}
			name, err := a.name(who)
			if err != nil {
				return err
			}
			what := "rename " + strings.Join(args, " ")
			return a.changeIn(change{name: "rename", what: what}, func(w *workspace.Workspace) (*service.Outcome, error) {
				if o.Service = w.Manifest.Service(name); o.Service == nil {
					return nil, diag.Errorf("the service %s is gone", name)
				}
				return service.Rename(a.ctx, w, a.library(w), o)
			})
		},
	}
	cmd.Flags().StringVar(&in, "service", "", "the service whose unit is renamed")
	cmd.Flags().StringVar(&path, "path", "", "the service's new `FOLDER`, below the workspace")
	_ = cmd.RegisterFlagCompletionFunc("service", offering(a.serviceNames))
	cmd.ValidArgsFunction = offering(a.serviceNames)
	m.flags(cmd, false)
	a.changing(cmd)
	return cmd
}
