package attribution

import (
	"errors"
	"testing"
)

func TestScore(t *testing.T) {
	s := New()
	for _, c := range []struct {
		amount int64
		want   int
	}{
		{0, 0}, {9_999, 0}, {120_000, 12}, {5_000_000, 100},
	} {
		got, err := s.Score(t.Context(), Visit{ID: string(rune('a' + c.want)), Amount: c.amount})
		if err != nil || got.Score != c.want {
			t.Errorf("%d cents score %d, %v; want %d", c.amount, got.Score, err, c.want)
		}
	}
	for _, in := range []Visit{
		{}, {ID: "x", Amount: -1},
	} {
		if _, err := s.Score(t.Context(), in); !errors.Is(err, ErrUnusable) {
			t.Errorf("%+v: %v", in, err)
		}
	}
}

// What was scored keeps its score, whatever comes under its id later.
func TestScoreOnce(t *testing.T) {
	s := New()
	for _, amount := range []int64{10_000, 90_000} {
		if got, err := s.Score(t.Context(), Visit{ID: "a", Amount: amount}); err != nil || got.Score != 1 {
			t.Errorf("got %+v, %v", got, err)
		}
	}
}
