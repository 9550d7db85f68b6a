package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// conditions are those of the scripts' own: root may write anywhere.
func conditions(cond string) (bool, error) {
	if cond == "root" {
		return os.Geteuid() == 0, nil
	}
	return false, fmt.Errorf("there is no condition %q", cond)
}

// editCmd replaces a text that stands once in a file, as a person would: other
// lines, line endings and permissions stay. \n, \t, \r and \0 in the texts are
// the control characters.
func editCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: edit FILE OLD NEW")
	}
	name := ts.MkAbs(args[0])
	data, err := os.ReadFile(name)
	ts.Check(err)
	old, next := unescaped(args[1]), unescaped(args[2])
	if n := bytes.Count(data, old); n != 1 {
		ts.Fatalf("%q stands %d times in %s:\n%s", old, n, args[0], data)
	}
	info, err := os.Stat(name)
	ts.Check(err)
	ts.Check(os.WriteFile(name, bytes.Replace(data, old, next, 1), info.Mode().Perm()))
}

func unescaped(s string) []byte {
	return []byte(strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\r`, "\r", `\0`, "\x00").Replace(s))
}

// appendCmd writes lines to the end of a file, which it makes where there is
// none.
func appendCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: append FILE LINE...")
	}
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	ts.Check(err)
	for _, l := range args[1:] {
		_, err = f.Write(append(unescaped(l), '\n'))
		ts.Check(err)
	}
	ts.Check(f.Close())
}

// bomCmd puts a byte order mark before a file.
func bomCmd(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		data, err := os.ReadFile(ts.MkAbs(name))
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs(name), append([]byte("\xef\xbb\xbf"), data...), 0o666))
	}
}

// copyCmd copies a folder to a place where nothing is.
func copyCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: copy DIR NEW")
	}
	ts.Check(os.CopyFS(ts.MkAbs(args[1]), os.DirFS(ts.MkAbs(args[0]))))
}

// fillCmd makes a file of many lines.
func fillCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: fill FILE MEGABYTES")
	}
	megabytes, err := strconv.Atoi(args[1])
	ts.Check(err)
	var b bytes.Buffer
	for n := 0; b.Len() < megabytes<<20; n++ {
		b.WriteString("line " + strconv.Itoa(n) + " of a large file\n")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o666))
}
