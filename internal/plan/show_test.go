package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/svcgen/svcgen/internal/tree"
)

func TestEntries(t *testing.T) {
	p := Plan{
		made("a", "1\n2\n3"),
		edited("b", "1\n2\n3\n", "1\nx\ny\n3\n"),
		gone("c", "1\n"),
		{Path: "d", Old: ptr(plain("#!/bin/sh\n")), New: ptr(script("#!/bin/sh\n"))},
		{Path: "e", New: ptr(linkTo("a"))},
		made("f", "PNG\x00\n\n"),
		made("g", ""),
		edited("h", "no newline", "no newline\n"),
		moved("old", "new"),
	}
	var got []string
	for _, e := range p.Entries() {
		got = append(got, fmt.Sprintf("%s %s +%d -%d %v %s%s", e.Action, e.Path, e.Added, e.Removed, e.Binary, e.Kind, e.From))
	}
	want := []string{
		"create a +3 -0 false plain",
		"replace b +2 -1 false plain",
		"delete c +0 -1 false plain",
		"replace d +0 -0 false executable",
		"create e +1 -0 false symlink",
		"create f +0 -0 true plain",
		"create g +0 -0 false plain",
		"replace h +1 -1 false plain",
		"move new +0 -0 false old",
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("got:\n%s\nwant:\n%s", g, w)
	}
	if s := Sum(p.Entries()); s != (Total{Files: 8, Added: 7, Removed: 3, Binary: 1}) {
		t.Errorf("%+v", s)
	}
}

func TestEntriesAsJSON(t *testing.T) {
	for want, p := range map[string]Plan{
		`[]`: {},
		`[{"path":"a","action":"create","kind":"plain","added":1,"removed":0,"binary":false}]`: {made("a", "x\n")},
		`[{"path":"b","action":"move","from":"a","added":0,"removed":0,"binary":false}]`:       {moved("a", "b")},
	} {
		if got, err := json.Marshal(p.Entries()); err != nil || string(got) != want {
			t.Errorf("%s, %v, want %s", got, err, want)
		}
	}
}

func TestUnified(t *testing.T) {
	p := Plan{
		edited("a b", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\n5\nsix\n7\n8\n9\n10\n"),
		{Path: "bin", Old: ptr(plain("\x00")), New: ptr(plain("\x00\x00"))},
		edited("far", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n10\n11\n13\n"),
		gone("gone", "1"),
		{Path: "link", New: ptr(linkTo("a b"))},
		{Path: "mode", Old: ptr(plain("m\n")), New: ptr(script("m\n"))},
		moved("old", "new"),
		edited("new/x", "1\n", "2\n"),
		made("é", "e\n"),
	}
	want := "# the folder old moves to new, with everything in it\n" + `diff --git a/a b b/a b
--- a/a b` + "\t" + `
+++ b/a b` + "\t" + `
@@ -3,7 +3,8 @@
 3
 4
 5
-6
+six
 7
 8
 9
+10
diff --git a/bin b/bin
Binary files a/bin and b/bin differ
diff --git a/far b/far
--- a/far
+++ b/far
@@ -2,12 +2,11 @@
 2
 3
 4
-5
+five
 6
 7
 8
 9
 10
 11
-12
 13
diff --git a/gone b/gone
deleted file mode 100644
--- a/gone
+++ /dev/null
@@ -1 +0,0 @@
-1
\ No newline at end of file
diff --git a/link b/link
new file mode 120000
--- /dev/null
+++ b/link
@@ -0,0 +1 @@
+a b
\ No newline at end of file
diff --git a/mode b/mode
old mode 100644
new mode 100755
diff --git a/old/x b/new/x
rename from old/x
rename to new/x
--- a/old/x
+++ b/new/x
@@ -1 +1 @@
-1
+2
diff --git "a/\303\251" "b/\303\251"
new file mode 100644
--- /dev/null
+++ "b/\303\251"
@@ -0,0 +1 @@
+e
`
	var got bytes.Buffer
	if err := p.Unified(&got, false); err != nil || got.String() != want {
		t.Errorf("%v\n%s", err, difference(numbered(want), numbered(got.String())))
	}
}

// TestHunksApart has two changes with seven lines between them: one more than
// two hunks need to be apart.
func TestHunksApart(t *testing.T) {
	var got bytes.Buffer
	if err := (Plan{edited("f", "a\n1\n2\n3\n4\n5\n6\n7\nb\n8\n9\n10\n11\n", "A\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n")}).Unified(&got, false); err != nil {
		t.Fatal(err)
	}
	want := "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n" +
		"@@ -6,7 +6,6 @@\n 5\n 6\n 7\n-b\n 8\n 9\n 10\n"
	if got.String() != want {
		t.Errorf("%s", difference(numbered(want), numbered(got.String())))
	}
}

func numbered(s string) map[string]string {
	out := map[string]string{}
	for i, l := range strings.Split(s, "\n") {
		out[fmt.Sprintf("%03d", i)] = l
	}
	return out
}

func TestUnifiedInColor(t *testing.T) {
	var got bytes.Buffer
	if err := (Plan{edited("a", "1\n", "2\n")}).Unified(&got, true); err != nil {
		t.Fatal(err)
	}
	want := "\x1b[1mdiff --git a/a b/a\x1b[m\n\x1b[1m--- a/a\x1b[m\n\x1b[1m+++ b/a\x1b[m\n" +
		"\x1b[36m@@ -1 +1 @@\x1b[m\n\x1b[31m-1\x1b[m\n\x1b[32m+2\x1b[m\n"
	if got.String() != want {
		t.Errorf("%q", got.String())
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestUnifiedSaysThatItCannotWrite(t *testing.T) {
	if err := (Plan{made("a", "1\n")}).Unified(fullDisk{}, false); err == nil {
		t.Error("no error")
	}
}

// awkward are names that a diff must quote, or end with a tab.
var awkward = []string{"plain", "with space", " led by one", "tab\there", `quo"te`, `back\slash`, "new\nline", "ümläut", "a/b c/d", "-dash", "bell\a\x7f\x01"}

// TestGitApplies lets git apply the differences between random trees, and
// compares what it makes with the tree.
func TestGitApplies(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git here")
	}
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 4))
		old, next := awkwardTree(r), awkwardTree(r)
		_, dir := workspace(t, old)
		diff := filepath.Join(t.TempDir(), "diff")
		writeDiff(t, Diff(old, next), diff)
		if len(Diff(old, next)) == 0 {
			continue
		}
		for _, args := range [][]string{{"apply", "--check", diff}, {"apply", "--whitespace=nowarn", diff}} {
			cmd := exec.Command("git", args...)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir), "GIT_CONFIG_NOSYSTEM=1", "HOME="+t.TempDir())
			if out, err := cmd.CombinedOutput(); err != nil {
				data, _ := os.ReadFile(diff)
				t.Fatalf("seed %d: git %v: %v\n%s\n%s", seed, args, err, out, data)
			}
		}
		got, err := tree.Read(open(t, dir), ".", nil)
		if err != nil {
			t.Fatal(err)
		}
		if d := Diff(next, got); len(d) > 0 {
			t.Fatalf("seed %d: %+v", seed, d.Entries())
		}
	}
}

// TestPatchApplies is the same with patch, which knows texts only.
func TestPatchApplies(t *testing.T) {
	if _, err := exec.LookPath("patch"); err != nil {
		t.Skip("there is no patch here")
	}
	old := tree.Tree{"with space": plain("1\n2\n3"), "ümläut": plain("1\n"), "gone/far": plain("1\n"), "same": plain("s\n")}
	next := tree.Tree{"with space": plain("1\ntwo\n3\n"), "ümläut": plain("2"), "new/er": plain("1\n"), "same": plain("s\n")}
	_, dir := workspace(t, old)
	diff := filepath.Join(t.TempDir(), "diff")
	writeDiff(t, Diff(old, next), diff)
	cmd := exec.Command("patch", "-p1", "--batch", "-E", "-i", diff)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got, err := tree.Read(open(t, dir), ".", nil)
	if err != nil {
		t.Fatal(err)
	}
	if d := Diff(next, got); len(d) > 0 {
		t.Fatalf("%+v", d.Entries())
	}
}

func writeDiff(t *testing.T, p Plan, name string) {
	t.Helper()
	var b bytes.Buffer
	if err := p.Unified(&b, false); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
}

func awkwardTree(r *rand.Rand) tree.Tree {
	t := tree.Tree{}
	for _, p := range awkward {
		if r.IntN(3) == 0 {
			continue
		}
		f := tree.File{Data: []byte(randomText(r)), Kind: tree.Kind(r.IntN(3))}
		if f.Kind == tree.Symlink {
			f.Data = []byte("to " + fmt.Sprint(r.IntN(3)))
		}
		t[p] = f
	}
	return t
}

// randomText has lines that repeat, carriage returns, bytes that are no UTF-8,
// and often no newline at its end.
func randomText(r *rand.Rand) string {
	lines := []string{"", "}", "a", "b\r", "\xff\xfe", "-- x", "++ y", "@@ -1 +1 @@", "\\ No newline", "\x1b[31m"}
	var out []string
	for range r.IntN(40) {
		out = append(out, lines[r.IntN(len(lines))])
	}
	s := strings.Join(out, "\n")
	if r.IntN(2) == 0 {
		s += "\n"
	}
	return s
}

// TestDiffLines checks that edits make the one text from the other, and that
// many changes far apart are not taken for a rewrite.
func TestDiffLines(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 5))
		a, b := splitLines(randomText(r)), splitLines(randomText(r))
		checkDiff(t, a, b)
	}
	for _, changes := range []int{10, 100, 400} {
		r := rand.New(rand.NewPCG(7, uint64(changes)))
		var a, b []string
		added, removed := 0, 0
		for i := range 3000 {
			line := fmt.Sprintf("line %d\n", r.IntN(2000))
			a = append(a, line)
			if r.IntN(3000) >= changes {
				b = append(b, line)
			} else {
				removed++
			}
			if r.IntN(3000) < changes {
				b = append(b, fmt.Sprintf("new %d\n", i))
				added++
			}
		}
		checkDiff(t, a, b)
		if n := size(diffLines(a, b)); n > (added+removed)*11/10 {
			t.Errorf("%d lines added and %d removed became %d", added, removed, n)
		}
	}
}

func checkDiff(t *testing.T, a, b []string) {
	t.Helper()
	var got []string
	at := 0
	for _, d := range diffLines(a, b) {
		if d.Start < at || d.End < d.Start || d.ReplEnd < d.ReplStart {
			t.Fatalf("edits out of order: %+v", d)
		}
		got = append(append(got, a[at:d.Start]...), b[d.ReplStart:d.ReplEnd]...)
		at = d.End
	}
	got = append(got, a[at:]...)
	if strings.Join(got, "") != strings.Join(b, "") {
		t.Fatalf("%q became %q, want %q", a, got, b)
	}
}

func FuzzDiffLines(f *testing.F) {
	f.Add("a\nb\nc", "a\nc\n")
	f.Fuzz(func(t *testing.T, a, b string) {
		// Each byte a line: the fuzzer finds more of them.
		checkDiff(t, strings.Split(a, ""), strings.Split(b, ""))
		checkDiff(t, splitLines(a), splitLines(b))
	})
}
