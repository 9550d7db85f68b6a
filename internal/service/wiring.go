package service

import (
	"fmt"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/document"
	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/workspace"
)

// placement is one entry of a service in a shared file.
type placement struct {
	file    string
	address insert.Address
	text    []byte
	ensure  bool // shared by many services: made once
}

// member is a service as its wiring needs it.
type member struct {
	service workspace.Service
	tmpl    *template.Template
	scope   template.Scope
	has     func(p string) bool // whether the service has a file
	units   []workspace.Unit
}

// recorded are the values of m's units by kind; of every kind that the template
// has, there is at least an empty list.
func (m member) recorded() (map[string][]map[string]any, error) {
	st := state{service: m.service, ref: m.tmpl.Name, tmpl: m.tmpl, scope: m.scope}
	out := map[string][]map[string]any{}
	for _, kind := range m.tmpl.UnitNames() {
		out[kind] = []map[string]any{}
	}
	for _, u := range m.units {
		if m.tmpl.Unit(u.Kind) == nil {
			continue // whoever renders the unit tells
		}
		_, scope, err := st.unitScope(u)
		if err != nil {
			return nil, err
		}
		out[u.Kind] = append(out[u.Kind], scope.Unit)
	}
	return out, nil
}

// scopeOf is what templates see of s in w.
func scopeOf(w *workspace.Workspace, s workspace.Service) template.Scope {
	return template.Scope{
		Service: template.Service{
			Name: s.Name, Path: s.Path, Module: modulePath(w, s),
			Port: s.Port, Admin: s.Admin, Owner: s.Owner,
		},
		Workspace: template.Workspace{Name: w.Name(), Module: w.Manifest.Module},
	}
}

func modulePath(w *workspace.Workspace, s workspace.Service) string {
	if w.Manifest.Module == "" {
		return s.Path
	}
	return w.Manifest.Module + "/" + s.Path
}

// placements computes every entry that m has in the workspace's shared files,
// and notes about what is left out.
func placements(w *workspace.Workspace, m member) (out []placement, notes []string, err error) {
	for i := range w.Manifest.Wires {
		wire := &w.Manifest.Wires[i]
		if wire.Slot == "" {
			p, err := custom(w, m, wire)
			if err != nil {
				return nil, nil, located(wire, err)
			}
			out = append(out, p)
			continue
		}
		made, note, err := slotted(w, m, wire)
		if err != nil {
			return nil, nil, located(wire, err)
		}
		if note != "" {
			notes = append(notes, note)
		}
		out = append(out, made...)
	}
	return out, notes, nil
}

// located puts the wiring entry's place before an error that has none.
func located(wire *workspace.Wire, err error) error {
	if e, ok := err.(*diag.Error); ok && e.File == "" {
		c := *e
		c.File, c.Line, c.Col = workspace.ManifestFile, wire.Line, wire.Col
		return &c
	}
	return err
}

func slotted(w *workspace.Workspace, m member, wire *workspace.Wire) (out []placement, note string, err error) {
	slot := workspace.SlotNamed(wire.Slot)
	file := wire.File
	if file == "" {
		file = w.Existing(slot.Files)
	}
	if file == "" || w.Existing([]string{file}) == "" {
		return nil, fmt.Sprintf("%s: the workspace has no %s, so %s is not listed there", slot.Name, orFile(file, slot), m.service.Name), nil
	}
	if slot.Needs != "" && !m.has(slot.Needs) {
		return nil, "", nil
	}
	peers := others(w, m.service)
	if slot.Entry != nil {
		text := slot.Entry(m.service, file)
		if text == "" {
			return nil, "", nil
		}
		a := addressed(wire, slot.Address(m.service, file))
		for _, s := range peers {
			if a.Kind == insert.Lines {
				a.Peers = append(a.Peers, slot.Entry(s, file))
			} else {
				a.Peers = append(a.Peers, slot.Address(s, file).Key)
			}
		}
		if wire.Slot == "ci" && !wire.Fixed {
			return nil, "", diag.Errorf("the slot ci needs an address").WithHint("e.g. at: [jobs, test, strategy, matrix, service]")
		}
		return []placement{{file: file, address: a, text: []byte(text)}}, "", nil
	}
	scope := m.scope
	scope.Slot = template.Slot{File: file, Path: workspace.Rel(file, m.service.Path)}
	if scope.Units, err = m.recorded(); err != nil {
		return nil, "", err
	}
	entries, err := m.tmpl.Entries(slot.Name, scope)
	if err != nil {
		return nil, "", err
	}
	for _, e := range entries {
		a := addressed(wire, slot.Address(m.service, file))
		if e.At != nil {
			a.Path, a.Create = e.At, a.Create || e.Create
		}
		key := func(s workspace.Service) (string, error) { return slot.Address(s, file).Key, nil }
		if e.Key != "" {
			a.Key = e.Key
			render, err := template.Compile(e.RawKey)
			if err != nil {
				return nil, "", err
			}
			key = func(s workspace.Service) (string, error) {
				sc := scope
				sc.Service = scopeOf(w, s).Service
				sc.Slot.Path = workspace.Rel(file, s.Path)
				return render(sc)
			}
		}
		if a.Kind == insert.At && a.Key != "" && !e.Ensure {
			for _, s := range peers {
				k, err := key(s)
				if err != nil {
					return nil, "", err
				}
				a.Peers = append(a.Peers, k)
			}
		}
		out = append(out, placement{file, a, e.Text, e.Ensure})
	}
	return out, "", nil
}

func orFile(file string, slot *workspace.Slot) string {
	if file != "" {
		return file
	}
	return strings.Join(slot.Files, ", ")
}

// addressed is the manifest's address where it gives one, with the slot's key.
func addressed(wire *workspace.Wire, own insert.Address) insert.Address {
	if !wire.Fixed {
		own.Create, own.Doc = own.Create || wire.Address.Create, wire.Address.Doc
		return own
	}
	a := wire.Address
	if a.Key == "" {
		a.Key = own.Key
	}
	return a
}

// others are the workspace's services but s.
func others(w *workspace.Workspace, s workspace.Service) []workspace.Service {
	out := make([]workspace.Service, 0, len(w.Manifest.Services))
	for _, o := range w.Manifest.Services {
		if o.Name != s.Name {
			out = append(out, o)
		}
	}
	return out
}

// custom is the entry of a file of the person's own, written in the manifest.
func custom(w *workspace.Workspace, m member, wire *workspace.Wire) (placement, error) {
	if w.Existing([]string{wire.File}) == "" {
		return placement{}, diag.Errorf("the file %s does not exist", wire.File).
			WithHint("make it, or take this entry out of %s", workspace.ManifestFile)
	}
	scope := m.scope
	scope.Slot = template.Slot{File: wire.File, Path: workspace.Rel(wire.File, m.service.Path)}
	p := placement{file: wire.File, address: wire.Address}
	var err error
	if p.text, err = entryText(wire, scope); err != nil {
		return p, err
	}
	a := &p.address
	a.Path = nil
	for _, seg := range wire.Address.Path {
		s, err := template.Text(seg, scope)
		if err != nil {
			return p, err
		}
		a.Path = append(a.Path, s)
	}
	// What tells one service's entry from another's: its key, or, for a line,
	// the line.
	src := wire.Address.Key
	if line, ok := wire.Entry.(string); ok && src == "" {
		src = line
	}
	render, err := template.Compile(src)
	if err != nil {
		return p, err
	}
	if a.Key, err = render(scope); err != nil {
		return p, err
	}
	for _, s := range others(w, m.service) {
		sc := scope
		sc.Service = scopeOf(w, s).Service
		sc.Slot.Path = workspace.Rel(wire.File, s.Path)
		key, err := render(sc)
		if err != nil {
			return p, err
		}
		a.Peers = append(a.Peers, key)
	}
	if wire.Address.Key == "" {
		a.Key = ""
		if a.Kind == insert.At {
			a.Peers = nil
			if line, ok := wire.Entry.(string); ok { // an element that is a text of its own
				if own, err := template.Text(line, scope); err == nil {
					a.Key = "[=" + own + "]"
				}
			}
		}
	}
	return p, nil
}

// entryText writes the manifest's entry in the language of its file.
func entryText(wire *workspace.Wire, scope template.Scope) ([]byte, error) {
	v, err := rendered(wire.Entry, scope)
	if err != nil {
		return nil, err
	}
	if line, ok := v.(string); ok && wire.Address.Kind != insert.At {
		return []byte(line), nil
	}
	return insert.Encode(wire.File, v)
}

// rendered renders the texts in v. One that is a single action is typed by what
// it renders to: '{{ .Service.Port }}' is a number.
func rendered(v any, scope template.Scope) (any, error) {
	switch v := v.(type) {
	case string:
		s, err := template.Text(v, scope)
		if err != nil {
			return nil, err
		}
		trimmed := strings.TrimSpace(v)
		if strings.HasPrefix(trimmed, "{{") && strings.Index(trimmed, "}}") == len(trimmed)-2 {
			return document.Plain(s), nil
		}
		return s, nil
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			r, err := rendered(item, scope)
			if err != nil {
				return nil, err
			}
			out[i] = r
		}
		return out, nil
	case []document.Entry:
		out := make([]insert.Pair, len(v))
		for i, e := range v {
			key, err := template.Text(e.Key, scope)
			if err != nil {
				return nil, err
			}
			r, err := rendered(e.Value, scope)
			if err != nil {
				return nil, err
			}
			out[i] = insert.Pair{Key: key, Value: r}
		}
		return out, nil
	}
	return v, nil
}

// place puts p into the draft's next tree.
func place(w *workspace.Workspace, d *draft, p placement) error {
	f, err := d.file(w, p.file)
	if err != nil {
		return err
	}
	if p.ensure {
		if _, err := insert.Find(p.file, f.Data, p.address, p.text); err == nil {
			return nil
		}
	}
	data, err := insert.Insert(p.file, f.Data, p.address, p.text)
	if err != nil {
		return err
	}
	d.edit(p.file, data, p.address.String())
	return nil
}
