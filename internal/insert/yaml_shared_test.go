package insert

import (
	"errors"
	"testing"
)

func TestPlaceThatShowsTwice(t *testing.T) {
	at := Address{Path: []string{"services"}, Key: "b"}
	for _, c := range []struct {
		name, data string
		path       []string
		refused    bool
	}{
		{"the mapping itself", "services: &s\n  a: 1\nother: *s\n", nil, true},
		{"in braces", "services: &s {a: 1}\nother: *s\n", nil, true},
		{"by a merge key", "services: &s\n  a: 1\nother:\n  <<: *s\n", nil, true},
		{"one around it", "top: &t\n  services:\n    a: 1\nother: *t\n", []string{"top", "services"}, true},
		{"an anchor that nobody repeats", "services: &s\n  a: 1\nother: 2\n", nil, false},
		{"another anchor of the name", "services: &s\n  a: 1\nx: &s 2\nother: *s\n", nil, false},
		{"an anchor of a neighbour", "x: &s {y: 1}\nservices:\n  a: *s\n", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := at
			if c.path != nil {
				a.Path = c.path
			}
			_, err := Insert("f.yaml", []byte(c.data), a, []byte("2"))
			var e *Error
			if refused := errors.As(err, &e) && e.Reason == Alias; refused != c.refused || !refused && err != nil {
				t.Errorf("got %v", err)
			}
			if c.refused {
				a.Key = "a"
				if _, err := Remove("f.yaml", []byte(c.data), a, nil); !errors.As(err, &e) || e.Reason != Alias {
					t.Errorf("removing: got %v", err)
				}
			}
		})
	}
}
