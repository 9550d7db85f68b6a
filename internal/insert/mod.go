package insert

import (
	"errors"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// modFile is a parsed go.mod or go.work, of which one kind of directive counts.
type modFile struct {
	*source
	syntax *modfile.FileSyntax
	verb   string // "use" or "require"
}

// directive is one use or require: its line and what it says.
type directive struct {
	line     *modfile.Line
	block    *modfile.LineBlock // nil for a line of its own
	stmt     int                // the index of the statement it is or is in
	key      string             // the path
	version  string             // "" for use
	indirect bool
}

func parseMod(s *source, kind Kind) (*modFile, error) {
	f := &modFile{source: s}
	var err error
	if kind == Use {
		var work *modfile.WorkFile
		if work, err = modfile.ParseWork(s.name, s.data, nil); err == nil {
			f.syntax, f.verb = work.Syntax, "use"
		}
	} else {
		var mod *modfile.File
		if mod, err = modfile.ParseLax(s.name, s.data, nil); err == nil {
			f.syntax, f.verb = mod.Syntax, "require"
		}
	}
	if err != nil {
		return nil, s.modError(err)
	}
	return f, nil
}

// modError gives the first syntax error its position in bytes.
func (s *source) modError(err error) error {
	var list modfile.ErrorList
	if errors.As(err, &list) && len(list) > 0 {
		return s.fail(Invalid, min(list[0].Pos.Byte, len(s.data)), "does not parse: %v", list[0].Err)
	}
	return s.fail(Invalid, -1, "does not parse: %v", err)
}

// unquote is a token's text.
func unquote(token string) string {
	if text, err := strconv.Unquote(token); err == nil {
		return text
	}
	return token
}

// directives lists the file's directives in order.
func (f *modFile) directives() []directive {
	var out []directive
	add := func(d directive, tokens []string) {
		if len(tokens) == 0 {
			return
		}
		d.key = unquote(tokens[0])
		if len(tokens) > 1 {
			d.version = tokens[1]
		}
		for _, c := range d.line.Suffix {
			rest := strings.TrimSpace(strings.TrimPrefix(c.Token, "//"))
			d.indirect = d.indirect || rest == "indirect" || strings.HasPrefix(rest, "indirect;")
		}
		out = append(out, d)
	}
	for i, stmt := range f.syntax.Stmt {
		switch x := stmt.(type) {
		case *modfile.Line:
			if x.Token[0] == f.verb {
				add(directive{line: x, stmt: i}, x.Token[1:])
			}
		case *modfile.LineBlock:
			if x.Token[0] == f.verb {
				for _, line := range x.Line {
					add(directive{line: line, block: x, stmt: i}, line.Token)
				}
			}
		}
	}
	return out
}

// same tells whether two keys name one thing: a folder may be written in more
// than one way.
func (f *modFile) same(a, b string) bool {
	if f.verb == "use" {
		return path.Clean(a) == path.Clean(b)
	}
	return a == b
}

// modEntry is an entry to be: the path, the version and a comment.
type modEntry struct {
	key, version, comment string
	indirect              bool
}

// readEntry checks the key and the text of an entry.
func (f *modFile) readEntry(a Address, text []byte) (modEntry, error) {
	e := modEntry{key: a.Key}
	line := strings.TrimSpace(string(text))
	body, comment, commented := strings.Cut(line, "//")
	if commented {
		e.comment = "// " + strings.TrimSpace(comment)
		rest := strings.TrimSpace(comment)
		e.indirect = rest == "indirect" || strings.HasPrefix(rest, "indirect;")
	}
	fields := strings.Fields(body)
	switch {
	case strings.Contains(line, "\n"):
		return e, f.fail(Invalid, -1, "the entry of a %s directive is one line", f.verb)
	case a.Key == "":
		return e, f.fail(Mismatch, -1, "a %s directive needs a path as its key", f.verb)
	}
	if f.verb == "use" {
		if folder := unquote(strings.TrimSpace(body)); folder != "" && !f.same(folder, a.Key) {
			return e, f.fail(Invalid, -1, "the entry %s is not the folder %s", line, a.Key)
		}
		return e, nil
	}
	if len(fields) == 2 && unquote(fields[0]) == a.Key {
		fields = fields[1:]
	}
	if len(fields) != 1 {
		return e, f.fail(Invalid, -1, "the entry %q is not a version of %s", line, a.Key)
	}
	e.version = fields[0]
	if err := module.Check(a.Key, e.version); err != nil {
		return e, f.fail(Invalid, -1, "the entry is not a requirement: %v", err)
	}
	return e, nil
}

// write is the entry's line without the verb.
func (e modEntry) write() string {
	text := modfile.AutoQuote(e.key)
	if e.version != "" {
		text += " " + e.version
	}
	if e.comment != "" {
		text += " " + e.comment
	}
	return text
}

// find is the directive of the entry at a.
func (f *modFile) find(a Address) (directive, error) {
	var found []directive
	for _, d := range f.directives() {
		if f.same(d.key, a.Key) {
			found = append(found, d)
		}
	}
	switch len(found) {
	case 0:
		return directive{}, f.fail(Missing, -1, "there is no %s", a)
	case 1:
		return found[0], nil
	}
	return directive{}, f.fail(Ambiguous, found[1].line.Start.Byte,
		"%s is there twice; the first is on line %d", a, found[0].line.Start.Line)
}

func modFind(s *source, a Address, _ []byte) (Span, error) {
	f, err := parseMod(s, a.Kind)
	if err != nil {
		return Span{}, err
	}
	d, err := f.find(a)
	if err != nil {
		return Span{}, err
	}
	return Span{d.line.Start.Byte, d.line.End.Byte}, nil
}

func modValue(s *source, a Address, _ []byte) ([]byte, error) {
	f, err := parseMod(s, a.Kind)
	if err != nil {
		return nil, err
	}
	d, err := f.find(a)
	if err != nil {
		return nil, err
	}
	value := d.key
	if f.verb == "require" {
		value = d.version
	}
	for _, c := range d.line.Suffix {
		value += " " + c.Token
	}
	return []byte(value), nil
}

func modRemove(s *source, a Address, _ []byte) ([]byte, error) {
	f, err := parseMod(s, a.Kind)
	if err != nil {
		return nil, err
	}
	d, err := f.find(a)
	if err != nil {
		return nil, err
	}
	out := apply(s.data, f.remove(d))
	at := slices.IndexFunc(f.directives(), func(o directive) bool { return o.line == d.line })
	return out, f.checkRemove(out, a.Kind, at)
}
