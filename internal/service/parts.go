package service

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// AllParts stands for every part that a workspace can have.
const AllParts = "all"

// Parts are what a workspace can have besides the few files that it begins
// with, in the order in which they are documented.
func Parts(lib workspace.Library) ([]template.Value, error) {
	t, err := lib.Workspace()
	if err != nil {
		return nil, err
	}
	return t.Values, nil
}

// chosenParts are the answers for the parts that were asked for by name.
func chosenParts(known []template.Value, wanted []string) (map[string]any, error) {
	answers := map[string]any{}
	for _, v := range known {
		answers[v.Name] = slices.Contains(wanted, v.Name) || slices.Contains(wanted, AllParts)
	}
	for _, name := range wanted {
		if _, ok := answers[name]; ok || name == AllParts {
			continue
		}
		all := append(order(known), AllParts)
		hint := "the parts are " + strings.Join(all, ", ")
		if near := diag.Nearest(name, all); near != "" {
			hint = "did you mean " + near + "? " + hint
		}
		return nil, diag.Errorf("a workspace has no part %q", name).WithHint("%s", hint)
	}
	return answers, nil
}

// Extend adds parts to a workspace: the files that are missing, places in the
// manifest's wiring for those that list services, and the entries of the services
// there are. What is there is left as it is.
func Extend(w *workspace.Workspace, lib workspace.Library, o InitOptions) (*Outcome, error) {
	d := newDraft()
	files, err := renderParts(w, lib, w.Manifest.Module, o)
	if err != nil {
		return nil, err
	}
	without := o
	without.Parts = nil
	small, err := renderParts(w, lib, w.Manifest.Module, without)
	if err != nil {
		return nil, err
	}
	for p := range small {
		delete(files, p)
	}
	if err := addMissing(w, d, files, false); err != nil {
		return nil, err
	}
	if err := include(w, d); err != nil {
		return nil, err
	}
	coming := *w
	coming.Coming = d.next.Clone()
	if err := wireParts(&coming, lib, d); err != nil {
		return nil, err
	}
	for _, p := range d.next.Paths() {
		if _, known := d.read[p]; !known {
			d.lines = append(d.lines, Line{Action: "create", Path: p, Added: lines(d.next[p].Data)})
		}
	}
	out := d.outcome()
	out.Done = fmt.Sprintf("%s has the parts %s", w.Name(), strings.Join(o.Parts, ", "))
	if len(out.Plan) == 0 {
		out.Done = fmt.Sprintf("%s has the parts %s already", w.Name(), strings.Join(o.Parts, ", "))
	}
	return out, nil
}

// wireParts lists, in the files that d brings, the services there are, and puts
// these files into the manifest's wiring.
func wireParts(w *workspace.Workspace, lib workspace.Library, d *draft) error {
	found, _, err := Discover(w)
	if err != nil {
		return err
	}
	for _, p := range found {
		if _, fresh := d.next[p.File]; !fresh || wiredAlready(w.Manifest, p) {
			continue
		}
		if _, edited := d.read[p.File]; edited {
			continue // it was there before
		}
		err := place(w, d, placement{
			file:    workspace.ManifestFile,
			address: insert.Address{Path: []string{"wiring"}, Key: "[file=" + p.File + "]", Create: true},
			text:    []byte(p.String()),
		})
		if err != nil {
			return err
		}
	}
	f, ok := d.next[workspace.ManifestFile]
	if !ok {
		return nil // nothing lists services
	}
	before := w.Manifest
	if w.Manifest, err = workspace.ParseManifest(f.Data); err != nil {
		return err
	}
	for i := range w.Manifest.Services {
		if err := wireService(w, lib, d, before, &w.Manifest.Services[i]); err != nil {
			return err
		}
	}
	return nil
}

func wiredAlready(m *workspace.Manifest, p Proposal) bool {
	return slices.ContainsFunc(m.Wires, func(wire workspace.Wire) bool { return wire.Slot == p.Slot && wire.File == p.File })
}

// wireService puts one service's entries into the places that before has not.
func wireService(w *workspace.Workspace, lib workspace.Library, d *draft, before *workspace.Manifest, s *workspace.Service) error {
	st, _, err := living(w, lib, s)
	if err != nil {
		return err
	}
	base, err := st.render()
	if err != nil {
		return err
	}
	added := *w
	added.Manifest = &workspace.Manifest{Module: w.Manifest.Module, Services: w.Manifest.Services}
	for _, wire := range w.Manifest.Wires {
		if !wiredAlready(before, Proposal{Slot: wire.Slot, File: wire.File}) && wire.Slot != "" {
			added.Manifest.Wires = append(added.Manifest.Wires, wire)
		}
	}
	places, _, err := placements(&added, st.member(base.has))
	if err != nil {
		return err
	}
	for _, p := range places {
		if err := place(w, d, p); err != nil {
			return err
		}
	}
	return nil
}

// watching is the file that compose.yaml includes where services are watched.
const watching = "observability/compose.yaml"

// include has the workspace's compose file include what watches the services,
// where d brings that.
func include(w *workspace.Workspace, d *draft) error {
	if _, brought := d.next[watching]; !brought {
		return nil
	}
	file := ""
	for _, name := range workspace.SlotNamed("compose").Files {
		if _, coming := d.next[name]; coming {
			file = name
		}
	}
	if file == "" {
		file = w.Existing(workspace.SlotNamed("compose").Files)
	}
	if file == "" {
		d.notes = append(d.notes, "there is no compose.yaml that could include "+watching)
		return nil
	}
	from := workspace.Rel(file, path.Dir(watching)) + "/" + path.Base(watching)
	return place(w, d, placement{
		file:    file,
		address: insert.Address{Path: []string{"include"}, Key: "[=" + from + "]", Create: true},
		text:    []byte(from),
		ensure:  true,
	})
}

// renderParts renders what a workspace with o's parts would consist of.
func renderParts(w *workspace.Workspace, lib workspace.Library, mod string, o InitOptions) (tree.Tree, error) {
	t, err := lib.Workspace()
	if err != nil {
		return nil, err
	}
	values, err := chosenParts(t.Values, o.Parts)
	if err != nil {
		return nil, err
	}
	r, err := t.Service(template.Scope{
		Values:    values,
		Workspace: template.Workspace{Name: w.Name(), Module: mod},
		Svcgen:    template.Program{Version: o.Version},
	})
	if err != nil {
		return nil, err
	}
	return r.Files, nil
}
