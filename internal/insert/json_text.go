package insert

import (
	"bytes"
	"errors"
	"strings"

	"github.com/tailscale/hujson"
)

// jsonEntry parses an entry: one value, with comments only inside of it.
func jsonEntry(s *source, text []byte) (*hujson.Value, error) {
	given := text
	text = bytes.TrimSpace(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")))
	v, err := decodeJSON(text)
	var syntax *jsonError
	switch {
	case errors.As(err, &syntax):
		line, col := positionIn(given, len(given)-len(bytes.TrimLeft(given, " \t\r\n")))
		if syntax.line == 1 {
			col += syntax.col - 1
		} else {
			col = syntax.col
		}
		return nil, s.failEntry(line+syntax.line-1, col, "the entry does not parse as JSON: %v", err)
	case err != nil:
		return nil, s.fail(Invalid, -1, "the entry does not parse as JSON: %v", err)
	case v.StartOffset > 0 || v.EndOffset < len(text):
		return nil, s.fail(Invalid, -1, "the entry is not one JSON value: its comments must stand inside of it")
	}
	return &v, nil
}

// jsonToken is a word of JSON text: a bracket, a comma, a colon, a literal or a
// comment. broken tells that it begins a line.
type jsonToken struct {
	text    string
	broken  bool
	comment bool
}

// jsonTokens cuts text, which parses, into its words.
func jsonTokens(text []byte) []jsonToken {
	var out []jsonToken
	broken := false
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '\n':
			broken = true
			i++
			continue
		case c == ' ' || c == '\t' || c == '\r':
			i++
			continue
		}
		end := slashComment(text, i)
		comment := end > i
		if !comment {
			end = i + jsonWord(text[i:])
		}
		out = append(out, jsonToken{string(text[i:end]), broken, comment})
		i, broken = end, false
	}
	return out
}

// jsonWord is the length of the bracket, comma, colon or literal at text[0].
func jsonWord(text []byte) int {
	if text[0] == '"' {
		for i := 1; i < len(text); i++ {
			switch text[i] {
			case '\\':
				i++
			case '"':
				return i + 1
			}
		}
		return len(text)
	}
	if n := bytes.IndexAny(text, ",:[]{} \t\r\n/\""); n > 0 {
		return n
	} else if n == 0 {
		return 1
	}
	return len(text)
}

// jsonIndent writes text, which parses, with its own line breaks and the
// indentation of unit on top of indent. Its first line gets none.
func jsonIndent(text []byte, indent, unit, eol string) string {
	if !bytes.ContainsRune(text, '\n') {
		return string(text)
	}
	var b strings.Builder
	depth := 0
	rest := text
	for _, t := range jsonTokens(text) {
		at := bytes.Index(rest, []byte(t.text))
		between := string(rest[:at])
		rest = rest[at+len(t.text):]
		if t.text == "}" || t.text == "]" {
			depth--
		}
		if t.broken {
			b.WriteString(strings.Repeat(eol, strings.Count(between, "\n")))
			b.WriteString(indent + strings.Repeat(unit, depth))
		} else {
			b.WriteString(between)
		}
		if t.text == "{" || t.text == "[" {
			depth++
		}
		b.WriteString(strings.ReplaceAll(strings.TrimSuffix(t.text, "\r"), "\n", eol))
	}
	return b.String()
}

// jsonInline writes text on one line; false when it has comments, which want
// their lines.
func jsonInline(text []byte, tight bool) (string, bool) {
	var b strings.Builder
	space := " "
	if tight {
		space = ""
	}
	tokens := jsonTokens(text)
	for i, t := range tokens {
		if t.comment {
			return "", false
		}
		closing := i+1 < len(tokens) && (tokens[i+1].text == "}" || tokens[i+1].text == "]")
		switch {
		case t.text == "," && closing: // a trailing comma
		case t.text == "," || t.text == ":":
			b.WriteString(t.text + space)
		default:
			b.WriteString(t.text)
		}
	}
	return b.String(), true
}
