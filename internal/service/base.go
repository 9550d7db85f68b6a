package service

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/insert"
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
	for i, u := range s.units {
		if err := s.replay(r, i, u); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// unit renders the recorded unit u.
func (s state) unit(u workspace.Unit) (*template.Rendering, error) {
	kind := s.tmpl.Unit(u.Kind)
	if kind == nil {
		return nil, s.unknown(u)
	}
	values, missing, err := template.Resolve(kind.Values, u.Values, func(known map[string]any) template.Scope {
		sc := s.scope
		sc.Unit = known
		return sc
	})
	if err != nil {
		return nil, err
	}
	if len(missing) > 0 {
		return nil, &diag.Error{File: path.Join(s.service.Path, workspace.DescriptorFile),
			Msg: fmt.Sprintf("a recorded %s lacks its %s", u.Kind, missing[0].Name)}
	}
	scope := s.scope
	scope.Unit = values
	return s.tmpl.RenderUnit(kind, scope)
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
	return state{service: *s, ref: d.Template, tmpl: t, scope: scope, units: d.Units}, d, nil
}
