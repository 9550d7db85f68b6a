package template

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/names"
	"github.com/svcgen/svcgen/internal/offer"
	"github.com/svcgen/svcgen/internal/tree"
)

// Scope is what templates see.
type Scope struct {
	Service   Service
	Workspace Workspace
	Template  Identity
	Svcgen    Program
	Values    map[string]any // the service's values; nil map: none
	Unit      map[string]any // in units: the unit's values
	Slot      Slot           // in wiring entries
	Provider  Provider       // in units that name another service

	Units map[string][]map[string]any // in wiring entries: the values of the service's units, by kind
}

// Provider is what a unit's other service offers.
type Provider struct {
	Port int // in defaults of the unit's values only: what is to stay must be a value
	offer.Offer
}

// Service is a service as its template sees it.
type Service struct {
	Name        string // a DNS label
	Path        string // its folder below the workspace
	Module      string // its Go module path
	Port, Admin int
	Owner       string // may be empty
}

// Package is the Go package name of the service's own business.
func (s Service) Package() string { return names.GoPackage(s.Name) }

// Workspace is the workspace as templates see it.
type Workspace struct{ Name, Module string }

// Identity names a template release.
type Identity struct{ Name, Release string }

// Program is svcgen as templates see it.
type Program struct{ Version string }

// Slot is the shared file that a wiring entry is for.
type Slot struct {
	File string // its path below the workspace
	Path string // the service's folder as seen from the file's folder
}

// Rendering is what a template makes: files, entries for files, and where each
// came from.
type Rendering struct {
	Files   tree.Tree
	Sources map[string]Source // by output path
	Inserts []Insertion

	Exceeded bool // by Survey: a bound of the work was reached, and what would follow is missing
}

// Insertion is an entry for a file of the service.
type Insertion struct {
	File    string
	Address insert.Address
	Text    []byte
	Source  Source
	Pos     Pos // of the insert in template.yaml
}

// Entry is an entry for a shared file of the workspace.
type Entry struct {
	At     []string // nil: the slot's own address
	Key    string   // empty: the slot's own key
	RawKey string   // the template text that Key was rendered from
	Create bool     // make what is missing on the way
	Ensure bool
	Text   []byte
	Source Source
}

// renderer carries what one rendering shares.
type renderer struct {
	t     *Template
	scope Scope
	press *press

	tolerate func(error) bool // whether to go on without the file; nil: never
}

func (t *Template) renderer(scope Scope) *renderer {
	scope.Template = Identity{t.Name, t.Release}
	return &renderer{t: t, scope: scope, press: t.borrow()}
}

// borrow returns a press with a whole budget.
func (t *Template) borrow() *press {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.presses); n > 0 {
		p := t.presses[n-1]
		t.presses = t.presses[:n-1]
		p.budget = *newBudget()
		return p
	}
	return newPress()
}

// done gives the renderer's press back.
func (r *renderer) done() {
	r.t.mu.Lock()
	defer r.t.mu.Unlock()
	r.t.presses = append(r.t.presses, r.press)
}

func newRendering() *Rendering {
	return &Rendering{Files: tree.Tree{}, Sources: map[string]Source{}}
}

// Service renders the layers that scope's values choose. Paths are relative to
// the service's folder. An error is a *diag.Error at the template's line.
func (t *Template) Service(scope Scope) (*Rendering, error) {
	scope.Units = nil // what units change is inserted
	r := t.renderer(scope)
	defer r.done()
	out := newRendering()
	for _, layer := range t.Layers {
		ok, err := r.holds(layer.When, layer.Pos)
		if err != nil {
			return nil, err
		}
		if ok {
			if err := r.layer(layer.Dir, out); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// Entries renders what the template offers for slot; scope.Slot tells the file.
func (t *Template) Entries(slot string, scope Scope) ([]Entry, error) {
	r := t.renderer(scope)
	defer r.done()
	var out []Entry
	for _, w := range t.Wiring {
		if w.Slot != slot {
			continue
		}
		ok, err := r.holds(w.When, w.Pos)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		e := Entry{Create: w.Create, Ensure: w.Ensure, RawKey: w.Key}
		if e.Text, e.Source, err = r.file(w.Text); err != nil {
			return nil, err
		}
		if e.At, err = r.texts(w.At, w.Pos); err != nil {
			return nil, err
		}
		if e.Key, err = r.text(w.Key, w.Pos); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// layer renders the files below dir into out.
func (r *renderer) layer(dir string, out *Rendering) error {
	for _, p := range r.t.Files.Paths() {
		rel, ok := strings.CutPrefix(p, dir+"/")
		if !ok {
			continue
		}
		if err := r.into(out, p, rel); err != nil && (r.tolerate == nil || !r.tolerate(err)) {
			return err
		}
	}
	return nil
}

// into renders the template's file p, which is rel below its layer, into out.
func (r *renderer) into(out *Rendering, p, rel string) error {
	to, err := r.path(p, strings.TrimSuffix(rel, ".tmpl"))
	if err != nil {
		return err
	}
	if other, ok := out.Sources[to]; ok {
		return &Problem{&diag.Error{File: path.Join(r.t.Label, p), Msg: fmt.Sprintf("makes %s, which %s makes too", to, other.File)}, Colliding}
	}
	data, source, err := r.file(p)
	if err != nil {
		return err
	}
	kind := tree.Plain
	if bytes.HasPrefix(data, []byte("#!")) {
		kind = tree.Executable
	}
	out.Files[to] = tree.File{Data: data, Kind: kind}
	out.Sources[to] = source
	return nil
}

// file renders, or copies, the template's file p.
func (r *renderer) file(p string) ([]byte, Source, error) {
	src := Source{File: p}
	if !strings.HasSuffix(p, ".tmpl") {
		return r.t.Files[p].Data, src, nil
	}
	b, err := r.t.Body(p)
	if err != nil {
		return nil, src, err
	}
	data, spans, err := r.press.execute(b, r.scope)
	if err != nil {
		return nil, src, faulty(r.t.Label, p, err)
	}
	src.Spans = spans
	return data, src, nil
}

// path renders the segments of rel. A value cannot add a folder, leave one, or
// make a segment vanish.
func (r *renderer) path(p, rel string) (string, error) {
	if !strings.Contains(rel, "{{") {
		return rel, nil
	}
	segs := splitPath(rel)
	for i, seg := range segs {
		made, err := r.small(seg)
		if err != nil {
			return "", &diag.Error{File: path.Join(r.t.Label, p), Msg: "the path does not render: " + messageOf(err)}
		}
		if made == "" || made == "." || made == ".." || strings.ContainsAny(made, "/\\\x00") {
			return "", &Problem{&diag.Error{File: path.Join(r.t.Label, p),
				Msg: fmt.Sprintf("the segment %q renders to %q, which is no file name", seg, made)}, Escaping}
		}
		segs[i] = made
	}
	return strings.Join(segs, "/"), nil
}

// splitPath splits at the slashes outside of braces.
func splitPath(p string) []string {
	var segs []string
	depth, start := 0, 0
	for i := range len(p) {
		switch {
		case strings.HasPrefix(p[i:], "{{"):
			depth++
		case strings.HasPrefix(p[i:], "}}"):
			depth--
		case p[i] == '/' && depth <= 0:
			segs = append(segs, p[start:i])
			start = i + 1
		}
	}
	return append(segs, p[start:])
}

func (r *renderer) wrong(pos Pos, msg string) error {
	return &diag.Error{File: path.Join(r.t.Label, File), Line: pos.Line, Col: pos.Col, Msg: msg}
}

func (r *renderer) text(src string, pos Pos) (string, error) {
	s, err := r.small(src)
	if err != nil {
		return "", r.wrong(pos, messageOf(err))
	}
	return s, nil
}

func (r *renderer) texts(srcs []string, pos Pos) ([]string, error) {
	out := slices.Clone(srcs)
	for i, s := range srcs {
		made, err := r.text(s, pos)
		if err != nil {
			return nil, err
		}
		out[i] = made
	}
	return out, nil
}

func whenText(expr string) string { return "{{if " + expr + "}}true{{end}}" }

func (r *renderer) holds(expr string, pos Pos) (bool, error) {
	if expr == "" {
		return true, nil
	}
	s, err := r.text(whenText(expr), pos)
	return s == "true", err
}

// Compile parses a small text that stands in a configuration file, such as an
// address or a custom entry, so that it can be rendered for many services.
func Compile(src string) (func(Scope) (string, error), error) {
	if !strings.Contains(src, "{{") {
		return func(Scope) (string, error) { return src, nil }, nil
	}
	parsed, err := parseBody("text", src)
	if err != nil {
		return nil, diag.Errorf("%q does not parse: %s", src, messageOf(err))
	}
	p := newPress()
	return func(scope Scope) (string, error) {
		p.budget = *newBudget()
		out, _, err := p.execute(parsed, scope)
		if err != nil {
			return "", diag.Errorf("%q does not render: %s", src, messageOf(err))
		}
		return string(out), nil
	}, nil
}

// Text renders a small text once.
func Text(src string, scope Scope) (string, error) {
	render, err := Compile(src)
	if err != nil {
		return "", err
	}
	return render(scope)
}

// small renders a small text of template.yaml or of a path; one without actions
// is returned as it is.
func (r *renderer) small(src string) (string, error) {
	if !strings.Contains(src, "{{") {
		return src, nil
	}
	b, err := r.t.text(src)
	if err != nil {
		return "", err
	}
	out, _, err := r.press.execute(b, r.scope)
	return string(out), err
}

// text parses a small text, once.
func (t *Template) text(src string) (*body, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if b, ok := t.texts[src]; ok {
		return b, nil
	}
	b, err := parseBody(src, src)
	if err == nil {
		t.texts[src] = b
	}
	return b, err
}

// Body returns the parsed form of the template's file p, which ends in .tmpl.
func (t *Template) Body(p string) (*body, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if b, ok := t.parsed[p]; ok {
		return b, nil
	}
	b, err := parseBody(p, string(t.Files[p].Data))
	if err != nil {
		return nil, notParsing(faulty(t.Label, p, err))
	}
	t.parsed[p] = b
	return b, nil
}
