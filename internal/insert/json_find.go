package insert

import (
	"slices"

	"github.com/tailscale/hujson"
)

// jsonPlace is how far a path leads: the value, the indexes that lead to it,
// and the segments that are missing below it.
type jsonPlace struct {
	v     *hujson.Value
	trail []int
	up    []*hujson.Value // the values above v, outermost first
	rest  []string
}

// offset is where the value begins, for errors.
func (p jsonPlace) offset() int {
	if p.v == nil {
		return -1
	}
	return p.v.StartOffset
}

// resolve follows path from the root.
func (f *jsonFile) resolve(path []string) (jsonPlace, error) {
	p := jsonPlace{v: f.root}
	for n, segment := range path {
		found, err := f.child(p.v, path[:n], segment)
		if err != nil {
			return p, err
		}
		if found < 0 {
			p.rest = path[n:]
			return p, nil
		}
		p.up = append(p.up, p.v)
		p.trail = append(p.trail, found)
		p.v = jsonChild(p.v, found)
	}
	return p, nil
}

// child is the index of the one child of v that segment names, or -1. at is the
// path of v, for errors.
func (f *jsonFile) child(v *hujson.Value, at []string, segment string) (int, error) {
	var found []int
	switch c := v.Value.(type) {
	case *hujson.Object:
		for i, m := range c.Members {
			if jsonText(&m.Name) == segment {
				found = append(found, i)
			}
		}
	case *hujson.Array:
		if _, _, ok := selector(segment); !ok {
			e := f.fail(Missing, v.StartOffset, "%s is an array, so it has no key %s", where(at), segment)
			e.Hint = "pick an element with [field=value]"
			return 0, e
		}
		for i := range c.Elements {
			if jsonMatches(&c.Elements[i], segment) {
				found = append(found, i)
			}
		}
	default:
		return 0, f.fail(Missing, v.StartOffset, "%s is %s, not an object or an array", where(at), jsonKind(v))
	}
	if len(found) > 1 {
		items := f.list(v).items
		line, _ := f.position(items[found[0]].start)
		return 0, f.fail(Ambiguous, items[found[1]].start, "%s is there twice; the first is on line %d",
			where(append(slices.Clone(at), segment)), line)
	}
	if len(found) == 0 {
		return -1, nil
	}
	return found[0], nil
}

func jsonKind(v *hujson.Value) string {
	switch v.Value.Kind() {
	case '"':
		return "a string"
	case '0':
		return "a number"
	case 'n':
		return "null"
	case '{':
		return "an object"
	case '[':
		return "an array"
	}
	return "a truth value"
}

// jsonChild is the value of v's child i.
func jsonChild(v *hujson.Value, i int) *hujson.Value {
	if obj, ok := v.Value.(*hujson.Object); ok {
		return &obj.Members[i].Value
	}
	return &v.Value.(*hujson.Array).Elements[i]
}

// jsonText is a literal's text: a string without its quotes.
func jsonText(v *hujson.Value) string {
	if lit, ok := v.Value.(hujson.Literal); ok {
		return lit.String()
	}
	return ""
}

// jsonMatches tells whether an array's element satisfies a selector.
func jsonMatches(v *hujson.Value, segment string) bool {
	field, value, ok := selector(segment)
	if !ok {
		return false
	}
	if field == "" {
		_, literal := v.Value.(hujson.Literal)
		return literal && jsonText(v) == value
	}
	obj, ok := v.Value.(*hujson.Object)
	if !ok {
		return false
	}
	for i := range obj.Members {
		m := &obj.Members[i]
		_, literal := m.Value.Value.(hujson.Literal)
		if literal && jsonText(&m.Name) == field && jsonText(&m.Value) == value {
			return true
		}
	}
	return false
}

// entry finds the entry at a: the place of what holds it, and its index there.
// Without a key it is the element that equals text.
func (f *jsonFile) entry(a Address, text []byte) (jsonPlace, int, error) {
	if f.root == nil {
		return jsonPlace{}, 0, f.fail(Missing, -1, "the file holds no value")
	}
	p, err := f.resolve(a.Path)
	if err != nil {
		return p, 0, err
	}
	if len(p.rest) > 0 {
		return p, 0, f.noParent(a, p)
	}
	i := -1
	if arr, ok := p.v.Value.(*hujson.Array); ok && a.Key == "" {
		if i, err = f.equal(arr, a, text); err != nil {
			return p, 0, err
		}
	} else if i, err = f.child(p.v, a.Path, a.Key); err != nil {
		return p, 0, err
	}
	if i < 0 {
		return p, 0, f.fail(Missing, p.v.StartOffset, "there is no %s", nameOf(a))
	}
	return p, i, nil
}

// equal is the index of the one element that equals text, or -1.
func (f *jsonFile) equal(arr *hujson.Array, a Address, text []byte) (int, error) {
	want, err := jsonEntry(f.source, text)
	if err != nil {
		return 0, err
	}
	found := -1
	for i := range arr.Elements {
		if !sameJSON(&arr.Elements[i], want) {
			continue
		}
		if found >= 0 {
			return 0, f.fail(Ambiguous, arr.Elements[i].StartOffset, "%s has this element twice", where(a.Path))
		}
		found = i
	}
	return found, nil
}

// noParent is the error for a parent that does not exist.
func (f *jsonFile) noParent(a Address, p jsonPlace) error {
	have := a.Path[:len(a.Path)-len(p.rest)+1]
	return f.fail(Missing, p.v.StartOffset, "there is no %s", where(have))
}
