package merge

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff/lcs"
)

// word splits a text into what a rename changes as a whole: words, runs of
// blanks, and everything else sign by sign.
var word = regexp.MustCompile(`[\pL\pN_]+|[ \t]+|[^\pL\pN_ \t]`)

// Words merges a change that only renames, base to theirs, into ours: line by
// line as git does, and where that conflicts, word by word. A word that theirs
// renames and ours no longer has needs no new name. It reports false where a
// person's words and the new name cannot be told apart.
func (g Git) Words(ctx context.Context, base, ours, theirs []byte) ([]byte, bool, error) {
	out, err := g.Texts(ctx, base, ours, theirs, "", Abort)
	if err != nil || out.Conflicts == 0 {
		return out.Data, err == nil, err
	}
	split := func(data []byte) []string { return word.FindAllString(string(data), -1) }
	next, ok := transplant(split(base), split(ours), split(theirs))
	return []byte(strings.Join(next, "")), ok, nil
}

// transplant makes the edits that lead from base to theirs in ours, at the words
// that ours has from base.
func transplant(base, ours, theirs []string) ([]string, bool) {
	at := kept(base, ours)
	edits := lcs.DiffLines(base, theirs)
	next := slices.Clone(ours)
	rewritten := reworded(base, theirs, at, edits)
	for i := len(edits) - 1; i >= 0; i-- {
		e := edits[i]
		if rewritten[i] {
			continue
		}
		old, text := base[e.Start:e.End], theirs[e.ReplStart:e.ReplEnd]
		if len(old) == 0 {
			// Something new goes behind the word before it, if nobody wrote there.
			if e.Start == 0 || e.Start == len(base) || at[e.Start-1] < 0 || at[e.Start] != at[e.Start-1]+1 {
				return nil, false
			}
			next = slices.Insert(next, at[e.Start], text...)
			continue
		}
		first := at[e.Start]
		whole := first >= 0
		for k := range old {
			whole = whole && at[e.Start+k] == first+k
		}
		switch {
		case whole:
			next = slices.Replace(next, first, first+len(old), text...)
		case slices.ContainsFunc(at[e.Start:e.End], func(p int) bool { return p >= 0 }), said(base, ours, at, e):
			return nil, false
		}
	}
	return next, true
}

// reworded tells which edits stand in a phrase, words with blanks between them,
// that a person gave other words: what is left there of the old words is the
// person's own text now. Only a word that is the very name of another that is
// gone is still that name.
func reworded(base, theirs []string, at []int, edits []lcs.Diff) []bool {
	out := make([]bool, len(edits))
	gone := func(e lcs.Diff) bool { return slices.Contains(at[e.Start:e.End], -1) }
	same := func(a, b lcs.Diff) bool {
		return slices.Equal(base[a.Start:a.End], base[b.Start:b.End]) && slices.Equal(theirs[a.ReplStart:a.ReplEnd], theirs[b.ReplStart:b.ReplEnd])
	}
	for from := 0; from < len(edits); {
		to := from + 1
		for to < len(edits) && strings.Trim(strings.Join(base[edits[to-1].End:edits[to].Start], ""), " \t") == "" {
			to++
		}
		phrase := edits[from:to]
		if slices.ContainsFunc(phrase, gone) {
			for i, e := range phrase {
				out[from+i] = e.End > e.Start && !gone(e) && !slices.ContainsFunc(phrase, func(other lcs.Diff) bool { return gone(other) && same(e, other) })
			}
		}
		from = to
	}
	return out
}

// kept tells for each word of base where ours has it, or -1.
func kept(base, ours []string) []int {
	at := make([]int, len(base))
	i, j := 0, 0
	for _, d := range append(lcs.DiffLines(base, ours), lcs.Diff{Start: len(base), End: len(base), ReplStart: len(ours), ReplEnd: len(ours)}) {
		for ; i < d.Start; i, j = i+1, j+1 {
			at[i] = j
		}
		for ; i < d.End; i++ {
			at[i] = -1
		}
		j = d.ReplEnd
	}
	return at
}

// said reports whether ours has, where it replaced the words of e, one of them
// all the same: then it is not clear what its new name is.
func said(base, ours []string, at []int, e lcs.Diff) bool {
	from, to := 0, len(ours)
	for k := e.Start - 1; k >= 0; k-- {
		if at[k] >= 0 {
			from = at[k] + 1
			break
		}
	}
	for k := e.End; k < len(base); k++ {
		if at[k] >= 0 {
			to = at[k]
			break
		}
	}
	return slices.ContainsFunc(base[e.Start:e.End], func(w string) bool {
		return len(w) > 1 && slices.Contains(ours[from:max(from, to)], w)
	})
}
