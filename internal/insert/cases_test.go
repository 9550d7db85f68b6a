package insert

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// A case of testdata/FORMAT/*.txtar consists of files NAME/address,
// NAME/before, NAME/text and NAME/after or NAME/error. An address has a line
// for each field; "oneway" says that Remove does not give the old bytes back,
// for the reasons that Remove documents, "whole" that the case holds only with
// a line break at the file's end.
type insertCase struct {
	name          string
	file          string
	address       Address
	before, text  string
	after         string
	wantErr       string
	oneway, whole bool
}

func readCases(t *testing.T, glob string) []insertCase {
	t.Helper()
	files, err := filepath.Glob(glob)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %v, %d files", glob, err, len(files))
	}
	var cases []insertCase
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		index := map[string]int{}
		for _, f := range archive.Files {
			name, part, _ := strings.Cut(f.Name, "/")
			name = strings.TrimSuffix(filepath.Base(file), ".txtar") + "/" + name
			i, ok := index[name]
			if !ok {
				i = len(cases)
				index[name] = i
				cases = append(cases, insertCase{name: name})
			}
			if err := cases[i].set(part, string(f.Data)); err != nil {
				t.Fatalf("%s: %s: %v", file, f.Name, err)
			}
		}
	}
	return cases
}

func (c *insertCase) set(part, data string) error {
	switch part {
	case "before":
		c.before = data
	case "text":
		c.text = data
	case "after":
		c.after = data
	case "error":
		c.wantErr = strings.TrimSuffix(data, "\n")
	case "address":
		for line := range strings.Lines(data) {
			if err := c.field(strings.TrimSuffix(line, "\n")); err != nil {
				return err
			}
		}
	default:
		return fmt.Errorf("no part of a case")
	}
	return nil
}

func (c *insertCase) field(line string) error {
	name, value, _ := strings.Cut(line, ": ")
	a := &c.address
	switch name {
	case "file":
		c.file = value
	case "path":
		a.Path = strings.Split(value, " > ")
	case "key":
		a.Key = value
	case "name":
		a.Name = value
	case "peer":
		a.Peers = append(a.Peers, strings.NewReplacer(`\n`, "\n", `\t`, "\t").Replace(value))
	case "create":
		a.Create = true
	case "oneway":
		c.oneway = true
	case "whole":
		c.whole = true
	default:
		for k := At; k <= Lines; k++ {
			if k.word() == name {
				a.Kind = k
				return nil
			}
		}
		return fmt.Errorf("unknown line %q", line)
	}
	return nil
}

// variants are the same case for files that differ in what editors differ in.
func (c insertCase) variants() map[string]insertCase {
	out := map[string]insertCase{"": c}
	crlf := c
	crlf.before = strings.ReplaceAll(c.before, "\n", "\r\n")
	crlf.after = strings.ReplaceAll(c.after, "\n", "\r\n")
	if strings.Contains(c.before, "\n") {
		out["CRLF"] = crlf
	}
	if f := FormatOf(c.file); f != GoMod && f != GoWork {
		mark := c
		mark.before, mark.after = bom+c.before, bom+c.after
		out["BOM"] = mark
	}
	if !c.whole && c.wantErr == "" {
		short := c
		short.before = strings.TrimSuffix(c.before, "\n")
		short.after = strings.TrimSuffix(c.after, "\n")
		out["no final newline"] = short
	}
	return out
}

// describe is an error with its hint, as a person sees them.
func describe(err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	text := fmt.Sprintf("%s: %s", e.Reason, err)
	if e.Hint != "" {
		text += "\nhint: " + e.Hint
	}
	return text
}

func runCases(t *testing.T, glob string) {
	for _, base := range readCases(t, glob) {
		for variant, c := range base.variants() {
			t.Run(strings.TrimSuffix(base.name+"/"+variant, "/"), func(t *testing.T) { c.run(t) })
		}
	}
}

func (c insertCase) run(t *testing.T) {
	got, err := Insert(c.file, []byte(c.before), c.address, []byte(c.text))
	if c.wantErr != "" {
		if err == nil {
			t.Fatalf("inserted, want the error\n%s\ngot\n%s", c.wantErr, got)
		}
		if describe(err) != c.wantErr {
			t.Fatalf("error\n%s\nwant\n%s", describe(err), c.wantErr)
		}
		return
	}
	if err != nil {
		t.Fatal(describe(err))
	}
	if string(got) != c.after {
		t.Fatalf("after Insert\n%s\nwant\n%s", got, c.after)
	}
	checkInverse(t, c.file, []byte(c.before), got, c.address, []byte(c.text), c.oneway)
}

// checkInverse makes sure that what Insert made of before can be found, read,
// refused a second time, and taken out again.
func checkInverse(t testing.TB, file string, before, after []byte, a Address, text []byte, oneway bool) {
	t.Helper()
	span, err := Find(file, after, a, text)
	if err != nil {
		t.Fatalf("Find: %v in\n%s", err, after)
	}
	if span.Start >= span.End || span.End > len(after) || len(bytes.TrimSpace(after[span.Start:span.End])) == 0 {
		t.Fatalf("Find gives %v of %d bytes", span, len(after))
	}
	if _, err := Insert(file, after, a, text); reasonOf(err) != Exists {
		t.Fatalf("a second Insert: %v, want the reason Exists", err)
	}
	back, err := Remove(file, after, a, text)
	if err != nil {
		t.Fatalf("Remove: %v from\n%s", err, after)
	}
	if !oneway && !bytes.Equal(back, before) {
		t.Fatalf("Remove gives\n%q\nwant\n%q\nfrom\n%q", back, before, after)
	}
	value, err := Value(file, after, a, text)
	if err != nil {
		t.Fatalf("Value: %v", err)
	}
	again, err := Insert(file, before, a, value)
	if err != nil || !bytes.Equal(again, after) {
		t.Fatalf("Insert of the Value %q: %v, gives\n%q\nwant\n%q", value, err, again, after)
	}
}

// reasonOf is the Reason of an Error; that of any other error is none.
func reasonOf(err error) Reason {
	var e *Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return Reason(255)
}
