package insert

// yamlKind is the kind of a node in a yamlTree.
type yamlKind uint8

const (
	yamlNull    yamlKind = iota // nothing, or only an anchor or a tag
	yamlPlain                   // a scalar without quotes
	yamlSingle                  // 'a scalar'
	yamlDouble                  // "a scalar"
	yamlBlock                   // a literal or folded scalar
	yamlAlias                   // *name
	yamlMap                     // a block mapping
	yamlSeq                     // a block sequence
	yamlFlowMap                 // {a: b}
	yamlFlowSeq                 // [a, b]
	yamlPair                    // the mapping in [a: b], which has no brackets of its own
)

func (k yamlKind) scalar() bool { return k <= yamlBlock }
func (k yamlKind) flow() bool   { return k == yamlFlowMap || k == yamlFlowSeq || k == yamlPair }
func (k yamlKind) mapping() bool {
	return k == yamlMap || k == yamlFlowMap || k == yamlPair
}
func (k yamlKind) sequence() bool { return k == yamlSeq || k == yamlFlowSeq }

// yamlChomp is what a block scalar does with the line breaks at its end.
type yamlChomp uint8

const (
	yamlClip  yamlChomp = iota // keeps one
	yamlStrip                  // "-": keeps none
	yamlKeep                   // "+": keeps all, so blank lines below it are its value
)

// yamlNode is a node by its place in the file. Children are linked by index, so
// that a file of many thousand nodes is one allocation that grows; index 0 is
// no node. The children of a mapping are key, value, key, value.
type yamlNode struct {
	kind  yamlKind
	chomp yamlChomp // block scalar
	fixed bool      // block scalar: its indentation is given by a digit
	empty bool      // block scalar: it has no line of content

	// mark is where the entry begins that this node belongs to: the "-" of a
	// block sequence's element, the "?" or the first byte of a key. For a
	// mapping's value it is the ":", or -1 where there is none.
	mark int32

	props      int32 // the first byte of its tag or anchor, else start
	start, end int32 // its content; a block scalar ends where the next line begins
	anchor     int32 // its number in yamlTree.anchors plus one; 0 for none
	col        int32 // block collection: the column of its keys or dashes; block scalar: of its content

	first, next int32
}

// yamlAnchor is a definition or a use of an anchor, in the order of the file.
type yamlAnchor struct {
	name  string
	pos   int32
	node  int32
	alias bool
}

// yamlDoc is one document of a stream.
type yamlDoc struct {
	root       int32
	start, end int32 // from behind its "---" (else the file's start) to the next marker's line (else the file's end)
	explicit   bool  // it begins with "---"
	closed     bool  // it ends with "..."
}

// yamlTree is a parsed file: where everything stands, and no values.
type yamlTree struct {
	data    []byte
	base    int // the length of the byte order mark
	nodes   []yamlNode
	docs    []yamlDoc
	anchors []yamlAnchor
}

// yamlEntry is one entry of a collection. A sequence's has no key.
type yamlEntry struct{ key, val int32 }

// entries lists a collection's entries.
func (t *yamlTree) entries(n int32) []yamlEntry {
	node := &t.nodes[n]
	pairs := node.kind.mapping()
	var list []yamlEntry
	for c := node.first; c != 0; c = t.nodes[c].next {
		e := yamlEntry{val: c}
		if pairs {
			e.key = c
			c = t.nodes[c].next
			e.val = c
		}
		list = append(list, e)
	}
	return list
}

// mark is the offset of an entry's first byte.
func (t *yamlTree) mark(e yamlEntry) int {
	if e.key != 0 {
		return int(t.nodes[e.key].mark)
	}
	return int(t.nodes[e.val].mark)
}

// end is the offset behind an entry's last byte of content.
func (t *yamlTree) end(e yamlEntry) int {
	end := t.nodes[e.val].end
	if e.key != 0 {
		end = max(end, t.nodes[e.key].end)
	}
	return int(end)
}

// leaf is the last node inside n that has no children: what a file shows last.
func (t *yamlTree) leaf(n int32) *yamlNode {
	for {
		node := &t.nodes[n]
		c := node.first
		if c == 0 || node.kind.flow() {
			return node
		}
		for t.nodes[c].next != 0 {
			c = t.nodes[c].next
		}
		n = c
	}
}

// target is the node that an alias stands for, 0 for none.
func (t *yamlTree) target(n int32) int32 {
	node := &t.nodes[n]
	if node.kind != yamlAlias || node.anchor == 0 {
		return 0
	}
	use := int(node.anchor) - 1
	for i := use - 1; i >= 0; i-- {
		if a := &t.anchors[i]; !a.alias && a.name == t.anchors[use].name {
			return a.node
		}
	}
	return 0
}

// position turns an offset into a line and a column, both from one, the column
// in bytes. Lines end as editors see them: LF, CR LF or CR.
func (t *yamlTree) position(off int) (line, col int) {
	off = min(off, len(t.data))
	line, start := 1, t.base
	for i := t.base; i < off; i++ {
		switch {
		case t.data[i] == '\n', t.data[i] == '\r' && !(i+1 < len(t.data) && t.data[i+1] == '\n'):
			line, start = line+1, i+1
		}
	}
	return line, max(off-start, 0) + 1
}
