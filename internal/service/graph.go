package service

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/workspace"
)

// Graph is a workspace's services and what they need, sorted.
type Graph struct {
	Nodes []Node `json:"nodes"` // by name
	Edges []Edge `json:"edges"` // by from, to and kind
}

// The kinds of edges.
const (
	Calls  = "calls"  // the manifest says that From needs To
	Events = "events" // From consumes what To publishes
	Stores = "stores" // To is From's database
)

// Node is a service, or a thing that belongs to one, such as its database.
type Node struct {
	Name      string   `json:"name"`
	Kind      string   `json:"kind"`               // of the template: server, worker, web, other; database; missing: needed, and not there
	Template  string   `json:"template,omitempty"` // with its release
	Path      string   `json:"path,omitempty"`
	Owner     string   `json:"owner,omitempty"`
	Publishes []string `json:"publishes,omitempty"` // subjects, as its units and values say
	Consumes  []string `json:"consumes,omitempty"`
	Focus     bool     `json:"focus,omitempty"`    // what the graph is about
	Affected  bool     `json:"affected,omitempty"` // by a change
}

// Edge says that From needs To.
type Edge struct {
	From     string   `json:"from"`
	To       string   `json:"to"`
	Kind     string   `json:"kind"`
	Subjects []string `json:"subjects,omitempty"` // of events
}

// NewGraph reads the workspace's services. A service whose descriptor or release
// cannot be read is in it with kind other: the graph shows what there is.
func NewGraph(w *workspace.Workspace, lib workspace.Library) *Graph {
	g := &Graph{Nodes: []Node{}, Edges: []Edge{}}
	missing := map[string]bool{}
	for i := range w.Manifest.Services {
		s := &w.Manifest.Services[i]
		n := Node{Name: s.Name, Kind: "other", Path: s.Path, Owner: s.Owner}
		if d, err := w.Descriptor(s); err == nil {
			n.Template = d.Template + " " + d.Release
			if t, err := lib.Kept(d.Template, d.Release); err == nil && t != nil {
				n.Kind = t.Kind
			}
			n.Publishes, n.Consumes = subjects(s.Name, d)
			if db := d.Values["database"]; db != "" && db != "none" {
				store := s.Name + "/" + db
				g.Nodes = append(g.Nodes, Node{Name: store, Kind: "database"})
				g.Edges = append(g.Edges, Edge{From: s.Name, To: store, Kind: Stores})
			}
		}
		g.Nodes = append(g.Nodes, n)
		for _, need := range slices.Compact(slices.Sorted(slices.Values(s.Needs))) {
			if w.Manifest.Service(need) == nil {
				missing[need] = true
			}
			g.Edges = append(g.Edges, Edge{From: s.Name, To: need, Kind: Calls})
		}
	}
	for name := range missing {
		g.Nodes = append(g.Nodes, Node{Name: name, Kind: "missing"})
	}
	g.events()
	g.sort()
	return g
}

// subjects tells which events a service publishes and consumes: those of its
// units of these kinds, and those of the sample: the one that the value subject
// names and, of the built-in worker, the one that it gives out under the service's
// name.
func subjects(name string, d *workspace.Descriptor) (publishes, consumes []string) {
	if s := d.Values["subject"]; s != "" && d.Values["example"] == "yes" {
		consumes = append(consumes, s)
		if d.Template == "worker" {
			publishes = append(publishes, name+".scored")
		}
	}
	for _, u := range d.Units {
		switch s := u.Values["subject"]; {
		case s == "":
		case u.Kind == "publisher":
			publishes = append(publishes, s)
		case u.Kind == "consumer":
			consumes = append(consumes, s)
		}
	}
	sorted := func(l []string) []string { return slices.Compact(slices.Sorted(slices.Values(l))) }
	return sorted(publishes), sorted(consumes)
}

// events adds an edge from each service that consumes a subject to each other
// one that publishes it.
func (g *Graph) events() {
	by := map[string][]string{} // subject to publishers
	for _, n := range g.Nodes {
		for _, s := range n.Publishes {
			by[s] = append(by[s], n.Name)
		}
	}
	for _, n := range g.Nodes {
		from := map[string][]string{} // publisher to subjects
		for subject, publishers := range by {
			if !slices.ContainsFunc(n.Consumes, func(pattern string) bool { return covers(pattern, subject) }) {
				continue
			}
			for _, p := range publishers {
				if p != n.Name {
					from[p] = append(from[p], subject)
				}
			}
		}
		for p, list := range from {
			slices.Sort(list)
			g.Edges = append(g.Edges, Edge{From: n.Name, To: p, Kind: Events, Subjects: list})
		}
	}
}

// covers reports whether a NATS pattern takes a subject: * is one token, > at
// the end is one or more (docs.nats.io, Subject-Based Messaging).
func covers(pattern, subject string) bool {
	want, have := strings.Split(pattern, "."), strings.Split(subject, ".")
	for i, w := range want {
		switch {
		case i >= len(have):
			return false
		case w == ">" && i == len(want)-1:
			return true
		case w != "*" && w != have[i]:
			return false
		}
	}
	return len(want) == len(have)
}

func (g *Graph) sort() {
	slices.SortFunc(g.Nodes, func(a, b Node) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(g.Edges, func(a, b Edge) int {
		return cmp.Or(strings.Compare(a.From, b.From), strings.Compare(a.To, b.To), strings.Compare(a.Kind, b.Kind))
	})
}

// Focus keeps the service called name, all that it needs, and all that needs it,
// up to depth steps away in either direction; 0 means however far.
func (g *Graph) Focus(name string, depth int) error {
	if !slices.ContainsFunc(g.Nodes, func(n Node) bool { return n.Name == name }) {
		var names []string
		for _, n := range g.Nodes {
			names = append(names, n.Name)
		}
		e := diag.Errorf("there is no service %q", name)
		if near := diag.Nearest(name, names); near != "" {
			e = e.WithHint("did you mean %s?", near)
		}
		return e
	}
	needs, needed := map[string][]string{}, map[string][]string{}
	for _, e := range g.Edges {
		needs[e.From] = append(needs[e.From], e.To)
		needed[e.To] = append(needed[e.To], e.From)
	}
	keep := reach(needs, name, depth)
	maps.Copy(keep, reach(needed, name, depth))
	g.Nodes = slices.DeleteFunc(g.Nodes, func(n Node) bool { return !keep[n.Name] })
	g.Edges = slices.DeleteFunc(g.Edges, func(e Edge) bool { return !keep[e.From] || !keep[e.To] })
	for i := range g.Nodes {
		g.Nodes[i].Focus = g.Nodes[i].Name == name
	}
	return nil
}

// reach returns what can be come to from name by at most depth steps; 0 means
// any number.
func reach(next map[string][]string, name string, depth int) map[string]bool {
	seen := map[string]bool{name: true}
	for at, steps := []string{name}, 0; len(at) > 0 && (depth == 0 || steps < depth); steps++ {
		var further []string
		for _, n := range at {
			for _, to := range next[n] {
				if !seen[to] {
					seen[to] = true
					further = append(further, to)
				}
			}
		}
		at = further
	}
	return seen
}

// Mark says which services a change affects.
func (g *Graph) Mark(services []workspace.Service) {
	hit := map[string]bool{}
	for _, s := range services {
		hit[s.Name] = true
	}
	for i, n := range g.Nodes {
		g.Nodes[i].Affected = hit[n.Name]
	}
}
