package insert

import (
	"bytes"
	"slices"
)

// putTable puts an entry into a table of its own, whose path is names.
func (f *tomlFile) putTable(p tomlPlace, names []string, a Address, e *tomlEntry, meaning any) ([]byte, error) {
	key := names[len(p.names())]
	at := f.rank(p.n, key, a)
	list := f.headers(p.n)
	body, err := f.body(e, names, f.bodyIndentOf(list, at))
	if err != nil {
		return nil, err
	}
	text := f.headed("["+tomlPath(names)+"]", body, f.headIndentOf(list, at))
	return f.done(p, key, meaning, f.putBlock(f.blockFor(p, key, a), text))
}

// putHeader gives a table that has only tables below it a header of its own.
func (f *tomlFile) putHeader(p tomlPlace, key string, e *tomlEntry) ([]byte, error) {
	value, err := f.inline(e)
	if err != nil {
		return nil, err
	}
	indent := f.indent(f.blocks[p.n.first].header.start)
	text := f.headed("["+tomlPath(p.names())+"]", indent+tomlQuote(key)+" = "+value, indent)
	return f.done(p, key, e.parsed(), f.putBlock(p.n.first-1, text))
}

// headers lists the tables below n that have headers, in the order of the file.
func (f *tomlFile) headers(n *tomlNode) []*tomlNode {
	var out []*tomlNode
	for _, name := range n.names {
		if c := n.child[name]; c.first >= 0 {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b *tomlNode) int { return a.first - b.first })
	return out
}

// rank is the index of a new table among those below n.
func (f *tomlFile) rank(n *tomlNode, key string, a Address) int {
	list := f.headers(n)
	return place(key, len(list), func(i int) (string, bool) {
		for _, peer := range a.Peers {
			if n.child[peer] == list[i] {
				return peer, true
			}
		}
		return "", false
	})
}

// blockFor is the block behind which a new table below p goes.
func (f *tomlFile) blockFor(p tomlPlace, key string, a Address) int {
	list := f.headers(p.n)
	return f.behind(p.n, list, f.rank(p.n, key, a))
}

// blockAt is the block behind which element number at of an array of tables
// goes.
func (f *tomlFile) blockAt(n *tomlNode, at int) int { return f.behind(n, n.elems, at) }

func (f *tomlFile) behind(n *tomlNode, list []*tomlNode, at int) int {
	switch {
	case at == len(list):
		return n.last
	case at > 0:
		return list[at-1].last
	}
	return list[0].first - 1
}

// headIndent and bodyIndent are the indentation of a new element's header and
// lines: its neighbour's.
func (f *tomlFile) headIndent(n *tomlNode, at int) string { return f.headIndentOf(n.elems, at) }
func (f *tomlFile) bodyIndent(n *tomlNode, at int) string { return f.bodyIndentOf(n.elems, at) }

func (f *tomlFile) headIndentOf(list []*tomlNode, at int) string {
	if len(list) == 0 {
		return ""
	}
	return f.indent(f.blocks[list[max(at-1, 0)].first].header.start)
}

func (f *tomlFile) bodyIndentOf(list []*tomlNode, at int) string {
	if len(list) == 0 {
		return ""
	}
	b := &f.blocks[list[max(at-1, 0)].first]
	if len(b.lines) > 0 && f.leads(b.lines[0].start) {
		return f.indent(b.lines[0].start)
	}
	return f.indent(b.header.start)
}

// putBlock puts a table's text behind block i.
func (f *tomlFile) putBlock(i int, text string) splice {
	if i == 0 && f.lastLine(0) < 0 {
		return f.putFirst(text, f.parted())
	}
	end := f.contentEnd(i)
	if f.parted() || f.data[f.skipBlanks(f.lineStart(end))] == '#' {
		text = f.eol + text
	}
	return f.below(end, text)
}

// putFirst puts text before the first header, or into a file without lines: the
// comments at the file's head stay above it. A blank line parts it from the
// header, if parted is set, or from the comments.
func (f *tomlFile) putFirst(text string, parted bool) splice {
	if len(f.blocks) > 1 {
		if parted {
			text += f.eol
		}
		return f.above(f.leadOfLine(1, -1), text)
	}
	content := len(bytes.TrimRight(f.text, " \t\r\n"))
	if content == 0 {
		return splice{f.base, f.base, text + f.eol}
	}
	return f.below(content-1, f.eol+text)
}

// parted tells whether the file's tables have blank lines between them.
func (f *tomlFile) parted() bool {
	seen := false
	for i := 1; i < len(f.blocks); i++ {
		above := f.lineStart(f.leadOfLine(i, -1))
		if above == f.base {
			continue
		}
		if f.empty(above - 1) {
			return true
		}
		seen = true
	}
	return !seen
}

// putLine puts a key and its value among the lines of a table.
func (f *tomlFile) putLine(p tomlPlace, keys []string, value string, a Address) splice {
	n := p.n
	i := n.block
	prefix := 0
	if n.dotted {
		i = n.in
		prefix = len(p.names())
		if h := f.blocks[i].header; h != nil {
			prefix -= len(h.keys)
		}
	}
	b := &f.blocks[i]
	own := n.lines
	if !n.dotted {
		own = make([]int, len(b.lines))
		for j := range own {
			own[j] = j
		}
	}
	names := p.names()
	text := tomlPath(append(names[len(names)-prefix:], keys...)) + " = " + value
	at := place(keys[0], len(own), func(j int) (string, bool) {
		name := b.lines[own[j]].keys[prefix].name
		return name, slices.Contains(a.Peers, name)
	})
	write := func(off int) string {
		indent := f.indent(off)
		return indent + tomlIndent(text, indent, true)
	}
	switch {
	case at > 0:
		prev := b.lines[own[at-1]]
		return f.below(prev.end, write(prev.start))
	case len(own) > 0:
		return f.above(f.leadOfLine(i, own[0]), write(b.lines[own[0]].start))
	case b.header != nil:
		return f.below(b.header.end, write(b.header.start))
	}
	return f.putFirst(text, true)
}
