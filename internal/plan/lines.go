package plan

import (
	"slices"
	"sort"
	"strings"

	"github.com/aymanbagabas/go-udiff/lcs"
)

// exact is the number of changed lines up to which lcs finds the shortest
// difference. Beyond it, lcs gives up and may call most of a file changed.
const exact = 100

// splitLines splits text after each newline. The last line may lack one.
func splitLines(text string) []string {
	lines := strings.SplitAfter(text, "\n")
	if last := len(lines) - 1; lines[last] == "" {
		return lines[:last]
	}
	return lines
}

// diffLines returns the edits that turn the lines a into b, in order.
func diffLines(a, b []string) []lcs.Diff {
	whole := lcs.DiffLines(a, b)
	if size(whole) <= exact {
		return whole
	}
	if parts := diffBetween(a, b, anchors(a, b)); size(parts) < size(whole) {
		return parts
	}
	return whole
}

// size returns the number of lines that diffs removes and adds.
func size(diffs []lcs.Diff) int {
	n := 0
	for _, d := range diffs {
		n += d.End - d.Start + d.ReplEnd - d.ReplStart
	}
	return n
}

// anchor is a line that a and b have in common, and each has once.
type anchor struct{ a, b int }

// anchors returns a longest list of anchors that ascends in both files.
func anchors(a, b []string) []anchor {
	type link struct {
		anchor
		before int // the index of the link before this one, or -1
	}
	var links []link
	var ends []int // ends[n] is the link that ends the best list of n+1 anchors
	inA, inB := onceIn(a), onceIn(b)
	for i, line := range a {
		_, single := inA[line]
		j, common := inB[line]
		if !single || !common {
			continue
		}
		n := sort.Search(len(ends), func(n int) bool { return links[ends[n]].b > j })
		l := link{anchor{i, j}, -1}
		if n > 0 {
			l.before = ends[n-1]
		}
		if n == len(ends) {
			ends = append(ends, 0)
		}
		ends[n] = len(links)
		links = append(links, l)
	}
	var out []anchor
	if len(ends) > 0 {
		for n := ends[len(ends)-1]; n >= 0; n = links[n].before {
			out = append(out, links[n].anchor)
		}
	}
	slices.Reverse(out)
	return out
}

// onceIn returns the lines that stand in lines once, with their index.
func onceIn(lines []string) map[string]int {
	at := make(map[string]int, len(lines))
	for i, line := range lines {
		if _, ok := at[line]; ok {
			at[line] = -1
		} else {
			at[line] = i
		}
	}
	for line, i := range at {
		if i < 0 {
			delete(at, line)
		}
	}
	return at
}

// diffBetween returns the edits between neighbouring anchors.
func diffBetween(a, b []string, anchors []anchor) []lcs.Diff {
	var out []lcs.Diff
	i, j := 0, 0
	for _, at := range append(anchors, anchor{len(a), len(b)}) {
		for _, d := range lcs.DiffLines(a[i:at.a], b[j:at.b]) {
			out = append(out, lcs.Diff{
				Start: i + d.Start, End: i + d.End,
				ReplStart: j + d.ReplStart, ReplEnd: j + d.ReplEnd,
			})
		}
		i, j = at.a+1, at.b+1
	}
	return out
}
