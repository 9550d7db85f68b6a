// Package author serves those who write templates: it makes a template to begin
// with, and holds a template against its recorded cases.
//
// It computes trees and differences. It writes and prints nothing, runs nothing
// that a template renders, and leaves judging a template to lint.
package author

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/names"
	"github.com/svcgen/svcgen/internal/plan"
	"github.com/svcgen/svcgen/internal/service"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// skeleton holds the parts that a new template is put together from.
//
//go:embed all:skeleton
var skeleton embed.FS

// parts tells which folders of the skeleton make a template of a kind, the later
// ones over the earlier ones.
var parts = map[string][]string{
	"server": {"go", "probes", "server"},
	"worker": {"go", "probes", "worker"},
	"web":    {"go", "probes", "web"},
	"other":  {"go", "other"},
}

// DefaultDir is where a workspace keeps templates of its own, unless told
// otherwise.
const DefaultDir = "tools/templates"

// Options say which template to make.
type Options struct {
	Name string
	Kind string // one of template.Kinds
	Dir  string // the folder that its own comes into, a slash path below the root
}

// folder is the new template's folder.
func (o Options) folder() string { return path.Join(o.Dir, o.Name) }

// Check refuses options that are wrong wherever the template comes to stand.
func (o Options) Check() error {
	switch {
	case !slices.Contains(template.Kinds, o.Kind):
		return diag.Errorf("--kind takes %s, not %q", strings.Join(template.Kinds, ", "), o.Kind)
	case len(o.Name) > 40:
		return diag.Errorf("the name has %d characters; 40 are allowed", len(o.Name))
	case !template.ValidName(o.Name):
		e := diag.Errorf("%q is not a template's name", o.Name).WithHint("lower-case words with dashes, e.g. event-worker")
		if k := names.Kebab(o.Name); template.ValidName(k) && !strings.ContainsAny(o.Name, `/\`) {
			e = e.WithHint("write %s", k)
		}
		return e
	case o.Name == template.TestsDir:
		return diag.Errorf("%q is where a template keeps its cases", o.Name).WithHint("choose another name")
	}
	return nil
}

// New computes a new template outside of a workspace. taken tells whether a path
// exists.
func New(o Options, taken func(p string) bool) (*service.Outcome, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	if taken(o.folder()) {
		return nil, diag.Errorf("%s exists already", o.folder()).WithHint("choose another name, or another folder with --into")
	}
	if taken(path.Join(o.Dir, template.File)) {
		return nil, diag.Errorf("%s is a template itself", path.Clean(o.Dir)).WithHint("choose another folder with --into")
	}
	files, err := files(o)
	if err != nil {
		return nil, err
	}
	dir := o.folder()
	out := &service.Outcome{Plan: plan.Diff(nil, files.Moved(dir)), Lines: []service.Line{created(dir, files)},
		Done: fmt.Sprintf("the template %s is in %s", o.Name, dir),
		Next: []string{"svcgen lint " + dir, "svcgen template test " + dir}}
	return out, nil
}

// NewIn computes a new template in a workspace, and names it in the manifest
// where no folder of templates that is named there holds it already.
func NewIn(w *workspace.Workspace, lib workspace.Library, o Options) (*service.Outcome, error) {
	out, err := New(o, func(p string) bool { _, err := w.Root.Lstat(p); return err == nil })
	if err != nil {
		return nil, err
	}
	dir := o.folder()
	if err := w.Solid(dir); err != nil {
		return nil, err
	}
	ref, named, err := reference(w.Manifest.Templates, o)
	if err != nil {
		return nil, err
	}
	if !named {
		if err := free(w, lib, o.Name); err != nil {
			return nil, err
		}
		old := tree.File{Data: w.Manifest.Data}
		next, err := insert.Insert(workspace.ManifestFile, old.Data, insert.Address{Path: []string{"templates"}, Key: o.Name, Create: true, Peers: slices.Sorted(keysOf(w.Manifest.Templates))}, []byte("./"+dir))
		if err != nil {
			return nil, err
		}
		now, err := tree.Lookup(w.Root, workspace.ManifestFile)
		if err != nil {
			return nil, err
		}
		old.Kind = now.Kind
		out.Plan = append(out.Plan, plan.Change{Path: workspace.ManifestFile, Old: &old, New: &tree.File{Data: next, Kind: old.Kind}})
		slices.SortFunc(out.Plan, func(a, b plan.Change) int { return strings.Compare(a.Path, b.Path) })
		out.Lines = append(out.Lines, service.Line{Action: "insert", Path: workspace.ManifestFile,
			Added: strings.Count(string(next), "\n") - strings.Count(string(old.Data), "\n"), What: "templates." + o.Name})
	}
	out.Next = append(out.Next, "svcgen new payments --template "+ref)
	return out, nil
}

// reference is what --template takes for the new template, and whether the
// manifest names its folder, or the one around it, already.
func reference(known map[string]workspace.Template, o Options) (ref string, named bool, err error) {
	for _, name := range slices.Sorted(keysOf(known)) {
		switch known[name].Dir {
		case o.folder():
			return name, true, nil
		case path.Clean(o.Dir):
			return name + "/" + o.Name, true, nil
		}
	}
	return o.Name, false, nil
}

func keysOf[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// free refuses a name that --template takes for something else.
func free(w *workspace.Workspace, lib workspace.Library, name string) error {
	if at, ok := w.Manifest.Templates[name]; ok {
		where := "in " + at.Dir
		if at.Dir == "" {
			where = "from " + at.Source.String()
		}
		return diag.Errorf("the workspace has a template %s already, %s", name, where).WithHint("choose another name")
	}
	builtin, err := lib.Builtins()
	if err != nil {
		return err
	}
	if slices.Contains(builtin, name) {
		return diag.Errorf("%s is a built-in template", name).WithHint("choose another name, e.g. our-%s", name)
	}
	return nil
}

func created(dir string, files tree.Tree) service.Line {
	l := service.Line{Action: "create", Path: dir, Files: len(files)}
	for _, f := range files {
		l.Added += strings.Count(string(f.Data), "\n")
	}
	return l
}

// files puts the new template together, and records its case.
func files(o Options) (tree.Tree, error) {
	out := tree.Tree{}
	for _, part := range parts[o.Kind] {
		sub, err := fs.Sub(skeleton, "skeleton/"+part)
		if err != nil {
			return nil, err
		}
		more, err := tree.FromFS(sub)
		if err != nil {
			return nil, err
		}
		for p, f := range more {
			out[p] = f
		}
	}
	t, err := template.Load(named(out, o, ""), o.folder())
	if err != nil {
		return nil, err
	}
	out = named(out, o, t.Units[0].Name)
	tests := out.Under(template.TestsDir)
	cases, err := Cases(t, path.Join(o.folder(), template.TestsDir), tests)
	if err != nil {
		return nil, err
	}
	for _, c := range cases {
		made, err := c.render(t)
		if err != nil {
			return nil, err
		}
		for p, f := range made.Moved(path.Join(template.TestsDir, c.Name)) {
			out[p] = f
		}
	}
	return out, nil
}

// named puts the template's name, its folder and its unit into its files.
func named(files tree.Tree, o Options, unit string) tree.Tree {
	r := strings.NewReplacer("TEMPLATE-NAME", o.Name, "TEMPLATE-DIR", o.folder(), "UNIT-NAME", unit)
	out := tree.Tree{}
	for p, f := range files {
		out[p] = tree.File{Data: []byte(r.Replace(string(f.Data))), Kind: f.Kind}
	}
	return out
}
