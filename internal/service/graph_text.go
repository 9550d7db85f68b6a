package service

import (
	"fmt"
	"strings"
	"unicode"
)

// Mermaid writes the graph as a Mermaid flowchart, as GitHub and GitLab show it.
// An arrow leads from who needs to what is needed; a dotted one is for events.
func (g *Graph) Mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	id := map[string]string{}
	classes := map[string][]string{}
	for i, n := range g.Nodes {
		id[n.Name] = fmt.Sprintf("n%d", i)
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
		fmt.Fprintf(&b, "  %s%s\"%s\"%s\n", id[n.Name], left, mermaidLabel(n), right)
		for class, is := range map[string]bool{"affected": n.Affected, "focus": n.Focus, "missing": n.Kind == "missing"} {
			if is {
				classes[class] = append(classes[class], id[n.Name])
			}
		}
	}
	for _, e := range g.Edges {
		arrow := "-->"
		if e.Kind == Events {
			arrow = `-. "` + mermaidText(strings.Join(e.Subjects, ", ")) + `" .->`
		}
		fmt.Fprintf(&b, "  %s %s %s\n", id[e.From], arrow, id[e.To])
	}
	for _, c := range []struct{ name, style string }{
		{"affected", "fill:#fde68a,stroke:#b45309,color:#111827"},
		{"focus", "stroke-width:3px"},
		{"missing", "stroke:#b91c1c,stroke-dasharray:4 4"},
	} {
		if nodes := classes[c.name]; len(nodes) > 0 {
			fmt.Fprintf(&b, "  classDef %s %s\n  class %s %s\n", c.name, c.style, strings.Join(nodes, ","), c.name)
		}
	}
	return b.String()
}

func mermaidLabel(n Node) string {
	s := n.Name
	if i := strings.IndexByte(s, '/'); n.Kind == "database" && i >= 0 {
		s = s[i+1:]
	}
	s = mermaidText(s)
	if n.Owner != "" {
		s += "<br/>" + mermaidText(n.Owner)
	}
	return s
}

// mermaidText writes s for a quoted Mermaid text, with Mermaid's own entity codes
// for what would end the text, be HTML, or be Markdown.
func mermaidText(s string) string {
	return strings.NewReplacer(`"`, "#quot;", "<", "#lt;", ">", "#gt;", "#", "#35;", "&", "#amp;", "`", "#96;", `\`, "#92;").Replace(oneLine(s))
}

// oneLine puts spaces in the place of control characters.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
}

// Dot writes the graph in Graphviz' language.
func (g *Graph) Dot() string {
	var b strings.Builder
	b.WriteString("digraph services {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n")
	for _, n := range g.Nodes {
		label := dotText(n.Name)
		if n.Owner != "" {
			label += `\n` + dotText(n.Owner)
		}
		attrs := []string{`label="` + label + `"`}
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
		fmt.Fprintf(&b, "  \"%s\" [%s];\n", dotText(n.Name), strings.Join(attrs, ", "))
	}
	for _, e := range g.Edges {
		fmt.Fprintf(&b, "  \"%s\" -> \"%s\"", dotText(e.From), dotText(e.To))
		if e.Kind == Events {
			fmt.Fprintf(&b, ` [style=dashed, label="%s"]`, dotText(strings.Join(e.Subjects, ", ")))
		}
		b.WriteString(";\n")
	}
	b.WriteString("}\n")
	return b.String()
}

// dotText writes s for a quoted text of Graphviz. In labels it reads HTML's
// entities and escapes of its own.
func dotText(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "&", "&amp;").Replace(oneLine(s))
}
