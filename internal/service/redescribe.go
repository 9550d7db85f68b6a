package service

import (
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// redescribe brings the descriptor to the new state, with its comments.
func (t *transition) redescribe(d *draft) error {
	e := editor{file: path.Join(t.to.service.Path, workspace.DescriptorFile), data: t.descriptor.Data}
	e.scalar([]string{}, "name", t.from.service.Name, t.to.service.Name)
	e.scalar([]string{}, "release", t.from.tmpl.Release, t.to.tmpl.Release)
	e.values(t.descriptor.Values, answersOf(t.to.scope.Values))
	e.units(t.descriptor.Units, t.to)
	if e.err != nil {
		return e.err
	}
	d.read[e.file] = tree.File{Data: t.descriptor.Data, Kind: t.descriptor.Kind}
	d.next[e.file] = tree.File{Data: e.data, Kind: t.descriptor.Kind}
	return nil
}

// answersOf writes values as a descriptor does.
func answersOf(values map[string]any) map[string]string {
	out := make(map[string]string, len(values))
	for k, v := range values {
		out[k] = template.Answer(v)
	}
	return out
}

// values changes the recorded values one by one.
func (e *editor) values(old, next map[string]string) {
	for _, k := range slices.Sorted(maps.Keys(old)) {
		if _, stays := next[k]; !stays && e.err == nil {
			e.keep(insert.Remove(e.file, e.data, insert.Address{Path: []string{"values"}, Key: k, Create: true}, nil))
		}
	}
	for _, k := range slices.Sorted(maps.Keys(next)) {
		was, there := old[k]
		switch {
		case e.err != nil:
			return
		case !there:
			e.keep(insert.Insert(e.file, e.data, insert.Address{Path: []string{"values"}, Key: k, Create: true}, []byte(workspace.FlowScalar(next[k]))))
		case was != next[k]:
			e.scalar([]string{"values"}, k, was, next[k])
		}
	}
}

// units rewrites the units that changed, takes out what is gone from the end of
// the list, and leaves the others as they stand.
func (e *editor) units(old []workspace.Unit, to state) {
	for i, u := range old {
		if i >= len(to.units) || e.err != nil {
			return
		}
		next := to.units[i]
		if u.Kind == next.Kind && maps.Equal(u.Values, next.Values) {
			continue
		}
		a := insert.Address{Path: []string{"units"}}
		e.rewrite(insert.Rewriting{At: a, Text: []byte(u.Entry(u.Keys)), To: a, New: []byte(next.Entry(next.Keys))}, "", "", "")
	}
}

// without takes one unit out of the descriptor's list.
func (e *editor) without(u workspace.Unit) {
	if e.err == nil {
		e.keep(insert.Remove(e.file, e.data, insert.Address{Path: []string{"units"}, Create: true}, []byte(u.Entry(u.Keys))))
	}
	if e.err != nil {
		e.err = fmt.Errorf("taking the unit out of the descriptor: %w", e.err)
	}
}
