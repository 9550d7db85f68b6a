package insert

import (
	"bytes"

	"go.yaml.in/yaml/v3"
)

// value is a scalar's value as text; ok is false for other nodes and for block
// scalars, which name nothing. An alias has the value of its scalar.
func (t *yamlTree) value(n int32) (s string, ok bool) {
	node := &t.nodes[n]
	raw := t.data[node.start:node.end]
	switch node.kind {
	case yamlNull:
		return "", true
	case yamlPlain:
		if !yamlHasBreak(raw) {
			return string(raw), true
		}
	case yamlSingle, yamlDouble:
		if in := raw[1 : len(raw)-1]; !yamlHasBreak(raw) && bytes.IndexByte(in, '\\') < 0 && bytes.IndexByte(in, '\'') < 0 {
			return string(in), true
		}
	case yamlAlias:
		if n := t.target(n); n != 0 && t.nodes[n].kind.scalar() {
			return t.value(n)
		}
		return "", false
	default:
		return "", false
	}
	// Escapes and folded lines are rare in names: the library knows them.
	var y yaml.Node
	if err := yaml.Unmarshal(raw, &y); err != nil || len(y.Content) != 1 {
		return "", false
	}
	return y.Content[0].Value, true
}

// is tells whether a scalar's value is s.
func (t *yamlTree) is(n int32, s string) bool {
	node := &t.nodes[n]
	if node.kind == yamlPlain && int(node.end-node.start) == len(s) {
		return string(t.data[node.start:node.end]) == s // most keys; no allocation
	}
	v, ok := t.value(n)
	return ok && v == s
}

// isNull tells whether a scalar is null, and written out.
func (t *yamlTree) isNull(n int32) bool {
	node := &t.nodes[n]
	if node.kind != yamlPlain {
		return false
	}
	switch string(t.data[node.start:node.end]) {
	case "~", "null", "Null", "NULL":
		return true
	}
	return false
}

func yamlHasBreak(b []byte) bool { return yamlLineEnd(b, 0) < len(b) }

// matches tells whether n is an element whose field has the value.
func (t *yamlTree) matches(n int32, field, value string) bool {
	v, ok := t.field(n, field)
	return ok && v == value
}

// field is the value of a field of an element, or of the element itself where
// the field is empty.
func (t *yamlTree) field(n int32, field string) (value string, ok bool) {
	if t.nodes[n].kind == yamlAlias {
		n = t.target(n)
	}
	node := &t.nodes[n]
	if field == "" {
		return t.value(n)
	}
	if !node.kind.mapping() {
		return "", false
	}
	for c := node.first; c != 0; c = t.nodes[t.nodes[c].next].next {
		if t.is(c, field) {
			return t.value(t.nodes[c].next)
		}
	}
	return "", false
}

// find lists the entries of collection n that seg names: a key of a mapping,
// or a selector of a sequence. The numbers count entries.
func (t *yamlTree) find(n int32, seg string) (found []int) {
	node := &t.nodes[n]
	if node.kind.mapping() {
		i := 0
		for c := node.first; c != 0; c = t.nodes[t.nodes[c].next].next {
			if t.is(c, seg) {
				found = append(found, i)
			}
			i++
		}
		return found
	}
	field, value, ok := selector(seg)
	if !ok {
		return nil
	}
	i := 0
	for c := node.first; c != 0; c = t.nodes[c].next {
		if t.matches(c, field, value) {
			found = append(found, i)
		}
		i++
	}
	return found
}

// peers tells which entries of collection n are peers, and which. Both may be
// many: every entry is looked at once.
func (t *yamlTree) peers(names []string, n int32, list []yamlEntry) map[int]string {
	keys := make(map[string]string)              // a mapping's: key to peer
	fields := make(map[string]map[string]string) // a sequence's: field to value to peer
	for _, name := range names {
		if t.nodes[n].kind.mapping() {
			keys[name] = name
		} else if field, value, ok := selector(name); ok {
			if fields[field] == nil {
				fields[field] = make(map[string]string)
			}
			fields[field][value] = name
		}
	}
	found := make(map[int]string)
	for i, e := range list {
		if v, ok := t.value(e.key); ok && e.key != 0 {
			if name, ok := keys[v]; ok {
				found[i] = name
			}
			continue
		}
		for field, values := range fields {
			if v, ok := t.field(e.val, field); ok {
				if name, ok := values[v]; ok {
					found[i] = name
				}
			}
		}
	}
	return found
}

// merged is the offset of a merge key of mapping n that brings key, -1 for none.
func (t *yamlTree) merged(n int32, key string) int {
	return t.mergedIn(n, key, 0)
}

func (t *yamlTree) mergedIn(n int32, key string, depth int) int {
	if depth > 16 || !t.nodes[n].kind.mapping() {
		return -1
	}
	for c := t.nodes[n].first; c != 0; c = t.nodes[t.nodes[c].next].next {
		if t.nodes[c].kind != yamlPlain || !t.is(c, "<<") {
			continue
		}
		val := t.nodes[c].next
		sources := []int32{val}
		if t.nodes[val].kind.sequence() {
			sources = nil
			for s := t.nodes[val].first; s != 0; s = t.nodes[s].next {
				sources = append(sources, s)
			}
		}
		for _, s := range sources {
			if t.nodes[s].kind == yamlAlias {
				s = t.target(s)
			}
			if s != 0 && t.nodes[s].kind.mapping() && (len(t.find(s, key)) > 0 || t.mergedIn(s, key, depth+1) >= 0) {
				return int(t.nodes[c].mark)
			}
		}
	}
	return -1
}
