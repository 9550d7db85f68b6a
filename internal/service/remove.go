package service

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// RemoveOptions are what svcgen remove was given.
type RemoveOptions struct {
	Service *workspace.Service
	Unit    string // "": the service itself
	Args    []string
	Force   bool // also what people changed
}

// Remove computes the inverse of New or Add, from what was recorded. What people
// changed is an error that lists it, unless Force. Files that svcgen does not
// know stay, and are named.
func Remove(w *workspace.Workspace, lib workspace.Library, o RemoveOptions) (*Outcome, error) {
	if o.Unit != "" {
		return removeUnit(w, lib, o)
	}
	return removeService(w, lib, o)
}

func removeService(w *workspace.Workspace, lib workspace.Library, o RemoveOptions) (*Outcome, error) {
	s := o.Service
	st, descriptor, err := living(w, lib, s)
	if err != nil {
		return nil, err
	}
	base, err := st.render()
	if err != nil {
		return nil, err
	}
	r := &removal{w: w, d: newDraft(), force: o.Force}
	for _, other := range w.Manifest.Services {
		if slices.Contains(other.Needs, s.Name) {
			r.object(&diag.Error{File: workspace.ManifestFile, Line: other.Line, Col: other.Col, Msg: fmt.Sprintf("%s needs %s", other.Name, s.Name),
				Hint: fmt.Sprintf("svcgen remove client %s --service %s, or take it out of needs; --force removes it all the same", s.Name, other.Name)})
		}
	}
	files, strays, err := r.files(s, base)
	if err != nil {
		return nil, err
	}
	if descriptor.Commented() {
		r.object(&diag.Error{File: path.Join(s.Path, workspace.DescriptorFile), Msg: "was changed: somebody wrote a comment into it"})
	}
	if err := r.entries(lib, st, base); err != nil {
		return nil, err
	}
	if err := r.errs.Err(); err != nil {
		return nil, refusal(err, s.Name)
	}
	for p, f := range files {
		r.d.read[path.Join(s.Path, p)] = f
	}
	// The key services stays for the next one: init writes it.
	if err := unplace(w, r.d, placement{file: workspace.ManifestFile,
		address: insert.Address{Path: []string{"services"}, Key: s.Name}}); err != nil {
		return nil, err
	}
	if err := drop(w, lib, r.d, nil, map[string]bool{s.Name: true}); err != nil {
		return nil, err
	}
	out := &Outcome{Plan: r.d.plan(), Done: s.Name + " is removed"}
	out.Lines = folded(out.Plan, func(file string) string {
		if within(file, s.Path) {
			return s.Path
		}
		return ""
	})
	for i := range out.Lines {
		if out.Lines[i].Path == s.Path {
			out.Lines[i].Action = "delete"
		}
	}
	out.Notes = append(out.Notes, mentions(w, r.d, st, base.has, "")...)
	if len(strays) > 0 {
		out.Notes = append(out.Notes, fmt.Sprintf("svcgen did not make %s of %s, which stay:\n%s", plural(len(strays), "file"), s.Path, strings.Join(clipped(strays, 20), "\n")))
	}
	return out, nil
}

// removal gathers what goes, and what speaks against it.
type removal struct {
	w     *workspace.Workspace
	d     *draft
	force bool
	errs  diag.List
}

func (r *removal) object(e *diag.Error) {
	if !r.force {
		r.errs = append(r.errs, e)
	}
}

func refusal(err error, what string) error {
	list := diag.All(err)
	if len(list) == 0 {
		return err
	}
	last := *list[len(list)-1]
	if last.Hint == "" {
		last.Hint = fmt.Sprintf("people changed what would go with %s; --force removes it all the same", what)
	}
	return append(list[:len(list)-1:len(list)-1], &last)
}

// files returns the service's files that go, and lists those that svcgen does
// not know.
func (r *removal) files(s *workspace.Service, base *layout) (goes tree.Tree, strays []string, err error) {
	all, err := tree.Read(r.w.Root, s.Path, func(p string, d fs.DirEntry) bool {
		if d.IsDir() {
			if !inside(base, p) {
				strays = append(strays, path.Join(s.Path, p)+"/")
				return true
			}
			return false
		}
		if !base.has(p) && p != workspace.DescriptorFile {
			strays = append(strays, path.Join(s.Path, p))
			return true
		}
		return false
	})
	if err != nil {
		return nil, nil, err
	}
	checkedOut(base.files, all)
	goes = tree.Tree{}
	for _, p := range all.Paths() {
		f := all[p]
		b, known := base.files[p]
		if known && (b.Kind == tree.Symlink) != (f.Kind == tree.Symlink) {
			r.object(&diag.Error{File: path.Join(s.Path, p), Msg: "is a symbolic link now"})
		} else if known && string(b.Data) != string(f.Data) && !generated(f.Data) {
			r.object(&diag.Error{File: path.Join(s.Path, p), Msg: "was changed"})
		}
		goes[p] = f
	}
	slices.Sort(strays)
	return goes, strays, nil
}

// byProgram is how Go code that a program has written says so:
// https://go.dev/s/generatedcode
var byProgram = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.\r?$`)

// generated reports whether a program wrote the file: it is nobody's work to be
// lost.
func generated(data []byte) bool { return byProgram.Match(data) }

// inside reports whether the rendering has a file below the folder p.
func inside(base *layout, p string) bool {
	for f := range base.files {
		if within(f, p) {
			return true
		}
	}
	return false
}

// entries takes the service's entries out of the shared files.
func (r *removal) entries(lib workspace.Library, st state, base *layout) error {
	places, _, err := placements(r.w, st.member(base.has))
	if err != nil {
		return err
	}
	for i := len(places) - 1; i >= 0; i-- { // the last that came goes first
		p := places[i]
		f, err := r.d.file(r.w, p.file)
		if err != nil {
			return err
		}
		edited, err := entryEdited(f.Data, &p)
		if isMissing(err) {
			continue
		}
		if err != nil {
			return err
		}
		if p.ensure {
			// Others may count on it, and whoever made it may not have been svcgen.
			if edited || r.shared(lib, st, p) {
				continue
			}
		}
		if edited {
			e := &diag.Error{File: p.file, Msg: fmt.Sprintf("the entry %s was changed", p.address)}
			if span, err := insert.Find(p.file, f.Data, p.address, p.text); err == nil {
				e.Line = 1 + strings.Count(string(f.Data[:span.Start]), "\n")
			}
			r.object(e)
		}
		if err := unplace(r.w, r.d, p); err != nil {
			return err
		}
	}
	return nil
}

// shared reports whether another service has the same entry. A service that
// cannot be read may have it.
func (r *removal) shared(lib workspace.Library, st state, p placement) bool {
	for i := range r.w.Manifest.Services {
		s := &r.w.Manifest.Services[i]
		if s.Name == st.service.Name {
			continue
		}
		other, _, err := living(r.w, lib, s)
		if err != nil {
			return true
		}
		places, _, err := placements(alone(r.w, *s), other.member(func(string) bool { return true }))
		if err != nil {
			return true
		}
		for _, q := range places {
			if q.ensure && q.file == p.file && q.address.String() == p.address.String() {
				return true
			}
		}
	}
	return false
}

// unplace takes p out of the draft's next tree.
func unplace(w *workspace.Workspace, d *draft, p placement) error {
	f, err := d.file(w, p.file)
	if err != nil {
		return err
	}
	data, err := insert.Remove(p.file, f.Data, p.address, p.text)
	if err != nil {
		return err
	}
	d.next[p.file] = tree.File{Data: data, Kind: f.Kind}
	return nil
}

// clipped is at most n of a list, and how many there are besides.
func clipped(list []string, n int) []string {
	if len(list) <= n {
		return list
	}
	return append(slices.Clone(list[:n]), fmt.Sprintf("and %d more", len(list)-n))
}
