package insert

import (
	"bytes"
	"fmt"
	"io"
	"testing"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// libraryDocs parses data with the library.
func libraryDocs(data []byte) (docs []*yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	dec := yaml.NewDecoder(bytes.NewReader(data))
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

// sameShape compares a scanned node with the library's.
func sameShape(t *yamlTree, n int32, y *yaml.Node, places bool) error {
	node := &t.nodes[n]
	at := func(format string, args ...any) error {
		line, col := t.position(int(node.props))
		return fmt.Errorf("%d:%d: %s (the library: %d:%d %v %q)", line, col, fmt.Sprintf(format, args...), y.Line, y.Column, y.Kind, y.Value)
	}
	want := map[yamlKind]yaml.Kind{
		yamlNull: yaml.ScalarNode, yamlPlain: yaml.ScalarNode, yamlSingle: yaml.ScalarNode, yamlDouble: yaml.ScalarNode,
		yamlBlock: yaml.ScalarNode, yamlAlias: yaml.AliasNode, yamlMap: yaml.MappingNode, yamlFlowMap: yaml.MappingNode,
		yamlPair: yaml.MappingNode, yamlSeq: yaml.SequenceNode, yamlFlowSeq: yaml.SequenceNode,
	}[node.kind]
	if want != y.Kind {
		return at("kind %d", node.kind)
	}
	if y.Kind == yaml.ScalarNode {
		styles := map[yamlKind]yaml.Style{
			yamlSingle: yaml.SingleQuotedStyle, yamlDouble: yaml.DoubleQuotedStyle,
		}
		style := y.Style &^ yaml.TaggedStyle
		if node.kind == yamlBlock {
			if style != yaml.LiteralStyle && style != yaml.FoldedStyle {
				return at("not a block scalar")
			}
		} else if style != styles[node.kind] {
			return at("style")
		}
		if node.kind == yamlPlain && !yamlHasBreak(t.data[node.start:node.end]) && string(t.data[node.start:node.end]) != y.Value {
			return at("value %q", t.data[node.start:node.end])
		}
		if (node.kind == yamlNull) != (y.Value == "" && style == 0) {
			return at("empty")
		}
	}
	if places && node.kind != yamlNull && node.kind != yamlPair {
		if line, col := t.position(int(node.props)); node.kind != yamlMap && node.kind != yamlSeq && (line != y.Line || col != y.Column) {
			return at("place")
		}
	}
	i := 0
	for c := node.first; c != 0; c = t.nodes[c].next {
		if i == len(y.Content) {
			return at("too many children")
		}
		if err := sameShape(t, c, y.Content[i], places); err != nil {
			return err
		}
		i++
	}
	if i != len(y.Content) {
		return at("%d children, not %d", i, len(y.Content))
	}
	anchor := ""
	if node.anchor > 0 {
		anchor = t.anchors[node.anchor-1].name
	}
	if node.kind == yamlAlias {
		if anchor != y.Value {
			return at("alias %q", anchor)
		}
	} else if anchor != y.Anchor {
		return at("anchor %q", anchor)
	}
	return nil
}

// agree compares the scanner with the library on one file.
func agree(data []byte) error {
	tree, bad := parseYAML(data)
	docs, err := libraryDocs(bytes.ReplaceAll(data, []byte("%YAML 1.2"), []byte("%YAML 1.1")))
	switch {
	case bad != nil && err != nil:
		return nil
	case bad != nil:
		return fmt.Errorf("refused at offset %d: %s", bad.pos, bad.msg)
	case err != nil:
		return fmt.Errorf("the library refuses: %v", err)
	case len(tree.docs) != len(docs):
		return fmt.Errorf("%d documents, not %d", len(tree.docs), len(docs))
	}
	places := !bytes.ContainsAny(data, "\r") && utf8.RuneCount(data) == len(data)
	for i, d := range docs {
		if err := sameShape(tree, tree.docs[i].root, d.Content[0], places); err != nil {
			return fmt.Errorf("document %d: %v", i, err)
		}
	}
	return nil
}

// yamlOddities are files on which YAML parsers easily differ.
var yamlOddities = []string{
	"a: b\n", "- a\n-b: c\n", "a:\n- b\n c\n", "a: b: c\n", "a:\n  b: 1\n c: 2\n", "? a\n: b\n? - c\n", "a: |2\n   x\n\n y\n", "a: >+\n\n x\n\n\nb: 1\n",
	"&a b: *a\n", "&a\n!t\nb: c\n", "!t &a b: !u c\n", "a: &b\nc: !d\n", "[a, b: c, ? d : e, {f: g,},]\n", "{a, b: , \"c\":d, [e]: f}\n", "{a:b, c: -, d: -e}\n",
	"'it''s': \"\\x41\\\n  b\"\n", "a: \"x\n---\ny\"\n", "---\n...\n---\n", "%YAML 1.1\n---\na\n...\n", "%TAG !e! tag:e,2000:\n--- !e!x\na: 1\n", "--- |\n x\n--- a\n",
	"a:\tb\n\t# c\n", "a: b\n \t\nc: d\n", "# a\n\t# b\n \t\n\t#\na: b\n", "- # a\n\t# b\n  c\n", "a: b # c\n\t# d\ne: f\n", "# a\n\tb: c\n", "a: b\n\tc: d\n", "- - a\n  - b\n-\n  - c\n", "a: - b\n", "a:\n  - b\n  c: d\n", "a\nb\n", "a\nb: c\n", "#\n", "", "\xef\xbb\xbfa: 1\n",
	"a: 1\r\nb:\r  c: 2\r\n", "a: 'x\u0085  y'\u2028b: 1\n", "<<: *a\n", "a: &x 1\nb: *x\nc: [*x , *x]\n", "a: {\n# c\n}\n", "a: [b\nc]\n", "a: !<tag:x> b\n", "a: *b\n", "a: @b\n", "a: 'b'c\n",
	"? |\n  x\n: - y\n", "-\n  a: 1\n -\n", "a: |\nb: 1\n", "a: |\n\tb\n", "a: \"\\q\"\n", "{a: [b}\n", "a: b # c\n  d\n", "a: b#c\n", "a?b: c?d\n", "[a?b]\n", "- ? a\n  : b\n  c: d\n",
}

// TestYAMLScanAgrees compares the scanner with the library.
func TestYAMLScanAgrees(t *testing.T) {
	for _, data := range yamlOddities {
		if err := agree([]byte(data)); err != nil {
			t.Errorf("%v\n%q", err, data)
		}
	}
}

// FuzzYAMLScan compares the scanner with the library on any file. The library
// also accepts a block scalar that stands no deeper than its key, which YAML
// does not, UTF-16, and byte order marks in the middle; nothing else may be
// refused that it reads.
func FuzzYAMLScan(f *testing.F) {
	for _, data := range yamlOddities {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_, bad := parseYAML(data)
		if bad != nil && (bytes.ContainsAny(data, "|>\uFEFF") || !utf8.Valid(data)) {
			return
		}
		if err := agree(data); err != nil {
			t.Errorf("%v\n%q", err, data)
		}
	})
}
