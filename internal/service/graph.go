package service

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/workspace"
)

// Graph is a workspace's services and what they need, sorted.
type Graph struct {
	Nodes []Node `json:"nodes"`
	Edges []Edge `json:"edges"`
}

// Node is a service, or a thing that belongs to one, such as its database.
type Node struct {
	Name     string `json:"name"`
	Kind     string `json:"kind"`               // of the template: server, worker, web, other; database; missing
	Template string `json:"template,omitempty"` // with its release
	Path     string `json:"path,omitempty"`
	Owner    string `json:"owner,omitempty"`
	Focus    bool   `json:"focus,omitempty"`    // what the graph is about
	Affected bool   `json:"affected,omitempty"` // by a change
}

// Edge says that From needs To.
type Edge struct {
	From string `json:"from"`
	To   string `json:"to"`
	Kind string `json:"kind"` // calls, stores
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
			if db := d.Values["database"]; db != "" && db != "none" {
				store := s.Name + "/" + db
				g.Nodes = append(g.Nodes, Node{Name: store, Kind: "database"})
				g.Edges = append(g.Edges, Edge{s.Name, store, "stores"})
			}
		}
		g.Nodes = append(g.Nodes, n)
		for _, need := range s.Needs {
			if w.Manifest.Service(need) == nil {
				missing[need] = true
			}
			g.Edges = append(g.Edges, Edge{s.Name, need, "calls"})
		}
	}
	for name := range missing {
		g.Nodes = append(g.Nodes, Node{Name: name, Kind: "missing"})
	}
	g.sort()
	return g
}

func (g *Graph) sort() {
	slices.SortFunc(g.Nodes, func(a, b Node) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(g.Edges, func(a, b Edge) int {
		return cmp.Or(strings.Compare(a.From, b.From), strings.Compare(a.To, b.To), strings.Compare(a.Kind, b.Kind))
	})
}

// Focus keeps the service called name, all that it needs, and all that needs it,
// directly or not.
func (g *Graph) Focus(name string) error {
	var names []string
	for _, n := range g.Nodes {
		names = append(names, n.Name)
	}
	if !slices.Contains(names, name) {
		e := diag.Errorf("there is no service %q", name)
		if near := diag.Nearest(name, names); near != "" {
			e = e.WithHint("did you mean %s?", near)
		}
		return e
	}
	keep := map[string]bool{}
	reach := func(from, to func(Edge) string) {
		seen := map[string]bool{name: true}
		for queue := []string{name}; len(queue) > 0; queue = queue[1:] {
			keep[queue[0]] = true
			for _, e := range g.Edges {
				if from(e) == queue[0] && !seen[to(e)] {
					seen[to(e)] = true
					queue = append(queue, to(e))
				}
			}
		}
	}
	needs, needed := func(e Edge) string { return e.From }, func(e Edge) string { return e.To }
	reach(needs, needed)
	reach(needed, needs)
	g.Nodes = slices.DeleteFunc(g.Nodes, func(n Node) bool { return !keep[n.Name] })
	g.Edges = slices.DeleteFunc(g.Edges, func(e Edge) bool { return !keep[e.From] || !keep[e.To] })
	for i := range g.Nodes {
		g.Nodes[i].Focus = g.Nodes[i].Name == name
	}
	return nil
}

// Mark says which services a change affects.
func (g *Graph) Mark(services []workspace.Service) {
	for i, n := range g.Nodes {
		g.Nodes[i].Affected = slices.ContainsFunc(services, func(s workspace.Service) bool { return s.Name == n.Name })
	}
}

// Mermaid writes the graph as a Mermaid flowchart, as GitHub and GitLab show it.
func (g *Graph) Mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	for i, n := range g.Nodes {
		left, right := "[", "]"
		switch n.Kind {
		case "database":
			left, right = "[(", ")]"
		case "worker":
			left, right = "{{", "}}"
		case "web":
			left, right = "([", "])"
		case "missing":
			left, right = ">", "]"
		}
		fmt.Fprintf(&b, "  n%d%s\"%s\"%s%s\n", i, left, mermaidText(n), right, mermaidClass(n))
	}
	for _, e := range g.Edges {
		fmt.Fprintf(&b, "  n%d --> n%d\n", g.index(e.From), g.index(e.To))
	}
	for _, c := range []struct{ name, style string }{
		{"affected", "fill:#fde68a,stroke:#b45309,color:#111827"},
		{"focus", "stroke-width:3px"},
		{"missing", "stroke:#b91c1c,stroke-dasharray:4 4"},
	} {
		if strings.Contains(b.String(), ":::"+c.name) {
			fmt.Fprintf(&b, "  classDef %s %s\n", c.name, c.style)
		}
	}
	return b.String()
}

func mermaidText(n Node) string {
	s := n.Name
	if i := strings.IndexByte(s, '/'); n.Kind == "database" && i >= 0 {
		s = s[i+1:]
	}
	s = mermaidEscape(s)
	if n.Owner != "" {
		s += "<br/>" + mermaidEscape(n.Owner)
	}
	return s
}

func mermaidEscape(s string) string {
	return strings.NewReplacer(`"`, "#quot;", "<", "#lt;", ">", "#gt;", "#", "#35;").Replace(s)
}

func mermaidClass(n Node) string {
	switch {
	case n.Kind == "missing":
		return ":::missing"
	case n.Affected:
		return ":::affected"
	case n.Focus:
		return ":::focus"
	}
	return ""
}

func (g *Graph) index(name string) int {
	return slices.IndexFunc(g.Nodes, func(n Node) bool { return n.Name == name })
}

// Dot writes the graph in Graphviz' language.
func (g *Graph) Dot() string {
	var b strings.Builder
	b.WriteString("digraph services {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n")
	for _, n := range g.Nodes {
		label := n.Name
		if n.Owner != "" {
			label += "\n" + n.Owner
		}
		attrs := []string{"label=" + dotText(label)}
		switch n.Kind {
		case "database":
			attrs = append(attrs, "shape=cylinder")
		case "worker":
			attrs = append(attrs, "shape=hexagon")
		case "web":
			attrs = append(attrs, "shape=ellipse")
		case "missing":
			attrs = append(attrs, "style=dashed", "color=red")
		}
		if n.Affected {
			attrs = append(attrs, "style=filled", `fillcolor="#fde68a"`)
		}
		if n.Focus {
			attrs = append(attrs, "penwidth=3")
		}
		fmt.Fprintf(&b, "  %s [%s];\n", dotText(n.Name), strings.Join(attrs, ", "))
	}
	for _, e := range g.Edges {
		fmt.Fprintf(&b, "  %s -> %s;\n", dotText(e.From), dotText(e.To))
	}
	b.WriteString("}\n")
	return b.String()
}

func dotText(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}
