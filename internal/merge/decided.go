package merge

import (
	"fmt"
	"strings"

	"github.com/aymanbagabas/go-udiff/lcs"
)

// lines are some lines of ours, counted from 1; none: where ours took lines out.
type lines struct{ from, count int }

// what tells what p did with the lines.
func (l lines) what(p Policy) string {
	verb := map[Policy]string{Ours: "stay", Theirs: "replaced"}[p]
	switch {
	case l.count == 0:
		return "the lines that you took out here " + map[Policy]string{Ours: "stay away", Theirs: "are as the template has them"}[p]
	case l.count == 1:
		verb = map[Policy]string{Ours: "stays", Theirs: "replaced"}[p]
		return fmt.Sprintf("your line %d %s", l.from, verb)
	}
	return fmt.Sprintf("your lines %d-%d %s", l.from, l.from+l.count-1, verb)
}

// conflicting returns the lines of o, ours, that are in conflict in out, a merge
// with markers.
func conflicting(o, out []byte) []lines {
	var text []string // out with ours in the place of each conflict
	var found []lines
	const here, mine, others = 0, 1, 2
	at := here
	for line := range strings.Lines(string(out)) {
		switch {
		case at == here && strings.HasPrefix(line, "<<<<<<< "+yours):
			at, found = mine, append(found, lines{from: len(text)})
		case at == mine && strings.HasPrefix(line, "======="):
			at = others
		case at == others && strings.HasPrefix(line, ">>>>>>> "):
			at = here
		case at == mine:
			found[len(found)-1].count++
			text = append(text, line)
		case at == here:
			text = append(text, line)
		}
	}
	diffs := lcs.DiffLines(text, strings.SplitAfter(string(o), "\n"))
	for i, l := range found {
		shift := 1
		for _, d := range diffs {
			if d.End <= l.from {
				shift += (d.ReplEnd - d.ReplStart) - (d.End - d.Start)
			}
		}
		found[i].from += shift
	}
	return found
}
