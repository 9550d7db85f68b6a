// Package atlas is the page of svcgen map: what it shows of a workspace, the page
// itself, and the server that keeps an open page current.
//
// It changes no file of the workspace, listens on loopback alone, asks nothing but
// the readiness of services on this machine, and loads nothing from elsewhere. It
// decides nothing about services: packages service and workspace do.
package atlas

import (
	"context"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/service"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// Map is a workspace's services, what they need, and how they stand.
type Map struct {
	Version   int            `json:"version"`
	Workspace string         `json:"workspace"` // its folder's name
	Module    string         `json:"module"`
	Services  []Service      `json:"services"` // by name
	Edges     []service.Edge `json:"edges"`    // between services
}

// Service is one service, or the name of one that is needed and not there.
type Service struct {
	Name      string   `json:"name"`
	Kind      string   `json:"kind"` // server, worker, web, other, missing
	Template  string   `json:"template"`
	Release   string   `json:"release"`
	Newest    string   `json:"newest"` // a later release; "" where there is none
	Path      string   `json:"path"`
	Owner     string   `json:"owner"`
	Port      int      `json:"port"`
	Databases []string `json:"databases"`
	Publishes []string `json:"publishes"`
	Consumes  []string `json:"consumes"`

	Edited    []string          `json:"edited"` // paths, as of svcgen status
	Deleted   []string          `json:"deleted"`
	Conflicts []string          `json:"conflicts"`
	Unwired   []string          `json:"unwired"`
	Problems  []service.Problem `json:"problems"`
}

// Read reads what the page shows of all services.
func Read(ctx context.Context, w *workspace.Workspace, lib workspace.Library) (*Map, error) {
	standings, err := service.Status(ctx, w, lib, nil)
	if err != nil {
		return nil, err
	}
	g := service.NewGraph(w, lib)
	m := &Map{Version: 1, Workspace: filepath.Base(w.Path), Module: w.Manifest.Module, Services: []Service{}, Edges: []service.Edge{}}
	databases := map[string][]string{}
	for _, e := range g.Edges {
		switch {
		case e.Kind == service.Stores:
			databases[e.From] = append(databases[e.From], path.Base(e.To))
		case e.From != e.To:
			m.Edges = append(m.Edges, e)
		}
	}
	for _, n := range g.Nodes {
		if n.Kind == "database" {
			continue
		}
		s := Service{Name: n.Name, Kind: n.Kind, Path: n.Path, Owner: n.Owner,
			Databases: databases[n.Name], Publishes: n.Publishes, Consumes: n.Consumes}
		if entry := w.Manifest.Service(n.Name); entry != nil {
			s.Port = entry.Port
		}
		if i := slices.IndexFunc(standings, func(st service.Standing) bool { return st.Service == n.Name }); i >= 0 {
			s.stand(standings[i])
		}
		for _, list := range []*[]string{&s.Databases, &s.Publishes, &s.Consumes, &s.Edited, &s.Deleted, &s.Conflicts, &s.Unwired} {
			if *list == nil {
				*list = []string{}
			}
		}
		if s.Problems == nil {
			s.Problems = []service.Problem{}
		}
		m.Services = append(m.Services, s)
	}
	return m, nil
}

func (s *Service) stand(st service.Standing) {
	s.Template, s.Release = st.Template, st.Release
	if st.Behind() {
		s.Newest = st.Newest
	}
	s.Edited, s.Deleted, s.Conflicts, s.Unwired, s.Problems = st.Edited, st.Missing, st.Conflict, st.Unwired, st.Problems
}

// Detail is what the page shows of the service that a person looks at.
type Detail struct {
	Endpoints []Endpoint `json:"endpoints"`
	Units     []Unit     `json:"units"`   // but for endpoints
	Runbook   string     `json:"runbook"` // Markdown; "" where there is none
	Notes     []string   `json:"notes"`   // what could not be shown, and why
}

// Unit is a unit of a service.
type Unit struct {
	Kind   string   `json:"kind"`
	Values []string `json:"values"` // in the descriptor's order
}

// The files of a service that the page shows, and how large they may be: a page
// is read by people.
const (
	openAPIFile = "api/openapi.json"
	runbookFile = "docs/runbook.md"
	maxOpenAPI  = 8 << 20
	maxRunbook  = 1 << 20
)

// ReadDetail reads what the page shows of one service. Files that are missing
// show nothing, ones that cannot be read are noted.
func ReadDetail(w *workspace.Workspace, s *workspace.Service) Detail {
	d := Detail{Endpoints: []Endpoint{}, Units: []Unit{}, Notes: []string{}}
	if data := d.file(w, path.Join(s.Path, openAPIFile), maxOpenAPI); data != nil {
		list, err := endpoints(data)
		if err != nil {
			d.Notes = append(d.Notes, path.Join(s.Path, openAPIFile)+": "+err.Error())
		}
		d.Endpoints = append(d.Endpoints, list...)
	}
	d.Endpoints = append(d.Endpoints, d.methods(w, s)...)
	d.Runbook = strings.ToValidUTF8(string(d.file(w, path.Join(s.Path, runbookFile), maxRunbook)), "\uFFFD")
	descriptor, err := w.Descriptor(s)
	if err != nil {
		return d // status says why
	}
	described := len(d.Endpoints) > 0
	for _, u := range descriptor.Units {
		switch {
		case u.Kind != "endpoint":
			unit := Unit{Kind: u.Kind, Values: []string{}}
			for _, k := range u.Keys {
				unit.Values = append(unit.Values, u.Values[k])
			}
			d.Units = append(d.Units, unit)
		case !described:
			d.Endpoints = append(d.Endpoints, Endpoint{Method: u.Values["method"], Path: u.Values["path"], Operation: u.Values["name"]})
		}
	}
	return d
}

func (d *Detail) file(w *workspace.Workspace, p string, limit int) []byte {
	f, err := tree.Lookup(w.Root, p)
	switch {
	case err != nil:
		d.Notes = append(d.Notes, p+": "+err.Error())
	case f == nil:
	case f.Kind == tree.Symlink:
		d.Notes = append(d.Notes, p+" is a symbolic link; it is not followed")
	case len(f.Data) > limit:
		d.Notes = append(d.Notes, p+" is too large to show")
	default:
		return f.Data
	}
	return nil
}
