package insert

import (
	"strings"
	"testing"
)

func TestYAML(t *testing.T) { runCases(t, "testdata/yaml/*.txtar") }

// yamlRound inserts, compares, and takes out again.
func yamlRound(t *testing.T, before, after string, a Address, text string) {
	t.Helper()
	got, err := yamlInsert("f.yaml", []byte(before), a, []byte(text))
	if err != nil {
		t.Fatal(describe(err))
	}
	if string(got) != after {
		t.Fatalf("after Insert\n%q\nwant\n%q", got, after)
	}
	checkInverse(t, "f.yaml", []byte(before), got, a, []byte(text), false)
}

// What a txtar file cannot show: documents, and bytes that editors hide.
func TestYAMLBytes(t *testing.T) {
	m := Address{Path: []string{"m"}, Key: "b"}
	doc := func(n int) Address { return Address{Path: []string{"m"}, Key: "b", Doc: n} }
	for name, c := range map[string]struct {
		before, after string
		a             Address
		text          string
	}{
		"first document":       {"m: {}\n---\nm:\n  a: 1\n", "m: {b: 2}\n---\nm:\n  a: 1\n", doc(0), "2"},
		"second document":      {"m: {}\n---\nm:\n  a: 1\n", "m: {}\n---\nm:\n  a: 1\n  b: 2\n", doc(1), "2"},
		"before a marker":      {"---\nm:\n  a: 1\n# end\n...\n---\nx: 1\n", "---\nm:\n  a: 1\n  b: 2\n# end\n...\n---\nx: 1\n", doc(0), "2"},
		"empty document":       {"---\n---\nx: 1\n", "---\nb: 2\n---\nx: 1\n", Address{Key: "b"}, "2"},
		"last, empty document": {"x: 1\n---\n", "x: 1\n---\nb: 2\n", Address{Key: "b", Doc: 1}, "2"},
		"directives":           {"%YAML 1.2\n%TAG !x! tag:x,2000:\n---\nm:\n  a: !x!y 1\n", "%YAML 1.2\n%TAG !x! tag:x,2000:\n---\nm:\n  a: !x!y 1\n  b: 2\n", m, "2"},
		"tagged root":          {"--- !x\nm:\n  a: 1\n", "--- !x\nm:\n  a: 1\n  b: 2\n", m, "2"},
		"no final line break":  {"m:\n  a: 1", "m:\n  a: 1\n  b: 2", m, "2"},
		"only a marker":        {"---", "---\nb: 2", Address{Key: "b"}, "2"},
		"only a comment":       {"# x", "# x\nb: 2", Address{Key: "b"}, "2"},
		"only a mark":          {bom, bom + "b: 2\n", Address{Key: "b"}, "2"},
		"stripped literal":     {"m:\n  a: |-\n    x", "m:\n  a: |-\n    x\n  b: |-\n    y", m, "|-\n  y\n"},
		"empty literal":        {"m:\n  a: |", "m:\n  a: |\n  b: 2", m, "2"},
		"spaces at the end":    {"m:\n  a: 1\n   ", "m:\n  a: 1\n  b: 2\n   ", m, "2"},
		"CR LF after CR":       {"m:\r  a: 1\r\rz: 1\r", "m:\r  a: 1\r  b: 2\r\rz: 1\r", m, "2"},
		"mixed line breaks":    {"m:\r\n  a: 1\n  c: 3\r\n", "m:\r\n  a: 1\n  b: 2\n  c: 3\r\n", Address{Path: []string{"m"}, Key: "b", Peers: []string{"a"}}, "2"},
		"NEL, LS and PS":       {"m:\u0085  a: 1\u2028  c: 'x\u2029\n    y'\u0085", "m:\u0085  a: 1\u2028  c: 'x\u2029\n    y'\u0085  b: 2\n", m, "2"},
		"LS in a comment":      {"m:\n  a: 1 # x\u2028  c: 3\n", "m:\n  a: 1 # x\u2028  c: 3\n  b: 2\n", m, "2"},
		"text with CR LF":      {"m:\n  a: 1\n", "m:\n  a: 1\n  b:\n    x: |\n      1\n      2\n", m, "x: |\r\n  1\r\n  2\r\n"},
		"flow with CR LF":      {"m: [\r\n  a\r\n]\r\n", "m: [\r\n  a,\r\n  b\r\n]\r\n", Address{Path: []string{"m"}, Key: "[=b]"}, "b"},
		"flow on two lines":    {"m: [\n]\n", "m: [\n  b\n]\n", Address{Path: []string{"m"}, Key: "[=b]"}, "b"},
		"parted by CR LF":      {"a: 1\r\n\r\nc: 3\r\n", "a: 1\r\n\r\nb: 2\r\n\r\nc: 3\r\n", Address{Key: "b", Peers: []string{"c"}}, "2"},
		"parted at the end":    {"a: 1\n\nb: 2", "a: 1\n\nb: 2\n\nc: 3", Address{Key: "c"}, "3"},
		"explicit key first":   {"? a\n: 1\n", "A: 2\n? a\n: 1\n", Address{Key: "A", Peers: []string{"a"}}, "2"},
	} {
		t.Run(name, func(t *testing.T) { yamlRound(t, c.before, c.after, c.a, c.text) })
	}
}

func TestYAMLRefusesBytes(t *testing.T) {
	m := Address{Path: []string{"m"}, Key: "b"}
	for name, c := range map[string]struct {
		before string
		a      Address
		text   string
		want   string
	}{
		"literal without a last line break": {"m:\n  a: |\n    x", m, "1",
			"unsafe: f.yaml:3:6: a block scalar at the end of a file without a line break would change its value\nhint: end the file with a line break"},
		"literal text without a last line break": {"m:\n  a: 1", m, "|\n  x\n",
			"unsafe: f.yaml:2:7: a block scalar at the end of a file without a line break would change its value\nhint: end the file with a line break"},
		"no such document":   {"m: {}\n", Address{Path: m.Path, Key: "b", Doc: 1}, "1", "missing: f.yaml: there is no document 1; the file has 1, counted from 0"},
		"negative document":  {"m: {}\n", Address{Path: m.Path, Key: "b", Doc: -1}, "1", "missing: f.yaml: there is no document -1; the file has 1, counted from 0"},
		"path in no file":    {"# x\n", m, "1", "missing: f.yaml: there is no m"},
		"mark inside":        {"m:\n  a: \uFEFF1\n", m, "1", "invalid: f.yaml:2:6: does not parse as YAML: a byte order mark stands inside the file"},
		"control character":  {"m:\n  a: \x01\n", m, "1", "invalid: f.yaml:2:6: does not parse as YAML: a control character is not allowed"},
		"no UTF-8":           {"m:\n  a: \xff\n", m, "1", "invalid: f.yaml:2:6: does not parse as YAML: the file is not UTF-8"},
		"UTF-16":             {"\xff\xfem\x00:\x00", m, "1", "invalid: f.yaml:1:1: does not parse as YAML: the file is not UTF-8"},
		"no place for YAML":  {"m: {}\n", Address{Kind: Use, Key: "./x"}, "", "mismatch: f.yaml: the address use ./x does not fit a YAML file\nhint: give a path of keys, or a marker line"},
		"line after CR LF":   {"a: 1\r\nm: *x\r\n", m, "1", "invalid: f.yaml:2:4: does not parse as YAML: the alias *x has no anchor"},
		"column after a BOM": {bom + "m: *x\n", m, "1", "invalid: f.yaml:1:4: does not parse as YAML: the alias *x has no anchor"},
		"too deep":           {strings.Repeat("[", 1001) + strings.Repeat("]", 1001), m, "1", "invalid: f.yaml:1:1000: does not parse as YAML: collections nest too deeply"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := yamlInsert("f.yaml", []byte(c.before), c.a, []byte(c.text))
			if err == nil {
				t.Fatalf("gave %q", got)
			}
			if describe(err) != c.want {
				t.Errorf("error\n%s\nwant\n%s", describe(err), c.want)
			}
		})
	}
}

// What people have changed goes as a whole; what they wrote above it stays.
func TestYAMLRemove(t *testing.T) {
	s := Address{Path: []string{"m"}, Key: "b"}
	for name, c := range map[string]struct {
		before string
		a      Address
		after  string // or the error
	}{
		"with comments":            {"m:\n  a: 1 # a\n\n  # about b\n  # more\n  b: # b\n    x: 1\n    # y: 2\n\n      # z\n  # about c\n  c: 3\n", s, "m:\n  a: 1 # a\n\n  # about b\n  # more\n  # about c\n  c: 3\n"},
		"the only one":             {"m:\n  # about b\n  b: 1\nz: 1\n", s, "m:\n  # about b\nz: 1\n"},
		"the only one of a parent": {"x: 1\nm:\n  # about b\n  b: 1\n", Address{Path: []string{"m"}, Key: "b", Create: true}, "x: 1\nm:\n  # about b\n"},
		"a comment between blanks": {"m:\n  a: 1\n\n  # about b\n  b: 1\n\n  c: 1\n\n  d: 1\n", s, "m:\n  a: 1\n\n  # about b\n\n  c: 1\n\n  d: 1\n"},
		"a comment, then the end":  {"m:\n  a: 1\n  # about b\n  b: 1", s, "m:\n  a: 1\n  # about b"},
		"the last":                 {"m:\n  a: 1\n  b: 2", s, "m:\n  a: 1"},
		"the first":                {"# file\nb: 1\nc: 2\n", Address{Key: "b"}, "# file\nc: 2\n"},
		"an explicit key":          {"m:\n  ? b\n  : - x\n    - y\n  c: 1\n", s, "m:\n  c: 1\n"},
		"a quoted key":             {"m:\n  \"\\x62\": 1\n  c: 1\n", s, "m:\n  c: 1\n"},
		"several lines":            {"m:\n  b: \"one\n\n two\"\n  c: 1\n", s, "m:\n  c: 1\n"},
		"behind a literal":         {"m:\n  a: |+\n    x\n  b: 1\n\n\n  c: 2\n", s, "m:\n  a: |+\n    x\n  c: 2\n"},
		"spaces behind a literal":  {"m:\n  a: |\n    x\n  b: 1\n      \n  c: 2\n", s, "m:\n  a: |\n    x\n  c: 2\n"},
		"behind a dash":            {"m:\n  - b: 1\n    c: 2\n", Address{Path: []string{"m", "[c=2]"}, Key: "b"}, "m:\n  - c: 2\n"},
		"behind a dash, commented": {"m:\n  - b: 1\n    # c\n    c: 2\n", Address{Path: []string{"m", "[c=2]"}, Key: "b"}, "m:\n  -\n    # c\n    c: 2\n"},
		"only one behind a dash":   {"m:\n  - b: 1\n  - c: 2\n", Address{Path: []string{"m", "[b=1]"}, Key: "b"}, "m:\n  -\n  - c: 2\n"},
		"an element":               {"m:\n# about b\n- name: b\n  x: 1\n\n- name: c\n", Address{Path: []string{"m"}, Key: "[name=b]"}, "m:\n# about b\n\n- name: c\n"},
		"flow, first":              {"m: { b: 1, c: 2 }\n", s, "m: { c: 2 }\n"},
		"flow, middle":             {"m: {a: 1, b: [x, y] , c: 2}\n", s, "m: {a: 1, c: 2}\n"},
		"flow, last":               {"m: {a: 1, b: 1}\n", s, "m: {a: 1}\n"},
		"flow, only":               {"m: { b: 1 }\n", s, "m: { }\n"},
		"flow, a line":             {"m: {\n  a: 1, # a\n  # about b\n  b: 2, # b\n  c: 3\n}\n", s, "m: {\n  a: 1, # a\n  c: 3\n}\n"},
		"flow, a last line":        {"m: {\n  a: 1, # a\n  b: 2 # b\n}\n", s, "m: {\n  a: 1 # a\n}\n"},
		"created parents":          {"x: 1\nm:\n  n:\n    b: 1\n", Address{Path: []string{"m", "n"}, Key: "b", Create: true}, "x: 1\n"},
		"a parent with a comment":  {"x: 1\nm: # people's\n  n:\n    b: 1\n", Address{Path: []string{"m", "n"}, Key: "b", Create: true}, "x: 1\nm: # people's\n"},
		"a parent that must stay":  {"m:\n  b: 1\n...\n", Address{Path: []string{"m"}, Key: "b", Create: true}, "m:\n...\n"},
		"an anchor in use":         {"m:\n  b: &b 1\n  c: *b\n", s, "unsafe: f.yaml:3:6: m.b defines the anchor &b, which is used here\nhint: move the anchor first"},
		"an anchor of its own":     {"m:\n  b: [&b 1, *b]\n  c: &b 2\n  d: *b\n", s, "m:\n  c: &b 2\n  d: *b\n"},
		"absent":                   {"m:\n  a: 1\n", s, "missing: f.yaml:1:1: there is no m.b"},
		"absent parent":            {"x: 1\n", s, "missing: f.yaml: there is no m"},
		"twice":                    {"m:\n  b: 1\n  b: 2\n", s, "ambiguous: f.yaml:3:3: m.b is there twice; the first is on line 2"},
		"no key":                   {"m: [a]\n", Address{Path: []string{"m"}}, "mismatch: f.yaml: the address m does not name an entry\nhint: give a key, or [field=value] for an element of a sequence"},
		"the only document":        {"b: 1\n---\nc: 1\n", Address{Key: "b"}, "unsafe: f.yaml: taking the entry out would change more than b: the file would have 1 documents\nhint: edit the file by hand"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := yamlRemove("f.yaml", []byte(c.before), c.a)
			if err != nil {
				got = []byte(describe(err))
			}
			if string(got) != c.after {
				t.Errorf("got\n%s\nwant\n%s", got, c.after)
			}
		})
	}
}

func TestYAMLFindAndValue(t *testing.T) {
	s := Address{Path: []string{"m"}, Key: "b"}
	for name, c := range map[string]struct {
		file  string
		a     Address
		entry string
		value string
	}{
		"lines with comments": {"m:\n    # about b\n    b: # here\n        x: 1\n        y:\n        - 1 # one\n        # end\n    c: 1\n", s,
			"    b: # here\n        x: 1\n        y:\n        - 1 # one\n        # end\n", "# here\nx: 1\ny:\n  - 1 # one\n  # end\n"},
		"a scalar":         {"m:\n  b: one\n     two # x\n", s, "  b: one\n     two # x\n", "one\ntwo # x\n"},
		"a literal":        {"m:\n    b: |\n        x\n          y\n\n    c: 1\n", s, "    b: |\n        x\n          y\n", "|\n  x\n    y\n"},
		"a fixed literal":  {"m:\n    b: |1+\n       x\n\n    c: 1\n", s, "    b: |1+\n       x\n\n", "|1+\n   x\n\n"},
		"nothing":          {"m:\n  b:\n  c: 1\n", s, "  b:\n", ""},
		"flow":             {"m: { b: {x: 1} , c: 1}\n", s, "b: {x: 1}", "{x: 1}\n"},
		"flow of lines":    {"m: {\n    b: {\n        x: 1 # one\n      }\n  }\n", s, "b: {\n        x: 1 # one\n      }", "{\n  x: 1 # one\n}\n"},
		"an element":       {"m:\n-   b: 1\n    c: 2\n-   d\n", Address{Path: []string{"m"}, Key: "[c=2]"}, "-   b: 1\n    c: 2\n", "b: 1\nc: 2\n"},
		"properties":       {"m:\n  b: !t &a\n      x: 1\n", s, "  b: !t &a\n      x: 1\n", "!t &a\nx: 1\n"},
		"an explicit key":  {"m:\n  ? b\n  : - x\n    - y\n", s, "  ? b\n  : - x\n    - y\n", "- x\n- y\n"},
		"CR LF":            {"m:\r\n  b:\r\n    x: 1\r\n", s, "  b:\r\n    x: 1\r\n", "x: 1\n"},
		"a first dash key": {"m:\n  - b: 1\n    c: 2\n", Address{Path: []string{"m", "[c=2]"}, Key: "b"}, "b: 1\n", "1\n"},
	} {
		t.Run(name, func(t *testing.T) {
			span, err := yamlFind("f.yaml", []byte(c.file), c.a)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.file[span.Start:span.End]; got != c.entry {
				t.Errorf("Find gives\n%q\nwant\n%q", got, c.entry)
			}
			value, err := yamlValue("f.yaml", []byte(c.file), c.a)
			if err != nil {
				t.Fatal(err)
			}
			if string(value) != c.value {
				t.Errorf("Value gives\n%q\nwant\n%q", value, c.value)
			}
		})
	}
}

// FuzzYAMLInsert holds the guarantee for any file, address and text: no byte
// that was there changes, the library sees nothing but the entry change, and
// Remove gives the old file back.
func FuzzYAMLInsert(f *testing.F) {
	for _, file := range []string{
		"services:\n  a: 1\n  b:\n    - x\n", "m: {a: [1, 2], b: {}}\n", "- a: 1\n  b: |\n    x\n\n- c\n", "a: &x 1\nb: *x\nc:\n  <<: {d: 1}\n",
		"# c\n---\nm:\n# d\n---\nm: [\n a, # b\n]\n...\n", "m:\r\n    ? k\r\n    : >-\r\n        x\r\n", "m:\n- a\n-  b: \"x\n  y\"\n   c:\n", bom + "m:\u2028  a: 1",
	} {
		f.Add([]byte(file), "m", "b", "x: 1\n", "", false)
		f.Add([]byte(file), "", "[=a]", "a", "c", true)
		f.Add([]byte(file), "services/new", "k", "|+\n  x\n\n", "a", true)
	}
	f.Fuzz(func(t *testing.T, data []byte, path, key, text, peer string, create bool) {
		a := Address{Key: key, Create: create, Peers: []string{peer}}
		if path != "" {
			a.Path = strings.Split(path, "/")
		}
		fuzzYAML(t, data, a, []byte(text))
	})
}
