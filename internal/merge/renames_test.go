package merge

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/svcgen/svcgen/internal/tree"
)

// text is a text of ten lines that no other name's is like.
func text(name string, edits ...string) string {
	var b strings.Builder
	for i := range 10 {
		fmt.Fprintf(&b, "%s, line %d of it\n", name, i)
	}
	return strings.NewReplacer(edits...).Replace(b.String())
}

// The edits of text's first and last line, by ours and by theirs.
var (
	mine   = []string{"line 0", "my line"}
	others = []string{"line 9", "their line"}
	both   = append(append([]string{}, mine...), others...)
)

func TestRenames(t *testing.T) {
	keepB := func(p string) bool { return p == "b" || p == "dir/b" }
	for _, c := range []struct {
		name               string
		base, ours, theirs tree.Tree
		renames            map[string]string
		removed            map[string]bool
		rest               tree.Tree // ours' other files
		keep               func(string) bool
		want               outcome
		moves              map[string]string
	}{
		{name: "declared, untouched", base: files("a", text("a")), ours: files("a", text("a")), theirs: files("b", text("a")), renames: map[string]string{"a": "b"},
			want: outcome{Tree: files("b", text("a")), Taken: nil}, moves: map[string]string{"a": "b"}},
		{name: "declared, edited on each side", base: files("a", text("a")), ours: files("a", text("a", mine...)), theirs: files("b", text("a", others...)), renames: map[string]string{"a": "b"},
			want: outcome{Tree: files("b", text("a", both...)), Merged: []string{"b"}}, moves: map[string]string{"a": "b"}},
		{name: "declared, deleted here", base: files("a", text("a")), ours: files(), theirs: files("b", text("a")), renames: map[string]string{"a": "b"},
			want: outcome{Tree: files()}},
		{name: "declared, deleted here, edited there", base: files("a", text("a")), ours: files(), theirs: files("b", text("a", others...)), renames: map[string]string{"a": "b"},
			want: outcome{Tree: files(), Kept: []string{"b"}}},
		{name: "declared, and done here already", base: files("a", text("a")), ours: files("b", text("a", mine...)), theirs: files("b", text("a", others...)), renames: map[string]string{"a": "b"},
			want: outcome{Tree: files("b", text("a", both...)), Merged: []string{"b"}}},
		{name: "declared, here under both names", base: files("a", text("a")), ours: files("a", text("a", mine...), "b", text("b")), theirs: files("b", text("a")), renames: map[string]string{"a": "b"},
			want: outcome{Tree: files("a", text("a", mine...), "b", text("b")), Conflicts: []Conflict{{"b", Moved, "is in the way: a of new is called so now", 0}}}},
		{name: "declared, a folder in the way", base: files("a", text("a")), ours: files("a", text("a")), rest: nil, theirs: files("b", text("a"), "c", "new"), renames: map[string]string{"a": "b"},
			want: outcome{Tree: files("b", text("a"), "c", "new"), Taken: []string{"c"}}, moves: map[string]string{"a": "b"}},
		{name: "declared into a folder of the old name", base: files("a", text("a")), ours: files("a", text("a", mine...)), theirs: files("a/b", text("a", others...)), renames: map[string]string{"a": "a/b"},
			want: outcome{Tree: files("a/b", text("a", both...)), Merged: []string{"a/b"}}, moves: map[string]string{"a": "a/b"}},
		{name: "declared, and another file takes the old name", base: files("a", text("a")), ours: files("a", text("a", mine...)), theirs: files("a", text("c"), "b", text("a")), renames: map[string]string{"a": "b"},
			want: outcome{Tree: files("a", text("c"), "b", text("a", mine...)), Taken: []string{"a"}}, moves: map[string]string{"a": "b"}},
		{name: "two get one name", base: files("a", text("a"), "b", text("b")), ours: files("a", text("a", mine...), "b", text("b", mine...)), theirs: files("c", text("a", others...)), renames: map[string]string{"a": "c", "b": "c"},
			want: outcome{Tree: files("b", text("b", mine...), "c", text("a", both...)), Merged: []string{"c"},
				Conflicts: []Conflict{{"b", Deleted, "was changed here, and new no longer has it", 0}}}, moves: map[string]string{"a": "c"}},
		{name: "onto a file that goes", base: files("a", text("a"), "b", text("b")), ours: files("a", text("a", mine...), "b", text("b")), theirs: files("b", text("a", others...)), renames: map[string]string{"a": "b"},
			want: outcome{Tree: files("b", text("a", both...)), Merged: []string{"b"}, Taken: []string{"b"}}, moves: map[string]string{"a": "b"}},
		{name: "onto a file that went, and was edited here", base: files("a", text("a"), "b", text("b")), ours: files("a", text("a", mine...), "b", text("b", mine...)), theirs: files("b", text("a", others...)), renames: map[string]string{"a": "b"},
			want: outcome{Tree: files("a", text("a", mine...), "b", text("b", mine...)), Conflicts: []Conflict{
				{"b", Moved, "is in the way: a of new is called so now", 0},
				{"b", Deleted, "was changed here, and new no longer has it", 0}}}},
		{name: "two swapped", base: files("a", text("a"), "b", text("b")), ours: files("a", text("a", mine...), "b", text("b", mine...)),
			theirs: files("a", text("b", others...), "b", text("a", others...)), renames: map[string]string{"a": "b", "b": "a"},
			want: outcome{Tree: files("a", text("b", both...), "b", text("a", both...)), Merged: []string{"a", "b"}}, moves: map[string]string{"a": "b", "b": "a"}},
		{name: "two swapped, one deleted here", base: files("a", text("a"), "b", text("b")), ours: files("b", text("b", mine...)),
			theirs: files("a", text("b", others...), "b", text("a", others...)), renames: map[string]string{"a": "b", "b": "a"},
			want: outcome{Tree: files("a", text("b", both...)), Merged: []string{"a"}, Kept: []string{"b"}}, moves: map[string]string{"b": "a"}},
		{name: "each to the next", base: files("a", text("a"), "b", text("b")), ours: files("a", text("a", mine...), "b", text("b", mine...)),
			theirs: files("b", text("a", others...), "c", text("b", others...)), renames: map[string]string{"a": "b", "b": "c"},
			want: outcome{Tree: files("b", text("a", both...), "c", text("b", both...)), Merged: []string{"b", "c"}}, moves: map[string]string{"a": "b", "b": "c"}},
		{name: "each to the next, the last one blocked", base: files("a", text("a"), "b", text("b")), ours: files("a", text("a", mine...), "b", text("b"), "c", text("own")),
			theirs: files("b", text("a"), "c", text("b")), renames: map[string]string{"a": "b", "b": "c"},
			want: outcome{Tree: files("a", text("a", mine...), "b", text("b"), "c", text("own")), Conflicts: []Conflict{
				{"b", Moved, "is in the way: a of new is called so now", 0}, {"c", Moved, "is in the way: b of new is called so now", 0}}}},

		{name: "by likeness, theirs", base: files("a", text("a")), ours: files("a", text("a", mine...)), theirs: files("b", text("a", others...)),
			want: outcome{Tree: files("b", text("a", both...)), Merged: []string{"b"}}, moves: map[string]string{"a": "b"}},
		{name: "by likeness, but said to be gone", base: files("a", text("a")), ours: files("a", text("a", mine...)), theirs: files("b", text("a", others...)), removed: map[string]bool{"a": true},
			want: outcome{Tree: files("a", text("a", mine...), "b", text("a", others...)), Taken: []string{"b"},
				Conflicts: []Conflict{{"a", Deleted, "was changed here, and new no longer has it", 0}}}},
		{name: "by likeness, ours", base: files("a", text("a")), ours: files(), rest: files("own", text("own"), "b", text("a", mine...)), theirs: files("a", text("a", others...)),
			want: outcome{Tree: files("b", text("a", both...)), Merged: []string{"b"}}},
		{name: "ours renamed it, theirs left it", base: files("a", text("a")), ours: files(), rest: files("b", text("a", mine...)), theirs: files("a", text("a")),
			want: outcome{Tree: files()}},
		{name: "ours renamed it, theirs deleted it", base: files("a", text("a")), ours: files(), rest: files("b", text("a", mine...)), theirs: files(),
			want: outcome{Tree: files()}},
		{name: "both renamed it", base: files("a", text("a")), ours: files(), rest: files("c", text("a", mine...)), theirs: files("b", text("a", others...)), renames: map[string]string{"a": "b"},
			want: outcome{Tree: files("c", text("a", both...)), Merged: []string{"c"}, Conflicts: []Conflict{{"c", Moved, "was renamed here, and to b in new", 0}}}},
		{name: "no likeness", base: files("a", text("a")), ours: files("a", text("a", mine...)), theirs: files("b", text("b")),
			want: outcome{Tree: files("a", text("a", mine...), "b", text("b")), Taken: []string{"b"},
				Conflicts: []Conflict{{"a", Deleted, "was changed here, and new no longer has it", 0}}}},
		{name: "a name that is worth more than likeness", base: files("x/a", text("same"), "x/b", text("same")), ours: files("x/a", text("same", mine...), "x/b", text("same", "line 1", "my b")),
			theirs: files("y/b", text("same"), "y/a", text("same")),
			want:   outcome{Tree: files("y/a", text("same", mine...), "y/b", text("same", "line 1", "my b")), Taken: nil}, moves: map[string]string{"x/a": "y/a", "x/b": "y/b"}},

		{name: "kept, declared", base: files("a", text("a")), ours: files("a", text("a", mine...)), theirs: files("b", text("a", others...)), renames: map[string]string{"a": "b"}, keep: keepB,
			want: outcome{Tree: files("b", text("a", mine...))}, moves: map[string]string{"a": "b"}},
		{name: "kept, by likeness and untouched", base: files("b", text("a")), ours: files("b", text("a")), theirs: files("dir/b", text("a", others...)), keep: keepB,
			want: outcome{Tree: files("dir/b", text("a"))}, moves: map[string]string{"b": "dir/b"}},
		{name: "kept, and no longer in theirs", base: files("b", text("a")), ours: files("b", text("a")), theirs: files(), keep: keepB,
			want: outcome{Tree: files("b", text("a"))}},
		{name: "kept, edited, and no longer in theirs", base: files("b", text("a")), ours: files("b", text("a", mine...)), theirs: files(), keep: keepB,
			want: outcome{Tree: files("b", text("a", mine...))}},
		{name: "kept, deleted here", base: files("b", text("a")), ours: files(), theirs: files("b", text("a", others...)), keep: keepB,
			want: outcome{Tree: files()}},
		{name: "kept, new, and here already", ours: files("b", "mine"), theirs: files("b", "theirs"), keep: keepB, want: outcome{Tree: files("b", "mine")}},
		{name: "kept, new", theirs: files("b", "theirs"), keep: keepB, want: outcome{Tree: files("b", "theirs"), Taken: []string{"b"}}},
		{name: "kept, renamed by ours", base: files("b", text("a")), ours: files(), rest: files("c", text("a", mine...)), theirs: files("b", text("a", others...)), keep: keepB,
			want: outcome{Tree: files()}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := Input{Base: c.base, Ours: c.ours, Theirs: c.theirs, Renames: c.renames, Removed: c.removed, Keep: c.keep, Label: "new",
				Others: func() (tree.Tree, error) { return c.rest, nil }}
			mergeOne(t, in).check(t, c.want)
			res, err := Trees(t.Context(), in)
			if err != nil {
				t.Fatal(err)
			}
			if c.moves == nil {
				c.moves = map[string]string{}
			}
			if diff := cmp.Diff(c.moves, res.Moves); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestRenamedConflict: before anything is written a conflict is told where the
// file stands, after it where it went.
func TestRenamedConflict(t *testing.T) {
	in := Input{Base: files("a", "1\n2\n3\n"), Ours: files("a", "1\nmine\n3\n"), Theirs: files("b", "0\n1\nnew\n3\n"), Renames: map[string]string{"a": "b"}, Label: "new"}
	mergeOne(t, in).check(t, outcome{Tree: files("b", "1\nmine\n3\n"), Conflicts: []Conflict{
		{"a", Content, "the same lines were changed here and in new, where it is called b", 2}}})
	in.Policy = Markers
	mergeOne(t, in).check(t, outcome{Tree: files("b", "0\n1\n<<<<<<< yours\nmine\n=======\nnew\n>>>>>>> new\n3\n"), Conflicts: []Conflict{
		{"b", Content, "the same lines were changed here and in new", 3}}})
}

// TestRenamedFolder: a folder of many files, some edited, some deleted, some
// alike, gets another name: declared, then not declared.
func TestRenamedFolder(t *testing.T) {
	base, ours, theirs, want := tree.Tree{}, tree.Tree{}, tree.Tree{}, tree.Tree{}
	declared := map[string]string{}
	for i := range 40 {
		name := fmt.Sprintf("f%d.go", i)
		from, to := "internal/http/"+name, "internal/api/"+name
		declared[from] = to
		put := func(t tree.Tree, p string, edits ...string) {
			t[p] = tree.File{Data: []byte(text("much alike", append([]string{"line 5", name}, edits...)...))}
		}
		put(base, from)
		put(theirs, to, others...)
		switch i % 3 {
		case 0:
			put(ours, from)
			put(want, to, others...)
		case 1:
			put(ours, from, mine...)
			put(want, to, both...)
		}
	}
	got := mergeOne(t, Input{Base: base, Ours: ours, Theirs: theirs, Renames: declared})
	if diff := cmp.Diff(want, got.Tree); diff != "" || len(got.Conflicts) > 0 || len(got.Kept) != 13 {
		t.Error(diff, got.Conflicts, got.Kept)
	}
	got = mergeOne(t, Input{Base: base, Ours: ours, Theirs: theirs})
	for p := range theirs {
		if !has(want, p) {
			want[p] = theirs[p] // nothing tells that it was deleted under another name
		}
	}
	if diff := cmp.Diff(want, got.Tree); diff != "" || len(got.Conflicts) > 0 {
		t.Error(diff, got.Conflicts)
	}
}

// TestChain: a name that changed in two releases, step by step and at once.
func TestChain(t *testing.T) {
	v1, v2, v3 := files("a", text("x")), files("b", text("x", "line 8", "second")), files("c", text("x", "line 8", "second", "line 9", "third"))
	ours := files("a", text("x", mine...))
	want := files("c", text("x", append([]string{"line 8", "second", "line 9", "third"}, mine...)...))
	step := mergeOne(t, Input{Base: v1, Ours: ours, Theirs: v2, Renames: map[string]string{"a": "b"}})
	mergeOne(t, Input{Base: v2, Ours: step.Tree, Theirs: v3, Renames: map[string]string{"b": "c"}}).check(t, outcome{Tree: want, Merged: []string{"c"}})
	mergeOne(t, Input{Base: v1, Ours: ours, Theirs: v3, Renames: map[string]string{"a": "c"}}).check(t, outcome{Tree: want, Merged: []string{"c"}})
	mergeOne(t, Input{Base: v1, Ours: ours, Theirs: v3}).check(t, outcome{Tree: want, Merged: []string{"c"}})
}
