package template

import (
	"strings"
	"testing"
)

// In whatever order places are asked for, they are what counting tells.
func TestPlacesCount(t *testing.T) {
	const src = "é\n\nab\x80c\nüü x"
	for _, order := range [][]int{{0, 2, 3, 4, 5, 8, 9, 14}, {14, 9, 8, 5, 0}, {9, 9, 4, 14, 11, 13}} {
		p := NewPlaces(src)
		for _, offset := range order {
			before := src[:offset]
			want := Pos{1 + strings.Count(before, "\n"), 1 + len([]rune(before[strings.LastIndex(before, "\n")+1:]))}
			if got := p.At(offset); got != want || p.Line(offset) != want.Line {
				t.Errorf("%v: offset %d is at %v, not %v", order, offset, got, want)
			}
		}
	}
}
