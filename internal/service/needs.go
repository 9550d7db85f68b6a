package service

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/offer"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// openAPI is where a service keeps the description of what it offers.
const openAPI = "api/openapi.json"

// protoDir is where a service keeps the protos of its Connect services.
const protoDir = "proto"

// provided finds the other service that the unit names, if it names one, and
// refuses one that the service cannot need.
func (g *growth) provided() error {
	name, given := g.answers[g.unit.Provider()]
	if g.unit.Provider() == "" || !given {
		return nil
	}
	other := g.w.Manifest.Service(name)
	switch {
	case other == nil:
		names := slices.DeleteFunc(g.w.Manifest.Names(), func(n string) bool { return n == g.service.Name })
		e := diag.Errorf("there is no service %q", name)
		switch near := diag.Nearest(name, names); {
		case near != "":
			return e.WithHint("did you mean %s?", near)
		case len(names) == 0:
			return e.WithHint("svcgen new %s makes one", name)
		}
		return e.WithHint("there are %s", strings.Join(clipped(names, 10), ", "))
	case other.Name == g.service.Name:
		return diag.Errorf("%s cannot be its own %s", name, g.unit.Name).WithHint("name another service")
	}
	if trail := way(g.w.Manifest, other.Name, g.service.Name); trail != nil {
		return (&diag.Error{File: workspace.ManifestFile, Line: other.Line, Col: other.Col,
			Msg: fmt.Sprintf("the services would need one another: %s → %s", g.service.Name, strings.Join(trail, " → "))}).
			WithHint("let one of them give out events that the other takes, or take what both need into a third service")
	}
	g.provider = other
	return nil
}

// possible are the services that the unit could name.
func (g *growth) possible() []string {
	return slices.DeleteFunc(g.w.Manifest.Names(), func(n string) bool { return way(g.w.Manifest, n, g.service.Name) != nil })
}

// way is a way from one service to another along what they need; nil: there is
// none.
func way(m *workspace.Manifest, from, to string) []string {
	seen := map[string]bool{}
	var visit func(name string, trail []string) []string
	visit = func(name string, trail []string) []string {
		trail = append(trail, name)
		if name == to {
			return slices.Clone(trail)
		}
		s := m.Service(name)
		if s == nil || seen[name] {
			return nil
		}
		seen[name] = true
		for _, n := range s.Needs {
			if way := visit(n, trail); way != nil {
				return way
			}
		}
		return nil
	}
	return visit(from, nil)
}

// take is the snapshot of what the other service offers; nil where the unit
// keeps none.
func (g *growth) take(values map[string]any) ([]byte, error) {
	if g.unit.Snapshot == "" {
		return nil, nil
	}
	chosen := offer.All
	if c := g.unit.Choice(); c != "" {
		chosen = template.Answer(values[c])
	}
	return taken(g.w, g.provider, chosen)
}

// taken reads what a service offers now.
func taken(w *workspace.Workspace, s *workspace.Service, chosen string) ([]byte, error) {
	at := path.Join(s.Path, openAPI)
	if err := w.Solid(at); err != nil {
		return nil, err
	}
	f, err := tree.Lookup(w.Root, at)
	if err != nil {
		return nil, err
	}
	if f != nil {
		return offer.Snapshot(at, f.Data, chosen)
	}
	dir := path.Join(s.Path, protoDir)
	if err := w.Solid(dir); err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	if info, err := w.Root.Stat(dir); err == nil && info.IsDir() {
		found, err := tree.Read(w.Root, dir, func(p string, d fs.DirEntry) bool {
			return !d.IsDir() && (path.Ext(p) != ".proto" || !d.Type().IsRegular())
		})
		if err != nil {
			return nil, err
		}
		for p, f := range found {
			files[path.Join(dir, p)] = f.Data
		}
	}
	if len(files) == 0 {
		return nil, diag.Errorf("%s offers nothing to call: it has no %s, and no protos below %s", s.Name, at, dir).
			WithHint("a client is for a service that answers requests; a worker takes events")
	}
	described, err := offer.FromProtos(files)
	if err != nil {
		return nil, err
	}
	return offer.Snapshot(dir, described, chosen)
}

// state is what the service is rendered from so far.
func (g *growth) state() (state, error) {
	st := state{service: *g.service, ref: g.descriptor.Template, tmpl: g.tmpl, scope: g.base, units: g.descriptor.Units}
	return st, st.taken(g.w)
}

// relisted brings the service's entries in the shared files from one state to
// another, with what people changed in them.
func relisted(w *workspace.Workspace, d *draft, from, to state) error {
	base, err := from.render()
	if err != nil {
		return err
	}
	t := &transition{w: w, from: from, to: to, label: "the new entry", before: base, after: base, ctx: context.Background(), beside: true}
	if err := t.compare(); err != nil {
		return err
	}
	if len(t.changing) == 0 && !t.coming {
		return nil
	}
	before := map[string][]byte{}
	for _, p := range t.changing {
		f, err := d.file(w, p.before.file)
		if err != nil {
			return err
		}
		before[p.before.file] = f.Data
	}
	entries, err := rewriting(w, d, []*transition{t})
	if err != nil {
		return err
	}
	if err := join(w, d, entries); err != nil {
		return err
	}
	if err := t.rewire(d); err != nil {
		return err
	}
	if len(t.report.Conflicts) > 0 {
		var list diag.List
		for _, c := range t.report.Conflicts {
			list = append(list, &diag.Error{File: c.Path, Line: c.Line, Msg: c.Detail, Hint: "undo the change there, run the command again, and make the change anew"})
		}
		return list.Err()
	}
	d.notes = append(d.notes, t.report.Notes...)
	for _, p := range t.changing {
		file := p.before.file
		if old, ok := before[file]; ok {
			delete(before, file)
			added := lines(d.next[file].Data) - lines(old)
			l := Line{Action: "insert", Path: file, Added: max(added, 0), What: p.after.address.String()}
			if added < 0 {
				l.Action, l.Removed = "change", -added
			}
			d.lines = append(d.lines, l)
		}
	}
	return nil
}

// need says in the manifest that a service needs another.
func need(w *workspace.Workspace, d *draft, s *workspace.Service, other string) error {
	if slices.Contains(s.Needs, other) {
		return nil
	}
	p := needing(s, other)
	f, err := d.file(w, p.file)
	if err != nil {
		return err
	}
	data, err := insert.Insert(p.file, f.Data, p.address, p.text)
	if err != nil {
		return err
	}
	d.edit(p.file, data, "services."+s.Name+".needs")
	return nil
}

// needing is where the manifest says that a service needs another.
func needing(s *workspace.Service, other string) placement {
	a := insert.Address{Path: []string{"services", s.Name, "needs"}, Key: "[=" + other + "]", Create: true}
	for _, n := range s.Needs {
		if n != other {
			a.Peers = append(a.Peers, "[="+n+"]")
		}
	}
	return placement{file: workspace.ManifestFile, address: a, text: []byte(workspace.FlowScalar(other))}
}

// providerOf is the other service that a recorded unit names, or "".
func (s state) providerOf(u workspace.Unit) string {
	if kind := s.tmpl.Unit(u.Kind); kind != nil && kind.Provider() != "" {
		return u.Values[kind.Provider()]
	}
	return ""
}

// callers are the services that have a unit that names the one that t renames:
// on their way to the new name. What such a unit is called in code stays.
func (t *transition) callers(ctx context.Context, lib workspace.Library) ([]*transition, error) {
	old, next := t.from.service.Name, t.to.service.Name
	if old == next {
		return nil, nil
	}
	var out []*transition
	for i := range t.w.Manifest.Services {
		s := &t.w.Manifest.Services[i]
		if !slices.Contains(s.Needs, old) {
			continue
		}
		from, d, err := living(t.w, lib, s)
		if err != nil {
			return nil, err
		}
		to := from
		to.units = slices.Clone(from.units)
		named := false
		for i, u := range from.units {
			if from.providerOf(u) != old {
				continue
			}
			named = true
			u.Values = maps.Clone(u.Values)
			u.Values[from.tmpl.Unit(u.Kind).Provider()] = next
			to.units[i] = u
		}
		if !named {
			continue
		}
		c := &transition{w: t.w, from: from, to: to, descriptor: d, merging: t.merging, label: t.label}
		if err := c.prepare(ctx); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}
