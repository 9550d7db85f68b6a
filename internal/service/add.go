package service

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/names"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// Add computes a unit's files and entries in an existing service, as the
// release that the service is on makes them.
func Add(w *workspace.Workspace, lib workspace.Library, o AddOptions) (*Outcome, error) {
	g, err := grow(w, lib, o)
	if err != nil {
		return nil, err
	}
	values, missing, err := template.Resolve(g.unit.Values, g.answers, g.scoped)
	if err != nil {
		return nil, instead(err, g.unit.Values, g.answers, g.flag)
	}
	if len(missing) > 0 {
		return nil, &MissingError{missing, g.flag}
	}
	return g.finish(values)
}

// AddQuestions returns the values of the unit that a person is to be asked for,
// as NewQuestions does.
func AddQuestions(w *workspace.Workspace, lib workspace.Library, o AddOptions, all bool) ([]template.Value, error) {
	g, err := grow(w, lib, o)
	if err != nil {
		return nil, err
	}
	list, err := questions(g.unit.Values, g.answers, g.scoped, all)
	for i, v := range list {
		if v.Type == template.ServiceRef {
			list[i].Type, list[i].Options = template.Option, g.possible()
		}
	}
	return list, err
}

// growth is a unit that is about to be added.
type growth struct {
	w          *workspace.Workspace
	service    *workspace.Service
	descriptor *workspace.Descriptor
	tmpl       *template.Template
	unit       *template.Unit
	base       template.Scope
	answers    map[string]string
	provider   *workspace.Service // the other service that the unit names; nil: none
}

func grow(w *workspace.Workspace, lib workspace.Library, o AddOptions) (*growth, error) {
	g := &growth{w: w, service: o.Service}
	var err error
	if g.descriptor, g.tmpl, g.base, err = Living(w, lib, o.Service); err != nil {
		return nil, err
	}
	if g.unit = g.tmpl.Unit(o.Unit); g.unit == nil {
		known := g.tmpl.UnitNames()
		e := diag.Errorf("the template %s %s of %s has no unit %q", g.descriptor.Template, g.tmpl.Release, g.service.Name, o.Unit)
		switch near := diag.Nearest(o.Unit, known); {
		case len(known) == 0:
			e = e.WithHint("it has no units")
		case near != "":
			e = e.WithHint("did you mean %s?", near)
		default:
			e = e.WithHint("it has: %s", strings.Join(known, ", "))
		}
		return nil, e
	}
	offered, err := g.tmpl.Offers(g.unit, g.base)
	if err != nil {
		return nil, err
	}
	if !offered {
		return nil, diag.Errorf("%s takes no %s: the template %s has it only when %s", g.service.Name, g.unit.Name, g.descriptor.Template, g.unit.When).
			WithHint("svcgen set changes a service's values")
	}
	if g.answers, err = positional(g.unit, o); err != nil {
		return nil, err
	}
	if err := g.provided(); err != nil {
		return nil, err
	}
	return g, g.number()
}

// Living reads what an existing service was rendered from: its descriptor, the
// kept release, and the scope with its values.
func Living(w *workspace.Workspace, lib workspace.Library, s *workspace.Service) (*workspace.Descriptor, *template.Template, template.Scope, error) {
	var scope template.Scope
	d, err := w.Descriptor(s)
	if err != nil {
		return nil, nil, scope, err
	}
	t, err := lib.Kept(d.Template, d.Release)
	if err != nil {
		return nil, nil, scope, err
	}
	file := path.Join(s.Path, workspace.DescriptorFile)
	if t == nil {
		return nil, nil, scope, &diag.Error{File: file, Msg: fmt.Sprintf("the workspace does not keep the release %s of template %s", d.Release, d.Template),
			Hint: "restore " + workspace.ReleaseDir(d.Template, d.Release) + " from git"}
	}
	scope = scopeOf(w, *s)
	scoped := func(known map[string]any) template.Scope { sc := scope; sc.Values = known; return sc }
	values, missing, err := template.Resolve(t.Values, d.Values, scoped)
	if err != nil || len(missing) > 0 {
		msg := "does not fit the template's values"
		if err != nil {
			msg += ": " + err.Error()
		} else {
			msg += ": " + missing[0].Name + " is missing"
		}
		return nil, nil, scope, &diag.Error{File: file, Msg: msg}
	}
	scope.Values = values
	scope.Template = template.Identity{Name: t.Name, Release: t.Release}
	return d, t, scope, nil
}

// positional gives the arguments their names.
func positional(u *template.Unit, o AddOptions) (map[string]string, error) {
	answers := map[string]string{}
	for k, v := range o.Answers {
		answers[k] = v
	}
	usage := "svcgen add " + u.Name
	for _, a := range u.Args {
		usage += " " + strings.ToUpper(a)
	}
	if len(o.Args) > len(u.Args) {
		return nil, diag.Errorf("%s takes %s, not %d", u.Name, plural(len(u.Args), "argument"), len(o.Args)).WithHint("%s", usage)
	}
	for i, arg := range o.Args {
		if _, twice := answers[u.Args[i]]; twice {
			return nil, diag.Errorf("%s is given twice", u.Args[i]).WithHint("%s", usage)
		}
		answers[u.Args[i]] = arg
	}
	return answers, nil
}

// flag is how a unit's value is given on the command line.
func (g *growth) flag(name string) string {
	for _, a := range g.unit.Args {
		if a == name {
			return strings.ToUpper(name)
		}
	}
	return flagOf(name)
}

func (g *growth) scoped(known map[string]any) template.Scope {
	scope := g.base
	scope.Unit = known
	if g.provider != nil {
		scope.Provider.Port = g.provider.Port
	}
	return scope
}

func (g *growth) finish(values map[string]any) (*Outcome, error) {
	texts := map[string]string{}
	for k, v := range values {
		texts[k] = template.Answer(v)
	}
	if err := g.unique(texts); err != nil {
		return nil, err
	}
	code, err := readSource(g.w, g.service.Path)
	if err != nil {
		return nil, err
	}
	if err := g.routable(code, values); err != nil {
		return nil, err
	}
	from, err := g.state()
	if err != nil {
		return nil, err
	}
	unit := workspace.Unit{Kind: g.unit.Name, Values: texts}
	if unit.Taken, err = g.take(values); err != nil {
		return nil, err
	}
	rendering, err := from.unit(unit)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(from.units, func(u workspace.Unit) bool { return u.Kind == unit.Kind }) {
		common, err := from.together(unit)
		if err != nil {
			return nil, err
		}
		maps.Copy(rendering.Files, common.Files)
		maps.Copy(rendering.Sources, common.Sources)
	}
	d := newDraft()
	var created []Line
	for _, p := range rendering.Files.Paths() {
		if err := g.vacant(p, rendering.Sources[p].File); err != nil {
			return nil, err
		}
		if err := g.fresh(p); err != nil {
			return nil, err
		}
		f := rendering.Files[p]
		at := path.Join(g.service.Path, p)
		d.create(at, f)
		created = append(created, Line{Action: "create", Path: at, Added: lines(f.Data)})
	}
	if err := code.undeclared(rendering.Files); err != nil {
		return nil, err
	}
	for _, in := range rendering.Inserts {
		if err := g.unambiguous(d, in); err != nil {
			return nil, err
		}
		if err := g.insert(d, in); err != nil {
			return nil, err
		}
	}
	if replayed, err := g.replayed(rendering); err != nil {
		return nil, err
	} else if replayed {
		if err := g.record(d, texts); err != nil {
			return nil, err
		}
		to := from
		to.units = append(slices.Clone(from.units), unit)
		if err := relisted(g.w, d, from, to); err != nil {
			return nil, err
		}
	}
	if g.provider != nil {
		if err := need(g.w, d, g.service, g.provider.Name); err != nil {
			return nil, err
		}
	}
	out := d.outcome(created...)
	out.Done = fmt.Sprintf("%s has %s %s (template %s %s)", g.service.Name, article(g.unit.Name), strings.Join(g.shown(texts), " "), g.descriptor.Template, g.tmpl.Release)
	if f, err := tree.Lookup(g.w.Root, path.Join(g.service.Path, "go.mod")); err == nil && f != nil {
		out.Next = append(out.Next, tested(g.service.Path, g.unit.Generate))
	}
	return out, nil
}

func (g *growth) shown(texts map[string]string) []string {
	var out []string
	for _, a := range g.unit.Args {
		out = append(out, texts[a])
	}
	return out
}

// tested is the command that tests the service in dir, after its generated code
// was brought up to date where a unit asks for that.
func tested(dir string, generate bool) string {
	if generate {
		return "cd " + dir + " && go generate ./... && go test ./..."
	}
	return "cd " + dir + " && go test ./..."
}

func article(noun string) string {
	if strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}

// unique refuses a unit that shares with one of its kind what no two may share.
func (g *growth) unique(texts map[string]string) error {
	for _, u := range g.descriptor.Units {
		if u.Kind != g.unit.Name {
			continue
		}
		for _, set := range g.unit.Unique {
			same, shown := true, []string{}
			for _, k := range set {
				same = same && u.Values[k] == texts[k]
				shown = append(shown, texts[k])
			}
			if same {
				return (&diag.Error{File: path.Join(g.service.Path, workspace.DescriptorFile),
					Msg: fmt.Sprintf("%s has %s %s already", g.service.Name, article(g.unit.Name), strings.Join(shown, " "))}).
					WithHint("choose another %s", strings.Join(set, " or "))
			}
		}
	}
	return nil
}

// vacant refuses a file that exists, and a name for which Go would leave the
// file out of the build.
func (g *growth) vacant(p, from string) error {
	at := path.Join(g.service.Path, p)
	if problem := names.CheckPath(p); problem != "" {
		return diag.Errorf("the file %s cannot be everywhere: %s", at, problem).WithHint("choose another name with --name")
	}
	meant := names.GoFileLeftOut(strings.TrimSuffix(path.Base(from), ".tmpl"))
	if end := names.GoFileLeftOut(path.Base(p)); end != meant {
		return diag.Errorf("Go would leave the file %s out of the build, for its ending %s", at, end).
			WithHint("choose another name with --name")
	}
	if err := g.w.Solid(at); err != nil {
		return err
	}
	f, err := tree.Lookup(g.w.Root, at)
	if err != nil {
		return err
	}
	if f != nil {
		return (&diag.Error{File: at, Msg: "exists already"}).WithHint("choose another name with --name, or move the file away")
	}
	return nil
}

// insert puts one entry into a file of the service. Where the place is gone, the
// error has the snippet to paste.
func (g *growth) insert(d *draft, in template.Insertion) error {
	p := placement{file: path.Join(g.service.Path, in.File), address: in.Address, text: in.Text}
	err := place(g.w, d, p)
	var missing *diag.Error
	if errors.As(err, &missing) && missing.Msg == "does not exist" {
		return missing.WithHint("the entry %s belongs there:\n%s", in.Address, strings.TrimRight(string(in.Text), "\n"))
	}
	return err
}

// record writes the unit into the descriptor.
func (g *growth) record(d *draft, texts map[string]string) error {
	u := workspace.Unit{Kind: g.unit.Name, Values: texts}
	return place(g.w, d, placement{
		file:    path.Join(g.service.Path, workspace.DescriptorFile),
		address: insert.Address{Path: []string{"units"}, Create: true},
		text:    []byte(u.Entry(order(g.unit.Values))),
	})
}
