package lint

import (
	"fmt"
	"testing"
)

// TestMeeting holds what is chosen to its promise: every two that are together
// somewhere are together in a chosen set, and few are chosen.
func TestMeeting(t *testing.T) {
	sets := func(factors, choices int) [][]string {
		var lists [][]string
		for f := range factors {
			var l []string
			for c := range choices {
				l = append(l, fmt.Sprintf("%d=%d", f, c))
			}
			lists = append(lists, l)
		}
		return product(lists, 1<<12)
	}
	for _, tc := range []struct {
		sets [][]string
		most int
	}{
		{nil, 0},
		{[][]string{{"a"}}, 1},
		{[][]string{{"a"}, {"a"}, {"b"}}, 2},
		{[][]string{{"a", "b"}, {"a"}, {"b"}}, 1},
		{[][]string{{"a", "b"}}, 1},
		{[][]string{{"a", "b", "c"}, {"a", "b", "d"}, {"a", "b"}}, 3},
		{sets(2, 2), 4},
		{sets(3, 2), 4},
		{sets(4, 3), 13},
		{sets(10, 2), 10},
	} {
		chosen := meeting(tc.sets)
		if len(chosen) > tc.most {
			t.Errorf("of %d sets %d are chosen, more than %d", len(tc.sets), len(chosen), tc.most)
		}
		together := func(a, b string) bool {
			for _, i := range chosen {
				n := 0
				for _, e := range tc.sets[i] {
					if e == a || e == b {
						n++
					}
				}
				if n == 2 || n == 1 && a == b {
					return true
				}
			}
			return false
		}
		for _, set := range tc.sets {
			for i, a := range set {
				for _, b := range set[i:] {
					if !together(a, b) {
						t.Fatalf("%s and %s never meet in %v", a, b, chosen)
					}
				}
			}
		}
	}
}
