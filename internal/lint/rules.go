package lint

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
)

// Rules lists every rule, in the order in which they run.
func Rules() []Rule {
	return []Rule{templateSchema, templateName, symlinkInTemplate, parseError, renderError, outputDoesNotParse,
		outputNotGofmt, leftoverDelimiter, pathCollision, pathNotPortable, insertTarget, unitNotRepeatable}
}

var templateSchema = Rule{
	ID: "template-schema", Severity: Error,
	Doc:    "template.yaml has an unknown key, lacks one, or holds a value of the wrong kind. svcgen refuses such a template altogether.",
	Remedy: "docs/templates.md describes every key",
	Static: func(p *Pass) {
		_, err := template.Load(p.Files, p.Label)
		for _, e := range diag.All(err) {
			if !strings.HasSuffix(e.Msg, "symbolic links") {
				p.reportError(e, -1)
			}
		}
	},
}

var templateName = Rule{
	ID: "template-name", Severity: Error,
	Doc:    "The template's name is not that of its folder, so that people look for it in the wrong place.",
	Remedy: "give the folder and the template one name",
	Static: func(p *Pass) {
		if p.Template != nil && path.Base(p.Label) != p.Template.Name && path.Base(p.Label) != "." {
			p.Reportf(template.File, template.Pos{Line: 2, Col: 1}, "the template is called %s, its folder %s", p.Template.Name, path.Base(p.Label))
		}
	},
}

var symlinkInTemplate = Rule{
	ID: "symlink-in-template", Severity: Error,
	Doc:    "A symbolic link in a template could lead anywhere on the machine of whoever renders it; svcgen refuses the template.",
	Remedy: "copy the file in its place",
	Static: func(p *Pass) {
		for _, f := range p.Files.Paths() {
			if p.Files[f].Kind == tree.Symlink {
				p.Reportf(f, template.Pos{}, "is a symbolic link")
			}
		}
	},
}

var parseError = Rule{
	ID: "parse-error", Severity: Error,
	Doc:    "A file that ends in .tmpl is no valid template text: an action is not closed, or calls a function that does not exist.",
	Remedy: "docs/templates.md lists the functions",
	Static: func(p *Pass) {
		for _, f := range p.Files.Paths() {
			if strings.HasSuffix(f, ".tmpl") {
				for _, e := range template.ParseErrors(p.Label, f, string(p.Files[f].Data)) {
					p.reportError(e, -1)
				}
			}
		}
	},
}

var renderError = Rule{
	ID: "render-error", Severity: Error,
	Doc:    "With some choice of values the template does not render: it uses a value that does not exist, two files make one path, a path leaves the service's folder, or a loop does not end.",
	Remedy: "render it with the values named",
	Rendered: func(p *Pass, r *Rendering) {
		if r.Err == nil {
			for _, u := range p.Template.Units {
				if _, err := grow(p.Template, &u, r, ""); err != nil {
					for _, e := range diag.All(err) {
						p.reportError(e, r.Ordinal)
					}
				}
			}
			return
		}
		if list := diag.All(r.Err); list != nil {
			for _, e := range list {
				p.reportError(e, r.Ordinal)
			}
			return
		}
		p.report(Finding{File: path.Join(p.Label, template.File), Message: r.Err.Error(), ordinal: r.Ordinal})
	},
}

var leftoverDelimiter = Rule{
	ID: "leftover-delimiter", Severity: Error,
	Doc:    "A rendered file holds {{ or <no value>: an action that was meant to be rendered was not, or printed nothing.",
	Remedy: "end the file's name in .tmpl, or print the braces with {{ \"{{\" }}",
	Rendered: func(p *Pass, r *Rendering) {
		if r.Out == nil {
			return
		}
		for _, out := range r.Out.Files.Paths() {
			rendered := r.Out.Sources[out].Spans != nil
			for i, line := range strings.Split(string(r.Out.Files[out].Data), "\n") {
				switch {
				case strings.Contains(line, "<no value>"):
					p.ReportOutput(r, out, i+1, "<no value> is rendered into %s", out)
				case rendered && leftover(line):
					p.ReportOutput(r, out, i+1, "{{ is left in %s", out)
				case !rendered && svcgenAction.MatchString(line):
					p.ReportOutput(r, out, i+1, "%s holds an action but is copied: its name does not end in .tmpl", out)
				}
			}
		}
	},
}

var svcgenAction = regexp.MustCompile(`\{\{-? *\.(Service|Values|Workspace|Template|Unit|Slot)\.`)

// leftover reports whether a line has braces that no other tool would want: a
// workflow's ${{ }}, and Prometheus's and Go's own templates are wanted.
func leftover(line string) bool {
	line = strings.ReplaceAll(line, "${{", "")
	i := strings.Index(line, "{{")
	return i >= 0 && !foreign.MatchString(line[i:])
}

// foreign is what other template languages write: Prometheus's $labels and
// $value, Grafana's and Alertmanager's label names, Go templates' dot.
var foreign = regexp.MustCompile(`^\{\{-? *(\$|humanize|printf|range|end|if|else|with|template|[a-z_]+ *\}\}|\.)`)

var pathCollision = Rule{
	ID: "path-collision", Severity: Error,
	Doc:    "Two rendered paths differ by case alone: on macOS and Windows one file would overwrite the other.",
	Remedy: "rename one of them",
	Rendered: func(p *Pass, r *Rendering) {
		if r.Out == nil {
			return
		}
		seen := map[string]string{}
		for _, out := range r.Out.Files.Paths() {
			low := strings.ToLower(out)
			if other, ok := seen[low]; ok {
				p.ReportOutput(r, out, 1, "%s and %s differ by case alone", other, out)
			}
			seen[low] = out
		}
	},
}

var reserved = regexp.MustCompile(`(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)`)

var pathNotPortable = Rule{
	ID: "path-not-portable", Severity: Warning,
	Doc:    "A rendered path cannot exist on Windows: a reserved device name, a character that is not allowed, or a trailing dot or space.",
	Remedy: "rename the file",
	Rendered: func(p *Pass, r *Rendering) {
		if r.Out == nil {
			return
		}
		for _, out := range r.Out.Files.Paths() {
			for _, seg := range strings.Split(out, "/") {
				if reserved.MatchString(seg) || strings.ContainsAny(seg, `<>:"|?*`) || strings.HasSuffix(seg, ".") || strings.HasSuffix(seg, " ") {
					p.ReportOutput(r, out, 1, "%s cannot be a path on Windows: %q", out, seg)
				}
			}
		}
	},
}

// grow renders unit u into r's files, under a name made distinct by suffix, and
// returns the tree afterwards.
func grow(t *template.Template, u *template.Unit, r *Rendering, suffix string) (tree.Tree, error) {
	answers := map[string]string{}
	for _, v := range u.Values {
		if v.Default != nil {
			continue
		}
		answers[v.Name] = example(v)
		if suffix != "" && v.Type == template.Route {
			answers[v.Name] += "/" + suffix
		} else if suffix != "" && (v.Type == template.String && v.Match == nil || v.Type == template.Identifier) {
			answers[v.Name] += strings.ToUpper(suffix[:1]) + suffix[1:]
		}
	}
	scope := func(known map[string]any) template.Scope { s := r.Scope; s.Unit = known; return s }
	values, _, err := template.Resolve(u.Values, answers, scope)
	if err != nil {
		return nil, err
	}
	made, err := t.RenderUnit(u, scope(values))
	if err != nil {
		return nil, err
	}
	next := r.Out.Files.Clone()
	for _, p := range made.Files.Paths() {
		if _, ok := next[p]; ok {
			return nil, &collision{u, p}
		}
		next[p] = made.Files[p]
	}
	for _, in := range made.Inserts {
		f, ok := next[in.File]
		if !ok {
			return nil, &placeless{u, in, fmt.Errorf("the template renders no %s", in.File)}
		}
		data, err := insert.Insert(in.File, f.Data, in.Address, in.Text)
		if err != nil {
			return nil, &placeless{u, in, err}
		}
		next[in.File] = tree.File{Data: data, Kind: f.Kind}
	}
	return next, nil
}

type collision struct {
	unit *template.Unit
	path string
}

func (e *collision) Error() string { return e.path + " exists already" }

type placeless struct {
	unit *template.Unit
	in   template.Insertion
	err  error
}

func (e *placeless) Error() string { return e.err.Error() }

var insertTarget = Rule{
	ID: "insert-target-missing", Severity: Error,
	Doc:    "A unit inserts at an address that the template's own output does not have, or has twice: svcgen add would be refused in every new service.",
	Remedy: "make the address one that the rendered file has once",
	Rendered: func(p *Pass, r *Rendering) {
		if r.Out == nil {
			return
		}
		for i := range p.Template.Units {
			u := &p.Template.Units[i]
			_, err := grow(p.Template, u, r, "")
			var where *placeless
			var clash *collision
			switch {
			case errors.As(err, &where):
				p.report(Finding{File: path.Join(p.Label, template.File), Line: u.Pos.Line, Col: u.Pos.Col, ordinal: r.Ordinal,
					Message: fmt.Sprintf("unit %s cannot insert into %s at %s: %v", u.Name, where.in.File, where.in.Address, where.err)})
			case errors.As(err, &clash):
				p.report(Finding{File: path.Join(p.Label, template.File), Line: u.Pos.Line, Col: u.Pos.Col, ordinal: r.Ordinal,
					Message: fmt.Sprintf("unit %s makes %s, which the template renders itself", u.Name, clash.path)})
			}
		}
	},
}

var unitNotRepeatable = Rule{
	ID: "unit-not-repeatable", Severity: Error,
	Doc:    "Adding a unit a second time, under another name, collides with the first: only one could ever be added.",
	Remedy: "put the unit's name into its paths and entries",
	Rendered: func(p *Pass, r *Rendering) {
		if r.Out == nil {
			return
		}
		for i := range p.Template.Units {
			u := &p.Template.Units[i]
			first, err := grow(p.Template, u, r, "")
			if err != nil {
				continue
			}
			again := *r
			again.Out = &template.Rendering{Files: first, Sources: r.Out.Sources}
			if _, err := grow(p.Template, u, &again, "second"); err != nil {
				p.report(Finding{File: path.Join(p.Label, template.File), Line: u.Pos.Line, Col: u.Pos.Col, ordinal: r.Ordinal,
					Message: fmt.Sprintf("unit %s cannot be added twice: %v", u.Name, err)})
			}
		}
	},
}
