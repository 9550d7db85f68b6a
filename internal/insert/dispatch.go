package insert

import (
	"slices"
	"strings"
)

// language is what one format knows how to do.
type language struct {
	word   string // in an error: "a go.work file"
	kinds  []Kind // the places it has, besides those of any text
	insert func(s *source, a Address, text []byte) ([]byte, error)
	remove func(s *source, a Address, text []byte) ([]byte, error)
	find   func(s *source, a Address, text []byte) (Span, error)
	value  func(s *source, a Address, text []byte) ([]byte, error)
	parses func(s *source) error // may be nil

	// snippet is the entry as a person would write it, key included; nil for the
	// text itself.
	snippet func(a Address, text []byte) string
}

// languageOf returns the language of a format; that of Text has marker lines,
// the file's end and sorted lines, which every format has too.
func languageOf(f Format) language {
	switch f {
	case YAML:
		return yamlLanguage()
	case JSON:
		return language{
			word: "a JSON file", kinds: []Kind{At},
			insert: jsonInsert, remove: jsonRemove, find: jsonFind, value: jsonValue,
			parses:  func(s *source) error { _, err := parseJSON(s); return err },
			snippet: func(a Address, text []byte) string { return keyed(a, jsonQuote(a.Key), ": ", text) },
		}
	case TOML:
		return language{
			word: "a TOML file", kinds: []Kind{At},
			insert: tomlInsert, remove: tomlRemove, find: tomlFind, value: tomlValue,
			parses:  func(s *source) error { _, err := parseTOML(s); return err },
			snippet: tomlSnippet,
		}
	case GoMod, GoWork:
		return modLanguage(f)
	case Go:
		return goLanguage()
	}
	return textLanguage()
}

func modLanguage(f Format) language {
	l := language{
		word: "a go.mod file", kinds: []Kind{Require},
		insert: modInsert, remove: modRemove, find: modFind, value: modValue,
		snippet: func(a Address, text []byte) string {
			return strings.TrimSpace("require " + a.Key + " " + strings.TrimSpace(string(text)))
		},
	}
	if f == GoWork {
		l.word, l.kinds = "a go.work file", []Kind{Use}
		l.snippet = func(a Address, _ []byte) string { return "use " + a.Key }
	}
	kind := l.kinds[0]
	l.parses = func(s *source) error { _, err := parseMod(s, kind); return err }
	return l
}

func textLanguage() language {
	return language{
		word:   "a text file of no known format",
		insert: textInsert, remove: textRemove, find: textFind, value: textValue,
	}
}

// anyText are the kinds of place that every text has.
var anyText = []Kind{Before, After, End, Lines}

// open picks the language that knows a's kind of place in the file.
func open(name string, data []byte, a Address, text []byte) (*source, language, error) {
	s, err := newSource(name, data)
	if err != nil {
		return nil, language{}, err
	}
	if err := s.fits(a, text); err != nil {
		return nil, language{}, err
	}
	own := languageOf(FormatOf(name))
	switch {
	case slices.Contains(own.kinds, a.Kind):
		own.parses = nil // checked by the format itself, and more closely
		return s, own, nil
	case slices.Contains(anyText, a.Kind):
		l := textLanguage()
		l.parses = own.parses // what the lines must not break
		return s, l, nil
	}
	return nil, language{}, &Error{Reason: Mismatch, File: name, Msg: a.String() + " is no place in " + own.word, Hint: places(own)}
}

// fits refuses an address and an entry that no text can hold.
func (s *source) fits(a Address, text []byte) error {
	if i := notText(text); i >= 0 {
		return s.fail(Invalid, -1, "the entry is no text: %s", whyNotText(text[i]))
	}
	for _, part := range append([]string{a.Key, a.Name}, a.Path...) {
		if i := notText([]byte(part)); i >= 0 {
			return s.fail(Invalid, -1, "the address is no text: %s", whyNotText(part[i]))
		}
	}
	if strings.Contains(strings.ReplaceAll(string(text), "\r\n", "\n"), "\r") {
		return s.fail(Invalid, -1, "the entry holds a carriage return that ends no line")
	}
	return nil
}

// Insert returns data with the entry text put at a. name is the file's path,
// from which its format is known, and which errors name. Nothing but the entry
// changes: where a comma is due behind the entry's neighbour, that comma, and in
// Go the white space inside brackets that have to become several lines.
//
// The entry is text in the file's language: a value (YAML, JSON, TOML), the
// lines of a table (TOML), statements, an element or a field (Go), lines (Before,
// After, End, Lines). It may be empty for Use, whose path is the key, and for
// Import, where it is the name under which the package is imported. For Require
// it is the version, with "// indirect" behind it or without.
func Insert(name string, data []byte, a Address, text []byte) ([]byte, error) {
	s, l, err := open(name, data, a, text)
	if err != nil {
		return nil, err
	}
	out, err := l.insert(s, a, text)
	if err == nil {
		err = stillParses(s, l, out)
	}
	if err != nil {
		return nil, hinted(err, l, a, text)
	}
	return out, nil
}

// stillParses refuses lines that break a file of a known format.
func stillParses(s *source, l language, out []byte) error {
	if l.parses == nil || l.parses(s) != nil {
		return nil
	}
	if err := l.parses(&source{name: s.name, data: out, base: s.base, eol: s.eol}); err != nil {
		return s.fail(Unsafe, -1, "the file would no longer parse: %v", err)
	}
	return nil
}

// Remove returns data without the entry at a, as it was before Insert. text is
// needed where the entry has no key: Func, List, Field, Before, After, End and
// Lines, and At for an element without a key. With a.Create, parents that the
// entry leaves empty go too, since Insert may have made them.
//
// Some files look the same after Insert, and come back in one way only: an empty
// pair of brackets that stood on two lines comes back on one; with a.Create, a
// parent that was there and empty goes; a file that had no value at all comes
// back with an empty one (JSON); a Go function or struct that was written on one
// line and had to be broken stays broken.
func Remove(name string, data []byte, a Address, text []byte) ([]byte, error) {
	s, l, err := open(name, data, a, text)
	if err != nil {
		return nil, err
	}
	out, err := l.remove(s, a, text)
	if err == nil {
		err = stillParses(s, l, out)
	}
	if err != nil {
		return nil, hinted(err, l, a, text)
	}
	return out, nil
}

// Find returns the whole entry's span: its key, if it has one, and its value,
// without the indentation before it and the comma or comment behind it.
func Find(name string, data []byte, a Address, text []byte) (Span, error) {
	s, l, err := open(name, data, a, text)
	if err != nil {
		return Span{}, err
	}
	span, err := l.find(s, a, text)
	return span, hinted(err, l, a, text)
}

// Value returns the entry as Insert would have been given it: without its key,
// its indentation taken off, its lines ended by LF.
func Value(name string, data []byte, a Address, text []byte) ([]byte, error) {
	s, l, err := open(name, data, a, text)
	if err != nil {
		return nil, err
	}
	v, err := l.value(s, a, text)
	return v, hinted(err, l, a, text)
}

// places is the hint for an address of a kind that a language has not.
func places(l language) string {
	hint := "in " + l.word + " an address is one of "
	for _, k := range append(slices.Clone(l.kinds), anyText...) {
		hint += k.word() + ", "
	}
	return hint[:len(hint)-2]
}

// word is the kind as an address in a template or a manifest spells it.
func (k Kind) word() string {
	words := [...]string{"at", "use", "require", "func", "list", "field", "import", "before", "after", "end", "lines"}
	if int(k) < len(words) {
		return words[k]
	}
	return "unknown"
}

func (r Reason) String() string {
	words := [...]string{"invalid", "missing", "exists", "ambiguous", "alias", "unsafe", "mismatch"}
	if int(r) < len(words) {
		return words[r]
	}
	return "unknown"
}
