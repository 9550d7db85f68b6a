package merge

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/module"
)

// sums merges three go.sum files: the union of ours and theirs, in the go
// command's order. What a side drops goes only where the merged go.mod requires
// the same as that side's does: a sum too many is untidy, a missing one breaks
// the build. Two sums for one module are odds, of which the policy chooses; where
// it does not there is no data.
func sums(base, ours, theirs []byte, p Policy, asOurs, asTheirs bool) (data []byte, odds []string, err error) {
	b, err1 := sumLines(base)
	o, err2 := sumLines(ours)
	t, err3 := sumLines(theirs)
	if err1 != nil || err2 != nil || err3 != nil {
		return nil, nil, errOdd
	}
	next := map[module.Version][]string{}
	for key, sum := range o {
		next[key] = sum
		other, both := t[key]
		if both && !slices.Equal(sum, other) {
			odds = append(odds, fmt.Sprintf("there are two sums for %s %s", key.Path, key.Version))
			if p == Theirs {
				next[key] = other
			}
		}
		if _, was := b[key]; was && !both && asTheirs {
			delete(next, key)
		}
	}
	for key, sum := range t {
		if _, was := b[key]; was && asOurs {
			continue // people took it out, or it is there
		}
		if _, here := next[key]; !here {
			next[key] = sum
		}
	}
	slices.Sort(odds)
	if len(odds) > 0 && !p.chooses() {
		return nil, odds, nil
	}
	return writeSums(next, endsOf(ours)), odds, nil
}

// sumLines reads a go.sum. Anything else in it is an error.
func sumLines(data []byte) (map[module.Version][]string, error) {
	out := map[module.Version][]string{}
	for line := range strings.Lines(string(data)) {
		f := strings.Fields(line)
		switch {
		case len(f) == 0:
			continue
		case len(f) != 3:
			return nil, errOdd
		}
		key := module.Version{Path: f[0], Version: f[1]}
		if !slices.Contains(out[key], f[2]) {
			out[key] = append(out[key], f[2])
			slices.Sort(out[key])
		}
	}
	return out, nil
}

// writeSums writes a go.sum as the go command does.
func writeSums(all map[module.Version][]string, e ends) []byte {
	keys := make([]module.Version, 0, len(all))
	for key := range all {
		keys = append(keys, key)
	}
	module.Sort(keys)
	var out strings.Builder
	for _, key := range keys {
		for _, sum := range all[key] {
			fmt.Fprintf(&out, "%s %s %s\n", key.Path, key.Version, sum)
		}
	}
	if e == crlf {
		return crlf.with([]byte(out.String()))
	}
	return []byte(out.String())
}
