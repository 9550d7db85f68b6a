package service

import (
	"maps"
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/workspace"
)

// migrated is what a template's migrations make of a service's answers and
// names.
type migrated struct {
	values map[string]string
	units  []workspace.Unit
	moves  []template.Migration // in order of release
}

// migrate applies the migrations of t that lead past the release from, in order
// of release, each once.
func migrate(t *template.Template, from string, values map[string]string, units []workspace.Unit) migrated {
	m := migrated{values: maps.Clone(values)}
	for _, u := range units {
		m.units = append(m.units, workspace.Unit{Kind: u.Kind, Values: maps.Clone(u.Values), Keys: slices.Clone(u.Keys), Taken: u.Taken})
	}
	for _, step := range t.Migrations {
		if semver.Compare("v"+step.To, "v"+from) > 0 && semver.Compare("v"+step.To, "v"+t.Release) <= 0 {
			m.moves = append(m.moves, step)
		}
	}
	slices.SortStableFunc(m.moves, func(a, b template.Migration) int { return semver.Compare("v"+a.To, "v"+b.To) })
	for _, step := range m.moves {
		m.values = answersAfter(step, "", m.values)
		for i, u := range m.units {
			m.units[i].Values = answersAfter(step, u.Kind+".", u.Values)
			for k, key := range u.Keys {
				if to, ok := step.Values[u.Kind+"."+key]; ok {
					m.units[i].Keys[k] = strings.TrimPrefix(to, u.Kind+".")
				}
			}
		}
	}
	return m
}

// answersAfter maps the answers of values and renames values, both by the name
// before; those of units are called UNIT.VALUE.
func answersAfter(step template.Migration, prefix string, values map[string]string) map[string]string {
	out := make(map[string]string, len(values))
	for k, v := range values {
		if to, ok := step.Map[prefix+k][v]; ok {
			v = to
		}
		if to, ok := step.Values[prefix+k]; ok {
			k = strings.TrimPrefix(to, prefix)
		}
		out[k] = v
	}
	return out
}

// declared returns the new paths of base's files, as the migrations name them.
func (m migrated) declared(before *layout, scope template.Scope) (map[string]string, error) {
	out := map[string]string{}
	for _, step := range m.moves {
		for _, old := range slices.Sorted(maps.Keys(step.Rename)) {
			from, err := template.Text(old, scope)
			if err != nil {
				return nil, err
			}
			to, err := template.Text(step.Rename[old], scope)
			if err != nil {
				return nil, err
			}
			from, to = path.Clean(from), path.Clean(to)
			for p := range before.files {
				now := p
				if known, ok := out[p]; ok {
					now = known
				}
				if within(now, from) {
					out[p] = to + now[len(from):]
				}
			}
		}
	}
	return out, nil
}

// removed returns base's files that the migrations say are gone, as they are
// called before: none of them became another one.
func (m migrated) removed(before *layout, renames map[string]string, scope template.Scope) (map[string]bool, error) {
	out := map[string]bool{}
	for _, step := range m.moves {
		for _, old := range step.Remove {
			gone, err := template.Text(old, scope)
			if err != nil {
				return nil, err
			}
			for p := range before.files {
				now, ok := renames[p]
				if within(p, path.Clean(gone)) || ok && within(now, path.Clean(gone)) {
					out[p] = true
				}
			}
		}
	}
	return out, nil
}

// fitted drops the values that t has no longer, and says which.
func (m *migrated) fitted(t *template.Template) (notes []string) {
	known := order(t.Values)
	for _, k := range slices.Sorted(maps.Keys(m.values)) {
		if !slices.Contains(known, k) {
			delete(m.values, k)
			notes = append(notes, "the template no longer has the value "+k)
		}
	}
	for i, u := range m.units {
		kind := t.Unit(u.Kind)
		if kind == nil {
			continue // rendering says that the unit is gone
		}
		for k := range u.Values {
			if !slices.Contains(order(kind.Values), k) {
				delete(m.units[i].Values, k)
			}
		}
	}
	return notes
}

// newer refuses a release that is older than the service's.
func newer(name, from, to string) error {
	if semver.Compare("v"+to, "v"+from) < 0 {
		return diag.Errorf("%s is on release %s; %s is older", name, from, to).WithHint("svcgen goes forward only; go back with git")
	}
	return nil
}

// trimRelease takes the v off that people write before a release.
func trimRelease(s string) string { return strings.TrimPrefix(s, "v") }

// release reports whether s is a whole release: 1.2.0, not 1.2.
func release(s string) bool { return semver.IsValid("v"+s) && strings.Count(s, ".") >= 2 }
