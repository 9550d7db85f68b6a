package service

import (
	"slices"

	"github.com/svcgen/svcgen/internal/offer"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// Rendered is what a service holds that t renders for scope, whose values are
// resolved, after the units were added in order. Paths are relative to the
// service's folder; the descriptor is not part of it.
func Rendered(t *template.Template, scope template.Scope, units []workspace.Unit) (tree.Tree, error) {
	s := state{ref: t.Name, tmpl: t, scope: scope, units: units,
		service: workspace.Service{Name: scope.Service.Name, Path: scope.Service.Path}}
	s.units = slices.Clone(units)
	for i, u := range s.units { // no workspace, no other service: a sample stands in for it
		if kind := t.Unit(u.Kind); kind != nil && kind.Snapshot != "" && u.Taken == nil {
			s.units[i].Taken = offer.Sample()
		}
	}
	made, err := s.render()
	if err != nil {
		return nil, err
	}
	return made.files, nil
}
