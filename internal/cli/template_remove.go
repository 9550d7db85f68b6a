package cli

import (
	"github.com/spf13/cobra"

	"github.com/svcgen/svcgen/internal/service"
	"github.com/svcgen/svcgen/internal/supply"
	"github.com/svcgen/svcgen/internal/workspace"
)

func (a *app) templateRemoveCommand() *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "remove NAME",
		Short: "Take templates out of the manifest",
		Long: `remove takes a name out of the manifest's templates, and leaves every other byte as it is.
Services that come from them are in the way: they would stay as they are, and be grown from
the releases that the workspace keeps, but no longer upgraded. A folder stays where it is.`,
		Example: "  svcgen template remove acme",
		Args:    arguments(1, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			return a.changeIn(change{name: "template remove", what: "template remove " + args[0]}, func(w *workspace.Workspace) (*service.Outcome, error) {
				return supply.Remove(w, args[0], force)
			})
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "also when services come from them")
	a.changing(cmd)
	return cmd
}
