package insert

import (
	"bytes"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// tomlEnd is the offset behind the value at off in data, which parses.
func tomlEnd(data []byte, off int) int {
	rest := data[off:]
	switch {
	case bytes.HasPrefix(rest, []byte(`"""`)), bytes.HasPrefix(rest, []byte(`'''`)):
		return off + tomlLong(rest)
	case rest[0] == '"' || rest[0] == '\'':
		return off + tomlShort(rest)
	case rest[0] == '[' || rest[0] == '{':
		end := off
		tomlWalk(data, off, func(item) {}, func(shut int) { end = shut + 1 })
		return end
	}
	// A bare word; a date may have a space before its time.
	n := 0
	for n < len(rest) && !strings.ContainsRune(",]}#\r\n", rune(rest[n])) {
		n++
	}
	return off + len(bytes.TrimRight(rest[:n], " \t"))
}

// tomlShort is the length of the string on one line that text begins with.
func tomlShort(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == text[0]:
			return i + 1
		case text[i] == '\\' && text[0] == '"':
			i++
		}
	}
	return len(text)
}

// tomlLong is the length of the string over several lines that text begins
// with. Up to two quotes may stand before the three that end it.
func tomlLong(text []byte) int {
	for i := 3; i < len(text); i++ {
		switch {
		case text[i] == '\\' && text[0] == '"':
			i++
		case bytes.HasPrefix(text[i:], text[:3]):
			end := i + 3
			for end < len(text) && end < i+5 && text[end] == text[0] {
				end++
			}
			return end
		}
	}
	return len(text)
}

// tomlWalk goes over the array or inline table at open: visit gets its items,
// shut the place of its closing bracket. An item of an inline table begins at
// its key.
func tomlWalk(data []byte, open int, visit func(item), shut func(int)) {
	at := open + 1
	var it *item
	for at < len(data) {
		switch c := data[at]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			at++
		case c == '#':
			at = hashComment(data, at)
		case c == ',':
			if it != nil {
				it.comma = at
				visit(*it)
				it = nil
			}
			at++
		case c == ']' || c == '}':
			if it != nil {
				visit(*it)
			}
			shut(at)
			return
		default:
			start := at
			if data[open] == '{' {
				at = tomlValueOf(data, at)
			}
			at = tomlEnd(data, at)
			it = &item{start, at, -1}
		}
	}
	shut(len(data) - 1)
}

// tomlValueOf is where the value of the key at off begins.
func tomlValueOf(data []byte, off int) int {
	for off < len(data) && data[off] != '=' {
		if data[off] == '"' || data[off] == '\'' {
			off += tomlShort(data[off:])
		} else {
			off++
		}
	}
	for off++; off < len(data) && isBlank(data[off]); {
		off++
	}
	return min(off, len(data)-1)
}

// value reads the value between two offsets.
func (f *tomlFile) value(start, end int) *tomlNode {
	n := &tomlNode{kind: tomlScalar, block: -1, first: -1, last: -1, start: start, end: end}
	switch f.text[start] {
	case '[':
		n.kind = tomlArray
	case '{':
		n.kind, n.child = tomlInline, map[string]*tomlNode{}
	default:
		return n
	}
	tomlWalk(f.text, start, func(it item) {
		n.items = append(n.items, it)
		if n.kind == tomlArray {
			n.elems = append(n.elems, f.value(it.start, it.end))
			return
		}
		keys := tomlKeys(f.text[it.start:it.end])
		n.spread = n.spread || len(keys) != 1
		if len(keys) > 0 {
			n.add(keys[0], f.value(tomlValueOf(f.text, it.start), it.end))
		}
	}, func(int) {})
	return n
}

// tomlKeys are the parts of the key that text begins with.
func tomlKeys(text []byte) []string {
	var p unstable.Parser
	p.Reset(text)
	if !p.NextExpression() || p.Expression().Kind != unstable.KeyValue {
		return nil
	}
	var out []string
	for it := p.Expression().Key(); it.Next(); {
		out = append(out, string(it.Node().Data))
	}
	return out
}

// scalar is a scalar's text: a string without its quotes, all else as written.
func (f *tomlFile) scalar(n *tomlNode) string {
	raw := f.text[n.start:n.end]
	var p unstable.Parser
	p.Reset(append([]byte("x = "), raw...))
	if p.NextExpression() && p.Expression().Value().Kind == unstable.String {
		return string(p.Expression().Value().Data)
	}
	return string(raw)
}

// matches tells whether an element satisfies a selector.
func (f *tomlFile) matches(n *tomlNode, segment string) bool {
	field, value, ok := selector(segment)
	if !ok {
		return false
	}
	if field == "" {
		return n.kind == tomlScalar && f.scalar(n) == value
	}
	c := n.child[field]
	return c != nil && c.kind == tomlScalar && f.scalar(c) == value
}

// list is the list of an inline table or an array.
func (f *tomlFile) list(n *tomlNode) *list {
	own := f.leads(n.start)
	if start := f.lineStart(n.start); !own {
		// The value of a key that begins its line.
		at := f.skipBlanks(start)
		own = tomlValueOf(f.text, at) == n.start
	}
	return &list{
		source: f.source, open: n.start + 1, close: n.end - 1, items: n.items,
		comment: hashComment, unit: f.unit(), broken: own && n.kind == tomlArray,
	}
}

// unit is one level of indentation inside of brackets: that of an array of the
// file, else two spaces.
func (f *tomlFile) unit() string {
	for _, b := range f.blocks {
		for _, line := range b.lines {
			if f.text[line.value] != '[' {
				continue
			}
			first := f.skipBlanks(f.nextLine(line.value))
			if f.nextLine(line.value) < line.end && first < line.end-1 {
				if unit, ok := strings.CutPrefix(f.indent(first), f.indent(line.start)); ok && unit != "" {
					return unit
				}
			}
		}
	}
	return "  "
}

// tomlQuote writes a key: bare where that is allowed.
func tomlQuote(name string) string {
	bare := name != ""
	for _, c := range name {
		bare = bare && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-')
	}
	if bare {
		return name
	}
	return tomlString(name)
}

// tomlPath writes a dotted key.
func tomlPath(names []string) string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = tomlQuote(name)
	}
	return strings.Join(out, ".")
}
