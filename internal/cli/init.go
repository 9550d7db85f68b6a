package cli

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/prompt"
	"github.com/svcgen/svcgen/internal/service"
	"github.com/svcgen/svcgen/internal/workspace"
)

func (a *app) initCommand() *cobra.Command {
	var o service.InitOptions
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Make a folder a workspace",
		Long: `init writes the manifest and the shared files that are missing: compose.yaml, go.work, a CI
workflow, .gitignore, README. It finds the shared files that are there (go.work, compose,
Prometheus, workflows, kustomization, skaffold, CODEOWNERS, dependabot, Procfile, catalog)
and lists services in them from then on. It overwrites nothing. On a terminal it offers
each file it found; without one it wires them all and says so.

A workspace begins small. --with adds parts, to a new workspace or to one that exists:
observability (collector, Prometheus, Grafana, Jaeger), kubernetes, release, owners,
devcontainer; all stands for all of them.`,
		Example: `  svcgen init
  svcgen init ../shop --module github.com/acme/shop
  svcgen init --with observability,kubernetes
  svcgen init --dry-run`,
		Args: arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := a.dir
			if len(args) == 1 {
				dir = a.inDir(args[0])
			}
			return a.init(filepath.Clean(dir), o)
		},
	}
	cmd.Flags().StringVar(&o.Module, "module", "", "the module path that new services go below (default go.mod's, or the git remote's)")
	cmd.Flags().StringSliceVar(&o.Parts, "with", nil, "`PARTS` that the workspace is to have, with commas between them, or all")
	a.changing(cmd)
	return cmd
}

func (a *app) init(dir string, o service.InitOptions) error {
	o.Version = a.Version
	if len(o.Parts) > 0 && isWorkspace(dir) {
		return a.extend(dir, o)
	}
	c := change{"init", "init", func(root *os.Root) (*service.Outcome, error) {
		return service.Init(root, dir, a.library(nil), o)
	}}
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return diag.Errorf("%s is not a folder", dir)
	} else if err == nil {
		if o.Skip, err = a.offer(dir); err != nil {
			return err
		}
	}
	return a.carryOutIn(dir, c)
}

func isWorkspace(dir string) bool {
	info, err := os.Lstat(filepath.Join(dir, workspace.ManifestFile))
	return err == nil && info.Mode().IsRegular()
}

// extend adds parts to the workspace in dir.
func (a *app) extend(dir string, o service.InitOptions) error {
	if o.Module != "" {
		return diag.Errorf("%s is a workspace already, with a module of its own", dir).WithHint("leave --module out")
	}
	return a.carryOut(dir, change{"init", "init", func(root *os.Root) (*service.Outcome, error) {
		w := &workspace.Workspace{Root: root, Path: dir}
		if err := w.Reload(); err != nil {
			return nil, err
		}
		return service.Extend(w, a.library(w), o)
	}})
}

// offer asks for each shared file that was found whether to list services in
// it, and returns those that are not wanted. What would refuse init is left for
// it to say.
func (a *app) offer(dir string) ([]service.Proposal, error) {
	if a.Ask == nil {
		return nil, nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	if _, err := root.Lstat(workspace.ManifestFile); err == nil {
		return nil, nil
	}
	found, _, err := service.Discover(&workspace.Workspace{Root: root, Path: dir})
	if err != nil {
		return nil, err
	}
	var skip []service.Proposal
	at := 0
	_, err = a.converse(func(bool) (*step, error) {
		if at == len(found) {
			return nil, nil
		}
		p := found[at]
		before := len(skip)
		return &step{
			Question: prompt.Question{Name: p.File, Message: "List services in " + p.File, Confirm: true, Default: "yes"},
			take: func(answer string) (bool, error) {
				if answer != "yes" {
					skip = append(skip, p)
				}
				at++
				return false, nil
			},
			forget: func() { at, skip = at-1, skip[:before] },
		}, nil
	})
	return skip, err
}
