package template

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What follows is for templates that render code which protoc-gen-go and its like
// would generate: it holds descriptors of messages in protobuf's wire format, with
// the lengths of names in it.
// https://protobuf.dev/programming-guides/encoding/

// maxField is the greatest number of a field.
const maxField = 1<<29 - 1

// Wire types.
const (
	wireVarint = 0
	wireBytes  = 2
)

// protoBytes is a field that holds bytes: a text, or an encoded message.
func protoBytes(number int, value string) (string, error) {
	tag, err := protoTag(number, wireBytes)
	return string(binary.AppendUvarint(tag, uint64(len(value)))) + value, err
}

// protoInt is a field that holds a number which is not negative.
func protoInt(number, value int) (string, error) {
	if value < 0 {
		return "", fmt.Errorf("protoInt: %d is negative", value)
	}
	tag, err := protoTag(number, wireVarint)
	return string(binary.AppendUvarint(tag, uint64(value))), err
}

func protoTag(number, wire int) ([]byte, error) {
	if number < 1 || number > maxField {
		return nil, fmt.Errorf("%d is not the number of a field", number)
	}
	return binary.AppendUvarint(nil, uint64(number)<<3|uint64(wire)), nil
}

// goLines are Go string literals for s, one a line of it, joined by plus signs:
// the form in which generated code holds bytes.
func goLines(s string) (string, error) {
	var quoted []string
	for _, line := range strings.SplitAfter(s, "\n") {
		quoted = append(quoted, strconv.Quote(line))
	}
	return joined(quoted, " +\n\t")
}

// wrap breaks s between words into lines of at most width characters, where words
// are not longer than that. Each line gets prefix in front.
func wrap(width int, prefix, s string) (string, error) {
	var b strings.Builder
	at := 0
	for i, word := range strings.Fields(s) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
			b.WriteString(prefix)
		case at+n+1 > width:
			b.WriteString("\n" + prefix)
			at = 0
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at += n
		if b.Len() > maxResult {
			return "", fmt.Errorf("wrap makes more than %d MiB", maxResult>>20)
		}
	}
	return b.String(), nil
}
