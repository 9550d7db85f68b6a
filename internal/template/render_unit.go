package template

import (
	"fmt"

	"github.com/svcgen/svcgen/internal/tree"
)

// Offers reports whether the unit u is for services with the values in scope.
func (t *Template) Offers(u *Unit, scope Scope) (bool, error) {
	r := t.renderer(scope)
	defer r.done()
	return r.holds(u.When, u.Pos)
}

// RenderWith renders what the units of u's kind have in common.
func (t *Template) RenderWith(u *Unit, scope Scope) (*Rendering, error) {
	r := t.renderer(scope)
	defer r.done()
	out := newRendering()
	if u.With == "" {
		return out, nil
	}
	return out, r.layer(u.With, out)
}

// SnapshotPath is where the unit with the values in scope.Unit keeps its
// snapshot; "" where it keeps none.
func (t *Template) SnapshotPath(u *Unit, scope Scope) (string, error) {
	r := t.renderer(scope)
	defer r.done()
	p, err := r.text(u.Snapshot, u.Pos)
	if err == nil && p != "" && !tree.Valid(p) {
		err = r.wrong(u.Pos, fmt.Sprintf("the snapshot %q leaves the service's folder", p))
	}
	return p, err
}

// RenderUnit renders the unit u with the values in scope.Unit.
func (t *Template) RenderUnit(u *Unit, scope Scope) (*Rendering, error) {
	r := t.renderer(scope)
	defer r.done()
	out := newRendering()
	if u.Dir != "" {
		if err := r.layer(u.Dir, out); err != nil {
			return nil, err
		}
	}
	for _, in := range u.Insert {
		ok, err := r.holds(in.When, in.Pos)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		made, err := r.insertion(in)
		if err != nil {
			return nil, err
		}
		out.Inserts = append(out.Inserts, made)
	}
	return out, nil
}

func (r *renderer) insertion(in Insert) (Insertion, error) {
	made := Insertion{Address: in.Address, Pos: in.Pos}
	var err error
	if made.File, err = r.text(in.File, in.Pos); err != nil {
		return made, err
	}
	if !tree.Valid(made.File) {
		return made, r.wrong(in.Pos, fmt.Sprintf("the file %q leaves the service's folder", made.File))
	}
	if in.Text != "" {
		if made.Text, made.Source, err = r.file(in.Text); err != nil {
			return made, err
		}
	}
	if made.Address.Path, err = r.texts(in.Address.Path, in.Pos); err != nil {
		return made, err
	}
	if made.Address.Key, err = r.text(in.Address.Key, in.Pos); err != nil {
		return made, err
	}
	made.Address.Name, err = r.text(in.Address.Name, in.Pos)
	return made, err
}

// Holds reports whether a condition of template.yaml holds for scope.
func (t *Template) Holds(when string, scope Scope) (bool, error) {
	r := t.renderer(scope)
	defer r.done()
	return r.holds(when, Pos{})
}
