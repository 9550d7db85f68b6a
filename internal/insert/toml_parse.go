package insert

import (
	"errors"
	"slices"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// tomlKey is one part of a key, with its place.
type tomlKey struct {
	name       string
	start, end int
}

// tomlLine is a key and its value, or a table's header.
type tomlLine struct {
	keys       []tomlKey
	start, end int // from the key to the value's end, or from "[" to behind "]"
	value      int // where the value begins; 0 for a header
}

// tomlBlock is a header and the lines below it up to the next header. The first
// block of a file has no header.
type tomlBlock struct {
	header *tomlLine
	array  bool // [[header]]
	lines  []tomlLine
}

type tomlKind uint8

const (
	tomlScalar tomlKind = iota
	tomlTable           // a table with a header, with headers below it, or made by dotted keys
	tomlTables          // an array of tables
	tomlInline          // {...}
	tomlArray           // [...]
)

func (k tomlKind) String() string {
	return [...]string{"a scalar", "a table", "an array of tables", "an inline table", "an array"}[k]
}

// tomlNode is a value by its place.
type tomlNode struct {
	kind  tomlKind
	names []string // a table's keys in the order of the file
	child map[string]*tomlNode
	elems []*tomlNode // of an array

	block       int  // the block that is its own, -1 for none
	dotted      bool // made by dotted keys in block in
	in          int
	lines       []int // the lines of block in that define it
	first, last int   // the blocks that belong to it, -1 for none
	count       int   // how many do

	start, end int    // a value's bytes
	items      []item // of an inline table or an array
	spread     bool   // an inline table with dotted keys
}

func newTomlTable() *tomlNode {
	return &tomlNode{kind: tomlTable, child: map[string]*tomlNode{}, block: -1, first: -1, last: -1}
}

func (n *tomlNode) add(name string, c *tomlNode) *tomlNode {
	if _, ok := n.child[name]; !ok {
		n.names = append(n.names, name)
	}
	n.child[name] = c
	return c
}

// own notes that block i belongs to n.
func (n *tomlNode) own(i int) {
	if n.first < 0 {
		n.first = i
	}
	n.last = i
	n.count++
}

// tomlFile is a parsed TOML file.
type tomlFile struct {
	*source
	text   []byte // the data without byte order mark
	blocks []tomlBlock
	root   *tomlNode
	tree   map[string]any // the values, for the check
}

func parseTOML(s *source) (*tomlFile, error) {
	f := &tomlFile{source: s, text: s.visible(), blocks: []tomlBlock{{}}}
	if err := toml.Unmarshal(f.text, &f.tree); err != nil {
		return nil, f.syntax(err)
	}
	if f.tree == nil {
		f.tree = map[string]any{}
	}
	var p unstable.Parser
	p.Reset(f.text)
	for p.NextExpression() {
		f.read(&p, p.Expression())
	}
	if err := p.Error(); err != nil {
		return nil, f.fail(Invalid, -1, "does not parse as TOML: %v", err)
	}
	f.root = newTomlTable()
	for i := range f.blocks {
		if err := f.grow(i); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// syntax gives the library's error its place in bytes.
func (f *tomlFile) syntax(err error) error {
	var e *toml.DecodeError
	if !errors.As(err, &e) {
		return f.fail(Invalid, -1, "does not parse as TOML: %v", err)
	}
	row, col := e.Position()
	off := f.base
	for range row - 1 {
		off = f.nextLine(off)
	}
	if row == 1 {
		col = max(col-f.base, 1)
	}
	msg := e.Error()
	if len(msg) > 6 && msg[:6] == "toml: " {
		msg = msg[6:]
	}
	return f.fail(Invalid, min(off+col-1, len(f.data)), "does not parse as TOML: %s", msg)
}

// read adds an expression to the blocks.
func (f *tomlFile) read(p *unstable.Parser, e *unstable.Node) {
	var line tomlLine
	for it := e.Key(); it.Next(); {
		k := it.Node()
		start := int(k.Raw.Offset)
		line.keys = append(line.keys, tomlKey{string(k.Data), start, start + int(k.Raw.Length)})
	}
	last := line.keys[len(line.keys)-1].end
	if e.Kind == unstable.KeyValue {
		line.start = int(e.Raw.Offset)
		line.end = line.start + int(e.Raw.Length)
		line.value = f.skipBlanks(f.skipBlanks(last) + 1)
		line.end = tomlEnd(f.text, line.value)
		b := &f.blocks[len(f.blocks)-1]
		b.lines = append(b.lines, line)
		return
	}
	line.start = line.keys[0].start
	for f.text[line.start] != '[' {
		line.start--
	}
	line.end = f.skipBlanks(last) + 1
	array := e.Kind == unstable.ArrayTable
	if array {
		line.start--
		line.end++
	}
	f.blocks = append(f.blocks, tomlBlock{header: &line, array: array})
}

var errTomlShape = "does not parse as TOML: a key is defined in two ways"

// grow adds block i to the tree.
func (f *tomlFile) grow(i int) error {
	b := &f.blocks[i]
	n := f.root
	n.own(i)
	if b.header == nil {
		n.block = i
	} else {
		for j, key := range b.header.keys {
			lastKey := j == len(b.header.keys)-1
			c := n.child[key.name]
			switch {
			case c == nil && lastKey && b.array:
				c = n.add(key.name, &tomlNode{kind: tomlTables, block: -1, first: -1, last: -1})
			case c == nil:
				c = n.add(key.name, newTomlTable())
			}
			c.own(i)
			if c.kind == tomlTables {
				if lastKey {
					c.elems = append(c.elems, newTomlTable())
				}
				c = c.elems[len(c.elems)-1]
				c.own(i)
			}
			if c.kind != tomlTable {
				return f.fail(Invalid, key.start, "%s", errTomlShape)
			}
			n = c
		}
		n.block = i
	}
	for j := range b.lines {
		if err := f.growLine(n, i, j); err != nil {
			return err
		}
	}
	return nil
}

// growLine adds line j of block i to the table n.
func (f *tomlFile) growLine(n *tomlNode, i, j int) error {
	line := &f.blocks[i].lines[j]
	for k, key := range line.keys {
		c := n.child[key.name]
		if k == len(line.keys)-1 {
			if c != nil {
				return f.fail(Invalid, key.start, "%s", errTomlShape)
			}
			c = f.value(line.value, line.end)
			c.in, c.lines = i, []int{j}
			n.add(key.name, c)
			return nil
		}
		if c == nil {
			c = n.add(key.name, newTomlTable())
			c.dotted, c.in = true, i
		}
		if c.kind != tomlTable {
			return f.fail(Invalid, key.start, "%s", errTomlShape)
		}
		if !slices.Contains(c.lines, j) {
			c.lines = append(c.lines, j)
		}
		n = c
	}
	return nil
}
