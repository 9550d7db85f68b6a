package insert

import (
	"reflect"

	"github.com/tailscale/hujson"
)

// member is a key and its value in the tree that checks compare; an element has
// no key.
type member struct {
	key   string
	value any
}

// jsonTree is v without its bytes: members in their order, literals as written,
// strings decoded.
func jsonTree(v *hujson.Value) any {
	switch c := v.Value.(type) {
	case *hujson.Object:
		out := []member{}
		for i := range c.Members {
			out = append(out, member{jsonText(&c.Members[i].Name), jsonTree(&c.Members[i].Value)})
		}
		return out
	case *hujson.Array:
		out := [](any){}
		for i := range c.Elements {
			out = append(out, jsonTree(&c.Elements[i]))
		}
		return out
	}
	return [2]string{jsonKind(v), jsonText(v)}
}

func sameJSON(a, b *hujson.Value) bool { return reflect.DeepEqual(jsonTree(a), jsonTree(b)) }

// without returns the tree without the entry to which trail leads, and the
// entry.
func without(tree any, trail []int) (rest any, entry member) {
	if len(trail) == 0 {
		return tree, member{value: tree}
	}
	i := trail[0]
	switch c := tree.(type) {
	case []member:
		out := append([]member{}, c...)
		if len(trail) == 1 {
			return append(out[:i:i], c[i+1:]...), c[i]
		}
		out[i].value, entry = without(c[i].value, trail[1:])
		return out, entry
	case []any:
		out := append([]any{}, c...)
		if len(trail) == 1 {
			return append(out[:i:i], c[i+1:]...), member{value: c[i]}
		}
		out[i], entry = without(c[i], trail[1:])
		return out, entry
	}
	return tree, member{}
}

// leadsTo tells whether every index of trail exists in tree.
func leadsTo(tree any, trail []int) bool {
	for _, i := range trail {
		switch c := tree.(type) {
		case []member:
			if i >= len(c) {
				return false
			}
			tree = c[i].value
		case []any:
			if i >= len(c) {
				return false
			}
			tree = c[i]
		default:
			return false
		}
	}
	return true
}

// checkInsert parses out and makes sure that it is the file with exactly the
// entry more.
func (f *jsonFile) checkInsert(out []byte, trail []int, key string, body []byte) error {
	after, err := decodeJSON((&source{data: out, base: f.base}).visible())
	if err != nil {
		return f.fail(Unsafe, -1, "with the entry the file would no longer parse: %v", err)
	}
	if f.strict && !after.IsStandard() {
		return f.fail(Invalid, -1, "the entry has comments or trailing commas, and the file has none")
	}
	want, err := decodeJSON(body)
	if err != nil {
		return f.fail(Invalid, -1, "the entry does not parse as JSON: %v", err)
	}
	tree := jsonTree(&after)
	if !leadsTo(tree, trail) {
		return f.fail(Unsafe, -1, "the entry would change more than itself")
	}
	rest, entry := without(tree, trail)
	if _, ok := f.parentOf(trail).Value.(*hujson.Array); ok {
		key = ""
	}
	if !reflect.DeepEqual(rest, jsonTree(f.root)) || !reflect.DeepEqual(entry, member{key, jsonTree(&want)}) {
		return f.fail(Unsafe, -1, "the entry would change more than itself")
	}
	return nil
}

// parentOf is the value that holds the last index of trail.
func (f *jsonFile) parentOf(trail []int) *hujson.Value {
	v := f.root
	for _, i := range trail[:len(trail)-1] {
		v = jsonChild(v, i)
	}
	return v
}

// checkRemove parses out and makes sure that it is the file with exactly the
// entry less.
func (f *jsonFile) checkRemove(out []byte, trail []int) error {
	after, err := decodeJSON((&source{data: out, base: f.base}).visible())
	if err != nil {
		return f.fail(Unsafe, -1, "without the entry the file would no longer parse: %v", err)
	}
	rest, _ := without(jsonTree(f.root), trail)
	if !reflect.DeepEqual(rest, jsonTree(&after)) {
		return f.fail(Unsafe, -1, "taking the entry out would change more than itself")
	}
	return nil
}
