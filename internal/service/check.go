package service

import (
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/plan"
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

// Check looks at every service of the workspace: its folder, descriptor and
// template, its wiring, its module, what it needs, and what it must have. A
// command that was interrupted comes first; the other findings come in the order
// of the services' names.
func Check(w *workspace.Workspace, lib workspace.Library) ([]Finding, error) {
	c := &checker{w: w, lib: lib, modules: map[string]string{}}
	if what, err := plan.Pending(w.Root); err != nil {
		return nil, err
	} else if what != "" {
		c.found = append(c.found, Finding{Rule: "interrupted", File: workspace.Dir,
			Message: fmt.Sprintf("svcgen %s was interrupted here", what), Hint: "the next command that writes will finish or undo it"})
	}
	for _, s := range w.Manifest.Services {
		c.modules[modulePath(w, s)] = s.Name
	}
	for _, n := range w.Manifest.Names() {
		if err := c.service(w.Manifest.Service(n)); err != nil {
			return nil, err
		}
	}
	c.needs()
	return c.found, nil
}

type checker struct {
	w     *workspace.Workspace
	lib   workspace.Library
	found []Finding

	modules map[string]string // module path to the service whose it is
}

func (c *checker) add(rule string, s *workspace.Service, e *diag.Error) {
	f := Finding{Rule: rule, Service: s.Name, File: e.File, Line: e.Line, Col: e.Col, Message: e.Msg, Hint: e.Hint}
	if f.File == "" {
		f.File, f.Line, f.Col = workspace.ManifestFile, s.Line, s.Col
	}
	c.found = append(c.found, f)
}

func (c *checker) service(s *workspace.Service) error {
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
	c.module(s, files)
	if t.Kind == "server" || t.Kind == "worker" {
		c.equipment(s, files)
	}
	return nil
}

// skipped leaves out what is not the service's own code.
func skipped(p string, d fs.DirEntry) bool {
	name := path.Base(p)
	return d.IsDir() && (name == "node_modules" || name == "vendor" || name == ".git") || !d.IsDir() && !d.Type().IsRegular()
}

func (c *checker) wired(s *workspace.Service, p placement) {
	f, err := tree.Lookup(c.w.Root, p.file)
	if err != nil || f == nil {
		c.add("not-wired", s, &diag.Error{File: p.file, Msg: "does not exist or cannot be read"})
		return
	}
	_, err = insert.Find(p.file, f.Data, p.address, p.text)
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

// module checks the module path, and that no service reaches into another's
// internal packages or folder.
func (c *checker) module(s *workspace.Service, files tree.Tree) {
	mod, ok := files["go.mod"]
	if !ok {
		return
	}
	file := path.Join(s.Path, "go.mod")
	m, err := modfile.Parse(file, mod.Data, nil)
	if err != nil {
		c.add("module-unreadable", s, &diag.Error{File: file, Msg: "does not parse: " + err.Error()})
		return
	}
	if want := modulePath(c.w, *s); m.Module != nil && m.Module.Mod.Path != want {
		c.add("module-path", s, &diag.Error{File: file, Line: m.Module.Syntax.Start.Line, Col: m.Module.Syntax.Start.LineRune,
			Msg: fmt.Sprintf("the module is %s; the manifest makes it %s", m.Module.Mod.Path, want)})
	}
	for _, r := range m.Replace {
		if strings.HasPrefix(r.New.Path, "../") {
			c.add("module-replaced", s, &diag.Error{File: file, Line: r.Syntax.Start.Line, Col: r.Syntax.Start.LineRune,
				Msg: fmt.Sprintf("%s is replaced by a folder outside of the service: alone it does not build", r.Old.Path), Hint: "go.work joins modules without a replace"})
		}
	}
	for _, p := range files.Paths() {
		if path.Ext(p) == ".go" {
			c.imports(s, p, files[p].Data)
		}
	}
}

func (c *checker) imports(s *workspace.Service, p string, data []byte) {
	fset := token.NewFileSet()
	file := path.Join(s.Path, p)
	f, err := parser.ParseFile(fset, file, data, parser.ImportsOnly)
	if err != nil {
		return // the compiler says it better
	}
	for _, imp := range f.Imports {
		name, err := strconv.Unquote(imp.Path.Value)
		if err != nil {
			continue
		}
		if other := c.owner(name); other != "" && other != s.Name {
			at := fset.Position(imp.Pos())
			c.add("imports-another-service", s, &diag.Error{File: file, Line: at.Line, Col: at.Column,
				Msg: fmt.Sprintf("imports %s, which belongs to %s", name, other), Hint: "call the service, or copy what is needed"})
		}
	}
}

// owner returns the service that keeps the package for itself, or "": its main
// package, and what is in its internal and cmd folders.
func (c *checker) owner(pkg string) string {
	for mod := pkg; mod != "." && mod != "/"; mod = path.Dir(mod) {
		name, ok := c.modules[mod]
		if !ok {
			continue
		}
		if rest := strings.TrimPrefix(pkg[len(mod):], "/"); rest == "" || within(rest, "internal") || within(rest, "cmd") {
			return name
		}
		return ""
	}
	return ""
}

// equipment checks what every service that runs must keep.
func (c *checker) equipment(s *workspace.Service, files tree.Tree) {
	lack := func(rule, what, hint string) {
		c.add(rule, s, &diag.Error{File: s.Path, Msg: what, Hint: hint})
	}
	if _, ok := files["Dockerfile"]; !ok {
		lack("no-dockerfile", s.Name+" has no Dockerfile", "restore it from git, or see svcgen template show")
	}
	tests, live, ready := false, false, false
	for p, f := range files {
		if strings.HasSuffix(p, "_test.go") {
			tests = tests || strings.Contains(string(f.Data), "func Test")
			continue
		}
		if path.Ext(p) == ".go" {
			text := string(f.Data)
			live = live || strings.Contains(text, "/livez") || strings.Contains(text, "/healthz") || strings.Contains(text, "/live")
			ready = ready || strings.Contains(text, "/readyz") || strings.Contains(text, "/ready")
		}
	}
	if _, isGo := files["go.mod"]; !isGo {
		return
	}
	if !tests {
		lack("no-tests", s.Name+" has no test", "")
	}
	if !live {
		lack("no-liveness", s.Name+" answers no liveness probe", "serve /livez")
	}
	if !ready {
		lack("no-readiness", s.Name+" answers no readiness probe", "serve /readyz")
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
