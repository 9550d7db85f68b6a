package insert

import (
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// modGroup is where a directive may go: a block, or the lines of their own.
type modGroup struct {
	block *modfile.LineBlock // nil for lines of their own
	list  []directive
}

// groups lists the blocks in order, and behind them the lines of their own, if
// there are any.
func (f *modFile) groups() []modGroup {
	var out []modGroup
	for _, stmt := range f.syntax.Stmt {
		if b, ok := stmt.(*modfile.LineBlock); ok && b.Token[0] == f.verb {
			out = append(out, modGroup{block: b})
		}
	}
	var single modGroup
	for _, d := range f.directives() {
		if d.block == nil {
			single.list = append(single.list, d)
			continue
		}
		i := slices.IndexFunc(out, func(g modGroup) bool { return g.block == d.block })
		out[i].list = append(out[i].list, d)
	}
	if len(single.list) > 0 {
		out = append(out, single)
	}
	return out
}

// choose picks the group that an entry joins; false when none fits.
func (f *modFile) choose(e modEntry, a Address) (modGroup, bool) {
	groups := f.groups()
	if f.verb == "use" {
		return f.chooseUse(groups, a)
	}
	indirect := func(d directive) bool { return d.indirect }
	direct := func(d directive) bool { return !d.indirect }
	alike, other := direct, indirect
	if e.indirect {
		alike, other = indirect, direct
	}
	// First a block of only such lines, then one that has some of them.
	for _, g := range groups {
		if g.block != nil && !slices.ContainsFunc(g.list, other) && (len(g.list) > 0 || !e.indirect) {
			return g, true
		}
	}
	for _, g := range groups {
		if g.block != nil && slices.ContainsFunc(g.list, alike) {
			return g, true
		}
	}
	for _, g := range groups {
		if g.block == nil && slices.ContainsFunc(g.list, alike) {
			g.list = slices.DeleteFunc(g.list, other)
			return g, true
		}
	}
	return modGroup{}, false
}

// chooseUse prefers a block with svcgen's own entries, then the last block.
func (f *modFile) chooseUse(groups []modGroup, a Address) (modGroup, bool) {
	if len(groups) == 0 {
		return modGroup{}, false
	}
	for _, g := range groups {
		if g.block != nil && slices.ContainsFunc(g.list, func(d directive) bool { return f.isPeer(d, a) }) {
			return g, true
		}
	}
	if n := len(groups); n > 1 && groups[n-1].block == nil {
		return groups[n-2], true
	}
	return groups[len(groups)-1], true
}

func (f *modFile) isPeer(d directive, a Address) bool {
	return slices.ContainsFunc(a.Peers, func(p string) bool { return f.same(p, d.key) })
}

// index is the place of an entry in a group: in order where the group is, else
// by its peers.
func (f *modFile) index(g modGroup, e modEntry, a Address) int {
	if slices.IsSortedFunc(g.list, func(a, b directive) int { return strings.Compare(a.key, b.key) }) {
		i := slices.IndexFunc(g.list, func(d directive) bool { return d.key > e.key })
		if i < 0 {
			return len(g.list)
		}
		return i
	}
	return place(e.key, len(g.list), func(i int) (string, bool) {
		return g.list[i].key, f.isPeer(g.list[i], a)
	})
}

func modInsert(s *source, a Address, text []byte) ([]byte, error) {
	f, err := parseMod(s, a.Kind)
	if err != nil {
		return nil, err
	}
	e, err := f.readEntry(a, text)
	if err != nil {
		return nil, err
	}
	for _, d := range f.directives() {
		if f.same(d.key, e.key) {
			return nil, f.exists(d, e)
		}
	}
	g, ok := f.choose(e, a)
	if !ok {
		return f.checked(f.paragraph(e), e, a.Kind)
	}
	return f.checked(f.join(g, f.index(g, e, a), e), e, a.Kind)
}

func (f *modFile) exists(d directive, e modEntry) error {
	msg := f.verb + " " + e.key + " is there already"
	if d.version != "" {
		msg += ", at " + d.version
		if d.version != e.version {
			msg += ", not " + e.version
		}
	}
	return f.fail(Exists, d.line.Start.Byte, "%s", msg)
}

// join puts an entry into a group as number i.
func (f *modFile) join(g modGroup, i int, e modEntry) splice {
	text := e.write()
	if g.block == nil {
		text = f.verb + " " + text
	}
	switch {
	case i > 0:
		prev := g.list[i-1].line.End.Byte
		return f.below(prev, f.indent(g.list[i-1].line.Start.Byte)+text)
	case len(g.list) > 0:
		first := g.list[0].line.Start.Byte
		return f.above(f.slashesAbove(first), f.indent(first)+text)
	}
	open := g.block.LParen.Pos.Byte
	if g.block.RParen.Pos.Byte == open+1 || f.lineEnd(open) > g.block.RParen.Pos.Byte {
		return splice{open + 1, open + 1, f.eol + "\t" + text + f.eol}
	}
	return f.below(open, "\t"+text)
}

// slashesAbove is the offset of the comment lines directly above off's line, or
// off.
func (f *modFile) slashesAbove(off int) int {
	for f.lineStart(off) > f.base {
		above := f.lineStart(f.lineStart(off) - 1)
		if !strings.HasPrefix(strings.TrimLeft(string(f.data[above:f.lineEnd(above)]), " \t"), "//") {
			break
		}
		off = above
	}
	return off
}

// paragraph makes the first directive of its kind: below the go directive and
// its like, else at the end of the file.
func (f *modFile) paragraph(e modEntry) splice {
	text := f.verb + " " + e.write()
	after, next := f.header(e)
	switch {
	case after < 0:
		return f.atEnd(text)
	case next != nil && !f.parted(after, next.Start.Byte):
		return f.below(after, text)
	}
	return f.below(after, f.eol+text)
}

// header is the offset of the line below which a new paragraph goes, or -1, and
// the directive of this kind that comes next, if it is a line of its own.
func (f *modFile) header(e modEntry) (off int, next *modfile.Line) {
	off = -1
	heads := []string{"module", "go", "toolchain", "godebug"}
	if e.indirect {
		heads = append(heads, f.verb)
	}
	for i, stmt := range f.syntax.Stmt {
		_, end := stmt.Span()
		if !slices.Contains(heads, verbOf(stmt)) {
			continue
		}
		off, next = end.Byte, nil
		if i+1 < len(f.syntax.Stmt) {
			if line, ok := f.syntax.Stmt[i+1].(*modfile.Line); ok && line.Token[0] == f.verb {
				next = line
			}
		}
	}
	if off >= 0 {
		return off - 1, next
	}
	// No such directive: behind everything.
	text := strings.TrimRight(string(f.data), " \t\r\n")
	return len(text) - 1, nil
}

func verbOf(stmt modfile.Expr) string {
	switch x := stmt.(type) {
	case *modfile.Line:
		return x.Token[0]
	case *modfile.LineBlock:
		return x.Token[0]
	}
	return ""
}

// parted tells whether a blank line stands between the lines of two offsets.
func (f *modFile) parted(from, to int) bool {
	for at := f.nextLine(from); at < f.lineStart(to); at = f.nextLine(at) {
		if f.empty(at) {
			return true
		}
	}
	return false
}

// remove undoes join and paragraph. Comments above the directive stay.
func (f *modFile) remove(d directive) splice {
	start, end := d.line.Start.Byte, d.line.End.Byte
	if d.block != nil {
		open, shut := d.block.LParen.Pos.Byte+1, d.block.RParen.Pos.Byte
		behind := lineComment(f.data, end) // a comment behind it is its own
		if len(d.block.Line) == 1 && f.onlyBreak(open, start) && f.onlyBreak(behind, shut) {
			return splice{open, shut, ""}
		}
		return f.cut(start, end)
	}
	if above := f.lineStart(start); above > f.base && f.empty(above-1) && !f.joined(d) {
		// The blank line that made it a paragraph, if something stands above.
		blank := f.lineStart(above - 1)
		if blank > f.base && !f.empty(blank-1) {
			start = blank
		}
	}
	return f.cut(start, end)
}

// joined tells whether another line of its own of the same verb follows without
// a blank line.
func (f *modFile) joined(d directive) bool {
	if d.stmt+1 >= len(f.syntax.Stmt) {
		return false
	}
	next, ok := f.syntax.Stmt[d.stmt+1].(*modfile.Line)
	return ok && next.Token[0] == f.verb && !f.parted(d.line.End.Byte, next.Start.Byte)
}
