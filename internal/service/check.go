package service

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/plan"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// Finding is one thing in a workspace that is not as it should be.
type Finding struct {
	Rule    string `json:"rule"`
	Service string `json:"service,omitempty"`
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"`
	Col     int    `json:"col,omitempty"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// Look tells what a living service lacks that its template's kind must have.
type Look func(s *workspace.Service, t *template.Template, files tree.Tree) []Finding

// Check looks at every service of the workspace: its folder, descriptor and
// template, its wiring, its code, what it needs, and what look finds. A command
// that was interrupted comes first; the other findings come in the order of the
// services' names.
func Check(w *workspace.Workspace, lib workspace.Library, look Look) ([]Finding, error) {
	c := &checker{w: w, lib: lib, look: look, listed: newListed(w), modules: map[string]string{}, used: map[workspace.Held]bool{}}
	if what, err := plan.Pending(w.Root); err != nil {
		return nil, err
	} else if what != "" {
		c.found = append(c.found, Finding{Rule: "interrupted", File: workspace.Dir,
			Message: fmt.Sprintf("svcgen %s was interrupted here", what), Hint: "the next command that writes will finish or undo it"})
	}
	for _, s := range w.Manifest.Services {
		c.modules[modulePath(w, s)] = s.Name
	}
	c.lost()
	for _, n := range w.Manifest.Names() {
		if err := c.service(w.Manifest.Service(n)); err != nil {
			return nil, err
		}
	}
	if err := c.kept(); err != nil {
		return nil, err
	}
	c.needs()
	return c.found, nil
}

// lost finds files that the wiring names and that are gone. A slot that names
// none lists services where it finds a file, and is not spoken of.
func (c *checker) lost() {
	if len(c.w.Manifest.Services) == 0 {
		return
	}
	for _, wire := range c.w.Manifest.Wires {
		if wire.Slot == "" || wire.File == "" || c.w.Existing([]string{wire.File}) != "" {
			continue
		}
		c.found = append(c.found, Finding{Rule: "not-wired", File: workspace.ManifestFile, Line: wire.Line, Col: wire.Col,
			Message: fmt.Sprintf("%s, where services are listed (slot %s), is not there", wire.File, wire.Slot),
			Hint:    "bring the file back, or take the line out of the wiring"})
	}
}

type checker struct {
	w     *workspace.Workspace
	lib   workspace.Library
	look  Look
	found []Finding

	listed  *listed
	modules map[string]string       // module path to the service whose it is
	used    map[workspace.Held]bool // releases that services are on
}

func (c *checker) add(rule string, s *workspace.Service, e *diag.Error) {
	f := Finding{Rule: rule, Service: s.Name, File: e.File, Line: e.Line, Col: e.Col, Message: e.Msg, Hint: e.Hint}
	if f.File == "" {
		f.File, f.Line, f.Col = workspace.ManifestFile, s.Line, s.Col
	}
	c.found = append(c.found, f)
}

func (c *checker) service(s *workspace.Service) error {
	if d, err := c.w.Descriptor(s); err == nil {
		c.used[workspace.Held{Ref: d.Template, Release: d.Release}] = true
	}
	st, d, err := living(c.w, c.lib, s)
	t := st.tmpl
	if problems := diag.All(err); problems != nil {
		for _, e := range problems {
			c.add("service-unreadable", s, e)
		}
		return nil
	}
	if err != nil {
		return err
	}
	files, err := tree.Read(c.w.Root, s.Path, skipped)
	if err != nil {
		return err
	}
	for _, u := range d.Units {
		if t.Unit(u.Kind) == nil {
			c.add("unit-unknown", s, &diag.Error{File: path.Join(s.Path, workspace.DescriptorFile),
				Msg: fmt.Sprintf("the template %s %s has no unit %q", d.Template, d.Release, u.Kind)})
		}
	}
	has := func(p string) bool { _, ok := files[p]; return ok }
	// Where an entry stands among the others' does not matter here; leaving them
	// out keeps a check of a thousand services from rendering a million keys.
	alone := *c.w
	alone.Manifest = &workspace.Manifest{Module: c.w.Manifest.Module, Services: []workspace.Service{*s}, Wires: c.w.Manifest.Wires}
	places, _, err := placements(&alone, st.member(has))
	if problems := diag.All(err); problems != nil {
		for _, e := range problems {
			c.add("wiring-broken", s, e)
		}
	} else if err != nil {
		return err
	}
	for _, p := range places {
		c.wired(s, p)
	}
	c.code(s, files)
	for _, f := range c.look(s, t, files) {
		f.Service = s.Name
		c.found = append(c.found, f)
	}
	return nil
}

// kept reads the releases that no service is on; those of services were read with
// them.
func (c *checker) kept() error {
	held, err := c.lib.Held()
	if err != nil {
		return err
	}
	for _, h := range held {
		if c.used[h] {
			continue
		}
		_, err := c.lib.Kept(h.Ref, h.Release)
		problems := diag.All(err)
		if err != nil && problems == nil {
			return err
		}
		for _, e := range problems {
			c.found = append(c.found, Finding{Rule: "release-unreadable", File: cmp.Or(e.File, workspace.ReleaseDir(h.Ref, h.Release)),
				Line: e.Line, Col: e.Col, Message: e.Msg, Hint: e.Hint})
		}
	}
	return nil
}

// skipped leaves out what is not the service's own code.
func skipped(p string, d fs.DirEntry) bool {
	name := path.Base(p)
	return d.IsDir() && (name == "node_modules" || name == "vendor" || name == ".git") || !d.IsDir() && !d.Type().IsRegular()
}

func (c *checker) wired(s *workspace.Service, p placement) {
	there, err := c.listed.has(p)
	if !there {
		c.add("not-wired", s, &diag.Error{File: p.file, Msg: "does not exist or cannot be read"})
		return
	}
	var e *insert.Error
	switch {
	case err == nil:
	case errors.As(err, &e) && e.Reason == insert.Missing:
		msg := fmt.Sprintf("%s is not listed: there is no %s", s.Name, p.address)
		if p.address.Key == "" {
			msg = s.Name + " is not listed as svcgen writes it"
		}
		c.add("not-wired", s, &diag.Error{File: p.file, Msg: msg,
			Hint: "the entry is:\n" + strings.TrimRight(string(p.text), "\n")})
	case errors.As(err, &e):
		c.add("wiring-broken", s, &diag.Error{File: e.File, Line: e.Line, Col: e.Col, Msg: e.Msg, Hint: e.Hint})
	default:
		c.add("wiring-broken", s, &diag.Error{File: p.file, Msg: err.Error()})
	}
}

// needs checks that what services need exists and forms no cycle.
func (c *checker) needs() {
	const open, done = 1, 2
	state := map[string]int{}
	var visit func(name string, trail []string)
	visit = func(name string, trail []string) {
		s := c.w.Manifest.Service(name)
		state[name] = open
		trail = append(trail, name)
		for _, n := range s.Needs {
			switch {
			case c.w.Manifest.Service(n) == nil:
				e := diag.Errorf("%s needs %s, which does not exist", name, n)
				if near := diag.Nearest(n, c.w.Manifest.Names()); near != "" {
					e = e.WithHint("did you mean %s?", near)
				}
				c.add("need-unknown", s, e)
			case state[n] == open:
				c.add("need-cycle", s, diag.Errorf("services need one another: %s", strings.Join(append(trail[slices.Index(trail, n):], n), " → ")))
			case state[n] == 0:
				visit(n, trail)
			}
		}
		state[name] = done
	}
	for _, n := range c.w.Manifest.Names() {
		if state[n] == 0 {
			visit(n, nil)
		}
	}
}

// Stray lists folders with a descriptor that the manifest does not name; root is
// searched no deeper than services usually stand.
func Stray(w *workspace.Workspace) ([]Finding, error) {
	known := map[string]bool{}
	for _, s := range w.Manifest.Services {
		known[s.Path] = true
	}
	var out []Finding
	parents := map[string]bool{"services": true}
	for _, s := range w.Manifest.Services {
		parents[path.Dir(s.Path)] = true
	}
	for _, dir := range slices.Sorted(keys(parents)) {
		entries, err := fs.ReadDir(w.Root.FS(), filepath.ToSlash(dir))
		if err != nil {
			continue
		}
		for _, e := range entries {
			p := path.Join(dir, e.Name())
			if e.IsDir() && !known[p] && w.Existing([]string{path.Join(p, workspace.DescriptorFile)}) != "" {
				out = append(out, Finding{Rule: "service-unlisted", File: path.Join(p, workspace.DescriptorFile),
					Message: fmt.Sprintf("the folder %s is a service that the manifest does not name", p)})
			}
		}
	}
	return out, nil
}
