package service

import (
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

// AdoptOptions are what svcgen adopt was given.
type AdoptOptions struct {
	Path string // the service's folder, below the workspace
	NewOptions
}

// Fit is how well a template fits a service that svcgen did not make.
type Fit struct {
	Same    []string `json:"same"`    // files that are as the template has them
	Differ  []string `json:"differ"`  // files that both have
	Missing []string `json:"missing"` // files that only the template has
	Own     int      `json:"own"`     // how many files only the service has
	Lines   int      `json:"lines"`   // of the template's
	Shared  int      `json:"shared"`  // of these, how many the service has too
}

// Percent is how many of the template's lines the service has, in the same
// files.
func (f Fit) Percent() int {
	if f.Lines == 0 {
		return 0
	}
	return 100 * f.Shared / f.Lines
}

// Adopt computes a descriptor, a line in the manifest, and the entries that are
// missing in the shared files, for a service that svcgen did not make. Nothing of
// the service changes. From then on it is upgraded like any other: what it lacks
// of the template counts as deleted by people, what differs as edited.
func Adopt(w *workspace.Workspace, lib workspace.Library, o AdoptOptions) (*Outcome, *Fit, error) {
	b, err := adopting(w, lib, &o)
	if err != nil {
		return nil, nil, err
	}
	values, missing, err := template.Resolve(b.tmpl.Values, o.Answers, b.scoped)
	if err != nil {
		return nil, nil, instead(err, b.tmpl.Values, o.Answers, flagOf)
	}
	if len(missing) > 0 {
		return nil, nil, &MissingError{missing, flagOf}
	}
	st := state{service: b.service, ref: b.ref, tmpl: b.tmpl, scope: b.scoped(values)}
	base, err := st.render()
	if err != nil {
		return nil, nil, err
	}
	fit, has, err := fitting(w, b.service.Path, base)
	if err != nil {
		return nil, nil, err
	}
	if len(fit.Same)+len(fit.Differ) == 0 {
		return nil, nil, diag.Errorf("%s has none of the %d files of the template %s", b.service.Path, len(base.files), b.ref).
			WithHint("give the service's own folder, or another --template")
	}
	d := newDraft()
	at := path.Join(b.service.Path, workspace.DescriptorFile)
	d.create(at, tree.File{Data: b.descriptor(values).Encode(order(b.tmpl.Values))})
	places, notes, err := placements(w, st.member(has))
	if err != nil {
		return nil, nil, err
	}
	d.notes = notes
	for _, p := range places {
		f, err := d.file(w, p.file)
		if err != nil {
			return nil, nil, err
		}
		if _, err := insert.Find(p.file, f.Data, p.address, p.text); err == nil {
			continue // it is listed already, as people want it
		}
		if err := place(w, d, p); err != nil {
			return nil, nil, err
		}
	}
	if err := b.enlist(d); err != nil {
		return nil, nil, err
	}
	if !b.kept {
		if err := keep(w, d, b.ref, b.tmpl); err != nil {
			return nil, nil, err
		}
	}
	out := d.outcome(Line{Action: "create", Path: at, Files: 1, Added: lines(d.next[at].Data)})
	out.Done = fmt.Sprintf("%s is adopted: %d of the template's %d files are there, and %d %% of its lines (template %s %s)", b.service.Name,
		len(fit.Same)+len(fit.Differ), len(base.files), fit.Percent(), b.ref, b.tmpl.Release)
	out.Next = []string{"svcgen diff " + b.service.Name, "svcgen status"}
	return out, fit, nil
}

// AdoptQuestions returns the values that a person is to be asked for, as
// NewQuestions does.
func AdoptQuestions(w *workspace.Workspace, lib workspace.Library, o AdoptOptions, all bool) ([]template.Value, error) {
	b, err := adopting(w, lib, &o)
	if err != nil {
		return nil, err
	}
	return questions(b.tmpl.Values, o.Answers, b.scoped, all)
}

// adopting checks the folder and what it is to be called.
func adopting(w *workspace.Workspace, lib workspace.Library, o *AdoptOptions) (*birth, error) {
	o.Path = path.Clean(filepath.ToSlash(o.Path))
	if o.Name == "" {
		o.Name = names.Kebab(path.Base(o.Path))
	}
	o.NewOptions.Path = o.Path
	if err := Admissible(o.NewOptions); err != nil {
		return nil, err
	}
	b := &birth{w: w, ref: o.Template, service: workspace.Service{Name: o.Name, Path: o.Path, Owner: o.Owner}}
	if b.ref == "" {
		b.ref = DefaultTemplate
	}
	if other := w.Manifest.Service(o.Name); other != nil {
		return nil, &diag.Error{File: workspace.ManifestFile, Line: other.Line, Col: other.Col,
			Msg: fmt.Sprintf("there is a service %s already, in %s", o.Name, other.Path), Hint: "give another name with --name"}
	}
	for _, other := range w.Manifest.Services {
		if within(other.Path, o.Path) || within(o.Path, other.Path) {
			return nil, nested(o.Path, other)
		}
	}
	if err := w.Solid(o.Path); err != nil {
		return nil, err
	}
	if info, err := w.Root.Stat(filepath.FromSlash(o.Path)); err != nil || !info.IsDir() {
		return nil, diag.Errorf("there is no folder %s", o.Path).WithHint("the folder of the service, as seen from the workspace's")
	}
	if at := path.Join(o.Path, workspace.DescriptorFile); w.Existing([]string{at}) != "" {
		return nil, (&diag.Error{File: at, Msg: "exists already"}).WithHint("it is a service of svcgen's that the manifest does not name; list it in %s", workspace.ManifestFile)
	}
	if err := allocate(w, &b.service, o.Port); err != nil {
		return nil, err
	}
	var err error
	if b.tmpl, err = lib.Load(b.ref); err != nil {
		return nil, err
	}
	return b, b.current(lib)
}

// fitting compares a folder with a rendering.
func fitting(w *workspace.Workspace, dir string, base *layout) (*Fit, func(string) bool, error) {
	fit := &Fit{Same: []string{}, Differ: []string{}, Missing: []string{}}
	all := map[string]bool{}
	if _, err := tree.Read(w.Root, dir, func(p string, d fs.DirEntry) bool {
		if d.IsDir() {
			return skipped(p, d)
		}
		all[p] = true
		if !base.has(p) {
			fit.Own++
		}
		return true
	}); err != nil {
		return nil, nil, err
	}
	ours, err := readFiles(w, dir, base.files)
	if err != nil {
		return nil, nil, err
	}
	checkedOut(base.files, ours)
	for _, p := range base.files.Paths() {
		f, there := ours[p]
		b := base.files[p]
		n := lines(b.Data)
		fit.Lines += n
		switch {
		case !there:
			fit.Missing = append(fit.Missing, p)
			continue
		case string(f.Data) == string(b.Data):
			fit.Same = append(fit.Same, p)
		default:
			fit.Differ = append(fit.Differ, p)
		}
		fit.Shared += n - missingLines(f.Data, b.Data)
	}
	return fit, func(p string) bool { return all[p] }, nil
}

// missingLines counts the lines of want that have does not have, each as often
// as it stands there.
func missingLines(have, want []byte) int {
	left := map[string]int{}
	for l := range strings.Lines(string(have)) {
		left[strings.TrimRight(l, "\r\n")]++
	}
	n := 0
	for l := range strings.Lines(string(want)) {
		if l = strings.TrimRight(l, "\r\n"); left[l] > 0 {
			left[l]--
		} else {
			n++
		}
	}
	return n
}
