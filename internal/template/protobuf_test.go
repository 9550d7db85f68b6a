package template

import (
	"strings"
	"testing"
)

func TestProtobufFunctions(t *testing.T) {
	for src, want := range map[string]string{
		`{{ protoBytes 1 "id" }}`: "\n\x02id",
		`{{ protoInt 3 1 }}`:      "\x18\x01",
		`{{ protoInt 34 300 }}`:   "\x90\x02\xac\x02",
		`{{ protoBytes 2 (print (protoBytes 1 "") (protoInt 4 0)) }}`: "\x12\x04\n\x00\x20\x00",
		`{{ protoBytes 1 (repeat 200 "a") | len }}`:                   "203", // a length of two bytes
		`{{ goLines (protoBytes 1 "\xff\n\"a") }}`:                    "\"\\n\" +\n\t\"\\x04\\xff\\n\" +\n\t\"\\\"a\"",
		`{{ goLines "" }}`:                          `""`,
		`{{ wrap 7 "// " "one two  three\nfour" }}`: "// one two\n// three\n// four",
		`{{ wrap 3 "" "toolong a" }}`:               "toolong\na",
		`{{ wrap 3 "// " " " }}`:                    "",
		`{{ wrap 5 "" "üüüüü ü" }}`:                 "üüüüü\nü",
	} {
		if got, err := Text(src, Scope{}); err != nil || got != want {
			t.Errorf("%s: got %q, %v; want %q", src, got, err, want)
		}
	}
	for src, want := range map[string]string{
		`{{ protoBytes 0 "" }}`:                           "0 is not the number of a field",
		`{{ protoBytes 536870912 "" }}`:                   "is not the number of a field",
		`{{ protoInt 1 -1 }}`:                             "-1 is negative",
		`{{ goLines (repeat 900000 (repeat 100 "\n")) }}`: "too much",
	} {
		if _, err := Text(src, Scope{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error with %q", src, err, want)
		}
	}
}
