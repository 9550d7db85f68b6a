package insert

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// yamlQuote is how a string is put in quotes; 0 means only where it must be.
type yamlQuote byte

// yamlString writes s as a scalar that every YAML parser, of either version,
// reads as that string. With prefer it is always in those quotes.
func yamlString(s string, flow bool, prefer yamlQuote) string {
	if prefer == 0 && yamlPlainSafe(s, flow) && !yamlTyped(s) && s[0] != '-' {
		return s
	}
	if prefer == '\'' && yamlPrintable(s) {
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case yamlPrint(r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02X`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			fmt.Fprintf(&b, `\U%08X`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// yamlPrint tells whether a character may stand as it is in a quoted scalar.
func yamlPrint(r rune) bool {
	return r == ' ' || unicode.IsPrint(r) && r != 0xFEFF && r != utf8.RuneError
}

func yamlPrintable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !yamlPrint(r) })
}

// yamlPlainSafe tells whether s without quotes is one scalar and itself.
func yamlPlainSafe(s string, flow bool) bool {
	if s == "" || strings.TrimSpace(s) != s || !yamlPrintable(s) {
		return false
	}
	if strings.ContainsRune("?:,[]{}#&*!|>'\"%@`", rune(s[0])) || s == "-" || strings.HasPrefix(s, "- ") || strings.HasPrefix(s, "---") || strings.HasPrefix(s, "...") {
		return false
	}
	if strings.Contains(s, ": ") || strings.Contains(s, " #") || s[len(s)-1] == ':' {
		return false
	}
	return !flow || !strings.ContainsAny(s, ",?[]{}")
}

// yamlTyped tells whether s without quotes may be read as something else than a
// string: as null, a truth value, a number or a date, in YAML 1.1 or 1.2.
func yamlTyped(s string) bool {
	switch strings.ToLower(s) {
	case "", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "<<", "=":
		return true
	}
	rest := strings.TrimLeft(s, "+-.")
	if len(s)-len(rest) > 2 || rest == "" {
		return false
	}
	switch strings.ToLower(rest) {
	case "inf", "nan":
		return rest != s
	}
	return rest[0] >= '0' && rest[0] <= '9' && strings.Trim(s, "0123456789abcdefABCDEFxXoOtTzZ_.:+- ") == ""
}

// yamlTick is the quotes around a quoted scalar, 0 for other nodes.
func (t *yamlTree) yamlTick(n int32) yamlQuote {
	switch t.nodes[n].kind {
	case yamlSingle:
		return '\''
	case yamlDouble:
		return '"'
	}
	return 0
}

// key writes a new key of mapping n that goes before entry at. Neighbours that
// are in quotes without need are followed.
func (t *yamlTree) key(key string, n int32, at int) string {
	flow := t.nodes[n].kind.flow()
	list := t.entries(n)
	var quote, must yamlQuote
	for i := max(at-1, 0); i <= at && i < len(list); i++ {
		q := t.yamlTick(list[i].key)
		v, ok := t.value(list[i].key)
		if q == 0 || !ok {
			quote, must = 0, 0
			break
		}
		must = q
		if yamlPlainSafe(v, flow) && !yamlTyped(v) {
			quote = q
		}
	}
	if quote == 0 && must != 0 && (!yamlPlainSafe(key, flow) || yamlTyped(key)) {
		quote = must
	}
	return yamlString(key, flow, quote)
}
