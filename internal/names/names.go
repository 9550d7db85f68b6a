// Package names turns words into the identifiers of Go, of files and of
// OpenAPI, and says which names svcgen accepts.
//
// Rendered bytes are promised to stay the same for ever, so the rules here are
// frozen: a word may be added to a list only with a new template format. That is
// also why no inflection library is used; theirs change with their releases.
package names

import (
	"go/token"
	"strings"
	"unicode"
)

// Words splits s where a person would: at everything that is no letter or
// digit, before a capital that follows a small letter or digit, and before the
// last capital of a run that a small letter follows (HTTPServer: http server).
// The words come back in lower case.
func Words(s string) []string {
	var words []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			words = append(words, strings.ToLower(string(word)))
			word = word[:0]
		}
	}
	runes := []rune(s)
	for i, r := range runes {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			flush()
			continue
		}
		if unicode.IsUpper(r) && i > 0 {
			after := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if before := runes[i-1]; unicode.IsLower(before) || unicode.IsDigit(before) || unicode.IsUpper(before) && after {
				flush()
			}
		}
		word = append(word, r)
	}
	flush()
	return words
}

// Snake, Kebab and Camel join the words of s: refund_payment, refund-payment,
// RefundPayment.
func Snake(s string) string { return strings.Join(Words(s), "_") }
func Kebab(s string) string { return strings.Join(Words(s), "-") }
func Camel(s string) string {
	var b strings.Builder
	for _, w := range Words(s) {
		b.WriteString(capital(w))
	}
	return b.String()
}

// Sentence is the words of s with the first letter capital: Refund payment.
func Sentence(s string) string { return capital(strings.Join(Words(s), " ")) }

func capital(s string) string {
	if s == "" {
		return ""
	}
	r := []rune(s)
	return string(unicode.ToUpper(r[0])) + string(r[1:])
}

// initialisms are written in capitals in Go identifiers; the list is that of
// Go's code review comments, as far as services use it.
var initialisms = map[string]bool{
	"acl": true, "api": true, "ascii": true, "cpu": true, "css": true, "db": true, "dns": true, "eof": true,
	"grpc": true, "guid": true, "html": true, "http": true, "https": true, "id": true, "ip": true, "json": true,
	"jwt": true, "oidc": true, "qps": true, "ram": true, "rpc": true, "sku": true, "sla": true, "smtp": true,
	"sql": true, "ssh": true, "tcp": true, "tls": true, "ttl": true, "udp": true, "ui": true, "uid": true,
	"uri": true, "url": true, "utf8": true, "uuid": true, "vm": true, "xml": true,
}

// GoName is the exported Go identifier of s: refund-payment gives RefundPayment,
// payment_id PaymentID. A name that would begin with a digit gets an N.
func GoName(s string) string {
	var b strings.Builder
	for _, w := range Words(s) {
		if initialisms[w] {
			b.WriteString(strings.ToUpper(w))
			continue
		}
		b.WriteString(capital(w))
	}
	name := b.String()
	if name != "" && unicode.IsDigit([]rune(name)[0]) {
		return "N" + name
	}
	return name
}

// GoVar is the unexported Go identifier of s; a keyword or predeclared name
// gets an underscore behind it.
func GoVar(s string) string {
	words := Words(s)
	if len(words) == 0 {
		return ""
	}
	name := words[0]
	if unicode.IsDigit([]rune(name)[0]) {
		name = "n" + name
	}
	if len(words) > 1 {
		name += GoName(strings.Join(words[1:], "-"))
	}
	// An initialism that follows a digit-led word keeps GoName's N; harmless.
	if token.IsKeyword(name) || Predeclared(name) {
		return name + "_"
	}
	return name
}

// GoPackage is the Go package name of s: its letters and digits in lower case.
func GoPackage(s string) string { return strings.Join(Words(s), "") }

// predeclared lists the universe block of the Go specification.
var predeclared = strings.Fields(`any bool byte comparable complex64 complex128 error float32 float64 int int8 int16
	int32 int64 rune string uint uint8 uint16 uint32 uint64 uintptr true false iota nil append cap clear close complex
	copy delete imag len make max min new panic print println real recover`)

// Predeclared reports whether Go declares s in its universe block.
func Predeclared(s string) bool {
	for _, p := range predeclared {
		if p == s {
			return true
		}
	}
	return false
}
