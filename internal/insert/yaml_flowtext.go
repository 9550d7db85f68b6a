package insert

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// flowText writes an entry's text in flow style on one line. Comments do not
// survive that; a text that is one line of flow style already stays as it is.
func (x *yamlText) flowText() string {
	if x.root != 0 {
		node := &x.t.nodes[x.root]
		raw := string(x.t.data[node.props:node.end])
		rest := strings.TrimSpace(string(x.t.data[x.t.base:node.props]) + string(x.t.data[node.end:]))
		one := rest == "" && !yamlHasBreak([]byte(raw))
		switch node.kind {
		case yamlFlowMap, yamlFlowSeq, yamlSingle, yamlDouble:
			if one {
				return raw
			}
		case yamlPlain:
			if one && !strings.ContainsAny(raw, ",?[]{}") {
				return raw
			}
		}
	}
	return yamlFlow(x.value)
}

// yamlFlow writes a node in flow style on one line.
func yamlFlow(n *yaml.Node) string {
	var b strings.Builder
	if n.Anchor != "" {
		b.WriteString("&" + n.Anchor + " ")
	}
	if n.Style&yaml.TaggedStyle != 0 {
		if strings.HasPrefix(n.Tag, "!") {
			b.WriteString(n.Tag + " ")
		} else {
			b.WriteString("!<" + n.Tag + "> ")
		}
	}
	switch n.Kind {
	case yaml.AliasNode:
		b.WriteString("*" + n.Value)
	case yaml.SequenceNode:
		b.WriteByte('[')
		for i, c := range n.Content {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(yamlFlow(c))
		}
		b.WriteByte(']')
	case yaml.MappingNode:
		b.WriteByte('{')
		for i := 0; i+1 < len(n.Content); i += 2 {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(yamlFlowKey(n.Content[i]) + ": " + yamlFlow(n.Content[i+1]))
		}
		b.WriteByte('}')
	default:
		b.WriteString(yamlFlowScalar(n))
	}
	return b.String()
}

func yamlFlowKey(n *yaml.Node) string {
	s := yamlFlow(n)
	switch n.Kind {
	case yaml.AliasNode:
		return s + " "
	case yaml.ScalarNode:
		return s
	}
	return "? " + s + " "
}

func yamlFlowScalar(n *yaml.Node) string {
	switch {
	case n.Style&yaml.SingleQuotedStyle != 0:
		return yamlString(n.Value, true, '\'')
	case n.Style&(yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return yamlString(n.Value, true, '"')
	case n.Value == "" && n.Style&yaml.TaggedStyle == 0:
		return "null"
	case n.Tag != "!!str" || yamlPlainSafe(n.Value, true):
		return n.Value
	}
	return yamlString(n.Value, true, '"')
}
