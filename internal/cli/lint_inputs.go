package cli

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/lint"
	"github.com/svcgen/svcgen/internal/service"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// linted is a template to lint, and where it stands on the disk.
type linted struct {
	lint.Input
	dir      string // empty for one that is built in or comes from a source
	baseline string // the baseline's file, or ""

	cases tree.Tree // the recorded cases of one that comes from a source
}

// lintInputs reads the templates that the paths name: a template, or a folder of
// templates. Without paths it takes the manifest's, or the built-in ones.
func (a *app) lintInputs(args []string, f lintFlags) ([]linted, error) {
	if _, err := os.Stat(a.dir); errors.Is(err, fs.ErrNotExist) {
		return nil, diag.Errorf("the folder %s does not exist", a.dir)
	}
	lib, done, err := a.templates()
	if err != nil {
		if len(args) == 0 {
			return nil, err
		}
		lib, done = a.library(nil), func() {} // paths need no manifest
	}
	defer done()
	var out []linted
	if len(args) == 0 {
		if lib.W == nil || len(lib.W.Manifest.Templates) == 0 {
			return inputsIn(a.Templates, "templates", "")
		}
		for name, t := range lib.W.Manifest.Templates {
			if t.Dir == "" {
				args = append(args, name)
				continue
			}
			args = append(args, filepath.Join(lib.W.Path, filepath.FromSlash(t.Dir)))
		}
		slices.Sort(args)
	}
	configs := configReader{known: map[string]*lint.Config{}}
	for _, arg := range args {
		dir := a.inDir(arg)
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			more, err := fromSource(lib, arg)
			if err != nil {
				return nil, err
			}
			if out = append(out, more...); len(more) > 0 {
				continue
			}
			return nil, diag.Errorf("there is no folder %s", arg)
		}
		found, err := inputsIn(os.DirFS(dir), a.label(dir), dir)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, diag.Errorf("there is no %s in %s or the folders in it", template.File, arg).
				WithHint("give a template's folder, or one of templates")
		}
		for _, in := range found {
			if slices.ContainsFunc(out, func(l linted) bool { return l.dir == in.dir }) {
				continue // named twice
			}
			if err := a.configure(&in, &configs, f); err != nil {
				return nil, err
			}
			out = append(out, in)
		}
	}
	return out, nil
}

// fromSource returns the templates of a set that the manifest names, or the one
// template of it that arg names. None where arg is no such name.
func fromSource(lib workspace.Library, arg string) ([]linted, error) {
	if lib.W == nil {
		return nil, nil
	}
	name, _, _ := strings.Cut(arg, "/")
	if t, ok := lib.W.Manifest.Templates[name]; !ok || t.Dir != "" {
		return nil, nil
	}
	files, err := lib.Set(name)
	if err != nil {
		return nil, err
	}
	var out []linted
	for _, ref := range workspace.Members(name, files) {
		if arg != name && arg != ref {
			continue
		}
		own, folder := files, "." // a template at the root has no folder to be called like
		if _, sub, in := strings.Cut(ref, "/"); in {
			own, folder = files.Under(sub), sub
		}
		out = append(out, linted{Input: lint.Input{Label: ref, Folder: folder, Files: template.Released(own)}, cases: own.Under(template.TestsDir)})
	}
	return out, nil
}

// configure finds the config and the baseline that count for a template.
func (a *app) configure(in *linted, configs *configReader, f lintFlags) error {
	at, config, err := configs.nearest(a, in.dir)
	if err != nil {
		return err
	}
	in.Config, in.baseline = config, f.baseline
	if config != nil {
		if in.Place, err = slashRel(at, in.dir); err != nil {
			return err
		}
		if f.baseline == "" && config.Baseline != "" {
			in.baseline = filepath.Join(at, filepath.FromSlash(config.Baseline))
		}
	}
	if in.baseline == "" {
		return nil
	}
	in.baseline = a.inDir(in.baseline)
	if in.BaselinePlace, err = slashRel(filepath.Dir(in.baseline), in.dir); err != nil {
		return err
	}
	data, err := os.ReadFile(in.baseline)
	if os.IsNotExist(err) {
		if f.write {
			return nil
		}
		return diag.Errorf("there is no baseline %s", a.label(in.baseline)).WithHint("--write-baseline writes it")
	}
	if err != nil {
		return err
	}
	in.Baseline, err = lint.ParseBaseline(a.label(in.baseline), data)
	return err
}

// before reads what the templates were at the commit ref.
func (a *app) before(templates []linted, ref string) error {
	for i, t := range templates {
		if t.dir == "" {
			return diag.Errorf("--since needs a template in a git repository").WithHint("give a template's folder")
		}
		files, err := service.FolderAt(a.ctx, t.dir, ref)
		if err != nil {
			return err
		}
		templates[i].Released, templates[i].Since = template.Released(files), ref
	}
	return nil
}

func slashRel(from, to string) (string, error) {
	rel, err := filepath.Rel(from, to)
	return filepath.ToSlash(rel), err
}

// configReader reads every config once.
type configReader struct{ known map[string]*lint.Config }

// nearest finds the config in dir or above it, no farther than the workspace or
// the repository that dir is in. A nil config: there is none.
func (c *configReader) nearest(a *app, dir string) (at string, config *lint.Config, err error) {
	for at = dir; ; at = filepath.Dir(at) {
		file := filepath.Join(at, lint.ConfigFile)
		if config, ok := c.known[file]; ok {
			return at, config, nil
		}
		data, err := os.ReadFile(file)
		switch {
		case err == nil:
			config, err := lint.ParseConfig(a.label(file), data)
			c.known[file] = config
			return at, config, err
		case !os.IsNotExist(err):
			return "", nil, err
		}
		for _, end := range []string{workspace.ManifestFile, ".git"} {
			if _, err := os.Lstat(filepath.Join(at, end)); err == nil {
				return at, nil, nil
			}
		}
		if filepath.Dir(at) == at {
			return at, nil, nil
		}
	}
}

// label is how findings call a path: as seen from here where that is shorter.
func (a *app) label(p string) string {
	if rel, err := filepath.Rel(a.dir, p); err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return filepath.ToSlash(rel)
	}
	return filepath.ToSlash(p)
}

// inputsIn reads fsys, which is dir on the disk, as a template, or each folder in
// it that is one.
func inputsIn(fsys fs.FS, label, dir string) ([]linted, error) {
	if _, err := fs.Stat(fsys, template.File); err == nil {
		in, err := inputIn(fsys, label)
		in.Folder = filepath.Base(dir)
		return []linted{{Input: in, dir: dir}}, err
	}
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, err
	}
	var out []linted
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		if _, err := fs.Stat(fsys, path.Join(e.Name(), template.File)); err != nil {
			continue
		}
		sub, err := fs.Sub(fsys, e.Name())
		if err != nil {
			return nil, err
		}
		input, err := inputIn(sub, path.Join(label, e.Name()))
		if err != nil {
			return nil, err
		}
		in := linted{Input: input}
		if dir != "" {
			in.dir = filepath.Join(dir, e.Name())
		}
		out = append(out, in)
	}
	return out, nil
}

// inputIn reads fsys as one template. A file that cannot be read is for the
// report: it must not keep other templates from being linted.
func inputIn(fsys fs.FS, label string) (lint.Input, error) {
	in := lint.Input{Label: label}
	files, err := tree.Gather(fsys, func(p string, err error) error {
		msg := strings.TrimPrefix(err.Error(), p+": ")
		var bad *fs.PathError
		if errors.As(err, &bad) {
			msg = "cannot be read: " + bad.Err.Error()
		}
		in.Unread = append(in.Unread, (&diag.Error{File: path.Join(label, p), Msg: msg}).
			WithHint("a template holds plain files that everybody can read: remove it, or change its permissions"))
		return nil
	})
	in.Files = template.Released(files)
	return in, err
}
