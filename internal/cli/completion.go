package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/names"
)

func (a *app) completionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print a completion script for bash, zsh, fish or powershell",
		Example: `  source <(svcgen completion bash)
  svcgen completion fish > ~/.config/fish/completions/svcgen.fish`,
		Args:      arguments(1, 1),
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(a.Stdout, true)
			case "zsh":
				return root.GenZshCompletion(a.Stdout)
			case "fish":
				return root.GenFishCompletion(a.Stdout, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(a.Stdout)
			}
			return diag.Errorf("there is no completion for %q", args[0]).WithHint("one of bash, zsh, fish, powershell")
		},
	}
}

type completer = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective)

// offering completes from a list that is read when it is asked for; what cannot
// be read offers nothing.
func offering(list func() []string) completer {
	return func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		var out []string
		for _, w := range list() {
			if strings.HasPrefix(w, typed) {
				out = append(out, w)
			}
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
}

func (a *app) completeNew(cmd *cobra.Command) {
	cmd.ValidArgsFunction = offering(func() []string { return nil })
	_ = cmd.RegisterFlagCompletionFunc("template", offering(a.templateNames))
}

func (a *app) completeAdd(cmd *cobra.Command) {
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		switch len(args) {
		case 0:
			return offering(a.unitNames)(cmd, args, typed)
		case 1:
			if args[0] == "client" {
				return offering(a.serviceNames)(cmd, args, typed)
			}
			return offering(func() []string { return names.Methods })(cmd, args, strings.ToUpper(typed))
		}
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	_ = cmd.RegisterFlagCompletionFunc("service", offering(a.serviceNames))
}

func (a *app) templateNames() []string {
	if a.settle() != nil {
		return nil
	}
	lib, done, err := a.templates()
	if err != nil {
		return nil
	}
	defer done()
	list, _ := lib.Names()
	return list
}

func (a *app) serviceNames() []string {
	if a.settle() != nil {
		return nil
	}
	w, _, err := a.open()
	if err != nil {
		return nil
	}
	defer w.Close()
	return w.Manifest.Names()
}

func (a *app) unitNames() []string {
	lib, done, err := a.templates()
	if err != nil {
		return nil
	}
	defer done()
	seen := map[string]bool{}
	var out []string
	for _, n := range a.templateNames() {
		t, err := lib.Load(n)
		if err != nil {
			continue
		}
		for _, u := range t.UnitNames() {
			if !seen[u] {
				seen[u] = true
				out = append(out, u)
			}
		}
	}
	return out
}
