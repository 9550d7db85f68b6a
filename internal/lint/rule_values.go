package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"text/template/parse"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/template"
)

var valueUndeclared = Rule{
	ID: "value-undeclared", Severity: Error,
	Doc:    "The template uses a value that template.yaml does not declare.",
	Why:    "Nobody can give it, so that the file does not render: a missing value is an error, never an empty text.",
	Remedy: "declare it under values, or correct its name",
	Check: func(p *Pass) {
		for _, u := range p.undeclared() {
			known := p.declared(u)
			msg := fmt.Sprintf("there is no value %q in template.yaml", u.name)
			if u.unit {
				msg = fmt.Sprintf("unit %s has no value %q", strings.Join(u.units, ", "), u.name)
			}
			if near := diag.Nearest(u.name, known); near != "" {
				msg += fmt.Sprintf("; did you mean %s?", near)
			}
			p.Report(u.file, u.pos, "%s", msg)
		}
	},
}

// undeclared lists the uses of values that do not exist.
func (p *Pass) undeclared() []use {
	var out []use
	for _, u := range p.used() {
		section := "values"
		if u.unit {
			section = "units"
		}
		if u.name == "" || p.broken(section) || u.unit && len(u.units) == 0 {
			continue
		}
		if !slices.Contains(p.declared(u), u.name) {
			out = append(out, u)
		}
	}
	return out
}

// missingKey is what a template says that reads a value which is not there.
var missingKey = regexp.MustCompile(`map has no entry for key "(.*?)"`)

// undeclaredIn names the values that a file uses and that do not exist.
func (p *Pass) undeclaredIn(file string) map[string]bool {
	out := map[string]bool{}
	for _, u := range p.undeclared() {
		if u.file == file {
			out[u.name] = true
		}
	}
	return out
}

// declared lists the values that stand where u is.
func (p *Pass) declared(u use) []string {
	values := p.Template.Values
	if u.unit {
		values = nil
		for _, name := range u.units {
			if unit := p.Template.Unit(name); unit != nil {
				values = append(values, unit.Values...)
			}
		}
	}
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = v.Name
	}
	return names
}

var valueUnused = Rule{
	ID: "value-unused", Severity: Warning,
	Doc:    "A declared value is used by no file, path, condition or default.",
	Why:    "Everyone who makes a service is asked for it, and it changes nothing.",
	Remedy: "use the value, or take it out",
	Check: func(p *Pass) {
		if p.broken("values") || p.broken("units") || len(p.parsing()) > 0 {
			return // what is broken may be what uses it
		}
		mends := maxRemovals
		report := func(v template.Value, of string, keys ...string) {
			f := p.Report(template.File, v.Pos, "nothing uses the value %s%s", v.Name, of)
			if mends--; mends >= 0 {
				f.Mend(p.without(append(keys, v.Name)...)...)
			}
		}
		for _, v := range p.Template.Values {
			if !p.uses1(func(u use) bool { return !u.unit && (u.name == v.Name || u.name == "") }) {
				report(v, "", "values")
			}
		}
		for _, unit := range p.Template.Units {
			for _, v := range unit.Values {
				used := p.uses1(func(u use) bool {
					return u.unit && slices.Contains(u.units, unit.Name) && (u.name == v.Name || u.name == "")
				})
				taken := v.Type == template.ServiceRef || v.Type == template.OperationList // svcgen itself uses them
				if !used && !taken && !identifies(unit, v.Name) {
					report(v, " of unit "+unit.Name, "units", unit.Name, "values")
				}
			}
		}
	},
}

// maxRemovals bounds the mends that are offered at once: each parses
// template.yaml anew. The next round of mending offers more.
const maxRemovals = 50

// without takes the last of the keys out of template.yaml; where it was the only
// one there, its parent too.
func (p *Pass) without(keys ...string) []Edit {
	old := p.Files[template.File].Data
	last := len(keys) - 1
	if parent := lookup(p.doc.root, keys[:last]...); parent != nil && len(parent.Content) == 2 {
		last--
	}
	next, err := insert.Remove(template.File, old, insert.Address{Kind: insert.At, Path: keys[:last], Key: keys[last]}, nil)
	if err != nil {
		return nil // e.g. an anchor: a person must decide
	}
	start, end := 0, 0
	for start < len(next) && old[start] == next[start] {
		start++
	}
	for end < len(next)-start && old[len(old)-1-end] == next[len(next)-1-end] {
		end++
	}
	return []Edit{{template.File, start, len(old) - end, string(next[start : len(next)-end])}}
}

// identifies reports whether a value tells one unit from another; then it is
// used even where no file shows it.
func identifies(u template.Unit, value string) bool {
	return slices.ContainsFunc(u.Unique, func(set []string) bool { return slices.Contains(set, value) })
}

func (p *Pass) uses1(ok func(use) bool) bool { return slices.ContainsFunc(p.used(), ok) }

var valueWithoutHelp = Rule{
	ID: "value-without-help", Severity: Info,
	Doc:    "A value has no help text.",
	Why:    "Its name is all that the question shows to whoever makes a service.",
	Remedy: "add help: a short question, with an example where it helps",
	Check: func(p *Pass) {
		check := func(values []template.Value) {
			for _, v := range values {
				if strings.TrimSpace(v.Help) == "" {
					p.Report(template.File, v.Pos, "the value %s has no help", v.Name)
				}
			}
		}
		check(p.Template.Values)
		for _, u := range p.Template.Units {
			check(u.Values)
		}
	},
}

var valueDefaultInvalid = Rule{
	ID: "value-default-invalid", Severity: Error,
	Doc:    "A value's default is refused by the value's own type, options or pattern.",
	Why:    "Whoever accepts the default gets an error for something that they did not write.",
	Remedy: "make the default one that the value takes",
	Check: func(p *Pass) {
		p.reportFaults()
		for i, r := range p.Renderings {
			for _, d := range r.defaults {
				if name := missingKey.FindStringSubmatch(d.msg); name != nil && p.undeclaredIn(template.File)[name[1]] {
					continue
				}
				p.ReportFor([]int{i}, template.File, p.doc.at("values", d.value.Name, "default"), "the default is not allowed: %s", d.msg)
			}
		}
	},
}

// use is one place where the template reads a value.
type use struct {
	name  string // empty: all of them, e.g. {{ range .Values }}
	unit  bool   // of a unit
	units []string
	file  string
	pos   template.Pos
}

// uses lists the values that files, paths and template.yaml's own texts read.
func (p *Pass) uses() []use {
	var out []use
	for _, f := range p.Files.Paths() {
		units := p.unitsWith(f)
		out = append(out, usesIn(f, f, template.Pos{}, units)...) // the path itself
		if strings.HasSuffix(f, ".tmpl") {
			out = append(out, p.usesInFile(f, units)...)
		}
	}
	p.doc.walk(func(n *yamlNode, keys []string) {
		text := scalar(n)
		if len(keys) > 0 && keys[len(keys)-1] == "when" {
			text = "{{" + text + "}}"
		}
		if !strings.Contains(text, "{{") {
			return
		}
		var units []string
		if len(keys) > 1 && keys[0] == "units" {
			units = keys[1:2]
		}
		at := template.Pos{Line: n.Line, Col: n.Column}
		for _, u := range usesIn(template.File, text, template.Pos{}, units) {
			u.pos = at
			out = append(out, u)
		}
	})
	return out
}

// unitsWith names the units that render the file.
func (p *Pass) unitsWith(file string) []string {
	var out []string
	for _, u := range p.Template.Units {
		ok := u.Dir != "" && strings.HasPrefix(file, u.Dir+"/")
		for _, in := range u.Insert {
			ok = ok || in.Text == file
		}
		if ok {
			out = append(out, u.Name)
		}
	}
	return out
}

// usesInFile lists the uses in a file that is rendered.
func (p *Pass) usesInFile(f string, units []string) []use {
	b, err := p.Template.Body(f)
	if err != nil {
		return usesIn(f, string(p.Files[f].Data), template.Pos{Line: 1, Col: 1}, units) // its functions may be at fault
	}
	return usesOf(b.Trees(), f, string(p.Files[f].Data), template.Pos{Line: 1, Col: 1}, units)
}

// usesIn parses a text as far as it goes. at is where it stands; zero where the
// position of a use is not known.
func usesIn(file, text string, at template.Pos, units []string) []use {
	if !strings.Contains(text, "{{") {
		return nil
	}
	t := parse.New(file)
	t.Mode = parse.SkipFuncCheck
	trees := map[string]*parse.Tree{}
	if _, err := t.Parse(text, "", "", trees); err != nil {
		return nil // parse-error speaks of it
	}
	return usesOf(trees, file, text, at, units)
}

func usesOf(trees map[string]*parse.Tree, file, text string, at template.Pos, units []string) []use {
	places := template.NewPlaces(text)
	var out []use
	for _, name := range sortedKeys(trees) {
		eachNode(trees[name].Root, func(n parse.Node, next parse.Node) {
			var words []string
			switch n := n.(type) {
			case *parse.FieldNode:
				words = n.Ident
			case *parse.VariableNode:
				words = n.Ident[1:]
			}
			if len(words) == 0 || words[0] != "Values" && words[0] != "Unit" {
				return
			}
			u := use{unit: words[0] == "Unit", units: units, file: file}
			if at.Line > 0 {
				u.pos = places.At(int(n.Position()))
			}
			if len(words) > 1 {
				u.name = words[1]
			} else if s, ok := next.(*parse.StringNode); ok {
				u.name = s.Text // get .Values "x"
			}
			out = append(out, u)
		})
	}
	return out
}
