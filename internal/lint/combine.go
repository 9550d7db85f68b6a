package lint

import (
	"cmp"
	"slices"

	"github.com/svcgen/svcgen/internal/template"
)

// maxCombinations is how many combinations of values are rendered at most.
// Beyond that every pair of two values' choices is rendered at least once, as
// far as maxCover reaches.
const (
	maxCombinations = 64
	maxCover        = 256
)

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
	return []string{example(v, 0)}
}

// combinations lists the answers to render with: every combination of the
// values' choices, or, of too many, a cover of all pairs; then sampled is true.
func combinations(values []template.Value) (out []map[string]string, sampled bool) {
	var names []string
	var lists [][]string
	for _, v := range values {
		if c := choices(v); c != nil {
			names, lists = append(names, v.Name), append(lists, c)
		}
	}
	sets := product(lists, maxCombinations)
	if sets == nil {
		sets, sampled = pairwise(lists, maxCover), true
	}
	for _, set := range sets {
		answers := map[string]string{}
		for j, n := range names {
			answers[n] = set[j]
		}
		out = append(out, answers)
	}
	return out, sampled
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

// pair is one choice of list i met with one of the later list j.
type pair struct{ i, a, j, b int }

func (p pair) compare(q pair) int {
	return cmp.Or(p.i-q.i, p.j-q.j, p.a-q.a, p.b-q.b)
}

// pairwise covers every pair of choices of two lists, greedily, with at most
// limit sets: each new one begins with the first pair that is still open and
// takes, list by list, the choice that meets most others.
func pairwise(lists [][]string, limit int) [][]string {
	if pairs(lists) > maxPairs {
		return eachChoice(lists, limit)
	}
	var all []pair
	open := map[pair]bool{}
	for i := range lists {
		for j := i + 1; j < len(lists); j++ {
			for a := range lists[i] {
				for b := range lists[j] {
					all = append(all, pair{i, a, j, b})
				}
			}
		}
	}
	slices.SortFunc(all, pair.compare)
	for _, p := range all {
		open[p] = true
	}
	var sets [][]string
	for _, first := range all {
		if !open[first] {
			continue
		}
		if len(sets) == limit {
			break
		}
		chosen := complete(lists, open, first)
		set := make([]string, len(lists))
		for i, a := range chosen {
			set[i] = lists[i][a]
			for j := i + 1; j < len(lists); j++ {
				delete(open, pair{i, a, j, chosen[j]})
			}
		}
		sets = append(sets, set)
	}
	if sets == nil { // one list alone has no pairs
		for _, c := range lists[0][:min(len(lists[0]), limit)] {
			sets = append(sets, []string{c})
		}
	}
	return sets
}

// maxPairs bounds the work of covering pairs. With more of them a template has
// far more choices than anybody can look at.
const maxPairs = 50_000

func pairs(lists [][]string) int {
	n, sum := 0, 0
	for _, l := range lists {
		if n += sum * len(l); n > maxPairs {
			break
		}
		sum += len(l)
	}
	return n
}

// eachChoice covers every choice alone, with at most limit sets.
func eachChoice(lists [][]string, limit int) [][]string {
	most := 0
	for _, l := range lists {
		most = max(most, len(l))
	}
	sets := make([][]string, min(most, limit))
	for i := range sets {
		for _, l := range lists {
			sets[i] = append(sets[i], l[i%len(l)])
		}
	}
	return sets
}

// complete chooses an element of every list, beginning with the pair first.
func complete(lists [][]string, open map[pair]bool, first pair) []int {
	chosen := make([]int, len(lists))
	for i := range chosen {
		chosen[i] = -1
	}
	chosen[first.i], chosen[first.j] = first.a, first.b
	for i := range lists {
		if chosen[i] >= 0 {
			continue
		}
		met := -1
		for a := range lists[i] {
			n := 0
			for j, b := range chosen {
				if b >= 0 && (i < j && open[pair{i, a, j, b}] || j < i && open[pair{j, b, i, a}]) {
					n++
				}
			}
			if n > met {
				chosen[i], met = a, n
			}
		}
	}
	return chosen
}

// meeting chooses of the sets so many that every two elements that are together
// in one of them are together in a chosen one: greedily, the set that brings
// most pairs first. What is in every set meets everything anyway.
func meeting(sets [][]string) (chosen []int) {
	times := map[string]int{}
	for _, set := range sets {
		for _, e := range set {
			times[e]++
		}
	}
	differing := make([][]string, len(sets))
	for i, set := range sets {
		differing[i] = slices.DeleteFunc(slices.Clone(set), func(e string) bool { return times[e] == len(sets) })
		if len(differing[i]) == 0 {
			differing[i] = set[:min(1, len(set))]
		}
	}
	sets = differing
	met := map[[2]string]bool{}
	for {
		best, most := -1, 0
		for i, set := range sets {
			n := 0
			for j, a := range set {
				others := set[j+1:]
				if len(set) == 1 {
					others = set // one alone meets itself
				}
				for _, b := range others {
					if !met[[2]string{a, b}] {
						n++
					}
				}
			}
			if n > most {
				best, most = i, n
			}
		}
		if best < 0 {
			slices.Sort(chosen)
			return chosen
		}
		chosen = append(chosen, best)
		for j, a := range sets[best] {
			for _, b := range sets[best][j:] {
				met[[2]string{a, b}] = true
			}
		}
	}
}

// condense joins the same finding of several renderings into one, and names the
// smallest choice of values that shows it. What the template's own files show
// needs no values.
func (p *Pass) condense(found []*Finding) []Finding {
	at := map[findingID]int{}
	out := make([]Finding, 0, len(found))
	for _, found := range found {
		f := *found
		k := f.id()
		i, known := at[k]
		if known && !slices.Equal(f.edits, out[i].edits) {
			out[i].edits = nil // one mend for all, or none
		}
		switch {
		case !known:
			at[k] = len(out)
			out = append(out, f)
		case f.shown == nil:
			out[i].shown = nil
		case out[i].shown != nil:
			out[i].shown = append(slices.Clone(out[i].shown), f.shown...)
		}
	}
	trials := trials{pass: p, left: maxRendered, made: map[string]*Pass{}, told: map[trialKey]map[findingID]bool{}}
	for i := range out {
		out[i].Fixable = out[i].edits != nil
		if out[i].shown != nil {
			out[i].With = trials.smallest(out[i])
		}
	}
	return out
}
