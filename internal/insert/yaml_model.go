package insert

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"go.yaml.in/yaml/v3"
)

// yamlDocs parses data with the library, which knows nothing of the scanner. It
// refuses "%YAML 1.2", which it can read: the directive is turned into 1.1.
func yamlDocs(data []byte) (docs []*yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: %v", r)
		}
	}()
	dec := yaml.NewDecoder(bytes.NewReader(bytes.ReplaceAll(data, []byte("%YAML 1.2"), []byte("%YAML 1.1"))))
	for {
		n := new(yaml.Node)
		if err := dec.Decode(n); err == io.EOF {
			return docs, nil
		} else if err != nil {
			return nil, err
		}
		docs = append(docs, n)
	}
}

// yamlModel is a file as the library reads it. It follows an address by values
// alone, so it also finds out when the scanner has walked to another place.
type yamlModel struct {
	docs    []*yaml.Node
	emptied *yaml.Node // the collection that lost its last entry
}

func (m *yamlModel) text(s string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
}

func (m *yamlModel) none() *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"} }

// real is what an alias stands for.
func (m *yamlModel) real(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func (m *yamlModel) is(n *yaml.Node, s string) bool {
	n = m.real(n)
	return n.Kind == yaml.ScalarNode && n.Value == s
}

// find is the index in n.Content of what seg names, the key of a mapping or the
// element of a sequence, or -1.
func (m *yamlModel) find(n *yaml.Node, seg string) int {
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if m.is(n.Content[i], seg) {
				return i
			}
		}
		return -1
	}
	field, value, ok := selector(seg)
	if !ok {
		return -1
	}
	return slices.IndexFunc(n.Content, func(e *yaml.Node) bool {
		if field == "" {
			return m.is(e, value)
		}
		e = m.real(e)
		if e.Kind != yaml.MappingNode {
			return false
		}
		i := m.find(e, field)
		return i >= 0 && m.is(e.Content[i+1], value)
	})
}

// child is the node behind the index that find gave.
func (m *yamlModel) child(n *yaml.Node, i int) *yaml.Node {
	if n.Kind == yaml.MappingNode {
		i++
	}
	return n.Content[i]
}

// insert adds value at a. The first collection that lacks a segment gets its
// new entry at index.
func (m *yamlModel) insert(a Address, index int, value *yaml.Node) error {
	if a.Doc == 0 && len(m.docs) == 0 {
		m.docs = []*yaml.Node{{Kind: yaml.DocumentNode, Content: []*yaml.Node{m.none()}}}
	}
	cur := m.docs[a.Doc].Content[0]
	for _, seg := range a.Path {
		if i := m.find(cur, seg); i >= 0 {
			cur = m.child(cur, i)
			continue
		}
		next := m.none()
		m.fill(cur, false)
		if err := m.add(cur, seg, index, next); err != nil {
			return err
		}
		index, cur = -1, next
	}
	m.fill(cur, a.Key == "" || isSelector(a.Key))
	return m.add(cur, a.Key, index, value)
}

// fill makes a collection of a node that is empty.
func (m *yamlModel) fill(n *yaml.Node, seq bool) {
	if n.Kind != yaml.ScalarNode || n.Value != "" || n.Style&^yaml.TaggedStyle != 0 {
		return
	}
	tag := "!!map"
	n.Kind = yaml.MappingNode
	if seq {
		n.Kind, tag = yaml.SequenceNode, "!!seq"
	}
	if n.Tag == "!!null" {
		n.Tag = tag
	}
}

// add puts an entry into n, at the end where index is negative.
func (m *yamlModel) add(n *yaml.Node, seg string, index int, value *yaml.Node) error {
	switch {
	case n.Kind == yaml.MappingNode && index < 0:
		n.Content = append(n.Content, m.text(seg), value)
	case n.Kind == yaml.SequenceNode && index < 0:
		n.Content = append(n.Content, value)
	case n.Kind == yaml.MappingNode && 2*index <= len(n.Content):
		n.Content = slices.Insert(n.Content, 2*index, m.text(seg), value)
	case n.Kind == yaml.SequenceNode && index <= len(n.Content):
		n.Content = slices.Insert(n.Content, index, value)
	default:
		return fmt.Errorf("there is no collection for %q", seg)
	}
	return nil
}

// remove takes out the entry that seg names in the collection at path; an
// element without a key is the one at index.
func (m *yamlModel) remove(doc int, path []string, seg string, index int) error {
	cur := m.docs[doc].Content[0]
	for _, s := range path {
		i := m.find(cur, s)
		if i < 0 {
			return fmt.Errorf("there is no %q", s)
		}
		cur = m.child(cur, i)
	}
	i, n := index, 1
	if cur.Kind == yaml.MappingNode {
		i, n = m.find(cur, seg), 2
	} else if seg != "" {
		i = m.find(cur, seg)
	}
	if i < 0 || i+n > len(cur.Content) {
		return fmt.Errorf("there is no %q", seg)
	}
	cur.Content = slices.Delete(cur.Content, i, i+n)
	if len(cur.Content) == 0 {
		m.emptied = cur
	}
	return nil
}

// equal tells whether the documents are those of another file; otherwise where
// they differ. Comments and styles do not count: the bytes that make them are
// untouched.
func (m *yamlModel) equal(docs []*yaml.Node) error {
	if len(docs) == len(m.docs)-1 && len(m.docs) == 1 && m.docs[0].Content[0] == m.emptied {
		return nil // a file without documents
	}
	if len(docs) != len(m.docs) {
		return fmt.Errorf("the file would have %d documents", len(docs))
	}
	pairs := make(map[*yaml.Node]*yaml.Node)
	for i := range docs {
		if err := m.same(m.docs[i], docs[i], pairs); err != nil {
			return err
		}
	}
	return nil
}

// same compares two nodes. Aliases must stand for nodes that were paired.
func (m *yamlModel) same(want, got *yaml.Node, pairs map[*yaml.Node]*yaml.Node) error {
	if want.Anchor != "" || got.Anchor != "" {
		pairs[want] = got
	}
	bad := want.Kind != got.Kind || want.Tag != got.Tag || want.Anchor != got.Anchor || len(want.Content) != len(got.Content)
	if want.Value != got.Value && !(want.Tag == "!!null" && got.Tag == "!!null") {
		bad = true
	}
	if want.Kind == yaml.AliasNode && !bad {
		bad = pairs[want.Alias] != got.Alias
	}
	if want == m.emptied && got.Kind == yaml.ScalarNode {
		plain := want.Tag == "!!map" || want.Tag == "!!seq"
		bad = got.Value != "" || want.Anchor != got.Anchor || want.Tag != got.Tag && !(plain && got.Tag == "!!null")
	}
	if bad {
		return fmt.Errorf("line %d would change its meaning", got.Line)
	}
	if want == m.emptied {
		return nil
	}
	for i := range want.Content {
		if err := m.same(want.Content[i], got.Content[i], pairs); err != nil {
			return err
		}
	}
	return nil
}
