package insert

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// yamlText is the text of an entry: the value of a key or an element.
type yamlText struct {
	t     *yamlTree
	root  int32      // 0 for a text that is empty or only a comment
	value *yaml.Node // what the library makes of it
}

// parseYAMLText parses the text of an entry for the file called name.
func parseYAMLText(name string, text []byte) (*yamlText, error) {
	if len(text) > 0 && yamlBreakBefore(text, len(text)) == 0 {
		text = append(bytes.Clone(text), '\n')
	}
	t, bad := parseYAML(text)
	if bad != nil {
		line, col := t.position(bad.pos)
		e := badText(name, fmt.Sprintf("line %d, column %d: %s", line, col, bad.msg))
		e.EntryLine, e.EntryCol = line, col
		return nil, e
	}
	x := &yamlText{t: t, value: &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}}
	if len(t.docs) == 0 {
		return x, nil
	}
	if d := t.docs[0]; len(t.docs) > 1 || d.explicit || d.closed {
		return nil, badText(name, "it holds a document marker")
	}
	docs, err := yamlDocs(text)
	if err != nil || len(docs) != 1 {
		return nil, badText(name, fmt.Sprint(err))
	}
	x.root, x.value = t.docs[0].root, docs[0].Content[0]
	return x, nil
}

// CheckYAML parses the text of an entry as Insert would for the file called
// name. The lines and columns of its *Error are the text's own.
func CheckYAML(name string, text []byte) error {
	_, err := parseYAMLText(name, text)
	if err == nil {
		return nil
	}
	e := &Error{Reason: Invalid, File: name, Line: 1, Col: 1, Msg: strings.TrimPrefix(err.(*Error).Msg, notYAML)}
	if t, bad := parseYAML(append(bytes.Clone(text), '\n')); bad != nil {
		e.Line, e.Col = t.position(bad.pos)
		e.Msg = bad.msg
	}
	return e
}

// YAMLFault is where data, a whole file, stops being YAML; the column counts
// bytes. It is false where nothing is wrong with the file's form.
func YAMLFault(data []byte) (line, col int, found bool) {
	if len(data) > 0 && yamlBreakBefore(data, len(data)) == 0 {
		data = append(bytes.Clone(data), '\n')
	}
	t, bad := parseYAML(data)
	if bad == nil {
		return 0, 0, false
	}
	at := bad.pos
	for at > 0 && at >= len(data) || at > 0 && at == len(data)-1 && strings.ContainsRune(" \t\r\n", rune(data[at])) {
		at-- // what is missing at the end is missing behind the last word
	}
	line, col = t.position(at)
	return line, col, true
}

const notYAML = "the entry does not parse as YAML: "

func badText(name, why string) *Error {
	return &Error{Reason: Invalid, File: name, Msg: notYAML + why}
}

// leaf is the last node of the text that has no children; nil for none.
func (x *yamlText) leaf() *yamlNode {
	if x.root == 0 {
		return nil
	}
	return x.t.leaf(x.root)
}

// needsBreak tells whether a node's value depends on the line break at its end.
func (n *yamlNode) needsBreak() bool {
	return n != nil && n.kind == yamlBlock && n.chomp != yamlStrip && !n.empty
}

// lines returns the text as it reads in the spot.
func (x *yamlText) lines(s yamlSpot) (first string, rest []string) {
	return layout(yamlRegion{t: x.t, node: x.root, from: x.t.base, to: len(x.t.data), parent: -1}, s)
}

// under writes the text behind head, a key with its colon or a dash, which
// stands in column s.parent. The first line is not indented.
func (x *yamlText) under(head string, s yamlSpot) []string {
	first, rest := x.lines(s)
	if first != "" {
		pad := 1
		if s.seq {
			pad = s.style.dash - 1
		}
		head += strings.Repeat(" ", pad) + first
	}
	return append([]string{head}, rest...)
}

// nest wraps the text into the mappings that segs name, from the outside in; the
// last segment is the entry's own key, or a selector or nothing for an element.
// The result is the text of a value that holds them all.
func (x *yamlText) nest(name string, segs []string) (*yamlText, error) {
	if len(segs) == 0 {
		return x, nil
	}
	inner, err := x.nest(name, segs[1:])
	if err != nil {
		return nil, err
	}
	head, seq := yamlString(segs[0], false, 0)+":", false
	if len(segs) == 1 && (segs[0] == "" || isSelector(segs[0])) {
		head, seq = "-", true
	}
	lines := inner.under(head, yamlSpot{seq: seq, style: yamlPlainStyle})
	return parseYAMLText(name, []byte(strings.Join(lines, "\n")+"\n"))
}
