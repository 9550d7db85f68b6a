package insert

import (
	"errors"
	"strings"
)

// where names a path in an error.
func where(path []string) string {
	if len(path) == 0 {
		return "the top level"
	}
	return Address{Path: path}.String()
}

// nameOf names the entry at a in an error; one without a key by its place.
func nameOf(a Address) string {
	if a.Kind == At && a.Key == "" {
		return "such element in " + where(a.Path)
	}
	return a.String()
}

// hinted adds to a Missing error's hint the entry itself, for a person to put
// it in: a place that is missing is never passed over in silence.
func hinted(err error, l language, a Address, text []byte) error {
	var e *Error
	if !errors.As(err, &e) || e.Reason != Missing {
		return err
	}
	entry := string(text)
	if l.snippet != nil {
		entry = l.snippet(a, text)
	}
	lines := block(entry)
	if len(lines) == 0 {
		return err
	}
	c := *e
	if c.Hint != "" {
		c.Hint += "\nor "
	}
	c.Hint += "put this " + a.spot() + " yourself:"
	for _, line := range lines {
		c.Hint += strings.TrimRight("\n    "+line, " ")
	}
	return &c
}

// spot says in a hint where the entry at a goes.
func (a Address) spot() string {
	switch a.Kind {
	case At:
		return "under " + where(a.Path)
	case Func:
		return "into the function " + a.Name
	case List:
		return "into the list " + a.Name
	case Field:
		return "into the struct " + a.Name
	case Import:
		return "among the imports"
	case Before, After:
		return a.Kind.word() + " the line " + a.Name
	}
	return "into the file"
}

// keyed writes an entry of which key is a part: key, separator and value.
func keyed(a Address, key, separator string, text []byte) string {
	value := strings.Join(block(string(text)), "\n")
	if _, _, ok := selector(a.Key); ok || a.Key == "" {
		return value
	}
	return key + separator + value
}
