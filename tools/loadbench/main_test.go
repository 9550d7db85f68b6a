package main

import (
	"bytes"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// TestSmoke measures a little: every subject answers, and every figure is more
// than nothing. How fast they are is nothing that a test could say.
func TestSmoke(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs services")
	}
	o, err := parse([]string{"-only", "http,rpc", "-rounds", "1", "-requests", "200", "-dir", t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	o.client = 0 // CI may have one core
	var out bytes.Buffer
	if err := run(t.Context(), o, &out); err != nil {
		t.Fatal(err)
	}
	rows := 0
	for line := range strings.Lines(out.String()) {
		cells := strings.Split(strings.Trim(line, "|\n"), "|")
		if len(cells) < 9 || strings.Contains(line, "---") || strings.Contains(line, "median") {
			continue
		}
		rows++
		for i, cell := range cells[1:] {
			cell = strings.TrimSpace(cell)
			if strings.Trim(cell, "0.") == "" && !(i == 5 && cell == "") { // no spans where there are no traces
				t.Errorf("column %d of %s is %q", i+1, cells[0], cell)
			}
		}
	}
	if rows != 14 {
		t.Errorf("%d subjects instead of 14", rows)
	}
	t.Log(out.String())
}

func TestParseRefuses(t *testing.T) {
	for _, args := range [][]string{{"-only", "htpp"}, {"-rounds", "0"}, {"-requests", "-1"}, {"more"}} {
		if _, err := parse(args); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
}

func TestCount(t *testing.T) {
	nested := func(n protowire.Number, inner []byte) []byte {
		return protowire.AppendBytes(protowire.AppendTag(nil, n, protowire.BytesType), inner)
	}
	span := nested(2, []byte("a span, whatever is in it"))
	scope := nested(2, append(append(nested(1, []byte("scope")), span...), span...))
	message := append(nested(1, append(nested(1, []byte("resource")), scope...)), nested(1, scope)...)
	if got := count(message, 1, 2, 2); got != 4 {
		t.Errorf("%d spans, want 4", got)
	}
	if got := count([]byte{0xff}, 1, 2, 2); got != 0 {
		t.Errorf("%d spans in what is no message", got)
	}
}

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{{[]float64{3}, 3}, {[]float64{4, 1}, 2.5}, {[]float64{9, 1, 2}, 2}} {
		if got := median(c.values); got != c.want {
			t.Errorf("median of %v: %v, want %v", c.values, got, c.want)
		}
	}
}
