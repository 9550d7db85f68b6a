package author

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/document"
	"github.com/svcgen/svcgen/internal/names"
	"github.com/svcgen/svcgen/internal/plan"
	"github.com/svcgen/svcgen/internal/service"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// caseVersion is the newest version of a case's file that this svcgen reads.
const caseVersion = 1

// Case is one recorded case of a template: a service, its values and its units.
type Case struct {
	Name string // its file's, without the ending
	File string // how messages call the file

	scope template.Scope // values resolved
	units []workspace.Unit
}

// Cases reads the recorded cases of t. tests is the template's folder of that
// name, paths relative to it, and label how messages call that folder. All that
// is wrong comes back as diag.List.
func Cases(t *template.Template, label string, tests tree.Tree) ([]Case, error) {
	var out []Case
	var errs diag.List
	for _, p := range tests.Paths() {
		if strings.Contains(p, "/") || path.Ext(p) != ".yaml" && path.Ext(p) != ".yml" {
			continue
		}
		file := path.Join(label, p)
		if path.Ext(p) == ".yml" {
			errs = append(errs, &diag.Error{File: file, Msg: "is no case: a case's name ends in .yaml", Hint: "rename it"})
			continue
		}
		c, err := parseCase(t, file, tests[p].Data)
		if found := diag.All(err); found != nil {
			errs = append(errs, found...)
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, errs.Err()
}

func parseCase(t *template.Template, file string, data []byte) (Case, error) {
	p := caseParser{t: t, c: Case{Name: strings.TrimSuffix(path.Base(file), ".yaml"), File: file}, values: map[string]string{}}
	var root document.Node
	p.Reader, root = document.Open(file, data)
	if root == nil {
		if p.Err() == nil {
			p.Fail(nil, "the case is empty", "e.g. service: payments")
		}
		return p.c, p.Err()
	}
	p.c.scope = template.Scope{Workspace: template.Workspace{Name: "shop", Module: "example.com/shop"}, Svcgen: template.Program{Version: "1.0.0"}}
	given := map[string]document.Node{}
	note := func(name string, read func(document.Node)) func(document.Node) {
		return func(n document.Node) { given[name] = n; read(n) }
	}
	p.Fields(root, "a case", map[string]func(document.Node){
		"version": note("version", func(n document.Node) {
			if v := p.Int(n, "version"); v > caseVersion {
				p.Fail(n, fmt.Sprintf("version %d is newer than this svcgen reads (%d)", v, caseVersion), "upgrade svcgen")
			} else if v < 1 {
				p.Fail(n, "version must be 1", "")
			}
		}),
		"service": note("service", p.service),
		"values":  note("values", func(n document.Node) { p.values = p.answers(n, "values") }),
		"units":   note("units", func(document.Node) {}),
	})
	for _, name := range []string{"version", "service"} {
		if given[name] == nil {
			p.Fail(root, name+" is missing", map[string]string{"version": "write version: 1", "service": "e.g. service: payments"}[name])
		}
	}
	if err := p.Err(); err != nil {
		return p.c, err
	}
	at := given["values"]
	if at == nil {
		at = root
	}
	p.resolve(at)
	if p.Err() == nil && given["units"] != nil {
		for _, item := range p.Items(given["units"], "units") {
			p.unit(item)
		}
	}
	return p.c, p.Err()
}

// caseParser reads one case, and holds it against its template.
type caseParser struct {
	*document.Reader
	t      *template.Template
	c      Case
	values map[string]string
}

// service reads a service's name, or a mapping with what else it has.
func (p *caseParser) service(n document.Node) {
	s := template.Service{Port: 8081, Admin: 9081}
	at := n
	if !document.IsMap(n) {
		s.Name = p.String(n, "service")
	} else {
		p.Fields(n, "service", map[string]func(document.Node){
			"name":  func(n document.Node) { at = n; s.Name = p.String(n, "name") },
			"path":  func(n document.Node) { s.Path = p.String(n, "path") },
			"port":  func(n document.Node) { s.Port = p.Int(n, "port") },
			"admin": func(n document.Node) { s.Admin = p.Int(n, "admin") },
			"owner": func(n document.Node) { s.Owner = p.String(n, "owner") },
		})
	}
	if problem, hint := names.CheckService(s.Name); problem != "" {
		p.Fail(at, problem, hint)
	}
	if s.Path == "" {
		s.Path = "services/" + s.Name
	}
	if !tree.Valid(s.Path) {
		p.Fail(n, fmt.Sprintf("%q is not a folder of a workspace", s.Path), "a relative path with slashes, without ..")
	}
	s.Module = "example.com/shop/" + s.Path
	p.c.scope.Service = s
}

func (p *caseParser) answers(n document.Node, what string) map[string]string {
	out := map[string]string{}
	for _, pair := range p.Pairs(n, what) {
		out[pair.Key] = p.String(pair.N, what+"."+pair.Key)
	}
	return out
}

// resolve fills in the values.
func (p *caseParser) resolve(at document.Node) {
	scope := p.c.scope
	values, missing, err := template.Resolve(p.t.Values, p.values, func(known map[string]any) template.Scope {
		sc := scope
		sc.Values = known
		return sc
	})
	p.blame(at, "", missing, err)
	p.c.scope.Values = values
}

// unit reads a unit as a descriptor records it, every value that has no default
// given.
func (p *caseParser) unit(n document.Node) {
	pairs := p.Pairs(n, "a unit")
	if len(pairs) != 1 {
		p.Fail(n, "a unit has one key, its kind", "e.g. endpoint: {method: GET, path: /v1/payments}")
		return
	}
	u := workspace.Unit{Kind: pairs[0].Key, Values: p.answers(pairs[0].N, pairs[0].Key)}
	kind := p.t.Unit(u.Kind)
	if kind == nil {
		hint := "the template has: " + strings.Join(p.t.UnitNames(), ", ")
		if len(p.t.Units) == 0 {
			hint = "the template has no units"
		}
		p.Fail(pairs[0].At, fmt.Sprintf("there is no unit %q", u.Kind), hint)
		return
	}
	if offered, err := p.t.Offers(kind, p.c.scope); err == nil && !offered {
		p.Fail(pairs[0].At, fmt.Sprintf("%s is not for a service with these values: it asks for %s", u.Kind, kind.When), "")
		return
	}
	scope := p.c.scope
	_, missing, err := template.Resolve(kind.Values, u.Values, func(known map[string]any) template.Scope {
		sc := scope
		sc.Unit = known
		return sc
	})
	p.blame(pairs[0].At, u.Kind+": ", missing, err)
	p.c.units = append(p.c.units, u)
}

// blame records what is wrong with answers at the place where they stand.
func (p *caseParser) blame(at document.Node, before string, missing []template.Value, err error) {
	for _, e := range diag.All(err) {
		p.Fail(at, before+e.Msg, e.Hint)
	}
	for _, v := range missing {
		p.Fail(at, before+v.Name+" is missing, and has no default", v.Help)
	}
}

// Result is what became of one case.
type Result struct {
	Name  string
	File  string
	Files int         // how many were rendered
	Err   *diag.Error // why nothing could be compared; nil: it could
	Diff  plan.Plan   // from what is recorded to what is rendered; paths begin with the case's name
}

// OK reports whether the case renders as recorded.
func (r Result) OK() bool { return r.Err == nil && len(r.Diff) == 0 }

// Try renders every case and compares it with what tests records of it. A folder
// that belongs to no case is a result too.
func Try(t *template.Template, cases []Case, label string, tests tree.Tree) ([]Result, error) {
	var out []Result
	for _, c := range cases {
		r := Result{Name: c.Name, File: c.File}
		made, err := c.render(t)
		if found := diag.All(err); found != nil {
			r.Err = found[0]
		} else if err != nil {
			return nil, err
		}
		if err == nil {
			r.Files = len(made)
			r.Diff = plan.Diff(recorded(tests, c.Name), made.Moved(c.Name))
		}
		out = append(out, r)
	}
	for _, name := range strays(cases, tests) {
		out = append(out, Result{Name: name, File: path.Join(label, name),
			Err: &diag.Error{File: path.Join(label, name), Msg: "belongs to no case: there is no " + name + ".yaml", Hint: "remove the folder, or write the case"}})
	}
	return out, nil
}

func (c Case) render(t *template.Template) (tree.Tree, error) {
	made, err := service.Rendered(t, c.scope, c.units)
	if err != nil {
		return nil, err
	}
	return executables(made), nil
}

// recorded are the files of one case. Which of them are executable their content
// tells, as it does in a rendering: not every disk keeps it.
func recorded(tests tree.Tree, name string) tree.Tree {
	return executables(tests.Under(name).Moved(name))
}

func executables(files tree.Tree) tree.Tree {
	out := tree.Tree{}
	for p, f := range files {
		if f.Kind != tree.Symlink {
			f.Kind = tree.Plain
			if bytes.HasPrefix(f.Data, []byte("#!")) {
				f.Kind = tree.Executable
			}
		}
		out[p] = f
	}
	return out
}

// strays lists the folders that no case has.
func strays(cases []Case, tests tree.Tree) []string {
	var out []string
	for _, p := range tests.Paths() {
		dir, _, deeper := strings.Cut(p, "/")
		if deeper && !slices.Contains(out, dir) && !slices.ContainsFunc(cases, func(c Case) bool { return c.Name == dir }) {
			out = append(out, dir)
		}
	}
	return out
}
