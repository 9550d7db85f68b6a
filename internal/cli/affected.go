package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/service"
)

func (a *app) affectedCommand() *cobra.Command {
	var since string
	cmd := &cobra.Command{
		Use:   "affected --since REF",
		Short: "List the services that a change touches",
		Long: `affected lists the services with a changed file or manifest entry since the commit where
HEAD and REF parted, and the services that need them. Uncommitted files count. A change of
the CI workflows touches every service; other shared files touch none.`,
		Example: `  svcgen affected --since origin/main
  svcgen affected --since origin/main --json`,
		Args: arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if since == "" {
				return diag.Errorf("missing: --since").WithHint("%s", "e.g. --since origin/main")
			}
			w, _, err := a.open()
			if err != nil {
				return err
			}
			defer w.Close()
			hit, err := service.Affected(a.ctx, w, since)
			if err != nil {
				return err
			}
			if a.json {
				type entry struct {
					Name string `json:"name"`
					Path string `json:"path"`
				}
				list := []entry{}
				for _, s := range hit {
					list = append(list, entry{s.Name, s.Path})
				}
				return a.printJSON(map[string]any{"version": 1, "since": since, "services": list})
			}
			for _, s := range hit {
				fmt.Fprintln(a.Stdout, s.Name)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&since, "since", "", "the commit, branch or tag to compare with")
	return cmd
}
