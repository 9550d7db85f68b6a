package service

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"
)

// patched brings the lines in which theirs differs from base to ours, where git
// sees a conflict since people wrote theirs right beside them. base and theirs
// must differ by whole lines that come, or that go; and the entry, a piece of
// YAML, must then differ from ours in just what differs between base and theirs.
// nil: it cannot be done.
func patched(base, ours, theirs []byte) []byte {
	b, o, t := bytes.SplitAfter(base, []byte("\n")), bytes.SplitAfter(ours, []byte("\n")), bytes.SplitAfter(theirs, []byte("\n"))
	var tries [][][]byte
	if runs, ok := additions(b, t); ok {
		tries = [][][]byte{insertedLines(o, runs, true), insertedLines(o, runs, false)}
	} else if runs, ok := additions(t, b); ok {
		tries = [][][]byte{removedLines(o, runs)}
	}
	want := leaves(ours)
	for k, n := range leaves(theirs) {
		want[k] += n
	}
	for k, n := range leaves(base) {
		want[k] -= n
	}
	maps.DeleteFunc(want, func(_ string, n int) bool { return n == 0 })
	for _, lines := range tries {
		if made := bytes.Join(lines, nil); lines != nil && maps.Equal(leaves(made), want) {
			return made
		}
	}
	return nil
}

// run is lines that come between two others; an empty neighbour is an end.
type run struct {
	after, before []byte
	lines         [][]byte
}

// additions are the lines that long has besides those of short, if it has all of
// those, in order.
func additions(short, long [][]byte) (out []run, ok bool) {
	i := 0
	for j := 0; j < len(long); j++ {
		if i < len(short) && bytes.Equal(long[j], short[i]) {
			i++
			continue
		}
		r := run{}
		if j > 0 {
			r.after = long[j-1]
		}
		for j < len(long) && (i == len(short) || !bytes.Equal(long[j], short[i])) {
			r.lines = append(r.lines, long[j])
			j++
		}
		if j < len(long) {
			r.before = long[j]
		}
		j--
		out = append(out, r)
	}
	return out, i == len(short)
}

// insertedLines puts runs into lines behind, or before, their neighbours; nil
// where one of these is not there once.
func insertedLines(lines [][]byte, runs []run, behind bool) [][]byte {
	lines = slices.Clone(lines)
	for _, r := range runs {
		neighbour := r.before
		if behind {
			neighbour = r.after
		}
		at := once(lines, neighbour)
		if at < 0 {
			return nil
		}
		if behind {
			at++
		}
		lines = slices.Insert(lines, at, r.lines...)
	}
	return lines
}

func removedLines(lines [][]byte, runs []run) [][]byte {
	lines = slices.Clone(lines)
	for _, r := range runs {
		for _, l := range r.lines {
			at := once(lines, l)
			if at < 0 {
				return nil
			}
			lines = slices.Delete(lines, at, at+1)
		}
	}
	return lines
}

// once is where a line stands that is there once; -1 otherwise.
func once(lines [][]byte, line []byte) int {
	at := -1
	for i, l := range lines {
		if bytes.Equal(l, line) {
			if at >= 0 {
				return -1
			}
			at = i
		}
	}
	return at
}

// leaves counts the scalars of a piece of YAML, with the keys that lead there;
// nothing where it does not parse.
func leaves(data []byte) map[string]int {
	out := map[string]int{}
	var visit func(at string, v any)
	visit = func(at string, v any) {
		switch v := v.(type) {
		case map[string]any:
			out[at+" {}"]++
			for k, e := range v {
				visit(at+"/"+k, e)
			}
		case []any:
			out[at+" []"]++
			for _, e := range v {
				visit(at+"/-", e)
			}
		default:
			out[fmt.Sprintf("%s = %v", at, v)]++
		}
	}
	var v any
	if yaml.Unmarshal(data, &v) == nil {
		visit("", v)
	}
	return out
}
