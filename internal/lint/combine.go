package lint

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/template"
)

// maxCombinations is how many combinations of values are rendered at most.
// Beyond that every pair of two values' choices is rendered at least once.
const maxCombinations = 64

// sample is the service that templates are rendered for.
var sample = template.Service{Name: "card-payments", Path: "services/card-payments",
	Module: "example.com/shop/services/card-payments", Port: 8081, Admin: 9081, Owner: "team-payments"}

// candidates are tried, in turn, for a text whose rule is a pattern.
var candidates = []string{"payment", "payments", "card-payment", "cardPayment", "Payment", "p", "1", "1.0.0", "a.b", "a/b", "example.com", "x@example.com"}

// choices lists the answers of v that are worth a rendering; one that has a
// default and no options has that alone, and is left out.
func choices(v template.Value) []string {
	switch v.Type {
	case template.Bool:
		return []string{"yes", "no"}
	case template.Option:
		return v.Options
	}
	if v.Default != nil {
		return nil
	}
	return []string{example(v)}
}

// example is an answer that v takes.
func example(v template.Value) string {
	switch v.Type {
	case template.Int:
		return "1"
	case template.Method:
		return "POST"
	case template.Route:
		return "/v1/payments/{id}/refund"
	case template.Identifier:
		return "refundPayment"
	case template.Bool:
		return "yes"
	case template.Option:
		return v.Options[0]
	}
	for _, c := range candidates {
		if v.Match == nil || v.Match.MatchString(c) {
			return c
		}
	}
	return "payment"
}

// combinations renders t with every combination of its values' choices, or, of
// too many, with a cover of all pairs; then sampled is true.
func combinations(t *template.Template) (out []*Rendering, sampled bool) {
	var names []string
	var lists [][]string
	for _, v := range t.Values {
		if c := choices(v); c != nil {
			names, lists = append(names, v.Name), append(lists, c)
		}
	}
	sets := product(lists, maxCombinations)
	if sets == nil {
		sets, sampled = pairwise(lists), true
	}
	for i, set := range sets {
		r := &Rendering{Values: map[string]string{}, Ordinal: i}
		for j, n := range names {
			r.Values[n] = set[j]
		}
		r.render(t)
		out = append(out, r)
	}
	return out, sampled
}

func (r *Rendering) render(t *template.Template) {
	r.Scope = template.Scope{Service: sample,
		Workspace: template.Workspace{Name: "shop", Module: "example.com/shop"}, Svcgen: template.Program{Version: "1.0.0"},
		Template: template.Identity{Name: t.Name, Release: t.Release}}
	values, _, err := template.Resolve(t.Values, r.Values, func(known map[string]any) template.Scope {
		s := r.Scope
		s.Values = known
		return s
	})
	if err != nil {
		r.Err = err
		return
	}
	r.Scope.Values = values
	r.Out, r.Err = t.Service(r.Scope)
}

// product is every combination of one element of each list, or nil when there
// are more than limit.
func product(lists [][]string, limit int) [][]string {
	total := 1
	for _, l := range lists {
		if total *= len(l); total > limit {
			return nil
		}
	}
	sets := [][]string{{}}
	for _, l := range lists {
		var next [][]string
		for _, s := range sets {
			for _, c := range l {
				next = append(next, append(slices.Clone(s), c))
			}
		}
		sets = next
	}
	return sets
}

// pairwise covers every pair of choices of two lists: greedily, each new set
// takes, list by list, the choice that meets most pairs that are still open.
func pairwise(lists [][]string) [][]string {
	type pair struct{ i, a, j, b int }
	open := map[pair]bool{}
	for i := range lists {
		for j := i + 1; j < len(lists); j++ {
			for a := range lists[i] {
				for b := range lists[j] {
					open[pair{i, a, j, b}] = true
				}
			}
		}
	}
	var sets [][]string
	for len(open) > 0 {
		// Start from an open pair, so that every set closes one at least.
		first := slices.SortedFunc(maps.Keys(open), func(x, y pair) int {
			return slices.Compare([]int{x.i, x.j, x.a, x.b}, []int{y.i, y.j, y.a, y.b})
		})[0]
		chosen := make([]int, len(lists))
		for i := range chosen {
			chosen[i] = -1
		}
		chosen[first.i], chosen[first.j] = first.a, first.b
		for i := range lists {
			if chosen[i] >= 0 {
				continue
			}
			best, met := 0, -1
			for a := range lists[i] {
				n := 0
				for j, b := range chosen {
					if b >= 0 && (i < j && open[pair{i, a, j, b}] || j < i && open[pair{j, b, i, a}]) {
						n++
					}
				}
				if n > met {
					best, met = a, n
				}
			}
			chosen[i] = best
		}
		set := make([]string, len(lists))
		for i, a := range chosen {
			set[i] = lists[i][a]
			for j := i + 1; j < len(lists); j++ {
				delete(open, pair{i, a, j, chosen[j]})
			}
		}
		sets = append(sets, set)
	}
	return sets
}

// condense joins the same finding of several renderings into one, and names the
// smallest choice of values that shows it.
func condense(found []Finding, renderings []*Rendering) []Finding {
	where := map[string][]int{}
	var out []Finding
	for _, f := range found {
		if f.ordinal < 0 {
			out = append(out, f)
			continue
		}
		id := fmt.Sprint(f.Rule, "\x00", f.File, "\x00", f.Line, "\x00", f.Col, "\x00", f.Message)
		if where[id] == nil {
			out = append(out, f)
		}
		if l := where[id]; len(l) == 0 || l[len(l)-1] != f.ordinal {
			where[id] = append(where[id], f.ordinal)
		}
	}
	for i, f := range out {
		if f.ordinal >= 0 {
			id := fmt.Sprint(f.Rule, "\x00", f.File, "\x00", f.Line, "\x00", f.Col, "\x00", f.Message)
			out[i].With = smallest(where[id], renderings)
		}
	}
	return out
}

// smallest is the fewest values such that every rendering with them shows the
// finding: none when all renderings do.
func smallest(shown []int, renderings []*Rendering) map[string]string {
	first := renderings[shown[0]].Values
	names := slices.Sorted(maps.Keys(first))
	implied := func(with map[string]string) bool {
		for _, r := range renderings {
			matches := true
			for k, v := range with {
				matches = matches && r.Values[k] == v
			}
			if matches && !slices.Contains(shown, r.Ordinal) {
				return false
			}
		}
		return true
	}
	var pick func(from, left int, with map[string]string) map[string]string
	pick = func(from, left int, with map[string]string) map[string]string {
		if left == 0 {
			if implied(with) {
				return maps.Clone(with)
			}
			return nil
		}
		for i := from; i < len(names); i++ {
			with[names[i]] = first[names[i]]
			if got := pick(i+1, left-1, with); got != nil {
				return got
			}
			delete(with, names[i])
		}
		return nil
	}
	for size := range min(len(names), 3) + 1 {
		if got := pick(0, size, map[string]string{}); got != nil {
			return got
		}
	}
	return first
}

// Choice writes a combination as it is given on a command line.
func Choice(with map[string]string) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(with)) {
		parts = append(parts, k+"="+with[k])
	}
	return strings.Join(parts, " ")
}
