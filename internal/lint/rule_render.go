package lint

import (
	"bytes"
	"cmp"
	"path"
	"regexp"
	"strings"

	"github.com/svcgen/svcgen/internal/template"
)

func pathIn(label, file string) string { return path.Join(label, file) }

var renderError = Rule{
	ID: "render-error", Severity: Error,
	Doc:    "With some choice of values the template does not render: an action fails, a field does not exist, or a loop does not end.",
	Why:    "Whoever makes that choice gets no service.",
	Remedy: "render it with the values named, and guard the action",
	Check: func(p *Pass) {
		known := map[string]bool{} // places that value-undeclared speaks of
		names := map[string]map[string]bool{}
		for _, u := range p.undeclared() {
			if names[pathIn(p.Label, u.file)] == nil {
				names[pathIn(p.Label, u.file)] = p.undeclaredIn(u.file)
			}
			known[Finding{File: pathIn(p.Label, u.file), Line: u.pos.Line}.position()] = true
		}
		report := func(problem template.Problem, shown []int) {
			e := problem.Fault
			if problem.Kind != template.NotRendering || strings.HasPrefix(e.Msg, "the path does not render") && !p.parses(e.File) {
				return
			}
			file := cmp.Or(e.File, pathIn(p.Label, template.File))
			if e.Line > 0 && known[Finding{File: file, Line: e.Line}.position()] {
				return // what is not there fails in many ways
			}
			if key := missingKey.FindStringSubmatch(e.Msg); key != nil && names[file][key[1]] {
				return
			}
			p.reportError(e, shown)
		}
		for i, r := range p.Renderings {
			for _, problem := range r.Problems {
				report(problem, []int{i})
			}
			for _, problem := range p.entries(r) {
				report(problem, []int{i})
			}
		}
		for _, t := range p.units() {
			for _, problem := range t.problems {
				report(problem, []int{t.rendering})
			}
		}
	},
}

// entries renders what the template offers for shared files, and returns what
// goes wrong.
func (p *Pass) entries(r *Rendering) []template.Problem {
	var out []template.Problem
	done := map[string]bool{}
	for _, w := range p.Template.Wiring {
		if done[w.Slot] || r.Scope.Values == nil {
			continue
		}
		done[w.Slot] = true
		for _, scope := range r.scopes() {
			scope.Slot = template.Slot{File: "shared.yaml", Path: "./" + sample.Path}
			if _, err := p.Template.Entries(w.Slot, scope); err != nil {
				out = append(out, template.Problems(err)...)
				break
			}
		}
	}
	return out
}

var leftoverDelimiter = Rule{
	ID: "leftover-delimiter", Severity: Error,
	Doc:    "A rendered file holds {{ or <no value>, or a copied one holds an action.",
	Why:    "An action that was meant to be rendered was not, and its braces reach the service.",
	Remedy: "end the file's name in .tmpl, or print braces that are meant with {{ \"{{\" }}",
	Check: func(p *Pass) {
		for _, o := range p.Outputs {
			if !bytes.Contains(o.Data, []byte("{{")) && !bytes.Contains(o.Data, []byte("<no value>")) {
				continue
			}
			for i, line := range strings.Split(string(o.Data), "\n") {
				if at := strings.Index(line, "<no value>"); at >= 0 {
					p.ReportOutput(o, i+1, at+1, "<no value> is rendered into %s", o.Path)
				} else if at := leftover(line); o.Rendered() && at >= 0 {
					p.ReportOutput(o, i+1, at+1, "{{ is left in %s", o.Path)
				} else if at := svcgenAction.FindStringIndex(line); !o.Rendered() && at != nil {
					p.ReportOutput(o, i+1, at[0]+1, "%s holds an action but is copied: its name does not end in .tmpl", o.Path)
				}
			}
		}
	},
}

var svcgenAction = regexp.MustCompile(`\{\{-? *(?:\w+ +)*\$?\.(Service|Values|Workspace|Template|Unit|Slot)\.`)

// leftover is the offset of braces that no other tool would want, or -1: a
// workflow's ${{ }}, and Prometheus's, Grafana's and Go's own templates are
// wanted.
func leftover(line string) int {
	for from := 0; ; {
		i := strings.Index(line[from:], "{{")
		if i < 0 {
			return -1
		}
		at := from + i
		if (at == 0 || line[at-1] != '$') && !foreign.MatchString(line[at:]) {
			return at
		}
		from = at + 2
	}
}

// foreign is what other template languages write: Prometheus's $labels and
// $value, Grafana's and Alertmanager's label names, Go templates' dot.
var foreign = regexp.MustCompile(`^\{\{-? *(\$|humanize|printf|range|end|if|else|with|template|[a-z_]+ *\}\}|\.)`)

// unescaped are the braces of other languages inside an action's reach: in a
// .tmpl file text/template takes them for its own.
var unescaped = regexp.MustCompile(`^(?:\$\{\{-?\s*(github|env|secrets|matrix|needs|steps|inputs|runner|vars|jobs?|strategy|fromJSON|toJSON|hashFiles|format|always|failure|success|cancelled|contains|startsWith)\b|\{\{-?\s*(\$labels|\$value|\$externalLabels|humanize\w*)\b)`)

var delimiterCollision = Rule{
	ID: "delimiter-collision", Severity: Error,
	Doc:    "A .tmpl file holds another language's braces, such as a workflow's ${{ }} or Prometheus's {{ $labels }}, unescaped.",
	Why:    "svcgen takes them for its own actions: the file does not parse, or the braces vanish from the service.",
	Remedy: "copy the file (no .tmpl), or write the opening braces as {{ \"{{\" }}",
	Check: func(p *Pass) {
		for _, c := range p.collided() {
			p.Report(c.file, c.pos, "%s belongs to another language, but would be rendered", c.text).
				Mend(Edit{c.file, c.braces, c.braces + 2, `{{ "{{" }}`})
		}
	},
}

type collision struct {
	file, text string
	pos        template.Pos
	braces     int // where they open, in bytes
}

// maxCollisions bounds how many are told of one file.
const maxCollisions = 1000

// collisions finds other languages' braces in the files that are rendered.
func (p *Pass) collisions() []collision {
	var out []collision
	for _, f := range p.Files.Paths() {
		src := string(p.Files[f].Data)
		if !strings.HasSuffix(f, ".tmpl") {
			continue
		}
		places, last := template.NewPlaces(src), len(out)+maxCollisions
		for from := 0; len(out) < last; {
			i := strings.Index(src[from:], "{{")
			if i < 0 {
				break
			}
			braces := from + i
			from = braces + 2
			at := braces
			if at > 0 && src[at-1] == '$' {
				at--
			}
			if m := unescaped.FindString(src[at:]); m != "" && !quotedIn(src, at) {
				out = append(out, collision{f, m + " }}", places.At(at), braces})
			}
		}
	}
	return out
}

// quotedIn reports whether the offset stands in an action already, as in
// {{ "{{ $labels.job }}" }}, or the braces are one that prints itself.
func quotedIn(src string, at int) bool {
	line := src[strings.LastIndexByte(src[:at], '\n')+1 : at]
	open, shut := strings.LastIndex(line, "{{"), strings.LastIndex(line, "}}")
	if open > shut {
		return true
	}
	return strings.HasPrefix(src[at:], "{{ $") && declares(src, variableAt(src[at:]))
}

var variable = regexp.MustCompile(`\$\w+`)

func variableAt(s string) string { return variable.FindString(s) }

// declares reports whether the text assigns the variable itself.
func declares(src, name string) bool {
	return name != "" && regexp.MustCompile(regexp.QuoteMeta(name)+`\s*(,\s*\$\w+\s*)?:=`).MatchString(src)
}
