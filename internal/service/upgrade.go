package service

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/mod/semver"
	"golang.org/x/sync/errgroup"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/trust"
	"github.com/svcgen/svcgen/internal/workspace"
)

// UpgradeOptions are what svcgen upgrade was given.
type UpgradeOptions struct {
	Services []string              // none: all
	To       string                // a release; "": the newest
	Answers  map[string]string     // for values that the new release asks for
	Progress func(done, total int) // called as services are merged, from several goroutines; nil: not
	Merging
}

// Upgrade computes how services come to another release of their templates, with
// what people changed. With conflicts and the policy Abort the plan is empty,
// unless Skip leaves the services that have some as they are.
func Upgrade(ctx context.Context, w *workspace.Workspace, lib workspace.Library, o UpgradeOptions) (*Outcome, error) {
	names, err := chosen(w, o.Services)
	if err != nil {
		return nil, err
	}
	if o.To != "" && !release(trimRelease(o.To)) {
		return nil, diag.Errorf("--to takes a release such as 1.2.0, not %q", o.To)
	}
	shelf := &shelf{lib: lib, to: trimRelease(o.To), found: map[string]*shelved{}}
	all := make([]*transition, len(names))
	errs := make([]error, len(names))
	var told atomic.Int64
	each(ctx, len(names), func(i int) {
		all[i], errs[i] = upgrading(ctx, w, lib, shelf, w.Manifest.Service(names[i]), o)
		if n := told.Add(1); o.Progress != nil {
			o.Progress(int(n), len(names))
		}
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var list diag.List
	for _, err := range errs {
		if more := diag.All(err); more != nil {
			for _, e := range more { // a release that is broken is so for all that are on it
				if !slices.ContainsFunc(list, func(o *diag.Error) bool { return *o == *e }) {
					list = append(list, e)
				}
			}
		} else if err != nil {
			return nil, err
		}
	}
	if err := list.Err(); err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(t *transition) bool { return t == nil })
	if len(all) == 0 && len(o.Answers) > 0 && len(shelf.unread) == 0 {
		return nil, unused(o.Answers)
	}
	for _, k := range slices.Sorted(maps.Keys(o.Answers)) {
		if !shelf.used[k] {
			return nil, diag.Errorf("no template that services come to has a value %q", k)
		}
	}
	out, err := carry(w, lib, all, o.Skip)
	if err != nil {
		return nil, err
	}
	out.Notes = append(shelf.notes(), out.Notes...)
	out.Unread = shelf.unreadable()
	out.Done = done("upgraded", out)
	return out, nil
}

// unused refuses values that were given for no upgrade at all.
func unused(answers map[string]string) error {
	k := slices.Sorted(maps.Keys(answers))[0]
	return diag.Errorf("there is nothing to upgrade, so --set has no use").
		WithHint("svcgen set %s=%s --service NAME changes a value", k, answers[k])
}

// chosen checks the services' names; none means all.
func chosen(w *workspace.Workspace, given []string) ([]string, error) {
	if len(given) == 0 {
		return w.Manifest.Names(), nil
	}
	var out []string
	for _, n := range given {
		if w.Manifest.Service(n) == nil {
			e := diag.Errorf("there is no service %q", n)
			if near := diag.Nearest(n, w.Manifest.Names()); near != "" {
				e = e.WithHint("did you mean %s?", near)
			}
			return nil, e
		}
		out = append(out, n)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// each calls do for every number below n, some of them side by side.
func each(ctx context.Context, n int, do func(i int)) {
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		if ctx.Err() != nil {
			break
		}
		g.Go(func() error { do(i); return nil })
	}
	_ = g.Wait() // do keeps its errors itself
}

// upgrading prepares one service; nil where it is on the release already.
func upgrading(ctx context.Context, w *workspace.Workspace, lib workspace.Library, shelf *shelf, s *workspace.Service, o UpgradeOptions) (*transition, error) {
	all := len(o.Services) == 0 && o.To == ""
	var refused *trust.Refused
	from, d, err := living(w, lib, s)
	if err != nil {
		_, none := w.Root.Lstat(filepath.FromSlash(path.Join(s.Path, workspace.DescriptorFile)))
		if problems := diag.All(err); all && problems != nil && errors.Is(none, fs.ErrNotExist) {
			shelf.stays("", s.Name, problems) // it was moved by hand: that is no other's concern
			return nil, nil
		}
		return nil, err
	}
	tmpl, err := shelf.get(d.Template, d.Release)
	if problems := diag.All(err); problems != nil && !errors.As(err, &refused) && !workspace.Tampered(err) && all {
		// The kept release still works: one template that cannot be read stops nobody else.
		shelf.stays(d.Template, s.Name, problems)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if semver.Compare("v"+tmpl.Release, "v"+d.Release) == 0 || o.To == "" && semver.Compare("v"+tmpl.Release, "v"+d.Release) < 0 {
		return nil, nil
	}
	if err := newer(s.Name, d.Release, tmpl.Release); err != nil {
		return nil, err
	}
	m := migrate(tmpl, d.Release, d.Values, d.Units)
	t := &transition{w: w, from: from, descriptor: d, merging: o.Merging, label: d.Template + " " + tmpl.Release}
	notes := m.fitted(tmpl)
	unasked := maps.Clone(m.values)
	for k, v := range o.Answers {
		if slices.Contains(order(tmpl.Values), k) {
			m.values[k] = v
			shelf.use(k)
		}
	}
	if t.to, err = target(w, from, tmpl, m.values, m.units); err != nil {
		return nil, outgrown(s, err, o.Answers)
	}
	if !maps.Equal(unasked, m.values) {
		// Without its answers the new release may lack some: then nothing tells
		// what is the answers' doing.
		if st, err := target(w, from, tmpl, unasked, m.units); err == nil {
			t.unasked = &st
		}
	}
	for i, u := range m.units {
		if tmpl.Unit(u.Kind) == nil && from.tmpl.Unit(u.Kind) != nil {
			return nil, t.to.unknown(u).WithHint("take it out first: svcgen remove %s %s --service %s", u.Kind, unitName(d.Units[i], from.tmpl), s.Name)
		}
	}
	if t.before, err = from.render(); err != nil {
		return nil, err
	}
	if t.renames, err = m.declared(t.before, t.to.scope); err != nil {
		return nil, err
	}
	if t.removed, err = m.removed(t.before, t.renames, t.to.scope); err != nil {
		return nil, err
	}
	if err := t.prepare(ctx); err != nil {
		return nil, err
	}
	t.report.Notes = append(t.report.Notes, notes...)
	t.slim()
	return t, nil
}

// outgrown says of which service the recorded answers do not fit the new
// release. Those that were given with the command are told as they are.
func outgrown(s *workspace.Service, err error, given map[string]string) error {
	list := slices.Clone(diag.All(err))
	for i, e := range list {
		name, _, _ := strings.Cut(e.Msg, ":")
		if _, now := given[name]; now || e.File != "" {
			continue
		}
		c := *e
		c.File = path.Join(s.Path, workspace.DescriptorFile)
		c.Hint = fmt.Sprintf("svcgen upgrade %s --set %s=VALUE, or a migration of the template", s.Name, name)
		list[i] = &c
	}
	if len(list) == 0 {
		return err
	}
	return list.Err()
}

// target is the state of the same service with another template, other answers
// or other units.
func target(w *workspace.Workspace, from state, tmpl *template.Template, answers map[string]string, units []workspace.Unit) (state, error) {
	to := from
	to.tmpl, to.units = tmpl, units
	scope := scopeOf(w, from.service)
	scope.Template = template.Identity{Name: tmpl.Name, Release: tmpl.Release}
	values, missing, err := template.Resolve(tmpl.Values, answers, func(known map[string]any) template.Scope {
		sc := scope
		sc.Values = known
		return sc
	})
	if err != nil {
		return to, err
	}
	if len(missing) > 0 {
		return to, &MissingError{missing, flagOf}
	}
	scope.Values = values
	to.scope = scope
	return to, nil
}

// done says what an upgrade, or a change of values, came to.
func done(verb string, out *Outcome) string {
	n, merged, skipped := 0, 0, 0
	for _, r := range out.Services {
		if r.Skipped {
			skipped++
			continue
		}
		n++
		merged += len(r.Merged)
	}
	s := fmt.Sprintf("%s %s", verb, plural(n, "service"))
	if merged > 0 {
		s += ", " + plural(merged, "file") + " merged with people's changes"
	}
	if skipped > 0 {
		if skipped == 1 {
			s += ", 1 service is left as it is"
		} else {
			s += ", " + plural(skipped, "service") + " are left as they are"
		}
	}
	return s
}
