package service

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/offer"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// state is what a service is rendered from, at one time.
type state struct {
	service workspace.Service
	ref     string // how the workspace calls the template
	tmpl    *template.Template
	scope   template.Scope // with the values
	units   []workspace.Unit
}

// layout is a state's files as if nobody had touched them.
type layout struct {
	files tree.Tree

	// origin tells which file of the template made a path, and for which of the
	// units: what has the same origin in two renderings is the same file, however
	// it is called.
	origin map[string]string
}

// render renders the template's layers with the service's values, and replays
// its units in order. Paths are relative to the service's folder; the descriptor
// is not part of it.
func (s state) render() (*layout, error) {
	made, err := s.tmpl.Service(s.scope)
	if err != nil {
		return nil, err
	}
	r := &layout{files: made.Files, origin: map[string]string{}}
	for p, src := range made.Sources {
		r.origin[p] = src.File
	}
	seen := map[string]bool{}
	for i, u := range s.units {
		if !seen[u.Kind] {
			seen[u.Kind] = true
			common, err := s.together(u)
			if err != nil {
				return nil, err
			}
			for p, f := range common.Files {
				if r.has(p) {
					return nil, s.misfit(u, p+" is there already")
				}
				r.files[p], r.origin[p] = f, common.Sources[p].File
			}
		}
		if err := s.replay(r, i, u); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// unitScope is what the recorded unit u is rendered for.
func (s state) unitScope(u workspace.Unit) (*template.Unit, template.Scope, error) {
	scope := s.scope
	kind := s.tmpl.Unit(u.Kind)
	if kind == nil {
		return nil, scope, s.unknown(u)
	}
	values, missing, err := template.Resolve(kind.Values, u.Values, func(known map[string]any) template.Scope {
		sc := s.scope
		sc.Unit = known
		return sc
	})
	if err != nil {
		return nil, scope, err
	}
	if len(missing) > 0 {
		return nil, scope, &diag.Error{File: path.Join(s.service.Path, workspace.DescriptorFile),
			Msg: fmt.Sprintf("a recorded %s lacks its %s", u.Kind, missing[0].Name)}
	}
	scope.Unit = values
	return kind, scope, nil
}

// unit renders the recorded unit u.
func (s state) unit(u workspace.Unit) (*template.Rendering, error) {
	kind, scope, err := s.unitScope(u)
	if err != nil {
		return nil, err
	}
	at, err := s.tmpl.SnapshotPath(kind, scope)
	if err != nil {
		return nil, err
	}
	if at != "" {
		o, err := offer.Parse(path.Join(s.service.Path, at), u.Taken)
		if err != nil {
			return nil, err
		}
		scope.Provider.Offer = *o
	}
	made, err := s.tmpl.RenderUnit(kind, scope)
	if err != nil || at == "" {
		return made, err
	}
	if other, ok := made.Sources[at]; ok {
		return nil, diag.Errorf("%s makes %s, where the snapshot of the unit %s is kept", other.File, at, u.Kind)
	}
	made.Files[at] = tree.File{Data: u.Taken}
	made.Sources[at] = template.Source{File: "the snapshot of " + u.Kind}
	return made, nil
}

// together renders what the units of u's kind have in common.
func (s state) together(u workspace.Unit) (*template.Rendering, error) {
	kind := s.tmpl.Unit(u.Kind)
	if kind == nil {
		return nil, s.unknown(u)
	}
	return s.tmpl.RenderWith(kind, s.scope)
}

// replay adds the i-th recorded unit to r.
func (s state) replay(r *layout, i int, u workspace.Unit) error {
	made, err := s.unit(u)
	if err != nil {
		return err
	}
	for p, f := range made.Files {
		if r.has(p) {
			return s.misfit(u, p+" is there already")
		}
		r.files[p] = f
		r.origin[p] = fmt.Sprintf("%s#%d", made.Sources[p].File, i)
	}
	for _, in := range made.Inserts {
		f, ok := r.files[in.File]
		if !ok {
			return &diag.Error{File: path.Join(s.tmpl.Label, template.File),
				Msg: "unit " + u.Kind + " inserts into " + in.File + ", which the template does not render"}
		}
		data, err := insert.Insert(in.File, f.Data, in.Address, in.Text)
		var splice *insert.Error
		if errors.As(err, &splice) {
			// Its place is one in a rendering, where nobody can look.
			return s.misfit(u, splice.Msg+" in "+in.File)
		}
		if err != nil {
			return err
		}
		r.files[in.File] = tree.File{Data: data, Kind: f.Kind}
	}
	return nil
}

// unknown is the error of a recorded unit that the release does not have.
func (s state) unknown(u workspace.Unit) *diag.Error {
	e := &diag.Error{File: path.Join(s.service.Path, workspace.DescriptorFile),
		Msg: fmt.Sprintf("the template %s %s has no unit %q", s.ref, s.tmpl.Release, u.Kind)}
	if near := diag.Nearest(u.Kind, s.tmpl.UnitNames()); near != "" {
		return e.WithHint("did you mean %s?", near)
	}
	return e.WithHint("restore the line of units: from git, or take it out")
}

// misfit is the error of a recorded unit that the release has no place for.
func (s state) misfit(u workspace.Unit, why string) error {
	return &diag.Error{File: path.Join(s.service.Path, workspace.DescriptorFile),
		Msg:  fmt.Sprintf("the %s %s does not fit into what %s %s renders: %s", u.Kind, unitName(u, s.tmpl), s.ref, s.tmpl.Release, why),
		Hint: "give it another name with svcgen rename, or take it out with svcgen remove"}
}

// unitName is what people call a recorded unit: its name, or its arguments.
func unitName(u workspace.Unit, t *template.Template) string {
	kind := t.Unit(u.Kind)
	if n := u.Values["name"]; n != "" || kind == nil {
		return n
	}
	var given []string
	for _, a := range kind.Args {
		given = append(given, u.Values[a])
	}
	return strings.Join(given, " ")
}

// has reports whether the rendering has a file.
func (r *layout) has(p string) bool { _, ok := r.files[p]; return ok }

// keeper returns which paths the template writes once and then leaves to people.
func (s state) keeper() (func(p string) bool, error) {
	patterns := make([]string, len(s.tmpl.Keep))
	for i, k := range s.tmpl.Keep {
		text, err := template.Text(k, s.scope)
		if err != nil {
			return nil, err
		}
		patterns[i] = text
	}
	return func(p string) bool {
		for _, k := range patterns {
			if ok, _ := path.Match(k, p); ok {
				return true
			}
		}
		return false
	}, nil
}

// living reads what an existing service was rendered from.
func living(w *workspace.Workspace, lib workspace.Library, s *workspace.Service) (state, *workspace.Descriptor, error) {
	d, t, scope, err := Living(w, lib, s)
	if err != nil {
		return state{}, nil, err
	}
	st := state{service: *s, ref: d.Template, tmpl: t, scope: scope, units: d.Units}
	return st, d, st.taken(w)
}

// taken reads what units have taken over from other services.
func (s state) taken(w *workspace.Workspace) error {
	for i, u := range s.units {
		if kind := s.tmpl.Unit(u.Kind); kind == nil || kind.Snapshot == "" {
			continue // an unknown kind is told where it is rendered
		}
		kind, scope, err := s.unitScope(u)
		if err != nil {
			return err
		}
		p, err := s.tmpl.SnapshotPath(kind, scope)
		if err != nil {
			return err
		}
		at := path.Join(s.service.Path, p)
		if err := w.Solid(at); err != nil {
			return err
		}
		f, err := tree.Lookup(w.Root, at)
		if err != nil {
			return err
		}
		if f == nil {
			return (&diag.Error{File: at, Msg: fmt.Sprintf("is gone; the %s %s was made from it", u.Kind, unitName(u, s.tmpl))}).WithHint("restore it from git")
		}
		s.units[i].Taken = f.Data
	}
	return nil
}

// member is the service as its wiring needs it; has tells its files.
func (s state) member(has func(p string) bool) member {
	return member{s.service, s.tmpl, s.scope, has, s.units}
}
