package lint

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/svcgen/svcgen/internal/template"
)

type yamlNode = yaml.Node

// yamlDocs parses every document of data, up to the first error.
func yamlDocs(data []byte) ([]*yamlNode, error) {
	var docs []*yamlNode
	for dec := yaml.NewDecoder(bytes.NewReader(data)); ; {
		var doc yamlNode
		err := dec.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			return docs, err
		}
		if len(doc.Content) > 0 {
			docs = append(docs, doc.Content[0])
		}
	}
}

var yamlLine = regexp.MustCompile(`^(?:yaml: )?(?:unmarshal errors:\s*)?(?:line (\d+): )?(.*)`)

var parserError = regexp.MustCompile(`^did not find expected (<|node content|'-' indicator|key|',' or)`)

// yamlError splits the library's message into its line and what is wrong.
func yamlError(err error) (line int, msg string) {
	m := yamlLine.FindStringSubmatch(strings.ReplaceAll(err.Error(), "\n", " "))
	line, convErr := strconv.Atoi(m[1])
	switch {
	case convErr != nil:
		line = 1
	case parserError.MatchString(m[2]):
		line++ // the library counts these from zero
	}
	return line, m[2]
}

// lookup returns the value at the keys below n, or nil. It does not look through
// aliases.
func lookup(n *yamlNode, keys ...string) *yamlNode {
	for _, k := range keys {
		_, n = entry(n, k)
	}
	return n
}

// entry returns the key's and the value's nodes of the mapping n's key.
func entry(n *yamlNode, key string) (k, v *yamlNode) {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i], n.Content[i+1]
		}
	}
	return nil, nil
}

// items returns the elements of the sequence n.
func items(n *yamlNode) []*yamlNode {
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

// scalar returns n's text, or "".
func scalar(n *yamlNode) string {
	if n == nil || n.Kind != yaml.ScalarNode {
		return ""
	}
	return n.Value
}

// yamlDoc is template.yaml, for positions.
type yamlDoc struct{ root *yamlNode }

func parseDoc(data []byte) *yamlDoc {
	docs, _ := yamlDocs(data)
	if len(docs) == 0 {
		return &yamlDoc{}
	}
	return &yamlDoc{docs[0]}
}

// at returns the position of the key that the path leads to, or else of the
// file's first line.
func (d *yamlDoc) at(keys ...string) template.Pos {
	n := lookup(d.root, keys[:len(keys)-1]...)
	if k, _ := entry(n, keys[len(keys)-1]); k != nil {
		return template.Pos{Line: k.Line, Col: k.Column}
	}
	return template.Pos{Line: 1, Col: 1}
}

// pathTo returns the keys that lead to the node at a position; elements of
// sequences are "[]". Keys and their values have the same path.
func (d *yamlDoc) pathTo(line, col int) []string {
	var found []string
	d.walk(func(n *yamlNode, keys []string) {
		if n.Line == line && n.Column == col {
			found = keys
		}
	})
	return found
}

// walk calls visit for every node, a mapping before its keys and values.
func (d *yamlDoc) walk(visit func(n *yamlNode, keys []string)) {
	var walk func(n *yamlNode, keys []string)
	walk = func(n *yamlNode, keys []string) {
		visit(n, keys)
		below := func(key string) []string { return append(keys[:len(keys):len(keys)], key) }
		switch n.Kind {
		case yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				visit(n.Content[i], below(n.Content[i].Value))
				walk(n.Content[i+1], below(n.Content[i].Value))
			}
		case yaml.SequenceNode:
			for _, c := range n.Content {
				walk(c, below("[]"))
			}
		}
	}
	if d.root != nil {
		walk(d.root, nil)
	}
}
