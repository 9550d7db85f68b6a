package plan

import (
	"strings"
	"testing"

	"github.com/svcgen/svcgen/internal/tree"
)

// TestRefusedPlans holds plans that are wrong whatever the disk holds.
func TestRefusedPlans(t *testing.T) {
	tests := []struct {
		name, want string
		plan       Plan
	}{
		{"leaves the root", "not a path within", Plan{made("../x", "")}},
		{"absolute", "not a path within", Plan{made("/etc/passwd", "")}},
		{"backslash", "not a path within", Plan{made(`a\b`, "")}},
		{"dots inside", "not a path within", Plan{made("a/../../x", "")}},
		{"the root itself", "not a path within", Plan{made(".", "")}},
		{"empty", "not a path within", Plan{made("", "")}},
		{"the repository", "does not write into .git", Plan{made(".git/hooks/pre-commit", "")}},
		{"a repository below, in capitals", "does not write into .git", Plan{made("a/.GIT/config", "")}},
		{"the journal", "svcgen's own", Plan{made(".svcgen/journal.json", "")}},
		{"the stage", "svcgen's own", Plan{made(".svcgen/stage/x", "")}},
		{"the lock, in capitals", "svcgen's own", Plan{gone(".SVCGEN/Lock", "")}},
		{"the state folder", "svcgen's own", Plan{made(".svcgen", "")}},
		{"twice", "twice", Plan{made("a", "1"), made("a", "2")}},
		{"nothing", "says nothing", Plan{{Path: "a"}}},
		{"too large", "larger than", Plan{{Path: "a", New: &tree.File{Data: make([]byte, maxFile+1)}}}},
		{"a file and a folder", "makes a a file", Plan{made("a", ""), made("a/b", "")}},
		{"a file and a folder that moves into it", "makes a a file", Plan{made("a", ""), moved("x", "a/b")}},
		{"cases of a file", "only in upper and lower case", Plan{made("Readme", ""), made("readme", "")}},
		{"cases of a folder", "only in upper and lower case", Plan{made("Docs/a", ""), made("docs/b", "")}},
		{"cases, deleted and created", "only in upper and lower case", Plan{gone("README", ""), made("Readme", "")}},
		{"cases of a move", "only in upper and lower case", Plan{moved("payments", "Payments")}},
		{"moves into itself", "into itself", Plan{moved("a", "a/b")}},
		{"moves out of itself", "into itself", Plan{moved("a/b", "a")}},
		{"moves and writes", "both moves", Plan{{Path: "a", From: "b", New: ptr(plain(""))}}},
		{"a file where a folder went", "moves a away", Plan{made("a/x", ""), moved("a", "b")}},
		{"two moves of one folder", "overlap", Plan{moved("a", "b"), moved("a", "c")}},
		{"moves within moves", "overlap", Plan{moved("a", "b"), moved("x", "b/c")}},
		{"moves from outside", "not a path within", Plan{moved("../a", "b")}},
		{"moves the repository", "does not write into .git", Plan{moved(".git", "b")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root, dir := workspace(t, nil)
			err := tt.plan.Apply(t.Context(), root, Options{})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			if got := snapshot(t, dir); len(got) > 0 {
				t.Errorf("something is left: %v", got)
			}
		})
	}
}

// TestCasesThatExist deletes and replaces files whose names differ only in
// case: on the disk that has both, they are two.
func TestCasesThatExist(t *testing.T) {
	p := Plan{gone("README", "1"), edited("Readme", "2", "3")}
	if err := p.validate(); err != nil {
		t.Error(err)
	}
}

func TestDiff(t *testing.T) {
	old := tree.Tree{"same": plain("s"), "mode": plain("m"), "gone": plain("g"), "text": plain("1")}
	next := tree.Tree{"same": plain("s"), "mode": script("m"), "new": plain("n"), "text": plain("2")}
	p := Diff(old, next)
	var got []string
	for _, e := range p.Entries() {
		got = append(got, e.Action+" "+e.Path)
	}
	if s := strings.Join(got, ", "); s != "delete gone, replace mode, create new, replace text" {
		t.Error(s)
	}
	if p := Diff(old, old); len(p) > 0 {
		t.Errorf("a tree differs from itself: %v", p.Entries())
	}
}

func TestUnder(t *testing.T) {
	p := Plan{made("a", ""), made("a/b", ""), made("ab", ""), made("b/a", "")}
	if u := p.Under("a"); len(u) != 2 || u[0].Path != "a" || u[1].Path != "a/b" {
		t.Errorf("%v", u.Entries())
	}
}
