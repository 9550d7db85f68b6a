package cli

import (
	"github.com/spf13/cobra"

	"github.com/svcgen/svcgen/internal/service"
	"github.com/svcgen/svcgen/internal/workspace"
)

func (a *app) refreshCommand() *cobra.Command {
	var m merging
	cmd := &cobra.Command{
		Use:   "refresh [SERVICE...]",
		Short: "Bring clients to what the services that they call offer now, keeping people's changes",
		Long: `refresh merges three things for each client that svcgen add made: what was rendered from the
description that the called service had then, what people made of it, and what is rendered
from the description that it has now. The contract follows: look through what changes there.
Without names, the clients of all services are refreshed.`,
		Example: `  svcgen refresh payments --diff
  svcgen refresh --check`,
		Args: arguments(0, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o := service.RefreshOptions{Services: args}
			var err error
			if o.Merging, err = m.options(); err != nil {
				return err
			}
			return a.changeIn(change{name: "refresh", what: "refresh"}, func(w *workspace.Workspace) (*service.Outcome, error) {
				return service.Refresh(a.ctx, w, a.library(w), o)
			})
		},
	}
	m.flags(cmd, true)
	a.changing(cmd)
	cmd.ValidArgsFunction = offering(a.serviceNames)
	return cmd
}
