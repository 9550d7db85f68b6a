package service

import (
	"path"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// Base renders what a service would be if nobody had touched it: the template's
// layers with the service's values, and its units replayed in order. Paths are
// relative to the service's folder; the descriptor is not part of it.
func Base(t *template.Template, scope template.Scope, units []workspace.Unit) (tree.Tree, error) {
	r, err := t.Service(scope)
	if err != nil {
		return nil, err
	}
	files := r.Files
	for _, u := range units {
		if files, err = replay(t, scope, u, files); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// replay adds the recorded unit u to files.
func replay(t *template.Template, scope template.Scope, u workspace.Unit, files tree.Tree) (tree.Tree, error) {
	unit := t.Unit(u.Kind)
	if unit == nil {
		return nil, diag.Errorf("the template %s %s has no unit %q", t.Name, t.Release, u.Kind)
	}
	values, missing, err := template.Resolve(unit.Values, u.Values, func(known map[string]any) template.Scope {
		sc := scope
		sc.Unit = known
		return sc
	})
	if err != nil {
		return nil, err
	}
	if len(missing) > 0 {
		return nil, diag.Errorf("a recorded %s lacks its %s", u.Kind, missing[0].Name)
	}
	scope.Unit = values
	made, err := t.RenderUnit(unit, scope)
	if err != nil {
		return nil, err
	}
	next := files.Clone()
	for p, f := range made.Files {
		next[p] = f
	}
	for _, in := range made.Inserts {
		f, ok := next[in.File]
		if !ok {
			return nil, &diag.Error{File: path.Join(t.Label, template.File), Msg: "unit " + u.Kind + " inserts into " + in.File + ", which the template does not render"}
		}
		data, err := insert.Insert(in.File, f.Data, in.Address, in.Text)
		if err != nil {
			return nil, err
		}
		next[in.File] = tree.File{Data: data, Kind: f.Kind}
	}
	return next, nil
}
