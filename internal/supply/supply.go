// Package supply computes what changes in a workspace when templates from
// elsewhere come, are renewed and go: lines of the manifest, and nothing else.
//
// It fetches nothing, judges nothing and asks nobody: what it is given was
// fetched and judged before.
package supply

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/names"
	"github.com/svcgen/svcgen/internal/plan"
	"github.com/svcgen/svcgen/internal/service"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// CheckName refuses a name that cannot be given to templates from elsewhere.
func CheckName(w *workspace.Workspace, lib workspace.Library, name string) error {
	if !template.ValidName(name) || len(name) > 40 {
		return diag.Errorf("%q is not a name for templates", name).WithHint("lower-case words with dashes, e.g. acme")
	}
	if names.Device(name) { // their kept releases are in a folder of that name
		return diag.Errorf("%q is a device on Windows", name).WithHint("choose another name, e.g. our-%s", name)
	}
	if t, ok := w.Manifest.Templates[name]; ok {
		return &diag.Error{File: workspace.ManifestFile, Line: t.Line, Col: t.Col, Msg: fmt.Sprintf("the workspace has templates %s already", name),
			Hint: fmt.Sprintf("svcgen template update %s --to VERSION brings other ones", name)}
	}
	builtin, err := lib.Builtins()
	if err != nil {
		return err
	}
	if slices.Contains(builtin, name) {
		return diag.Errorf("%s is a built-in template", name).WithHint("choose another name, e.g. our-%s", name)
	}
	return nil
}

// Entry is a line of the manifest for a source and its digest.
func Entry(source, digest string) string {
	return fmt.Sprintf("{source: %s, digest: %s}", workspace.FlowScalar(source), workspace.FlowScalar(digest))
}

// Add names a source in the manifest.
func Add(w *workspace.Workspace, lib workspace.Library, name, source, digest string, members []string) (*service.Outcome, error) {
	return add(w, lib, name, Entry(source, digest), members)
}

// AddFolder names a folder of the workspace in the manifest. It is read as it
// is, and has no digest.
func AddFolder(w *workspace.Workspace, lib workspace.Library, name, dir string, members []string) (*service.Outcome, error) {
	return add(w, lib, name, workspace.FlowScalar("./"+dir), members)
}

func add(w *workspace.Workspace, lib workspace.Library, name, entry string, members []string) (*service.Outcome, error) {
	if err := CheckName(w, lib, name); err != nil {
		return nil, err
	}
	next, err := insert.Insert(workspace.ManifestFile, w.Manifest.Data, insert.Address{Path: []string{"templates"}, Key: name, Create: true,
		Peers: slices.Sorted(maps.Keys(w.Manifest.Templates))}, []byte(entry))
	if err != nil {
		return nil, err
	}
	out, err := outcome(w, next, "insert", name)
	if err != nil {
		return nil, err
	}
	out.Done = fmt.Sprintf("%s can be used", strings.Join(members, ", "))
	out.Next = []string{"svcgen new payments --template " + members[0]}
	return out, nil
}

// Renewal is a source that is to be at another version.
type Renewal struct{ Name, Source, Digest string }

// Renew changes versions and digests, and no other byte of the manifest.
func Renew(w *workspace.Workspace, renewals []Renewal) (*service.Outcome, error) {
	data := w.Manifest.Data
	var renewed []string
	for _, r := range renewals {
		t, ok := w.Manifest.Templates[r.Name]
		if !ok {
			return nil, diag.Errorf("the templates %s are gone from the manifest", r.Name)
		}
		for _, change := range [][3]string{{"source", t.Source.String(), r.Source}, {"digest", t.Digest, r.Digest}} {
			if change[1] == change[2] {
				continue
			}
			var err error
			if data, err = replaced(data, r.Name, change[0], change[2]); err != nil {
				return nil, err
			}
		}
		renewed = append(renewed, r.Name)
	}
	out, err := outcome(w, data, "change", strings.Join(renewed, ", templates."))
	if err != nil {
		return nil, err
	}
	out.Done = strings.Join(renewed, ", ") + " renewed"
	out.Next = []string{"svcgen upgrade --dry-run"}
	return out, nil
}

// replaced gives a key of a template's entry another value.
func replaced(data []byte, name, key, value string) ([]byte, error) {
	a := insert.Address{Path: []string{"templates", name}, Key: key}
	old, err := insert.Value(workspace.ManifestFile, data, a, nil)
	if err != nil {
		return nil, err
	}
	next, _, err := insert.Rewrite(workspace.ManifestFile, data, insert.Rewriting{At: a, Text: old, To: a, New: []byte(workspace.FlowScalar(value))})
	if err != nil {
		return nil, err
	}
	if next == nil {
		return nil, (&diag.Error{File: workspace.ManifestFile, Msg: a.String() + " is written in a way that svcgen cannot change"}).
			WithHint("write %s by hand", value)
	}
	return next, nil
}

// Remove takes a name out of the manifest. Services that come from it are in
// the way, unless force: they can be grown from the releases that the workspace
// keeps, but not upgraded.
func Remove(w *workspace.Workspace, name string, force bool) (*service.Outcome, error) {
	t, ok := w.Manifest.Templates[name]
	if !ok {
		known := slices.Sorted(maps.Keys(w.Manifest.Templates))
		e := diag.Errorf("the manifest names no templates %q", name)
		if near := diag.Nearest(name, known); near != "" {
			return nil, e.WithHint("did you mean %s?", near)
		}
		return nil, e.WithHint("it names %s", strings.Join(append(known, "no others"), ", "))
	}
	var users []string
	for i := range w.Manifest.Services {
		s := &w.Manifest.Services[i]
		d, err := w.Descriptor(s)
		if err != nil {
			return nil, err
		}
		if ref, _, _ := strings.Cut(d.Template, "/"); ref == name {
			users = append(users, s.Name)
		}
	}
	if len(users) > 0 && !force {
		return nil, &diag.Error{File: workspace.ManifestFile, Line: t.Line, Col: t.Col,
			Msg:  fmt.Sprintf("%s come from the templates %s", strings.Join(users, ", "), name),
			Hint: "without them, these services stay as they are and are no longer upgraded; --force removes the templates all the same"}
	}
	a := insert.Address{Path: []string{"templates"}, Key: name, Create: true}
	next, err := insert.Remove(workspace.ManifestFile, w.Manifest.Data, a, nil)
	if err != nil {
		return nil, err
	}
	out, err := outcome(w, next, "delete", name)
	if err != nil {
		return nil, err
	}
	out.Done = name + " is removed"
	if t.Dir != "" {
		out.Notes = append(out.Notes, t.Dir+" stays where it is")
	}
	return out, nil
}

// outcome is the plan that changes the manifest. What comes out must read as a
// manifest.
func outcome(w *workspace.Workspace, next []byte, action, name string) (*service.Outcome, error) {
	if _, err := workspace.ParseManifest(next); err != nil {
		return nil, err
	}
	file, err := tree.Lookup(w.Root, workspace.ManifestFile)
	if err != nil {
		return nil, err
	}
	if file == nil {
		return nil, diag.Errorf("%s is gone", workspace.ManifestFile)
	}
	old := tree.File{Data: w.Manifest.Data, Kind: file.Kind}
	out := &service.Outcome{}
	if string(old.Data) == string(next) {
		return out, nil
	}
	out.Plan = plan.Plan{{Path: workspace.ManifestFile, Old: &old, New: &tree.File{Data: next, Kind: old.Kind}}}
	line := service.Line{Action: action, Path: workspace.ManifestFile, What: "templates." + name}
	before, after := strings.Split(string(old.Data), "\n"), strings.Split(string(next), "\n")
	line.Added, line.Removed = differing(after, before), differing(before, after)
	out.Lines = []service.Line{line}
	return out, nil
}

// differing counts the lines of a that b has not.
func differing(a, b []string) int {
	count := map[string]int{}
	for _, l := range b {
		count[l]++
	}
	n := 0
	for _, l := range a {
		if count[l]--; count[l] < 0 {
			n++
		}
	}
	return n
}
