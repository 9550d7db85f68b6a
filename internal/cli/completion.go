package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/names"
	"github.com/svcgen/svcgen/internal/service"
	"github.com/svcgen/svcgen/internal/template"
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
	_ = cmd.RegisterFlagCompletionFunc("set", assigning(func(cmd *cobra.Command) []template.Value {
		name, _ := cmd.Flags().GetString("template")
		if name == "" {
			name = service.DefaultTemplate
		}
		lib, done, err := a.templates()
		if err != nil {
			return nil
		}
		defer done()
		t, err := lib.Load(name)
		if err != nil {
			return nil
		}
		return t.Values
	}))
}

// completeSet offers the values of the service that is named, or that the folder
// is of; elsewhere those of all services.
func (a *app) completeSet(cmd *cobra.Command) {
	cmd.ValidArgsFunction = assigning(func(cmd *cobra.Command) []template.Value {
		if a.settle() != nil {
			return nil
		}
		w, lib, err := a.open()
		if err != nil {
			return nil
		}
		defer w.Close()
		only, _ := cmd.Flags().GetString("service")
		if s := w.ServiceAt(a.dir); s != nil && only == "" {
			only = s.Name
		}
		var out []template.Value
		seen := map[string]bool{}
		for i := range w.Manifest.Services {
			s := &w.Manifest.Services[i]
			d, err := w.Descriptor(s)
			if err != nil || only != "" && s.Name != only {
				continue
			}
			t, err := lib.Kept(d.Template, d.Release)
			if err != nil || t == nil {
				continue
			}
			for _, v := range t.Values {
				if !seen[v.Name] {
					seen[v.Name] = true
					out = append(out, v)
				}
			}
		}
		return out
	})
}

// assigning completes NAME=VALUE: first a name, then what the value may be.
func assigning(list func(*cobra.Command) []template.Value) completer {
	return func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		var out []string
		name, _, named := strings.Cut(typed, "=")
		for _, v := range list(cmd) {
			switch {
			case !named && strings.HasPrefix(v.Name, typed):
				out = append(out, v.Name+"=")
			case named && v.Name == name:
				options := v.Options
				if v.Type == template.Bool {
					options = []string{"yes", "no"}
				}
				for _, o := range options {
					if strings.HasPrefix(name+"="+o, typed) {
						out = append(out, name+"="+o)
					}
				}
			}
		}
		if !named {
			return out, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
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
