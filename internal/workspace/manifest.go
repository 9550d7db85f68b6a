package workspace

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/document"
	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/names"
	"github.com/svcgen/svcgen/internal/source"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/trust"
)

// ManifestFile makes a folder a workspace.
const ManifestFile = "svcgen.yaml"

// manifestVersion is the newest version of the manifest that this svcgen reads.
const manifestVersion = 1

// Manifest is svcgen.yaml: the services there are, and the shared files that
// list them.
type Manifest struct {
	Module    string
	Services  []Service           // in file order
	Templates map[string]Template // by name, besides the built-in ones
	Trust     trust.List          // who signs what comes from elsewhere
	Wires     []Wire
	Data      []byte // the file as it is
}

// Service is a service's entry in the manifest.
type Service struct {
	Name        string
	Path        string // its folder, a slash path below the workspace
	Port, Admin int    // zero where it has none
	Owner       string
	Needs       []string
	Line, Col   int
}

// Template is where the templates of a name come from: a folder of the
// workspace, read as it is, or a source, of which the content with the digest
// counts and nothing else.
type Template struct {
	Dir       string // a slash path below the workspace; "" for a source
	Source    source.Source
	Digest    string // h1
	Line, Col int    // of the name
}

// Wire is one place where services are listed.
type Wire struct {
	Slot    string // "" for a file of the person's own
	File    string // "" for the first of the slot's files that exists
	Address insert.Address
	Fixed   bool // Address was given; otherwise it is the slot's
	Entry   any  // the entry of a custom wire: what insert.Encode takes; texts are template texts
	Line    int
	Col     int
}

// Service returns the service called name, or nil.
func (m *Manifest) Service(name string) *Service {
	for i := range m.Services {
		if m.Services[i].Name == name {
			return &m.Services[i]
		}
	}
	return nil
}

// Names lists the services' names, sorted.
func (m *Manifest) Names() []string {
	out := make([]string, len(m.Services))
	for i, s := range m.Services {
		out[i] = s.Name
	}
	slices.Sort(out)
	return out
}

// ParseManifest reads a manifest strictly. What is wrong comes back as
// diag.List, all of it.
func ParseManifest(data []byte) (*Manifest, error) {
	m := &Manifest{Templates: map[string]Template{}, Data: data}
	r, root := document.Open(ManifestFile, data)
	if root == nil {
		if r.Err() == nil {
			r.Fail(nil, "the manifest is empty", "svcgen init makes one")
		}
		return nil, r.Err()
	}
	versioned := false
	r.Fields(root, "the manifest", map[string]func(document.Node){
		"version": func(n document.Node) {
			versioned = true
			if v := r.Int(n, "version"); v > manifestVersion {
				r.Fail(n, fmt.Sprintf("version %d is newer than this svcgen reads (%d)", v, manifestVersion), "upgrade svcgen")
			} else if v < 1 {
				r.Fail(n, "version must be 1", "")
			}
		},
		"module": func(n document.Node) { m.Module = r.String(n, "module") },
		"services": func(n document.Node) {
			for _, p := range r.Pairs(n, "services") {
				m.Services = append(m.Services, service(r, p))
			}
		},
		"templates": func(n document.Node) {
			for _, p := range r.Pairs(n, "templates") {
				m.Templates[p.Key] = templateOf(r, p)
			}
		},
		"trust": func(n document.Node) { m.Trust = trust.Read(r, n) },
		"wiring": func(n document.Node) {
			for _, item := range r.Items(n, "wiring") {
				m.Wires = append(m.Wires, wire(r, item))
			}
		},
	})
	if !versioned {
		r.Fail(root, "version is missing", "write version: 1")
	}
	m.distinct(r)
	if err := r.Err(); err != nil {
		return nil, err
	}
	return m, nil
}

// distinct refuses what two services may not share.
func (m *Manifest) distinct(r *document.Reader) {
	ports, folders := map[int]string{}, map[string]string{}
	for _, s := range m.Services {
		at := document.At(s.Line, s.Col)
		for _, port := range []int{s.Port, s.Admin} {
			if port == 0 {
				continue
			}
			if other, ok := ports[port]; ok {
				r.Fail(at, fmt.Sprintf("%s has port %d, which %s has too", s.Name, port, other), "")
			}
			ports[port] = s.Name
		}
		if other, ok := folders[strings.ToLower(s.Path)]; ok {
			r.Fail(at, fmt.Sprintf("%s has the folder %s, which %s has too", s.Name, s.Path, other), "")
		}
		folders[strings.ToLower(s.Path)] = s.Name
	}
}

func service(r *document.Reader, p document.Pair) Service {
	s := Service{Name: p.Key}
	s.Line, s.Col = r.Position(p.At)
	if problem, hint := names.CheckService(s.Name); problem != "" {
		r.Fail(p.At, problem, hint)
	}
	port := func(what string, to *int) func(document.Node) {
		return func(n document.Node) {
			if *to = r.Int(n, what); *to < 1 || *to > 65535 {
				r.Fail(n, fmt.Sprintf("%s must be between 1 and 65535", what), "")
			}
		}
	}
	r.Fields(p.N, "services."+s.Name, map[string]func(document.Node){
		"path":  func(n document.Node) { s.Path = folder(r, n, "path") },
		"port":  port("port", &s.Port),
		"admin": port("admin", &s.Admin),
		"owner": func(n document.Node) { s.Owner = r.String(n, "owner") },
		"needs": func(n document.Node) { s.Needs = r.Strings(n, "needs") },
	})
	if s.Path == "" {
		r.Fail(p.At, "services."+s.Name+" has no path", "e.g. path: services/"+s.Name)
	}
	return s
}

// templateOf reads a folder, or a mapping with a source and its digest.
func templateOf(r *document.Reader, p document.Pair) Template {
	t := Template{}
	t.Line, t.Col = r.Position(p.At)
	if !document.IsMap(p.N) {
		if from := r.Text(p.N); strings.Contains(from, "://") || strings.HasPrefix(from, "../") || strings.HasPrefix(from, "/") {
			r.Fail(p.N, fmt.Sprintf("the template %s is not in the workspace, and has no digest", p.Key),
				fmt.Sprintf("svcgen template add %s SOURCE writes both", p.Key))
			return t
		}
		t.Dir = folder(r, p.N, "the template "+p.Key)
		return t
	}
	what := "the template " + p.Key
	if !template.ValidName(p.Key) {
		r.Fail(p.At, fmt.Sprintf("the name %q is not made of lower-case words with dashes", p.Key), "e.g. acme or event-worker")
	}
	given := false
	r.Fields(p.N, what, map[string]func(document.Node){
		"source": func(n document.Node) {
			var err error
			given = true
			if t.Source, err = source.Parse(r.String(n, "source")); err != nil {
				for _, e := range diag.All(err) {
					r.Fail(n, e.Msg, e.Hint)
				}
			}
		},
		"digest": func(n document.Node) {
			if t.Digest = r.String(n, "digest"); !isDigest(t.Digest) {
				r.Fail(n, fmt.Sprintf("%q is not a digest", t.Digest), fmt.Sprintf("h1: and 44 characters; svcgen template update %s writes it", p.Key))
			}
		},
	})
	if !given {
		r.Fail(p.At, what+" has no source", "e.g. source: git+https://github.com/acme/templates@v1.0.0")
	} else if t.Digest == "" {
		r.Fail(p.At, what+" has no digest", fmt.Sprintf("svcgen template remove %s, then svcgen template add %s SOURCE", p.Key, p.Key))
	}
	return t
}

// isDigest reports whether s has the form of a digest: h1 and a SHA-256 in
// base64.
func isDigest(s string) bool {
	sum, ok := strings.CutPrefix(s, "h1:")
	raw, err := base64.StdEncoding.Strict().DecodeString(sum)
	return ok && err == nil && len(raw) == sha256.Size
}

// folder reads a path that must stay in the workspace.
func folder(r *document.Reader, n document.Node, what string) string {
	given := r.String(n, what)
	if given == "" {
		return ""
	}
	p := path.Clean(given)
	if !tree.Valid(p) {
		r.Fail(n, fmt.Sprintf("%s %q is not a folder of the workspace", what, given), "a relative path with slashes, without ..")
	}
	return p
}

func wire(r *document.Reader, n document.Node) Wire {
	w := Wire{}
	w.Line, w.Col = r.Position(n)
	fields := template.AddressFields(r, &w.Address, &w.Fixed)
	fields["slot"] = func(n document.Node) {
		w.Slot = r.String(n, "slot")
		if SlotNamed(w.Slot) == nil {
			hint := "the slots are " + strings.Join(SlotNames(), ", ")
			if near := diag.Nearest(w.Slot, SlotNames()); near != "" {
				hint = "did you mean " + near + "?"
			}
			r.Fail(n, fmt.Sprintf("there is no slot %q", w.Slot), hint)
		}
	}
	fields["file"] = func(n document.Node) {
		if w.File = r.String(n, "file"); w.File != "" && !tree.Valid(w.File) {
			r.Fail(n, fmt.Sprintf("the file %q is not in the workspace", w.File), "a relative path with slashes, without ..")
		}
	}
	fields["entry"] = func(n document.Node) { w.Entry = r.Value(n) }
	r.Fields(n, "a wiring entry", fields)
	switch {
	case w.Slot == "" && w.File == "":
		r.Fail(n, "a wiring entry needs a slot or a file", "")
	case w.Slot == "" && w.Entry == nil && w.Address.Kind != insert.Use && w.Address.Kind != insert.Import:
		r.Fail(n, "a wiring entry without a slot needs its entry", "e.g. entry: {port: '{{ .Service.Port }}'}")
	case w.Slot == "" && !w.Fixed:
		r.Fail(n, "a wiring entry without a slot needs an address", "at, before, after, end or lines")
	case w.Slot != "" && w.Entry != nil:
		r.Fail(n, "the entry of a slot comes from the service's template", "leave slot or entry out")
	}
	return w
}
