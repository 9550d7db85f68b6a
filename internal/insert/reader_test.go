package insert

import "testing"

// TestReader asks a reader for what every case puts in, before and after, twice:
// its answers are those of Find.
func TestReader(t *testing.T) {
	found, lacking := 0, 0
	for _, c := range readCases(t, "testdata/*/*.txtar") {
		for _, data := range []string{c.before, c.after} {
			_, want := Find(c.file, []byte(data), c.address, []byte(c.text))
			r := NewReader(c.file, []byte(data))
			for range 2 {
				got := r.Has(c.address, []byte(c.text))
				if (got == nil) != (want == nil) || got != nil && got.Error() != want.Error() {
					t.Errorf("%s: %v, want %v", c.name, got, want)
				}
			}
			if want == nil {
				found++
			} else {
				lacking++
			}
		}
	}
	if found < 100 || lacking < 100 {
		t.Errorf("%d entries found, %d not: too few", found, lacking)
	}
}
