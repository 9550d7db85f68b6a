package insert

import (
	"slices"
	"strings"
)

func tomlInsert(s *source, a Address, text []byte) ([]byte, error) {
	f, err := parseTOML(s)
	if err != nil {
		return nil, err
	}
	e, err := f.entry(text)
	if err != nil {
		return nil, err
	}
	p, err := f.resolve(a.Path)
	if err != nil {
		return nil, err
	}
	if len(p.rest) == 0 {
		if err := f.free(p, a, e); err != nil {
			return nil, err
		}
		return f.put(p, a, e)
	}
	if !a.Create {
		return nil, f.noParent(a, p)
	}
	for i, segment := range p.rest {
		if _, _, ok := selector(segment); ok {
			to := a.Path[:len(a.Path)-len(p.rest)+i+1]
			return nil, f.fail(Missing, f.offset(p.n), "there is no %s, and an element cannot be made up", where(to))
		}
	}
	if a.Key == "" {
		return nil, f.fail(Mismatch, -1, "an entry under %s needs a key, as that does not exist yet", where(a.Path))
	}
	return f.create(p, a, e)
}

// free reports an entry that is there already, or does not fit its place.
func (f *tomlFile) free(p tomlPlace, a Address, e *tomlEntry) error {
	array := p.n.kind == tomlArray || p.n.kind == tomlTables
	switch {
	case array && a.Key == "":
		i, err := f.equal(p, a, e)
		if err == nil && i >= 0 {
			err = f.fail(Exists, f.offset(p.n.elems[i]), "%s has this element already", where(a.Path))
		}
		return err
	case a.Key == "":
		return f.fail(Mismatch, f.offset(p.n), "%s is %s: an entry there needs a key", where(a.Path), p.n.kind)
	}
	_, c, err := f.child(p.n, a.Path, a.Key)
	switch {
	case err != nil:
		return err
	case c != nil:
		at := f.offset(c)
		if p.n.kind == tomlInline {
			at = p.n.items[slices.Index(p.n.names, a.Key)].start
		}
		return f.fail(Exists, at, "%s is there already", a)
	case array && !e.file.matches(e.node(), a.Key):
		return f.fail(Invalid, -1, "the entry does not satisfy %s", a.Key)
	}
	return nil
}

// put splices an entry into the table or array at p, which exists.
func (f *tomlFile) put(p tomlPlace, a Address, e *tomlEntry) ([]byte, error) {
	n := p.n
	switch n.kind {
	case tomlInline, tomlArray:
		return f.putInline(p, a, e)
	case tomlTables:
		at := f.order(p, a)
		body, err := f.body(e, p.names(), f.bodyIndent(n, at))
		if err != nil {
			return nil, err
		}
		text := f.headed("[["+tomlPath(p.names())+"]]", body, f.headIndent(n, at))
		return f.done(p, at, e.parsed(), f.putBlock(f.blockAt(n, at), text))
	case tomlScalar:
		return nil, f.fail(Missing, f.offset(n), "%s is a scalar, not a table or an array", where(a.Path))
	}
	if !e.value && !n.dotted {
		return f.putTable(p, append(p.names(), a.Key), a, e, e.parsed())
	}
	if n.block < 0 && !n.dotted {
		if !a.Create {
			e := f.fail(Missing, f.offset(n), "%s has no header of its own", where(a.Path))
			e.Hint = "write [" + tomlPath(p.names()) + "] where its lines shall stand"
			return nil, e
		}
		return f.putHeader(p, a.Key, e)
	}
	value, err := f.inline(e)
	if err != nil {
		return nil, err
	}
	return f.done(p, a.Key, e.parsed(), f.putLine(p, []string{a.Key}, value, a))
}

// create makes the missing parents of an entry.
func (f *tomlFile) create(p tomlPlace, a Address, e *tomlEntry) ([]byte, error) {
	keys := append(slices.Clone(p.rest), a.Key)
	_, _, element := selector(a.Key)
	if element {
		keys = p.rest
		if !e.file.matches(e.node(), a.Key) {
			return nil, f.fail(Invalid, -1, "the entry does not satisfy %s", a.Key)
		}
	}
	meaning := e.parsed()
	if element {
		meaning = []any{meaning}
	}
	for i := len(keys) - 1; i > 0; i-- {
		meaning = map[string]any{keys[i]: meaning}
	}
	names := append(p.names(), keys...)
	block := p.n.kind == tomlTable && !p.n.dotted
	switch {
	case block && element && e.table():
		body, err := f.body(e, names, "")
		if err != nil {
			return nil, err
		}
		text := f.headed("[["+tomlPath(names)+"]]", body, "")
		return f.done(p, keys[0], meaning, f.putBlock(f.blockFor(p, keys[0], a), text))
	case block && !e.value:
		return f.putTable(p, names, a, e, meaning)
	}
	value, err := f.inline(e)
	if err != nil {
		return nil, err
	}
	if element {
		value = "[" + value + "]"
	}
	last := len(keys) - 1
	switch {
	case p.n.kind == tomlInline:
		for i := last; i > 0; i-- {
			value = "{" + tomlQuote(keys[i]) + " = " + value + "}"
		}
		return f.done(p, keys[0], meaning, f.putItem(p, keys[0], value, a)...)
	case p.n.dotted || last == 0 && p.n.block >= 0:
		return f.done(p, keys[0], meaning, f.putLine(p, keys, value, a))
	}
	text := f.headed("["+tomlPath(names[:len(names)-1])+"]", tomlQuote(keys[last])+" = "+value, "")
	return f.done(p, keys[0], meaning, f.putBlock(f.blockFor(p, keys[0], a), text))
}

// done makes the splices and checks that the file means exactly the entry more.
func (f *tomlFile) done(p tomlPlace, step any, meaning any, splices ...splice) ([]byte, error) {
	out := apply(f.data, splices...)
	if err := f.becomes(out, grafted(f.tree, p.trail, step, meaning), "with the entry"); err != nil {
		return nil, err
	}
	return out, nil
}

// putInline puts an entry into brackets.
func (f *tomlFile) putInline(p tomlPlace, a Address, e *tomlEntry) ([]byte, error) {
	value, err := f.inline(e)
	if err != nil {
		return nil, err
	}
	if p.n.kind == tomlArray {
		at := f.order(p, a)
		return f.done(p, at, e.parsed(), f.list(p.n).insert(at, func(indent string, _ bool) string {
			return tomlIndent(value, indent, true)
		})...)
	}
	return f.done(p, a.Key, e.parsed(), f.putItem(p, a.Key, value, a)...)
}

// putItem puts a key and its value into an inline table.
func (f *tomlFile) putItem(p tomlPlace, key, value string, a Address) []splice {
	return f.list(p.n).insert(f.order(p, a), func(indent string, _ bool) string {
		return tomlQuote(key) + " = " + tomlIndent(value, indent, true)
	})
}

// order is the index of a new item of an inline table or element of an array.
func (f *tomlFile) order(p tomlPlace, a Address) int {
	n := p.n
	count := len(n.elems)
	if n.kind == tomlInline {
		count = len(n.items)
	}
	if a.Key == "" {
		return count
	}
	return place(a.Key, count, func(i int) (string, bool) {
		for _, peer := range a.Peers {
			if n.kind == tomlInline && n.names[i] == peer || n.kind != tomlInline && f.matches(n.elems[i], peer) {
				return peer, true
			}
		}
		return "", false
	})
}

// headed is a header and the lines below it.
func (f *tomlFile) headed(header, body, indent string) string {
	if body == "" {
		return indent + header
	}
	return indent + header + f.eol + strings.TrimSuffix(body, f.eol)
}
