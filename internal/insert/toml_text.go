package insert

import (
	"bytes"
	"fmt"
	"strings"
)

// tomlString writes a basic string.
func tomlString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch r {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '\b':
			b.WriteString(`\b`)
		case '\t':
			b.WriteString(`\t`)
		case '\n':
			b.WriteString(`\n`)
		case '\f':
			b.WriteString(`\f`)
		case '\r':
			b.WriteString(`\r`)
		default:
			if r < ' ' || r == 0x7f {
				fmt.Fprintf(&b, `\u%04X`, r)
			} else {
				b.WriteRune(r)
			}
		}
	}
	b.WriteByte('"')
	return b.String()
}

// tomlEntry is an entry: a value, or the lines of a table.
type tomlEntry struct {
	text  string    // line breaks as in the file
	value bool      // text is a value
	file  *tomlFile // the parsed lines of a table, or "x = " and the value
}

// parsed is what the entry means.
func (e *tomlEntry) parsed() any {
	if e.value {
		return e.file.tree["x"]
	}
	return map[string]any(e.file.tree)
}

// node is a value's own node.
func (e *tomlEntry) node() *tomlNode {
	if e.value {
		return e.file.root.child["x"]
	}
	return e.file.root
}

func (e *tomlEntry) table() bool { return !e.value || e.node().kind == tomlInline }

// entry reads an entry. What reads as a value is one: [1] is an array, not a
// header.
func (f *tomlFile) entry(text []byte) (*tomlEntry, error) {
	lines := strings.Trim(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
	if strings.TrimSpace(lines) == "" {
		return nil, f.fail(Invalid, -1, "the entry is empty; an empty table is {}")
	}
	value := strings.ReplaceAll(strings.TrimSpace(lines), "\n", f.eol)
	e := &tomlEntry{text: value, value: true}
	in, err := parseTOML(&source{name: f.name, data: []byte("x = " + value), eol: f.eol})
	if err == nil && len(in.blocks) == 1 && len(in.blocks[0].lines) == 1 && in.blocks[0].lines[0].end == len(in.data) {
		e.file = in
		return e, nil
	}
	e.value, e.text = false, tomlDedent(lines, f.eol)
	in, err = parseTOML(&source{name: f.name, data: []byte(e.text), eol: f.eol})
	if err != nil {
		line, col := tomlEntryPlace(string(text), e.text, err)
		return nil, f.failEntry(line, col, "the entry is neither a value nor the lines of a table: %s", message(err))
	}
	if last := e.text[strings.LastIndexByte(e.text, '\n')+1:]; strings.HasPrefix(strings.TrimSpace(last), "#") {
		return nil, f.fail(Invalid, -1, "the entry ends with a comment, which would belong to what follows")
	}
	e.file = in
	return e, nil
}

// tomlEntryPlace leads from an error in the dedented lines of an entry to the entry as
// it was given; zeros where the error has no place.
func tomlEntryPlace(given, dedented string, err error) (line, col int) {
	e, ok := err.(*Error)
	if !ok || e.Line == 0 {
		return 0, 0
	}
	above := given[:len(given)-len(strings.TrimLeft(given, "\r\n"))]
	line, col = e.Line+strings.Count(above, "\n"), e.Col
	was, is := strings.Split(given, "\n"), strings.Split(dedented, "\n")
	if line <= len(was) && e.Line <= len(is) {
		col += len(strings.TrimRight(was[line-1], "\r")) - len(strings.TrimRight(is[e.Line-1], "\r"))
	}
	return line, col
}

// message is an error without the file that it blames.
func message(err error) string {
	if e, ok := err.(*Error); ok {
		return e.Msg
	}
	return err.Error()
}

// tomlDedent takes the common indentation off lines, and ends them by eol. The
// inside of strings stays as it is.
func tomlDedent(lines, eol string) string {
	inside := tomlInside([]byte(lines))
	common, first := "", true
	each := func(visit func(at int, line string)) {
		at := 0
		for line := range strings.Lines(lines) {
			visit(at, line)
			at += len(line)
		}
	}
	each(func(at int, line string) {
		rest := strings.TrimLeft(line, " \t")
		if inside(at) || strings.TrimSpace(rest) == "" {
			return
		}
		indent := line[:len(line)-len(rest)]
		if first {
			common, first = indent, false
		}
		for !strings.HasPrefix(indent, common) {
			common = common[:len(common)-1]
		}
	})
	var b strings.Builder
	each(func(at int, line string) {
		if !inside(at) {
			line = strings.TrimPrefix(line, common)
		}
		b.WriteString(strings.ReplaceAll(line, "\n", eol))
	})
	return b.String()
}

// tomlInside tells of an offset whether it is inside of a string over several
// lines. What does not parse has none.
func tomlInside(text []byte) func(off int) bool {
	var spans []Span
	for at := 0; at < len(text); {
		switch {
		case text[at] == '#':
			at = hashComment(text, at)
		case bytes.HasPrefix(text[at:], []byte(`"""`)), bytes.HasPrefix(text[at:], []byte(`'''`)):
			end := at + tomlLong(text[at:])
			spans = append(spans, Span{at, end})
			at = end
		case text[at] == '"' || text[at] == '\'':
			at += tomlShort(text[at:])
		default:
			at++
		}
	}
	return func(off int) bool {
		for _, s := range spans {
			if off > s.Start && off < s.End {
				return true
			}
		}
		return false
	}
}

// tomlIndent puts indent before every line of text, the first excepted where
// inner is set, and not inside of strings.
func tomlIndent(text, indent string, inner bool) string {
	if indent == "" {
		return text
	}
	inside := tomlInside([]byte(text))
	var b strings.Builder
	at := 0
	for line := range strings.Lines(text) {
		if !inside(at) && strings.TrimSpace(line) != "" && !(inner && at == 0) {
			b.WriteString(indent)
		}
		b.WriteString(line)
		at += len(line)
	}
	return b.String()
}

// inline writes the entry as one value.
func (f *tomlFile) inline(e *tomlEntry) (string, error) {
	if e.value {
		return e.text, nil
	}
	if len(e.file.blocks) > 1 {
		return "", f.fail(Invalid, -1, "the entry has tables of its own, and its place is inside of a line")
	}
	if strings.Contains(e.text, "#") && e.hasComments() {
		return "", f.fail(Invalid, -1, "the entry has comments, and its place is inside of a line")
	}
	var parts []string
	for _, line := range e.file.blocks[0].lines {
		parts = append(parts, e.text[line.start:line.end])
	}
	return "{" + strings.Join(parts, ", ") + "}", nil
}

// hasComments tells whether there is anything between the lines of a table.
func (e *tomlEntry) hasComments() bool {
	at := 0
	for _, line := range e.file.blocks[0].lines {
		if strings.Contains(e.text[at:line.start], "#") {
			return true
		}
		at = line.end
	}
	return strings.Contains(e.text[at:], "#")
}

// body writes the entry as the lines of a table whose path is names, with
// indent before each; an array of tables takes only a table.
func (f *tomlFile) body(e *tomlEntry, names []string, indent string) (string, error) {
	if !e.value {
		return tomlIndent(e.below(names), indent, false), nil
	}
	n := e.node()
	if n.kind != tomlInline {
		return "", f.fail(Invalid, -1, "the entry is %s, not a table", n.kind)
	}
	if len(n.items) == 0 {
		return "", nil
	}
	var lines []string
	for _, it := range n.items {
		lines = append(lines, indent+string(e.file.text[it.start:it.end]))
	}
	return strings.Join(lines, f.eol), nil
}

// below is the entry's text with names put before the path of each header.
func (e *tomlEntry) below(names []string) string {
	var splices []splice
	for _, b := range e.file.blocks[1:] {
		at := b.header.keys[0].start
		splices = append(splices, splice{at, at, tomlPath(names) + "."})
	}
	return string(apply([]byte(e.text), splices...))
}

// tomlSnippet is an entry as a person would write it.
func tomlSnippet(a Address, text []byte) string {
	f := &tomlFile{source: &source{eol: "\n"}}
	e, err := f.entry(text)
	_, _, element := selector(a.Key)
	switch {
	case err != nil || a.Key == "":
		return string(text)
	case e.value && element:
		return e.text
	case e.value:
		return tomlQuote(a.Key) + " = " + e.text
	case element:
		return "[[" + tomlPath(a.Path) + "]]\n" + e.text
	}
	names := append(append([]string{}, a.Path...), a.Key)
	return "[" + tomlPath(names) + "]\n" + e.below(names)
}
