package insert

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/tailscale/hujson"
)

// maxDepth bounds the nesting of what is parsed by recursion.
const maxDepth = 10_000

// jsonFile is a parsed JSON file. root is nil when there are only comments.
type jsonFile struct {
	*source
	root   *hujson.Value
	strict bool // it is called .json and has no comments and no trailing commas
	tight  bool // it has no white space
	unit   string
}

func parseJSON(s *source) (*jsonFile, error) {
	f := &jsonFile{source: s}
	data := s.visible()
	if onlyComments(data) {
		f.unit = "  "
		return f, nil
	}
	v, err := decodeJSON(data)
	if err != nil {
		var at *jsonError
		if errors.As(err, &at) {
			return nil, s.fail(Invalid, at.offset(data), "does not parse as JSON: %s", at.msg)
		}
		return nil, s.fail(Invalid, -1, "does not parse as JSON: %v", err)
	}
	f.root = &v
	f.strict = path.Ext(s.name) == ".json" && v.IsStandard()
	f.tight = !bytes.ContainsAny(bytes.TrimSpace(data[v.StartOffset:v.EndOffset]), "\n") && jsonTight(&v)
	f.unit = jsonUnit(s, &v)
	return f, nil
}

// onlyComments tells whether data holds no value.
func onlyComments(data []byte) bool {
	for at := 0; ; {
		at += len(data[at:]) - len(bytes.TrimLeft(data[at:], " \t\r\n"))
		end := slashComment(data, at)
		switch {
		case at == len(data):
			return true
		case end == at || bytes.HasPrefix(data[at:], []byte("/*")) && !bytes.HasSuffix(data[at+2:end], []byte("*/")):
			return false
		}
		at = end
	}
}

// jsonError is a syntax error with its place.
type jsonError struct {
	line, col int
	msg       string
}

func (e *jsonError) Error() string { return e.msg }

func (e *jsonError) offset(data []byte) int {
	at := 0
	for range e.line - 1 {
		at += bytes.IndexByte(data[at:], '\n') + 1
	}
	return min(at+e.col-1, len(data))
}

// decodeJSON parses JSON with comments and trailing commas. The library wants a
// line break behind a line comment, wherever that ends, and would exhaust the
// stack on brackets without end.
func decodeJSON(data []byte) (hujson.Value, error) {
	depth := 0
	for i, b := range data {
		switch b {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		if depth > maxDepth {
			line := 1 + bytes.Count(data[:i], []byte("\n"))
			return hujson.Value{}, &jsonError{line, i - bytes.LastIndexByte(data[:i], '\n'), "nested too deeply"}
		}
	}
	v, err := hujson.Parse(append(bytes.Clone(data), '\n'))
	if err == nil {
		return v, nil
	}
	e := &jsonError{}
	text := err.Error()
	if n, _ := fmt.Sscanf(text, "hujson: line %d, column %d:", &e.line, &e.col); n != 2 {
		return v, err
	}
	e.msg = strings.SplitN(text, ": ", 3)[2]
	return v, e
}

// list is the list of v, an object or an array; a literal has no items.
func (f *jsonFile) list(v *hujson.Value) *list {
	l := &list{
		source: f.source, open: v.StartOffset + 1, close: v.EndOffset - 1,
		comment: slashComment, unit: f.unit, tight: f.tight,
	}
	add := func(start int, val *hujson.Value, last bool) {
		it := item{start, val.EndOffset, val.EndOffset + len(val.AfterExtra)}
		if last && val.AfterExtra == nil {
			it.comma = -1
		}
		l.items = append(l.items, it)
	}
	switch c := v.Value.(type) {
	case *hujson.Object:
		for i := range c.Members {
			m := &c.Members[i]
			add(m.Name.StartOffset, &m.Value, i == len(c.Members)-1)
		}
	case *hujson.Array:
		for i := range c.Elements {
			add(c.Elements[i].StartOffset, &c.Elements[i], i == len(c.Elements)-1)
		}
	}
	// An empty pair of brackets is filled on lines of its own when the value that
	// it is has such a line: not inside of a line of other values.
	l.broken = !f.tight && (v == f.root || f.heads(v))
	return l
}

// heads tells whether v, or the member whose value it is, is the first thing on
// its line.
func (f *jsonFile) heads(v *hujson.Value) bool {
	start := f.lineStart(v.StartOffset)
	before := bytes.TrimLeft(f.data[start:v.StartOffset], " \t")
	if len(before) == 0 {
		return true
	}
	name, err := decodeJSON(append([]byte("{"), append(bytes.Clone(before), "0}"...)...))
	if err != nil {
		return false
	}
	obj, ok := name.Value.(*hujson.Object)
	return ok && len(obj.Members) == 1
}

// jsonTight tells whether the first member or the first two elements of v stand
// without white space.
func jsonTight(v *hujson.Value) bool {
	switch c := v.Value.(type) {
	case *hujson.Object:
		return len(c.Members) > 0 && len(c.Members[0].Value.BeforeExtra) == 0
	case *hujson.Array:
		for i := range c.Elements {
			if i > 0 {
				return len(c.Elements[i].BeforeExtra) == 0
			}
			if jsonTight(&c.Elements[i]) {
				return true
			}
		}
	}
	return false
}

// jsonUnit is the file's indentation: the one by which most values stand deeper
// than the value around them; two spaces if there is none.
func jsonUnit(s *source, root *hujson.Value) string {
	count := map[string]int{}
	best := "  "
	vote := func(outer, first *hujson.Value) {
		if !bytes.ContainsRune(first.BeforeExtra, '\n') || !s.leads(first.StartOffset) {
			return
		}
		unit, ok := strings.CutPrefix(s.indent(first.StartOffset), s.indent(outer.StartOffset))
		if !ok || unit == "" {
			return
		}
		if count[unit]++; count[unit] > count[best] {
			best = unit
		}
	}
	for v := range root.All() {
		switch c := v.Value.(type) {
		case *hujson.Object:
			if len(c.Members) > 0 {
				vote(v, &c.Members[0].Name)
			}
		case *hujson.Array:
			if len(c.Elements) > 0 {
				vote(v, &c.Elements[0])
			}
		}
	}
	return best
}
