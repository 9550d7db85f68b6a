// Package insert puts an entry at an address in a file that somebody else also
// edits, and takes it out again.
//
// A file is parsed only to find a byte position; the entry's bytes are spliced
// in; the result is parsed again and compared, so that exactly the intended
// value changed. Every other byte of the file stays as it was, and Remove after
// Insert gives the old file back.
//
// The package does no input or output, formats nothing that was there before,
// and never guesses: a place that is missing, ambiguous or reached through an
// alias is an error with its position.
package insert

import (
	"fmt"
	"path"
	"strings"
)

// A Format is the language of a file, as far as inserting needs to know it.
type Format uint8

const (
	Text   Format = iota // any text: marker lines, the end, sorted lines
	YAML                 // YAML 1.2, several documents included
	JSON                 // JSON, and JSON with comments and trailing commas
	TOML                 // TOML 1.0
	GoMod                // go.mod
	GoWork               // go.work
	Go                   // Go source
)

// FormatOf tells a file's format from its name. Whatever it does not know is
// Text, where marker lines still work.
func FormatOf(name string) Format {
	base := path.Base(name)
	switch base {
	case "go.mod":
		return GoMod
	case "go.work":
		return GoWork
	}
	switch strings.ToLower(path.Ext(base)) {
	case ".yaml", ".yml":
		return YAML
	case ".json", ".jsonc", ".json5", ".code-workspace":
		return JSON
	case ".toml":
		return TOML
	case ".go":
		return Go
	}
	return Text
}

// Kind is the kind of place an Address names.
type Kind uint8

const (
	At      Kind = iota // a mapping's key or a sequence's element; YAML, JSON, TOML
	Use                 // a use directive; go.work
	Require             // a require directive; go.mod
	Func                // the end of a function's body, before a final terminating statement; Go
	List                // the end of a composite literal of a package-level variable; Go
	Field               // the end of a struct type's fields; Go
	Import              // an import; Go
	Before              // the line before a marker line; any text
	After               // the line after a marker line; any text
	End                 // the end of the file; any text
	Lines               // among sorted lines; any text
)

// Address names a place in a file.
type Address struct {
	Kind Kind

	// Path leads to the mapping or sequence that receives the entry (At only).
	// A segment is a key, taken literally whatever dots or slashes it holds, or
	// "[field=value]", which picks the one element of a sequence whose field has
	// that value ("[=value]" picks a scalar element).
	Path []string

	// Key tells the entry from its neighbours. At: the new key of a mapping, or,
	// for a sequence, a "[field=value]" segment that the new element satisfies.
	// Use and Import: the path. Require: the module path.
	Key string

	// Name is the Go function ("routes", "(*API).routes" or "API.routes"), variable, or struct
	// type (Func, List, Field), or the marker's text (Before, After): the one
	// line that, with spaces trimmed, equals it, or else the one that holds it.
	Name string

	// Doc picks a YAML document, counted from zero.
	Doc int

	// Create makes missing parents on Path; without it a missing parent is an
	// error.
	Create bool

	// Peers are the keys (for a sequence, the "[field=value]" segments; for
	// lines, the lines) of svcgen's other entries at this place, in any order.
	// The new entry goes before the first of them, in file order, that sorts
	// after it, else directly after the last of them, else at the end, so that
	// two branches that add different entries seldom touch the same lines.
	Peers []string
}

func (a Address) String() string {
	switch a.Kind {
	case At:
		s := strings.Join(a.Path, ".")
		if a.Key == "" {
			return s
		}
		if s == "" || strings.HasPrefix(a.Key, "[") {
			return s + a.Key
		}
		return s + "." + a.Key
	case Use:
		return "use " + a.Key
	case Require:
		return "require " + a.Key
	case Func:
		return "func " + a.Name
	case List:
		return "var " + a.Name
	case Field:
		return "type " + a.Name
	case Import:
		return "import " + a.Key
	case Before:
		return "before " + a.Name
	case After:
		return "after " + a.Name
	case End:
		return "end"
	case Lines:
		return "lines"
	}
	return fmt.Sprintf("Kind(%d)", a.Kind)
}

// Reason classifies an Error.
type Reason uint8

const (
	Invalid   Reason = iota // the file does not parse, or the entry does not
	Missing                 // the address does not exist
	Exists                  // the entry is there already
	Ambiguous               // the address matches more than once
	Alias                   // the address leads through a YAML alias or merge key
	Unsafe                  // the splice would have changed more than the entry
	Mismatch                // the address is not of the file's format
)

// Error says why nothing was inserted, removed or found. Line and Col count
// from one, Col in bytes; both are zero where no position applies.
type Error struct {
	Reason    Reason
	File      string
	Line, Col int
	Msg       string
	Hint      string // what a person can do; may be empty

	// EntryLine and EntryCol are a place in the entry's own text, where that is
	// what does not parse. They count as Line and Col do.
	EntryLine, EntryCol int
}

func (e *Error) Error() string {
	switch {
	case e.Line > 0 && e.Col > 0:
		return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Col, e.Msg)
	case e.Line > 0:
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg)
	}
	return fmt.Sprintf("%s: %s", e.File, e.Msg)
}

// Span is a half-open range of byte offsets.
type Span struct{ Start, End int }
