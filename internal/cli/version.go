package cli

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print svcgen's version",
		Example: "  svcgen version\n  svcgen version --json",
		Args:    arguments(0, 0),
		RunE: func(*cobra.Command, []string) error {
			if a.json {
				return a.printJSON(versionJSON{1, a.Version, a.Commit, runtime.Version(), runtime.GOOS, runtime.GOARCH})
			}
			_, err := fmt.Fprintf(a.Stdout, "svcgen %s (%s, %s/%s)\n", a.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

type versionJSON struct {
	Version int    `json:"version"` // of this structure
	Svcgen  string `json:"svcgen"`
	Commit  string `json:"commit,omitempty"` // with "+dirty" behind it where files had changed
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
}
