package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/svcgen/svcgen/internal/diag"
)

// app is one run of svcgen: the world and the flags that every command has.
type app struct {
	Env
	ctx     context.Context
	dir     string // -C
	dryRun  bool
	diff    bool
	check   bool
	json    bool
	format  string
	quiet   bool
	noInput bool
	askAll  bool
	color   string
	code    int // the exit code where there is no error

	workspace  string // the folder of the workspace that a command changes
	reportFile string // where upgrade writes its report; "": nowhere
}

// Main runs the command that args name, without the program's own name, and
// returns the exit code.
func Main(ctx context.Context, args []string, env Env) int {
	a := &app{Env: env, ctx: ctx}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	if err := root.ExecuteContext(ctx); err != nil {
		return a.report(err)
	}
	return a.code
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "svcgen",
		Short: "Create services from templates, wire them in, and keep them current",
		Long: `svcgen creates a service from a template, wires it into the workspace's own files,
adds to it, keeps it current with its template without losing what people changed, and
checks the templates that services come from.

Exit codes: 0 done or clean; 1 findings, or a plan under --check; 2 wrong use or bad
input, nothing written; 3 a fault such as a full disk; 130 interrupted, nothing changed.`,
		Example: `  svcgen new payments --init -C ../shop
  svcgen add endpoint POST /v1/payments/{id}/refund --service payments
  svcgen lint tools/templates`,
		SilenceErrors:     true,
		SilenceUsage:      true,
		Args:              unknownCommand,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.settle() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return flagError(cmd, err) })
	flags := root.PersistentFlags()
	flags.StringVarP(&a.dir, "dir", "C", "", "run as if started in `DIR`")
	flags.StringVar(&a.format, "format", "text", "`text` or json")
	flags.BoolVar(&a.json, "json", false, "print JSON, the same as --format json")
	flags.BoolVar(&a.quiet, "quiet", false, "print nothing but results and errors")
	flags.BoolVar(&a.noInput, "no-input", false, "never ask")
	flags.StringVar(&a.color, "color", "auto", "colours: `auto`, always or never")
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(&cobra.Command{Use: "help [COMMAND]", Short: "Show what a command does", RunE: help})
	root.AddCommand(a.commands()...)
	return root
}

// commands lists every command.
func (a *app) commands() []*cobra.Command {
	return []*cobra.Command{
		a.initCommand(),
		a.newCommand(),
		a.addCommand(),
		a.setCommand(),
		a.renameCommand(),
		a.removeCommand(),
		a.upgradeCommand(),
		a.refreshCommand(),
		a.statusCommand(),
		a.diffCommand(),
		a.adoptCommand(),
		a.checkCommand(),
		a.affectedCommand(),
		a.graphCommand(),
		a.mapCommand(),
		a.lintCommand(),
		a.templateCommand(),
		a.completionCommand(),
		a.versionCommand(),
	}
}

func help(cmd *cobra.Command, args []string) error {
	target, rest, err := cmd.Root().Find(args)
	if err != nil || len(rest) > 0 {
		return unknownCommand(cmd.Root(), args)
	}
	return target.Help()
}

// settle checks the flags that every command has.
func (a *app) settle() error {
	switch a.color {
	case "always":
		a.Color, a.ErrColor = true, true
	case "never":
		a.Color, a.ErrColor = false, false
	case "auto":
	default:
		return diag.Errorf("--color takes auto, always or never, not %q", a.color)
	}
	if a.noInput {
		a.Ask = nil
	}
	switch a.format {
	case "text":
	case "json":
		a.json = true
	default:
		return diag.Errorf("--format takes text or json, not %q", a.format)
	}
	if a.dir != "" {
		a.dir = filepath.FromSlash(a.dir)
		if !filepath.IsAbs(a.dir) {
			a.dir = filepath.Join(a.Env.Dir, a.dir)
		}
	} else {
		a.dir = a.Env.Dir
	}
	return nil
}

func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	e := diag.Errorf("there is no command %q", strings.Join(append(strings.Fields(cmd.CommandPath())[1:], args[0]), " "))
	if near := diag.Nearest(args[0], names); near != "" {
		return e.WithHint("did you mean %s %s?", cmd.CommandPath(), near)
	}
	return e.WithHint("%s --help lists the commands", cmd.CommandPath())
}

// flagError says which flags a command has nearest to the wrong one.
func flagError(cmd *cobra.Command, err error) error {
	e := diag.Errorf("%s", strings.TrimPrefix(err.Error(), "invalid argument "))
	if name, ok := strings.CutPrefix(err.Error(), "unknown flag: --"); ok {
		var names []string
		cmd.Flags().VisitAll(func(f *flag) { names = append(names, f.Name) })
		if near := diag.Nearest(name, names); near != "" {
			return e.WithHint("did you mean --%s?", near)
		}
	}
	return e.WithHint("%s --help lists the flags", cmd.CommandPath())
}

// arguments wraps a check of arguments with the command's usage as a hint.
func arguments(low, high int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < low:
			return diag.Errorf("%s needs %s", cmd.CommandPath(), strings.TrimRight(strings.Fields(cmd.Use)[len(args)+1], ".")).
				WithHint("%s", cmd.UseLine())
		case high >= 0 && len(args) > high:
			return diag.Errorf("%s takes %s, and %q is one too many", cmd.CommandPath(), count(high, "argument"), args[high]).
				WithHint("%s", cmd.UseLine())
		}
		return nil
	}
}

func count(n int, noun string) string {
	switch n {
	case 0:
		return "no " + noun + "s"
	case 1:
		return "one " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

var errSilent = errors.New("reported already")
