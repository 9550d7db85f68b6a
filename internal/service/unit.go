package service

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/merge"
	"github.com/svcgen/svcgen/internal/names"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// recorded finds the unit of a kind that args name: by its name, or by the
// arguments that it was added with.
func recorded(st state, kind string, args []string) (int, error) {
	unit := st.tmpl.Unit(kind)
	if unit == nil {
		e := diag.Errorf("the template %s %s of %s has no unit %q", st.ref, st.tmpl.Release, st.service.Name, kind)
		if near := diag.Nearest(kind, st.tmpl.UnitNames()); near != "" {
			e = e.WithHint("did you mean %s?", near)
		}
		return 0, e
	}
	wanted := strings.Join(args, " ")
	var known []string
	for i, u := range st.units {
		if u.Kind != kind {
			continue
		}
		var given []string
		for _, a := range unit.Args {
			given = append(given, u.Values[a])
		}
		if u.Values["name"] == wanted || strings.EqualFold(strings.Join(given, " "), wanted) {
			return i, nil
		}
		if name := u.Values["name"]; name != "" {
			known = append(known, name)
		} else {
			known = append(known, strings.Join(given, " "))
		}
	}
	e := diag.Errorf("%s has no %s %q that svcgen added", st.service.Name, kind, wanted)
	switch near := diag.Nearest(wanted, known); {
	case near != "":
		e = e.WithHint("did you mean %s?", near)
	case len(known) > 0:
		e = e.WithHint("it has: %s", strings.Join(clipped(known, 20), ", "))
	default:
		e = e.WithHint("svcgen add %s adds one", kind)
	}
	return 0, e
}

func removeUnit(w *workspace.Workspace, lib workspace.Library, o RemoveOptions) (*Outcome, error) {
	st, desc, err := living(w, lib, o.Service)
	if err != nil {
		return nil, err
	}
	i, err := recorded(st, o.Unit, o.Args)
	if err != nil {
		return nil, err
	}
	made, err := st.unit(st.units[i])
	if err != nil {
		return nil, err
	}
	if last(st, i) {
		common, err := st.together(st.units[i])
		if err != nil {
			return nil, err
		}
		maps.Copy(made.Files, common.Files)
	}
	r := &removal{w: w, d: newDraft(), force: o.Force}
	dir := st.service.Path
	for _, p := range made.Files.Paths() {
		at := path.Join(dir, p)
		if err := w.Solid(at); err != nil {
			return nil, err
		}
		f, err := tree.Lookup(w.Root, at)
		if err != nil {
			return nil, err
		}
		if f == nil {
			continue
		}
		if string(f.Data) != string(merge.Endings(made.Files[p].Data, f.Data)) {
			r.object(&diag.Error{File: at, Msg: "was changed"})
		}
		r.d.read[at] = *f
	}
	needed, err := shared(st, i)
	if err != nil {
		return nil, err
	}
	for k := len(made.Inserts) - 1; k >= 0; k-- {
		in := made.Inserts[k]
		if needed[insertionKey(in)] {
			continue
		}
		if err := r.insertion(dir, in); err != nil {
			return nil, err
		}
	}
	if err := r.unlist(st, i); err != nil {
		return nil, err
	}
	if err := r.errs.Err(); err != nil {
		return nil, refusal(err, strings.Join(append([]string{o.Unit}, o.Args...), " "))
	}
	e := editor{file: path.Join(dir, workspace.DescriptorFile), data: desc.Data}
	e.without(st.units[i])
	if e.err != nil {
		return nil, e.err
	}
	r.d.read[e.file], r.d.next[e.file] = tree.File{Data: desc.Data, Kind: desc.Kind}, tree.File{Data: e.data, Kind: desc.Kind}
	out := &Outcome{Plan: r.d.plan(), Notes: r.d.notes, Done: fmt.Sprintf("%s has no longer the %s %s", st.service.Name, o.Unit, strings.Join(o.Args, " "))}
	out.Lines = folded(out.Plan, func(string) string { return "" })
	if f, err := tree.Lookup(w.Root, path.Join(dir, "go.mod")); err == nil && f != nil {
		out.Next = append(out.Next, tested(dir, st.tmpl.Unit(o.Unit).Generate))
	}
	return out, nil
}

// last reports whether no other unit is of the kind of the i-th.
func last(st state, i int) bool {
	for j, u := range st.units {
		if j != i && u.Kind == st.units[i].Kind {
			return false
		}
	}
	return true
}

// unlist takes the i-th unit out of the service's entries in the shared files, and
// out of what the manifest says that the service needs.
func (r *removal) unlist(st state, i int) error {
	to := st
	to.units = slices.Delete(slices.Clone(st.units), i, i+1)
	err := relisted(r.w, r.d, st, to)
	for _, e := range diag.All(err) {
		r.object(e)
		r.d.notes = append(r.d.notes, e.Error()) // also --force cannot decide it
	}
	if err != nil && diag.All(err) == nil {
		return err
	}
	other := st.providerOf(st.units[i])
	needed := slices.ContainsFunc(to.units, func(u workspace.Unit) bool { return st.providerOf(u) == other })
	if other == "" || needed || !slices.Contains(st.service.Needs, other) {
		return nil
	}
	return unplace(r.w, r.d, needing(&st.service, other))
}

// shared are the insertions of the other units: what two units insert alike, an
// import say, stays while one of them does.
func shared(st state, without int) (map[string]bool, error) {
	out := map[string]bool{}
	for j, u := range st.units {
		if j == without {
			continue
		}
		made, err := st.unit(u)
		if err != nil {
			return nil, err
		}
		for _, in := range made.Inserts {
			out[insertionKey(in)] = true
		}
	}
	return out, nil
}

func insertionKey(in template.Insertion) string {
	return strings.Join([]string{in.File, in.Address.String(), string(in.Text)}, "\x00")
}

// insertion takes one insertion of a unit out of the service's file.
func (r *removal) insertion(dir string, in template.Insertion) error {
	p := placement{file: path.Join(dir, in.File), address: in.Address, text: in.Text}
	f, err := r.d.file(r.w, p.file)
	if err != nil {
		return err
	}
	edited, err := entryEdited(f.Data, &p)
	switch {
	case isMissing(err):
		if in.Address.Key == "" {
			e := &diag.Error{File: p.file, Msg: fmt.Sprintf("what svcgen put into %s is not there as it was; take it out by hand:\n%s", p.address, strings.TrimRight(string(in.Text), "\n"))}
			r.object(e)
			r.d.notes = append(r.d.notes, e.Error()) // also --force cannot find it
		}
		return nil
	case err != nil:
		return err
	case edited:
		r.object(&diag.Error{File: p.file, Msg: fmt.Sprintf("%s was changed", p.address)})
	}
	return unplace(r.w, r.d, p)
}

// renameUnit gives a unit another name: the merge between the rendering with the
// old name and the one with the new.
func renameUnit(ctx context.Context, w *workspace.Workspace, lib workspace.Library, o RenameOptions) (*Outcome, error) {
	from, desc, err := living(w, lib, o.Service)
	if err != nil {
		return nil, err
	}
	i, err := recorded(from, o.Unit, []string{o.Old})
	if err != nil {
		return nil, err
	}
	kind := from.tmpl.Unit(o.Unit)
	named := slices.ContainsFunc(kind.Values, func(v template.Value) bool { return v.Name == "name" })
	if !named {
		return nil, diag.Errorf("a %s has no name of its own", o.Unit).WithHint("remove it, and add it anew")
	}
	units := slices.Clone(from.units)
	u := workspace.Unit{Kind: o.Unit, Values: map[string]string{}, Keys: units[i].Keys, Taken: units[i].Taken}
	for k, v := range units[i].Values {
		u.Values[k] = v
	}
	u.Values["name"] = o.New
	units[i] = u
	for j, other := range from.units {
		if j != i && other.Kind == o.Unit && other.Values["name"] == o.New {
			return nil, diag.Errorf("%s has %s %s already", from.service.Name, article(o.Unit), o.New).WithHint("choose another name")
		}
	}
	m := o.Merging
	m.words = true
	t := &transition{w: w, from: from, to: from, descriptor: desc, merging: m, label: "the name " + o.New}
	t.to.units = units
	if err := t.prepare(ctx); err != nil {
		return nil, err
	}
	code, err := readSource(w, from.service.Path)
	if err != nil {
		return nil, err
	}
	if err := t.vacant(code); err != nil {
		return nil, err
	}
	out, err := carry(w, lib, []*transition{t}, false)
	if err != nil {
		return nil, err
	}
	out.Done = fmt.Sprintf("the %s %s of %s is called %s now", o.Unit, o.Old, from.service.Name, o.New)
	if t.after.has("go.mod") && len(out.Plan) > 0 {
		out.Next = append(out.Next, tested(from.service.Path, from.tmpl.Unit(o.Unit).Generate))
	}
	return out, nil
}

// vacant refuses new files that stand where others do, and new names in code
// that are declared already.
func (t *transition) vacant(code *source) error {
	fresh := tree.Tree{}
	for p, f := range t.after.files {
		if t.before.has(p) {
			continue
		}
		at := path.Join(t.from.service.Path, p)
		if end := names.GoFileLeftOut(path.Base(p)); path.Ext(p) == ".go" && end != names.GoFileLeftOut(strings.TrimSuffix(path.Base(t.after.origin[p]), ".tmpl")) && end != "_test" {
			return diag.Errorf("Go would leave the file %s out of the build, for its ending %s", at, end).WithHint("choose another name")
		}
		if there, err := tree.Lookup(t.w.Root, at); err != nil {
			return err
		} else if there != nil {
			return (&diag.Error{File: at, Msg: "exists already"}).WithHint("choose another name, or move the file away")
		}
		fresh[p] = f
	}
	return code.undeclared(fresh)
}
