package service

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/document"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// RenameOptions are what svcgen rename was given.
type RenameOptions struct {
	Service *workspace.Service
	New     string
	Path    string // the new folder; "": the old one, its last part renamed

	Unit, Old string // of a unit; "": the service itself
	Merging
}

// Rename computes how a service, or a unit of one, gets another name: folder,
// module path, imports, manifest, every wired entry, and what other services say
// of it. The values stay: renaming a service never renames its data.
func Rename(ctx context.Context, w *workspace.Workspace, lib workspace.Library, o RenameOptions) (*Outcome, error) {
	if o.Unit != "" {
		return renameUnit(ctx, w, lib, o)
	}
	t, err := renaming(w, lib, o)
	if err != nil {
		return nil, err
	}
	if t.same() && t.folder() == t.to.service.Path {
		return &Outcome{}, nil
	}
	if err := t.prepare(ctx); err != nil {
		return nil, err
	}
	fixed, err := t.code()
	if err != nil {
		return nil, err
	}
	all := []*transition{t}
	others, err := t.callers(ctx, lib)
	if err != nil {
		return nil, err
	}
	out, err := carry(w, lib, append(all, others...), false)
	if err != nil || len(out.Plan) == 0 {
		return out, err
	}
	d := newDraft()
	for _, c := range out.Plan {
		if c.From != "" {
			d.moves = append(d.moves, c)
			continue
		}
		if c.Old != nil {
			d.read[c.Path] = *c.Old
		}
		if c.New != nil {
			d.next[c.Path] = *c.New
		}
	}
	if err := t.references(d); err != nil {
		return nil, err
	}
	for p, f := range fixed {
		d.read[p], d.next[p] = f.old, f.new
		if f.to != p {
			delete(d.next, p)
			d.next[f.to] = f.new
		}
	}
	out.Plan = d.plan()
	out.Lines = summary(w, out.Plan, append(all, others...))
	if t.from.service.Name != t.to.service.Name {
		out.Notes = append(out.Notes, mentions(w, d, t.from, t.before.has, t.to.service.Path)...)
	}
	out.Done = fmt.Sprintf("%s is called %s now", t.from.service.Name, t.to.service.Name)
	if t.from.service.Name == t.to.service.Name {
		out.Done = fmt.Sprintf("%s stands in %s now", t.to.service.Name, t.to.service.Path)
	}
	if t.after.has("go.mod") {
		out.Next = append(out.Next, "cd "+t.to.service.Path+" && go test ./...")
	}
	return out, nil
}

// renaming checks the new name and folder, and returns the transition.
func renaming(w *workspace.Workspace, lib workspace.Library, o RenameOptions) (*transition, error) {
	old, next := *o.Service, *o.Service
	next.Name = o.New
	switch {
	case o.Path != "":
		next.Path = path.Clean(filepath.ToSlash(o.Path))
	case path.Base(old.Path) == old.Name:
		next.Path = path.Join(path.Dir(old.Path), o.New)
	}
	if err := Admissible(NewOptions{Name: next.Name, Path: next.Path}); err != nil {
		return nil, err
	}
	if other := w.Manifest.Service(next.Name); other != nil && next.Name != old.Name {
		return nil, &diag.Error{File: workspace.ManifestFile, Line: other.Line, Col: other.Col,
			Msg: fmt.Sprintf("there is a service %s already, in %s", next.Name, other.Path), Hint: "choose another name"}
	}
	for _, other := range w.Manifest.Services {
		if other.Name != old.Name && (within(other.Path, next.Path) || within(next.Path, other.Path)) {
			return nil, nested(next.Path, other)
		}
	}
	t := &transition{w: w, merging: o.Merging, disk: old.Path, label: "the name " + next.Name}
	t.merging.words = true
	if movedByHand(w, old, next.Path) {
		t.disk = next.Path
	} else if next.Path != old.Path {
		if within(next.Path, old.Path) || within(old.Path, next.Path) {
			return nil, diag.Errorf("the folder %s and %s would be one in the other", old.Path, next.Path)
		}
		if err := vacant(w, next.Path); err != nil {
			return nil, err
		}
	}
	at := old
	at.Path = t.disk
	var err error
	if t.from, t.descriptor, err = living(w, lib, &at); err != nil {
		return nil, err
	}
	t.from.service = old
	if t.from, err = target(w, t.from, t.from.tmpl, t.descriptor.Values, t.from.units); err != nil {
		return nil, err
	}
	t.to = t.from
	t.to.service = next
	if t.to, err = target(w, t.to, t.from.tmpl, t.descriptor.Values, t.from.units); err != nil {
		return nil, err
	}
	made, err := t.to.tmpl.Service(t.to.scope)
	if err != nil {
		return nil, err
	}
	return t, distinctPackages(next.Name, made)
}

// movedByHand reports whether the service's folder is gone and stands at dir.
func movedByHand(w *workspace.Workspace, s workspace.Service, dir string) bool {
	if dir == s.Path {
		return false
	}
	if _, err := w.Lstat(s.Path); !os.IsNotExist(err) || w.Solid(dir) != nil {
		return false
	}
	f, err := tree.Lookup(w.Root, path.Join(dir, workspace.DescriptorFile))
	if err != nil || f == nil || f.Kind == tree.Symlink {
		return false
	}
	d, err := workspace.ParseDescriptor(workspace.DescriptorFile, f.Data)
	return err == nil && d.Name == s.Name
}

// references changes the manifest's line, what other services need, and what
// compose files say of the order in which services start.
func (t *transition) references(d *draft) error {
	f, err := d.file(t.w, workspace.ManifestFile)
	if err != nil {
		return err
	}
	old, next := t.from.service, t.to.service
	e := editor{file: workspace.ManifestFile, data: f.Data}
	e.scalar([]string{"services", old.Name}, "path", old.Path, next.Path)
	if old.Name != next.Name {
		e.rekey([]string{"services"}, old.Name, next.Name, t.w.Manifest.Names())
		for _, other := range t.w.Manifest.Services {
			if slices.Contains(other.Needs, old.Name) {
				e.element([]string{"services", other.Name, "needs"}, old.Name, next.Name)
			}
		}
	}
	if e.err != nil {
		return e.err
	}
	d.next[workspace.ManifestFile] = tree.File{Data: e.data, Kind: f.Kind}
	if old.Name == next.Name {
		return nil
	}
	return t.dependents(d)
}

// dependents changes the name in the depends_on of other services' entries in a
// compose file, which would not be valid otherwise.
func (t *transition) dependents(d *draft) error {
	for i := range t.w.Manifest.Wires {
		wire := &t.w.Manifest.Wires[i]
		if wire.Slot != "compose" {
			continue
		}
		file := wire.File
		if file == "" {
			file = t.w.Existing(workspace.SlotNamed("compose").Files)
		}
		if file == "" || t.w.Existing([]string{file}) == "" {
			continue
		}
		f, err := d.file(t.w, file)
		if err != nil {
			return err
		}
		_, root := document.Open(file, f.Data)
		services := child(root, "services")
		if !document.IsMap(services) {
			continue
		}
		e := editor{file: file, data: f.Data}
		for i := 0; i+1 < len(services.Content); i += 2 {
			needs := child(services.Content[i+1], "depends_on")
			at := []string{"services", services.Content[i].Value, "depends_on"}
			switch {
			case needs == nil:
			case document.IsMap(needs) && child(needs, t.from.service.Name) != nil:
				e.rekey(at, t.from.service.Name, t.to.service.Name, nil)
			case document.IsList(needs):
				for _, n := range needs.Content {
					if n.Value == t.from.service.Name {
						e.element(at, t.from.service.Name, t.to.service.Name)
					}
				}
			}
		}
		if e.err != nil {
			return e.err
		}
		d.next[file] = tree.File{Data: e.data, Kind: f.Kind}
	}
	return nil
}

// mentions lists where the shared files still have a service's name, or its
// folder, unless that is still in use.
func mentions(w *workspace.Workspace, d *draft, st state, has func(p string) bool, used string) []string {
	s := st.service
	folder := ""
	if s.Path != used {
		folder = "|" + regexp.QuoteMeta(s.Path)
	}
	// A word of a path, such as a team's or the module's, is not the service.
	name := regexp.MustCompile(`((^|//|[^\pL\pN_/-])` + regexp.QuoteMeta(s.Name) + folder + `)($|[^\pL\pN_-])`)
	places, _, err := placements(alone(w, s), st.member(has))
	if err != nil {
		return nil
	}
	var at []string
	seen := map[string]bool{}
	for _, p := range append(places, placement{file: workspace.ManifestFile}) {
		if seen[p.file] {
			continue
		}
		seen[p.file] = true
		f, err := d.file(w, p.file)
		if err != nil {
			continue
		}
		n := 0
		for line := range strings.Lines(string(f.Data)) {
			if n++; name.MatchString(line) {
				at = append(at, fmt.Sprintf("%s:%d", p.file, n))
			}
		}
	}
	if len(at) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("the name %s still stands in %s", s.Name, strings.Join(clipped(at, 10), ", "))}
}
