package service

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/offer"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/workspace"
)

// RefreshOptions are what svcgen refresh was given.
type RefreshOptions struct {
	Services []string // none: all
	Merging
}

// Refresh computes how services come to what the others offer now that their
// units were made from: the same merge as an upgrade, between the rendering from
// what was taken over once and the one from what there is now.
func Refresh(ctx context.Context, w *workspace.Workspace, lib workspace.Library, o RefreshOptions) (*Outcome, error) {
	names, err := chosen(w, o.Services)
	if err != nil {
		return nil, err
	}
	var all []*transition
	for _, n := range names {
		t, err := refreshing(w, lib, w.Manifest.Service(n), o.Merging)
		if err != nil {
			return nil, err
		}
		if t == nil {
			continue
		}
		if err := t.prepare(ctx); err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	if len(all) == 0 {
		return &Outcome{}, nil
	}
	out, err := carry(w, lib, all, o.Skip)
	if err != nil {
		return nil, err
	}
	out.Done = done("refreshed", out)
	for _, t := range all {
		if t.after.has("go.mod") && len(out.Plan) > 0 {
			out.Next = append(out.Next, "cd "+t.to.service.Path+" && go test ./...")
		}
	}
	return out, nil
}

// refreshing is one service on its way to what others offer now; nil where that
// is what it was made from.
func refreshing(w *workspace.Workspace, lib workspace.Library, s *workspace.Service, m Merging) (*transition, error) {
	d, err := w.Descriptor(s)
	if err != nil {
		return nil, err
	}
	if len(d.Units) == 0 {
		return nil, nil
	}
	from, d, err := living(w, lib, s)
	if err != nil {
		return nil, err
	}
	t := &transition{w: w, from: from, to: from, descriptor: d, merging: m}
	t.to.units = slices.Clone(from.units)
	var labels []string
	for i, u := range from.units {
		kind := from.tmpl.Unit(u.Kind)
		if kind == nil || kind.Snapshot == "" {
			continue
		}
		name := from.providerOf(u)
		other := w.Manifest.Service(name)
		if other == nil {
			e := diag.Errorf("%s has a %s of %s, which does not exist", s.Name, u.Kind, name)
			if near := diag.Nearest(name, w.Manifest.Names()); near != "" {
				return nil, e.WithHint("did you mean %s?", near)
			}
			return nil, e.WithHint("svcgen remove %s %s --service %s takes it out", u.Kind, unitName(u, from.tmpl), s.Name)
		}
		next, err := from.refreshed(w, kind, u, other)
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(next.Taken, u.Taken) || !maps.Equal(next.Values, u.Values) {
			t.to.units[i] = next
			labels = append(labels, name)
		}
	}
	if t.same() {
		return nil, nil
	}
	t.label = "what " + strings.Join(labels, ", ") + " offers now"
	return t, nil
}

// refreshed is the unit u with what other offers now, and with what the template
// takes from there by default.
func (s state) refreshed(w *workspace.Workspace, kind *template.Unit, u workspace.Unit, other *workspace.Service) (workspace.Unit, error) {
	answers := maps.Clone(u.Values)
	for _, v := range kind.Values {
		if v.Default != nil && strings.Contains(*v.Default, ".Provider.") {
			delete(answers, v.Name)
		}
	}
	values, missing, err := template.Resolve(kind.Values, answers, func(known map[string]any) template.Scope {
		sc := s.scope
		sc.Unit, sc.Provider.Port = known, other.Port
		return sc
	})
	if err != nil {
		return u, err
	}
	if len(missing) > 0 {
		return u, diag.Errorf("a recorded %s of %s lacks its %s", u.Kind, s.service.Name, missing[0].Name)
	}
	u.Values = answersOf(values)
	choice := offer.All
	if c := kind.Choice(); c != "" {
		choice = u.Values[c]
	}
	u.Taken, err = taken(w, other, choice)
	return u, err
}
