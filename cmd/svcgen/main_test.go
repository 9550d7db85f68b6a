package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"svcgen": main})
}

// TestScript runs the command line's tests. Each script reads like a page of a
// manual; testdata/script/README.md tells their commands.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Condition:           conditions,
		Setup: func(env *testscript.Env) error {
			// The folder that holds nothing but svcgen.
			bin, _, _ := strings.Cut(os.Getenv("PATH"), string(os.PathListSeparator))
			env.Setenv("BIN", bin)
			env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, ".cache"))
			gitEnv(env)
			return goCache(env)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"snapshot":  snapshotCmd,
			"unchanged": unchangedCmd,
			"crlf":      crlfCmd,
			"code":      codeCmd,
			"edit":      editCmd,
			"append":    appendCmd,
			"fill":      fillCmd,
			"copy":      copyCmd,
			"bom":       bomCmd,
			"commit":    commitCmd,
			"registry":  registryCmd,
			"serve":     serveCmd,
		},
	})
}

// goCache lets scripts that build use the cache that this test was built with.
func goCache(e *testscript.Env) error {
	out, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		return nil // scripts that build ask for go themselves
	}
	e.Setenv("GOCACHE", strings.TrimSpace(string(out)))
	return nil
}

// snapshotCmd remembers every file below a folder.
func snapshotCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: snapshot DIR")
	}
	ts.Setenv("SNAPSHOT", filepath.Join(ts.Getenv("WORK"), ".snapshot"))
	ts.Check(os.WriteFile(ts.Getenv("SNAPSHOT"), digest(ts, ts.MkAbs(args[0])), 0o666))
}

// unchangedCmd fails when a file below the folder changed, came or went since
// the snapshot.
func unchangedCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: unchanged DIR")
	}
	want, err := os.ReadFile(ts.Getenv("SNAPSHOT"))
	ts.Check(err)
	if got := digest(ts, ts.MkAbs(args[0])); !bytes.Equal(got, want) {
		ts.Fatalf("the folder changed:\nbefore\n%s\nafter\n%s", want, got)
	}
}

func digest(ts *testscript.TestScript, dir string) []byte {
	var paths []string
	ts.Check(filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err == nil && filepath.Base(p) != "lock" && filepath.Base(p) != ".snapshot" {
			paths = append(paths, p)
		}
		return err
	}))
	sort.Strings(paths)
	var b bytes.Buffer
	for _, p := range paths {
		info, err := os.Lstat(p)
		ts.Check(err)
		rel, _ := filepath.Rel(dir, p)
		b.WriteString(rel + " " + info.Mode().String() + "\n")
		if info.Mode().IsRegular() {
			data, err := os.ReadFile(p)
			ts.Check(err)
			b.Write(data)
		}
	}
	return b.Bytes()
}

// crlfCmd gives files the line endings of Windows.
func crlfCmd(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		data, err := os.ReadFile(ts.MkAbs(name))
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs(name), bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n")), 0o666))
	}
}

// codeCmd runs a command that must end with the exit code given.
func codeCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N COMMAND [ARGS...]")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if e, ok := err.(interface{ ExitCode() int }); ok {
		got = strconv.Itoa(e.ExitCode())
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}
