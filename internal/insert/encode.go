package insert

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Pair is an entry of a mapping whose order is kept.
type Pair struct {
	Key   string
	Value any
}

// Encode writes v as a fragment in the format of the file called name: YAML,
// JSON or TOML. v is a string, a bool, an int, a float64 or nil, or is made of
// []any, []Pair and map[string]any, whose keys come in order.
func Encode(name string, v any) ([]byte, error) {
	switch FormatOf(name) {
	case YAML:
		n, err := yamlOf(v)
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		enc := yaml.NewEncoder(&b)
		enc.SetIndent(2)
		if err := enc.Encode(n); err != nil {
			return nil, err
		}
		return b.Bytes(), enc.Close()
	case JSON:
		var b bytes.Buffer
		if err := jsonOf(&b, v, "\n"); err != nil {
			return nil, err
		}
		return b.Bytes(), nil
	case TOML:
		var b bytes.Buffer
		err := tomlOf(&b, v)
		return b.Bytes(), err
	}
	s, ok := v.(string)
	if !ok {
		return nil, fmt.Errorf("an entry of %s must be a text", name)
	}
	return []byte(s), nil
}

func pairs(m map[string]any) []Pair {
	out := make([]Pair, 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, Pair{k, m[k]})
	}
	return out
}

func yamlOf(v any) (*yaml.Node, error) {
	switch v := v.(type) {
	case map[string]any:
		return yamlOf(pairs(v))
	case []Pair:
		n := &yaml.Node{Kind: yaml.MappingNode}
		for _, p := range v {
			key, value := &yaml.Node{}, (*yaml.Node)(nil)
			key.SetString(p.Key)
			value, err := yamlOf(p.Value)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, key, value)
		}
		return n, nil
	case []any:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for _, item := range v {
			value, err := yamlOf(item)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, value)
		}
		return n, nil
	}
	n := &yaml.Node{}
	return n, n.Encode(v)
}

func jsonOf(b *bytes.Buffer, v any, eol string) error {
	list := func(open, shut string, n int, item func(i int) error) error {
		b.WriteString(open)
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(eol + "  ")
			if err := item(i); err != nil {
				return err
			}
		}
		if n > 0 {
			b.WriteString(eol)
		}
		b.WriteString(shut)
		return nil
	}
	switch v := v.(type) {
	case map[string]any:
		return jsonOf(b, pairs(v), eol)
	case []Pair:
		return list("{", "}", len(v), func(i int) error {
			if err := jsonOf(b, v[i].Key, eol); err != nil {
				return err
			}
			b.WriteString(": ")
			return jsonOf(b, v[i].Value, eol+"  ")
		})
	case []any:
		return list("[", "]", len(v), func(i int) error { return jsonOf(b, v[i], eol+"  ") })
	}
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1)
	return nil
}

// tomlOf writes an inline value, which may stand anywhere a value may.
func tomlOf(b *bytes.Buffer, v any) error {
	switch v := v.(type) {
	case nil:
		return fmt.Errorf("TOML has no null")
	case map[string]any:
		return tomlOf(b, pairs(v))
	case []Pair:
		b.WriteByte('{')
		for i, p := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			if bareTOML(p.Key) {
				b.WriteString(p.Key)
			} else if err := tomlOf(b, p.Key); err != nil {
				return err
			}
			b.WriteString(" = ")
			if err := tomlOf(b, p.Value); err != nil {
				return err
			}
		}
		b.WriteByte('}')
		return nil
	case []any:
		b.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			if err := tomlOf(b, item); err != nil {
				return err
			}
		}
		b.WriteByte(']')
		return nil
	}
	// TOML's basic strings, numbers and truth values are written as JSON's.
	return jsonOf(b, v, "")
}

func bareTOML(key string) bool {
	return key != "" && strings.Trim(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}
