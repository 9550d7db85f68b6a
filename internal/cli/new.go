package cli

import (
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/document"
	"github.com/svcgen/svcgen/internal/service"
	"github.com/svcgen/svcgen/internal/workspace"
)

func (a *app) newCommand() *cobra.Command {
	var o service.NewOptions
	var set []string
	var answers, module string
	var initFirst bool
	cmd := &cobra.Command{
		Use:   "new NAME",
		Short: "Create a service and wire it into the workspace",
		Long: `new renders a template into a new folder, gives the service free ports, and lists it in
the manifest and in every shared file that the manifest's wiring names. The files keep
every other byte. On a terminal it asks for what was not given.`,
		Example: `  svcgen new payments
  svcgen new payments --set resource=payment --owner team-payments
  svcgen new payments --init -C ../shop
  svcgen new payments --dry-run --diff`,
		Args: arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if len(args) == 1 {
				o.Name = args[0]
			}
			if o.Answers, err = a.answers(answers, set); err != nil {
				return err
			}
			return a.new(cmd, o, initFirst, module)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Template, "template", "", "the template, e.g. http (svcgen template list)")
	f.StringArrayVar(&set, "set", nil, "give a value of the template: `NAME=VALUE`; may be repeated")
	f.StringVar(&answers, "answers", "", "read values from a YAML `FILE`; --set wins")
	f.StringVar(&o.Path, "path", "", "the service's folder below the workspace (default services/NAME)")
	f.StringVar(&o.Owner, "owner", "", "who owns it, e.g. team-payments")
	f.IntVar(&o.Port, "port", 0, "the port it serves on (default the next free one)")
	f.BoolVar(&initFirst, "init", false, "make the folder a workspace first, if it is none")
	f.StringVar(&module, "module", "", "with --init: the module path of the workspace")
	f.BoolVar(&a.askAll, "ask", false, "ask for every value, also those with a default")
	a.changing(cmd)
	a.completeNew(cmd)
	return cmd
}

func (a *app) new(cmd *cobra.Command, o service.NewOptions, initFirst bool, module string) error {
	if cmd.Flags().Changed("port") && o.Port == 0 {
		return diag.Errorf("the port 0 is not between 1 and 65535")
	}
	dir, fresh, err := a.place(initFirst, module)
	if err != nil {
		return err
	}
	if o.Name == "" && a.Ask == nil && !cmd.Flags().Changed("template") {
		return diag.Errorf("missing: NAME").WithHint("%s", cmd.UseLine())
	}
	n := newborn{a: a, dir: dir, fresh: fresh, module: module, o: o}
	asked := false
	if a.Ask != nil {
		if asked, err = a.converse(n.step); err != nil {
			return err
		}
	}
	c := n.change()
	if fresh {
		err = a.carryOutIn(dir, c)
	} else {
		err = a.carryOut(dir, c)
	}
	if err == nil && asked && !a.json && !a.quiet {
		a.echo(n.words(a.askedDir()))
	}
	return err
}

// place returns the workspace's folder, and whether it is still to be made.
func (a *app) place(initFirst bool, module string) (dir string, fresh bool, err error) {
	if !initFirst {
		if module != "" {
			return "", false, diag.Errorf("--module goes with --init")
		}
		dir, err = workspace.Find(a.dir)
		return dir, false, err
	}
	if info, err := os.Stat(a.dir); err == nil && !info.IsDir() {
		return "", false, diag.Errorf("%s is not a folder", a.dir)
	} else if err == nil {
		if dir, err := workspace.Find(a.dir); err == nil {
			return dir, false, nil
		}
	}
	return a.dir, true, nil
}

// answers joins the values of a file and of flags.
func (a *app) answers(file string, set []string) (map[string]string, error) {
	given, err := assignments("--set", set)
	if err != nil || file == "" {
		return given, err
	}
	data, err := os.ReadFile(a.inDir(file))
	if err != nil {
		return nil, diag.Errorf("the answers cannot be read: %v", err)
	}
	out := map[string]string{}
	r, root := document.Open(file, data)
	for _, p := range r.Pairs(root, "the answers") {
		out[p.Key] = r.String(p.N, p.Key)
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	for k, v := range given {
		out[k] = v
	}
	return out, nil
}

func (a *app) askedDir() string {
	if a.dir == a.Env.Dir {
		return ""
	}
	return a.dir
}

func (a *app) echo(words []string) {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = shell(w)
	}
	a.print(a.Stdout, "\nthe same without questions:\n      %s\n", strings.Join(quoted, " "))
}
