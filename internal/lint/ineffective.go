package lint

import (
	"path"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/template"
)

// reportIneffective finds what template.yaml says in vain.
func (p *Pass) reportIneffective() {
	if p.Template == nil || len(p.Renderings) == 0 || p.doc.root == nil {
		return
	}
	p.doc.walk(func(n *yamlNode, keys []string) {
		if len(keys) == 0 {
			return
		}
		switch last := keys[len(keys)-1]; {
		case last == "options" && slices.Contains(keys[:len(keys)-1], "values"):
			p.reportTwice(n)
		case last == "when" && keys[0] != "values" && p.never(scalar(n)):
			p.Report(template.File, template.Pos{Line: n.Line, Col: n.Column}, "%q holds with no choice of values", scalar(n)).
				Remedy = "correct the condition, or take out what it guards"
		}
	})
	p.reportKept()
}

func (p *Pass) reportTwice(list *yamlNode) {
	seen := map[string]bool{}
	for _, n := range items(list) {
		if text := scalar(n); seen[text] {
			p.Report(template.File, template.Pos{Line: n.Line, Col: n.Column}, "the option %q is there twice", text).Remedy = "take one of them out"
		} else {
			seen[text] = true
		}
	}
}

// never reports whether a condition is false with every choice of the values
// that it reads. Of one that reads anything but values with a known list of
// answers that cannot be told.
func (p *Pass) never(when string) bool {
	names, ok := p.finite(when)
	if !ok {
		return false
	}
	var lists [][]string
	for _, v := range p.Template.Values {
		if slices.Contains(names, v.Name) {
			lists = append(lists, choices(v))
		}
	}
	sets := product(lists, maxCover)
	for _, set := range sets {
		scope, i := sampleScope(p.Template), 0
		scope.Values = map[string]any{}
		for _, v := range p.Template.Values {
			if slices.Contains(names, v.Name) {
				scope.Values[v.Name], _ = v.Check(set[i])
				i++
			}
		}
		if holds, err := p.Template.Holds(when, scope); err != nil || holds {
			return false
		}
	}
	return len(sets) > 0
}

// finite lists the values that a condition reads, where it reads nothing else
// and each takes but the answers of a list.
func (p *Pass) finite(when string) (names []string, ok bool) {
	if strings.Contains(when, ".Service") || strings.Contains(when, ".Workspace") || strings.Contains(when, ".Template") ||
		strings.Contains(when, ".Svcgen") || strings.Contains(when, ".Slot") {
		return nil, false
	}
	uses := usesIn(template.File, "{{if "+when+"}}{{end}}", template.Pos{}, nil)
	for _, u := range uses {
		i := slices.IndexFunc(p.Template.Values, func(v template.Value) bool { return v.Name == u.name })
		if u.unit || i < 0 || p.Template.Values[i].Type != template.Bool && p.Template.Values[i].Type != template.Option {
			return nil, false
		}
		names = append(names, u.name)
	}
	return names, len(names) > 0
}

// reportKept finds kept paths that neither the service nor a unit makes. Where
// not everything is rendered that cannot be told.
func (p *Pass) reportKept() {
	if p.sampled || p.cut || slices.ContainsFunc(p.Renderings, func(r *Rendering) bool { return !r.Whole() }) {
		return
	}
	var made []string // paths, or the template texts of paths
	for _, o := range p.checked() {
		made = append(made, o.Path)
	}
	for _, r := range p.Renderings {
		for name := range r.Out.Files {
			made = append(made, name)
		}
	}
	for _, n := range items(lookup(p.doc.root, "keep")) {
		pattern := scalar(n)
		top, _, _ := strings.Cut(pattern, "/")
		matches := slices.ContainsFunc(made, func(name string) bool { ok, err := path.Match(pattern, name); return ok || err != nil })
		brought := slices.ContainsFunc(p.Template.Units, func(u template.Unit) bool {
			// What units bring depends on their own values: the folder at the top tells enough.
			return strings.HasPrefix(u.Snapshot, top+"/") || p.holdsUnder(u.Dir, top) || p.holdsUnder(u.With, top)
		})
		if !matches && !brought && len(top) > 0 {
			p.Report(template.File, template.Pos{Line: n.Line, Col: n.Column}, "keep names %q, which nothing renders", pattern).
				Remedy = "correct the path, or take it out: * stands for a part of one name"
		}
	}
}

// holdsUnder reports whether a folder of the template holds a file that may be
// rendered below top, a pattern.
func (p *Pass) holdsUnder(dir, top string) bool {
	for name := range p.Files {
		rest, ok := strings.CutPrefix(name, dir+"/")
		first, _, _ := strings.Cut(rest, "/")
		if matched, _ := path.Match(top, strings.TrimSuffix(first, ".tmpl")); dir != "" && ok && (matched || strings.Contains(first, "{{")) {
			return true
		}
	}
	return false
}
