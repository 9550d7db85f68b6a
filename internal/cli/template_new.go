package cli

import (
	"errors"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/svcgen/svcgen/internal/author"
	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/service"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/workspace"
)

func (a *app) templateNewCommand() *cobra.Command {
	var o author.Options
	cmd := &cobra.Command{
		Use:   "new NAME",
		Short: "Make a template of your own to begin with",
		Long: `new writes a small, complete template: a template.yaml with one value, a layer, a unit,
an entry for compose.yaml, and a recorded case. In a workspace it comes into ` + author.DefaultDir + `
and the manifest names it, so that svcgen new takes it; elsewhere into the current folder.
It lints clean, and what it renders builds and passes its tests with the standard library alone.`,
		Example: `  svcgen template new acme
  svcgen template new event-worker --kind worker
  svcgen template new acme --into templates --dry-run --diff`,
		Args: arguments(1, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			o.Name = args[0]
			return a.newTemplate(o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Kind, "kind", "server", "what it renders: "+strings.Join(template.Kinds, ", "))
	f.StringVar(&o.Dir, "into", "", "the `DIR` that the template's own folder comes into (default "+author.DefaultDir+" in a workspace)")
	a.changing(cmd)
	_ = cmd.RegisterFlagCompletionFunc("kind", offering(func() []string { return template.Kinds }))
	return cmd
}

func (a *app) newTemplate(o author.Options) error {
	if err := o.Check(); err != nil {
		return err
	}
	if info, err := os.Stat(a.dir); err != nil || !info.IsDir() {
		return diag.Errorf("there is no folder %s", a.dir)
	}
	dir, err := workspace.Find(a.dir)
	if err != nil {
		return a.newTemplateAlone(o)
	}
	at := filepath.Join(dir, filepath.FromSlash(author.DefaultDir))
	if o.Dir != "" {
		at = a.inDir(o.Dir)
	}
	if o.Dir, err = slashRel(dir, at); err != nil || o.Dir == ".." || strings.HasPrefix(o.Dir, "../") {
		return diag.Errorf("the folder %s is not in the workspace %s", at, dir).WithHint("a folder below it, e.g. --into %s", author.DefaultDir)
	}
	if top, _, _ := strings.Cut(o.Dir, "/"); top == workspace.Dir || top == ".git" {
		return diag.Errorf("the folder %s is not for templates of your own", o.Dir).WithHint("e.g. --into %s", author.DefaultDir)
	}
	return a.carryOut(dir, change{"template new", "template new " + o.Name, func(root *os.Root) (*service.Outcome, error) {
		w := &workspace.Workspace{Root: root, Path: dir}
		if err := w.Reload(); err != nil {
			return nil, err
		}
		return author.NewIn(w, a.library(w), o)
	}})
}

// newTemplateAlone makes a template outside of a workspace: beside its place
// first, then at once.
func (a *app) newTemplateAlone(o author.Options) error {
	start := time.Now()
	base := a.inDir(o.Dir)
	o.Dir = a.label(base)
	out, err := author.New(o, func(p string) bool {
		_, err := os.Lstat(filepath.Join(base, strings.TrimPrefix(filepath.FromSlash(p), filepath.FromSlash(o.Dir))))
		return err == nil
	})
	if err != nil {
		return err
	}
	write := !a.dryRun && !a.check
	if a.check {
		a.code = ExitFindings
	}
	if write {
		if err := writeFolder(filepath.Join(base, o.Name), path.Join(o.Dir, o.Name), out); err != nil {
			return err
		}
	}
	return a.show(change{name: "template new"}, out, write, start)
}

// writeFolder writes the files that out creates below the folder called label
// into the new folder dir.
func writeFolder(dir, label string, out *service.Outcome) error {
	made := missingParents(filepath.Dir(dir))
	if err := os.MkdirAll(filepath.Dir(dir), 0o777); err != nil {
		return err
	}
	temp := filepath.Join(filepath.Dir(dir), ".svcgen-"+filepath.Base(dir))
	err := os.Mkdir(temp, 0o777)
	if errors.Is(err, os.ErrExist) {
		return diag.Errorf("%s exists: another svcgen is at work here, or one was killed", temp).WithHint("remove it")
	}
	for _, c := range out.Plan {
		if err != nil {
			break
		}
		file := filepath.Join(temp, filepath.FromSlash(strings.TrimPrefix(c.Path, label+"/")))
		if err = os.MkdirAll(filepath.Dir(file), 0o777); err == nil {
			err = os.WriteFile(file, c.New.Data, modeOf(*c.New))
		}
	}
	if err == nil {
		err = os.Rename(temp, dir)
	}
	if err != nil {
		os.RemoveAll(temp)
		for _, d := range made {
			os.Remove(d) // only what is empty goes
		}
	}
	return err
}
