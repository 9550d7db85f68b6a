package merge

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/svcgen/svcgen/internal/tree"
)

func files(pairs ...string) tree.Tree {
	t := tree.Tree{}
	for i := 0; i < len(pairs); i += 2 {
		t[pairs[i]] = tree.File{Data: []byte(pairs[i+1])}
	}
	return t
}

const long = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n"

// TestTable has a row for each row of the table.
func TestTable(t *testing.T) {
	for _, c := range []struct {
		name               string
		base, ours, theirs tree.Tree
		renames            map[string]string
		others             tree.Tree
		want               tree.Tree
		conflicts          []Kind
	}{
		{name: "untouched", base: files("a", "1"), ours: files("a", "1"), theirs: files("a", "2"), want: files("a", "2")},
		{name: "untouched, deleted by theirs", base: files("a", "1"), ours: files("a", "1"), theirs: files(), want: files()},
		{name: "edited, theirs as before", base: files("a", "1"), ours: files("a", "2"), theirs: files("a", "1"), want: files("a", "2")},
		{name: "the same edit", base: files("a", "1"), ours: files("a", "2"), theirs: files("a", "2"), want: files("a", "2")},
		{name: "two edits", base: files("a", long), ours: files("a", "ONE\n"+long[4:]), theirs: files("a", long+"ten\n"), want: files("a", "ONE\n"+long[4:]+"ten\n")},
		{name: "the same lines", base: files("a", "1\n"), ours: files("a", "2\n"), theirs: files("a", "3\n"), want: files("a", "2\n"), conflicts: []Kind{Content}},
		{name: "edited, deleted by theirs", base: files("a", "1"), ours: files("a", "2"), theirs: files(), want: files("a", "2"), conflicts: []Kind{Deleted}},
		{name: "deleted, edited by theirs", base: files("a", "1"), ours: files(), theirs: files("a", "2"), want: files()},
		{name: "both add", base: files(), ours: files("a", "1\n"), theirs: files("a", "2\n"), want: files("a", "1\n"), conflicts: []Kind{Added}},
		{name: "both add the same", base: files(), ours: files("a", "1\n"), theirs: files("a", "1\n"), want: files("a", "1\n")},
		{name: "declared rename of an edited file", base: files("a", long), ours: files("a", "ONE\n"+long[4:]), theirs: files("b", long), renames: map[string]string{"a": "b"}, want: files("b", "ONE\n"+long[4:])},
		{name: "undeclared rename of an edited file", base: files("a", long), ours: files("a", "ONE\n"+long[4:]), theirs: files("b", long+"ten\n"), want: files("b", "ONE\n"+long[4:]+"ten\n")},
		{name: "a person renamed", base: files("a", long), ours: files(), others: files("mine/a", long), theirs: files("a", long+"ten\n"), want: files("mine/a", long+"ten\n")},
		{name: "renamed onto a person's file", base: files("a", long), ours: files("a", long, "b", "mine\n"), theirs: files("b", long), renames: map[string]string{"a": "b"}, want: files("a", long, "b", "mine\n"), conflicts: []Kind{Moved}},
		{name: "two binary edits", base: files("a", "\x001"), ours: files("a", "\x002"), theirs: files("a", "\x003"), want: files("a", "\x002"), conflicts: []Kind{Binary}},
		{name: "edits of a file with CRLF", base: files("a", "1\n2\n3\n4\n"), ours: files("a", "0\r\n1\r\n2\r\n3\r\n4\r\n"), theirs: files("a", "1\n2\n3\n4\n5\n"), want: files("a", "0\r\n1\r\n2\r\n3\r\n4\r\n5\r\n")},
		{name: "a byte order mark, and the first line", base: files("a", "1\n2\n"), ours: files("a", "\ufeff1\n2\n"), theirs: files("a", "one\n2\n"), want: files("a", "\ufeffone\n2\n")},
		{name: "a byte order mark that was taken off", base: files("a", "\ufeff1\n2\n3\n"), ours: files("a", "1\n2\n3\n"), theirs: files("a", "\ufeff1\n2\nthree\n"), want: files("a", "1\n2\nthree\n")},
		{name: "a byte order mark, deleted by theirs", base: files("a", "1\n"), ours: files("a", "\ufeff1\r\n"), theirs: files(), want: files()},
		{name: "no newline at the end", base: files("a", "1\n2\n3\n4"), ours: files("a", "0\n1\n2\n3\n4"), theirs: files("a", "1\n2\n3\n5"), want: files("a", "0\n1\n2\n3\n5")},
		{name: "a link in its place", base: files("a", "1"), ours: tree.Tree{"a": {Data: []byte("/etc/passwd"), Kind: tree.Symlink}}, theirs: files("a", "2"),
			want: tree.Tree{"a": {Data: []byte("/etc/passwd"), Kind: tree.Symlink}}, conflicts: []Kind{Link}},
		{name: "another mode", base: files("a", "1\n"), ours: files("a", "2\n1\n"), theirs: tree.Tree{"a": {Data: []byte("1\n"), Kind: tree.Executable}},
			want: tree.Tree{"a": {Data: []byte("2\n1\n"), Kind: tree.Executable}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, err := Trees(t.Context(), Input{Base: c.base, Ours: c.ours, Theirs: c.theirs, Renames: c.renames,
				Others: func() (tree.Tree, error) { return c.others, nil }})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, res.Tree); diff != "" {
				t.Error(diff)
			}
			var kinds []Kind
			for _, x := range res.Conflicts {
				kinds = append(kinds, x.Kind)
			}
			if diff := cmp.Diff(c.conflicts, kinds); diff != "" {
				t.Error(diff, res.Conflicts)
			}
		})
	}
}
