package service

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/names"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// DefaultTemplate is what a service is rendered from when nothing else is said.
const DefaultTemplate = "http"

// firstPort is where the search for a free port begins; the admin port is, if
// it is free, this much above the main one.
const (
	firstPort   = 8081
	adminOffset = 1000
)

// New computes a new service: its files, its entries in the shared files, its
// line in the manifest, and the kept release of its template.
func New(w *workspace.Workspace, lib workspace.Library, o NewOptions) (*Outcome, error) {
	return newIn(newDraft(), w, lib, o)
}

// newIn computes a new service in a workspace that d may have changed already.
func newIn(d *draft, w *workspace.Workspace, lib workspace.Library, o NewOptions) (*Outcome, error) {
	b, err := begin(w, lib, o)
	if err != nil {
		return nil, err
	}
	values, missing, err := template.Resolve(b.tmpl.Values, o.Answers, b.scoped)
	if err != nil {
		return nil, instead(err, b.tmpl.Values, o.Answers, flagOf)
	}
	if len(missing) > 0 {
		return nil, &MissingError{missing, flagOf}
	}
	return b.finish(d, values)
}

// NewQuestions returns the values of the template that a person is to be asked
// for: those without answer and default, or all unanswered ones. A default is
// rendered as far as it can be told before the others are answered.
func NewQuestions(w *workspace.Workspace, lib workspace.Library, o NewOptions, all bool) ([]template.Value, error) {
	b, err := begin(w, lib, o)
	if err != nil {
		return nil, err
	}
	return questions(b.tmpl.Values, o.Answers, b.scoped, all)
}

func questions(values []template.Value, answers map[string]string, scope func(map[string]any) template.Scope, all bool) ([]template.Value, error) {
	known, _, err := template.Resolve(values, answers, scope)
	if err != nil {
		return nil, err
	}
	var out []template.Value
	for _, v := range values {
		if _, given := answers[v.Name]; given || v.Default != nil && !all {
			continue
		}
		if v.Default != nil {
			proposal, err := v.Proposal(scope(known))
			if err != nil {
				proposal = "" // it leans on an answer that is not there yet
			}
			v.Default = &proposal
		}
		out = append(out, v)
	}
	return out, nil
}

// birth is a new service before its values are known.
type birth struct {
	w       *workspace.Workspace
	ref     string
	tmpl    *template.Template
	kept    bool   // the workspace keeps this release already
	note    string // about the template; may be empty
	service workspace.Service
}

func begin(w *workspace.Workspace, lib workspace.Library, o NewOptions) (*birth, error) {
	b := &birth{w: w, ref: o.Template}
	if b.ref == "" {
		b.ref = DefaultTemplate
	}
	s, err := admit(w, o)
	if err != nil {
		return nil, err
	}
	b.service = s
	if b.tmpl, err = lib.Load(b.ref); err != nil {
		if b.tmpl, b.note, err = lib.InPlace(b.ref, err); err != nil {
			return nil, err
		}
	}
	return b, b.current(lib)
}

// current prefers the release that the workspace keeps: what its services come
// from is what it has in its own folder. One that was changed there is refused,
// whatever the newest has: the service could not be compared with it afterwards.
func (b *birth) current(lib workspace.Library) error {
	kept, err := lib.Kept(b.ref, b.tmpl.Release)
	if err == nil && kept != nil {
		b.tmpl, b.kept = kept, true
	}
	return err
}

// admit checks a new service's name, folder, owner and port against the
// workspace.
func admit(w *workspace.Workspace, o NewOptions) (workspace.Service, error) {
	s := workspace.Service{Name: o.Name, Owner: o.Owner, Path: "services/" + o.Name}
	if err := Admissible(o); err != nil {
		return s, err
	}
	if o.Path != "" {
		s.Path = path.Clean(filepath.ToSlash(o.Path))
	}
	if other := w.Manifest.Service(o.Name); other != nil {
		return s, &diag.Error{File: workspace.ManifestFile, Line: other.Line, Col: other.Col,
			Msg: fmt.Sprintf("there is a service %s already, in %s", o.Name, other.Path), Hint: "choose another name"}
	}
	if err := vacant(w, s.Path); err != nil {
		return s, err
	}
	for _, other := range w.Manifest.Services {
		if within(other.Path, s.Path) || within(s.Path, other.Path) {
			return s, nested(s.Path, other)
		}
	}
	return s, allocate(w, &s, o.Port)
}

// Admissible refuses what is wrong in itself, whatever the workspace: a name, a
// folder, an owner, a port.
func Admissible(o NewOptions) error {
	if problem, hint := names.CheckService(o.Name); problem != "" {
		return &diag.Error{Msg: problem, Hint: hint}
	}
	if p := path.Clean(filepath.ToSlash(o.Path)); o.Path != "" && (!tree.Valid(p) || within(p, workspace.Dir) || within(p, ".git")) {
		return diag.Errorf("the folder %q is not in the workspace", o.Path).WithHint("a relative path below it, e.g. services/%s", o.Name)
	}
	if strings.ContainsAny(o.Owner, " \t\n\"'#,{}[]") {
		return diag.Errorf("%q is not an owner", o.Owner).WithHint("a team or a person without spaces, e.g. team-payments or @acme/payments")
	}
	if o.Port < 0 || o.Port > 65535 {
		return diag.Errorf("the port %d is not between 1 and 65535", o.Port)
	}
	return nil
}

// within reports whether the path p is dir or below it.
func within(p, dir string) bool { return p == dir || strings.HasPrefix(p, dir+"/") }

// vacant refuses a folder that exists, also under another spelling that some
// file systems take for the same, and one behind a symbolic link.
func vacant(w *workspace.Workspace, p string) error {
	if err := w.Solid(p); err != nil {
		return err
	}
	at := "."
	for _, seg := range strings.Split(p, "/") {
		entries, err := fs.ReadDir(w.Root.FS(), at)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if info, serr := w.Lstat(at); err != nil && serr == nil && !info.IsDir() {
			return diag.Errorf("%s is not a folder", at)
		}
		if err != nil {
			return err
		}
		found := false
		for _, e := range entries {
			if e.Name() == seg {
				found = true
			} else if strings.EqualFold(e.Name(), seg) {
				return diag.Errorf("%s exists already; some file systems take it for %s", path.Join(at, e.Name()), path.Join(at, seg))
			}
		}
		if !found {
			return nil
		}
		at = path.Join(at, seg)
	}
	return diag.Errorf("%s exists already", p).WithHint("choose another name, or another folder with --path")
}

// allocate gives s its ports: the wanted one or the first free one, and an admin
// port.
func allocate(w *workspace.Workspace, s *workspace.Service, wanted int) error {
	taken := make(map[int]string, 2*len(w.Manifest.Services))
	for _, o := range w.Manifest.Services {
		taken[o.Port], taken[o.Admin] = o.Name, o.Name
	}
	free := func(port int) bool { return port <= 65535 && taken[port] == "" }
	switch {
	case wanted != 0 && !free(wanted):
		return diag.Errorf("the port %d is taken by %s", wanted, taken[wanted]).WithHint("leave --port out to get the next free one")
	case wanted != 0:
		s.Port = wanted
	default:
		for s.Port = firstPort; !free(s.Port) || !free(s.Port+adminOffset); s.Port++ {
			if s.Port > 65535-adminOffset {
				return diag.Errorf("no port is free from %d on", firstPort)
			}
		}
	}
	for s.Admin = s.Port + adminOffset; !free(s.Admin) || s.Admin == s.Port; s.Admin++ {
		if s.Admin > 65535 {
			s.Admin = firstPort - 1 // wrap around: the wanted port is near the end
		}
	}
	return nil
}

func (b *birth) scoped(known map[string]any) template.Scope {
	scope := scopeOf(b.w, b.service)
	scope.Values = known
	scope.Template = template.Identity{Name: b.tmpl.Name, Release: b.tmpl.Release}
	return scope
}

func (b *birth) finish(d *draft, values map[string]any) (*Outcome, error) {
	scope := b.scoped(values)
	rendering, err := b.tmpl.Service(scope)
	if err != nil {
		return nil, err
	}
	if err := distinctPackages(b.service.Name, rendering); err != nil {
		return nil, err
	}
	files := rendering.Files.Clone()
	if _, ok := files[workspace.DescriptorFile]; ok {
		return nil, diag.Errorf("the template %s renders a %s, which is svcgen's own", b.ref, workspace.DescriptorFile)
	}
	for p := range files {
		if problem := names.CheckPath(p); problem != "" {
			return nil, diag.Errorf("the template %s renders %q: %s", b.ref, p, problem)
		}
	}
	if b.note != "" {
		d.notes = append(d.notes, b.note)
	}
	files[workspace.DescriptorFile] = tree.File{Data: b.descriptor(values).Encode(order(b.tmpl.Values))}

	for p, f := range files.Moved(b.service.Path) {
		d.create(p, f)
	}
	has := func(p string) bool { _, ok := files[p]; return ok }
	places, notes, err := placements(b.w, member{b.service, b.tmpl, scope, has, nil})
	if err != nil {
		return nil, err
	}
	d.notes = append(d.notes, notes...)
	for _, w := range b.tmpl.Wiring {
		if workspace.SlotNamed(w.Slot) == nil {
			d.notes = append(d.notes, fmt.Sprintf("the template has entries for the slot %q, which this svcgen does not know: they are left out", w.Slot))
		}
	}
	for _, p := range places {
		if err := place(b.w, d, p); err != nil {
			return nil, err
		}
	}
	if err := b.enlist(d); err != nil {
		return nil, err
	}
	if !b.kept {
		if err := keep(b.w, d, b.ref, b.tmpl); err != nil {
			return nil, err
		}
	}
	out := d.outcome(creation(b.service.Path, files))
	out.Done = fmt.Sprintf("%s is ready on port %d (template %s %s)", b.service.Name, b.service.Port, b.ref, b.tmpl.Release)
	if has("go.mod") {
		out.Next = append(out.Next, "cd "+b.service.Path+" && go test ./...")
	}
	switch _, keeps := values["resource"]; {
	case !keeps && b.tmpl.Unit("client") != nil: // it passes on what others keep
		out.Next = append(out.Next, "svcgen add client SERVICE --service "+b.service.Name)
	case b.tmpl.Unit("endpoint") != nil:
		noun := names.Plural(names.Kebab(fmt.Sprint(orName(values["resource"], b.service.Name))))
		out.Next = append(out.Next, fmt.Sprintf("svcgen add endpoint POST /v1/%s/{id}/refund --service %s", noun, b.service.Name))
	}
	return out, nil
}

func orName(v any, name string) any {
	if v == nil {
		return name
	}
	return v
}

func (b *birth) descriptor(values map[string]any) *workspace.Descriptor {
	d := &workspace.Descriptor{Name: b.service.Name, Template: b.ref, Release: b.tmpl.Release, Values: map[string]string{}}
	for k, v := range values {
		d.Values[k] = template.Answer(v)
	}
	return d
}

func order(values []template.Value) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = v.Name
	}
	return out
}

// enlist writes the service's line into the manifest.
func (b *birth) enlist(d *draft) error {
	s := b.service
	entry := fmt.Sprintf("{path: %s, port: %d, admin: %d", workspace.FlowScalar(s.Path), s.Port, s.Admin)
	if s.Owner != "" {
		entry += ", owner: " + workspace.FlowScalar(s.Owner)
	}
	return place(b.w, d, placement{
		file:    workspace.ManifestFile,
		address: insert.Address{Path: []string{"services"}, Key: s.Name, Create: true, Peers: b.w.Manifest.Names()},
		text:    []byte(entry + "}"),
	})
}

// keep adds the template's release to those that the workspace keeps.
func keep(w *workspace.Workspace, d *draft, ref string, t *template.Template) error {
	files, err := workspace.Keep(ref, t)
	if err != nil {
		return err
	}
	for p, f := range workspace.Housekeeping() {
		if w.Existing([]string{p}) == "" {
			d.create(p, f)
		}
	}
	for p, f := range files {
		if old, err := tree.Lookup(w.Root, p); err != nil {
			return err
		} else if old != nil && p == workspace.ReleaseDir(ref, t.Release)+".sum" { // left without its folder
			d.read[p] = *old
		}
		d.create(p, f)
	}
	return nil
}

// distinctPackages refuses a name that a template uses for a folder of its own:
// the service's package and the template's would become one.
func distinctPackages(name string, r *template.Rendering) error {
	fixed := map[string]bool{} // folders that stand in the template as they are
	for p, src := range r.Sources {
		out, in := strings.Split(path.Dir(p), "/"), strings.Split(path.Dir(src.File), "/")
		in = in[max(0, len(in)-len(out)):]
		for i := range out {
			if i < len(in) && !strings.Contains(in[i], "{{") {
				fixed[strings.Join(out[:i+1], "/")] = true
			}
		}
	}
	for p, src := range r.Sources {
		out, in := strings.Split(path.Dir(p), "/"), strings.Split(path.Dir(src.File), "/")
		in = in[max(0, len(in)-len(out)):]
		for i := range out {
			if dir := strings.Join(out[:i+1], "/"); i < len(in) && strings.Contains(in[i], "{{") && fixed[dir] {
				return diag.Errorf("%q is the name of a package of the template, %s", name, dir).WithHint("choose another name, e.g. %s-service", name)
			}
		}
	}
	return nil
}

// nested refuses a folder in another service's, or around it.
func nested(dir string, other workspace.Service) error {
	if dir == other.Path {
		return diag.Errorf("the folder %s is that of %s", dir, other.Name).WithHint("choose another folder")
	}
	return diag.Errorf("the folder %s and that of %s, %s, would be one in the other", dir, other.Name, other.Path).WithHint("choose another folder")
}
