package insert

import "strings"

// paste is the hint of a Missing error: where the entry goes, and the entry
// itself, indented by four.
func paste(where string, text []byte) string {
	var b strings.Builder
	b.WriteString("put this ")
	b.WriteString(where)
	b.WriteString(" yourself:")
	for _, line := range splitLines(string(text)) {
		b.WriteString("\n")
		if line != "" {
			b.WriteString("    " + line)
		}
	}
	return b.String()
}
