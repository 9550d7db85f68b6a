package lint

import (
	"maps"
	"slices"
	"sync"

	"github.com/svcgen/svcgen/internal/template"
)

// findingID is what the same finding of several renderings has in common.
type findingID struct {
	rule, file, message string
	line, col           int
}

func (f Finding) id() findingID { return findingID{f.Rule, f.File, f.Message, f.Line, f.Col} }

// maxRendered bounds how many combinations of a template are rendered to try
// choices of values.
const maxRendered = 64

// trials render combinations that the cover of a template's many left out: what
// all rendered ones with a choice of values show, another with it may not.
type trials struct {
	pass *Pass
	left int
	made map[string]*Pass // by Choice of all values
	told map[trialKey]map[findingID]bool
}

type trialKey struct{ choice, rule string }

// smallest is the fewest values such that every rendering with them shows the
// finding: none when all renderings do. Where not all combinations are rendered
// it is tried with all its other values changed, and with their defaults; what
// cannot be made sure of is left, and all values are told.
func (t *trials) smallest(f Finding) map[string]string {
	renderings := t.pass.Renderings
	s := search{renderings: slices.Clone(renderings), shown: map[int]bool{}}
	for _, i := range f.shown {
		s.shown[i] = true
	}
	if len(s.shown) == len(renderings) {
		return nil
	}
	s.first = renderings[slices.Min(f.shown)].Values
	s.names = slices.Sorted(maps.Keys(s.first))
	for {
		got := s.smallest()
		if !t.pass.sampled && !t.pass.cut || len(got) == len(s.first) {
			return got
		}
		refuted := false
		for _, answers := range t.around(got, s.first) {
			shows, sure := t.shows(f, answers)
			if !sure {
				return s.first
			}
			if !shows {
				s.renderings = append(s.renderings, &Rendering{Values: answers})
				refuted = true
			}
		}
		if !refuted {
			return got
		}
	}
}

// around completes a choice of some of first's values: with others than first's,
// and with the defaults.
func (t *trials) around(with, first map[string]string) []map[string]string {
	other, usual := maps.Clone(first), maps.Clone(first)
	for _, v := range t.pass.Template.Values {
		list := choices(v)
		if _, fixed := with[v.Name]; fixed || list == nil {
			continue
		}
		other[v.Name] = list[(slices.Index(list, first[v.Name])+1)%len(list)]
		usual[v.Name] = list[len(list)-1] // of a bool: no
		if v.Default == nil {
			continue
		}
		value, bad := v.Check(*v.Default)
		if answer := template.Answer(value); bad == nil && slices.Contains(list, answer) {
			usual[v.Name] = answer
		}
	}
	return []map[string]string{other, usual}
}

// shows renders with the answers and reports whether the finding is there. It is
// not sure where that is not tried.
func (t *trials) shows(f Finding, answers map[string]string) (shows, sure bool) {
	k := trialKey{Choice(answers), f.Rule}
	found, known := t.told[k]
	if !known {
		i := slices.IndexFunc(Rules(), func(r Rule) bool { return r.ID == f.Rule })
		if i < 0 || Rules()[i].Build {
			return false, false
		}
		p := t.made[k.choice]
		if p == nil {
			if t.left--; t.left < 0 {
				return false, false
			}
			p = t.pass.with(answers)
			if p.Renderings[0].Out.Exceeded {
				t.left = 0 // each takes a second
			}
			t.made[k.choice] = p
		}
		found = map[findingID]bool{}
		for _, g := range p.check(Rules()[i]) {
			found[g.id()] = true
		}
		t.told[k] = found
	}
	return found[f.id()], true
}

// with is the pass of one combination alone.
func (p *Pass) with(answers map[string]string) *Pass {
	q := *p
	r := render(p.Template, answers, max(leastOutput, mostOutput/len(p.Renderings)))
	r.scopes = sync.OnceValue(func() []template.Scope { return q.entryScopes(r) })
	q.Renderings = []*Rendering{r}
	q.Outputs = distinct(q.Renderings)
	q.units = sync.OnceValue(q.tryUnits)
	q.checked = sync.OnceValue(q.allOutputs)
	return &q
}

// search looks for a choice of some of first's values.
type search struct {
	names      []string
	first      map[string]string
	renderings []*Rendering
	shown      map[int]bool
	tries      int
}

// maxTries bounds the search for the smallest choice; a template with so many
// values gets a larger one.
const maxTries = 20_000

// smallest is the fewest values such that every rendering with them shows the
// finding, or, of more than three, all.
func (s *search) smallest() map[string]string {
	for size := range min(len(s.names), 3) {
		if got := s.pick(0, size+1, map[string]string{}); got != nil {
			return got
		}
	}
	return s.first
}

// pick adds left more values, of the names from the given one on.
func (s *search) pick(from, left int, with map[string]string) map[string]string {
	if left == 0 {
		if s.tries++; s.implied(with) {
			return maps.Clone(with)
		}
		return nil
	}
	for i := from; i < len(s.names) && s.tries < maxTries; i++ {
		with[s.names[i]] = s.first[s.names[i]]
		if got := s.pick(i+1, left-1, with); got != nil {
			return got
		}
		delete(with, s.names[i])
	}
	return nil
}

// implied reports whether every rendering with the values shows the finding.
func (s *search) implied(with map[string]string) bool {
	for i, r := range s.renderings {
		matches := true
		for k, v := range with {
			matches = matches && r.Values[k] == v
		}
		if matches && !s.shown[i] {
			return false
		}
	}
	return true
}
