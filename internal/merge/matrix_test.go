package merge

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/svcgen/svcgen/internal/tree"
)

// shape is one way for a text to look. Each function of edits gives the file on
// one side.
type shape struct {
	name        string
	base        []byte
	ours        func(edits ...string) []byte // the edits are pairs: an old word and a new one
	theirs      func(edits ...string) []byte
	eol         string // of what is merged
	first, last string // words of lines far from each other
}

// shapes are texts with each kind of line end, without a final one, with very
// long lines, and very long.
func shapes() []shape {
	edit := func(text string) func(edits ...string) []byte {
		return func(edits ...string) []byte { return []byte(strings.NewReplacer(edits...).Replace(text)) }
	}
	lf := "first\ntwo\nthree\nfour\nfive\nsix\nlast\n"
	crlf := strings.ReplaceAll(lf, "\n", "\r\n")
	open := strings.TrimSuffix(lf, "\n")
	wide := strings.Replace(lf, "four", strings.Repeat("wide ", 30<<10), 1)
	huge := "first\n" + strings.Repeat(strings.Repeat("x", 99)+"\n", 100_000) + "last\n"
	return []shape{
		{"LF", []byte(lf), edit(lf), edit(lf), "\n", "first", "last"},
		{"CRLF here", []byte(lf), edit(crlf), edit(lf), "\r\n", "first", "last"},
		{"CRLF there", []byte(lf), edit(lf), edit(crlf), "\r\n", "first", "last"},
		{"CRLF everywhere", []byte(crlf), edit(crlf), edit(crlf), "\r\n", "first", "last"},
		{"byte order mark everywhere", []byte("\ufeff" + lf), edit("\ufeff" + lf), edit("\ufeff" + lf), "\n", "first", "last"},
		{"no final line end", []byte(open), edit(open), edit(open), "\n", "first", "last"},
		{"lines of 150 KiB", []byte(wide), edit(wide), edit(wide), "\n", "first", "last"},
		{"10 MB", []byte(huge), edit(huge), edit(huge), "\n", "first", "last"},
	}
}

// outcome is what a merge of one file, called a, came to.
type outcome struct {
	Tree                tree.Tree
	Merged, Taken, Kept []string
	Conflicts, Decided  []Conflict
}

func mergeOne(t *testing.T, in Input) outcome {
	t.Helper()
	res, err := Trees(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return outcome{res.Tree, res.Merged, res.Taken, res.Kept, res.Conflicts, res.Decided}
}

func one(data []byte) tree.Tree {
	if data == nil {
		return tree.Tree{}
	}
	return tree.Tree{"a": {Data: data}}
}

// same compares without printing 10 MB.
func (o outcome) check(t *testing.T, want outcome) {
	t.Helper()
	for p, f := range want.Tree {
		if got, ok := o.Tree[p]; !ok {
			t.Errorf("%s is gone", p)
		} else if !bytes.Equal(got.Data, f.Data) && (len(f.Data) > 1000 || len(got.Data) > 1000) {
			t.Errorf("%s: got %d bytes, want %d", p, len(got.Data), len(f.Data))
			o.Tree, want.Tree = nil, nil
			break
		}
	}
	if diff := cmp.Diff(want, o); diff != "" {
		t.Error(diff)
	}
}

var policies = map[Policy]string{Abort: "abort", Markers: "markers", Ours: "ours", Theirs: "theirs"}

// TestMatrix has each row of the table, for each shape of text, with each
// policy.
func TestMatrix(t *testing.T) {
	for _, s := range shapes() {
		if testing.Short() && len(s.base) > 1<<20 {
			continue
		}
		for p, name := range policies {
			t.Run(s.name+"/"+name, func(t *testing.T) { s.rows(t, p) })
		}
	}
}

func (s shape) rows(t *testing.T, p Policy) {
	mine, others := s.ours(s.first, "mine"), s.theirs(s.last, "theirs")
	// both is the clean merge, in the line ends of the side that changed them.
	both := alikeTo(s.eol, s.ours(s.first, "mine", s.last, "theirs"))
	want := func(data []byte, o outcome) outcome { o.Tree = one(data); return o }
	a := []string{"a"}
	run := func(name string, in Input, w outcome) {
		t.Run(name, func(t *testing.T) {
			in.Policy, in.Label = p, "new"
			mergeOne(t, in).check(t, w)
		})
	}
	input := func(base, ours, theirs []byte) Input {
		return Input{Base: one(base), Ours: one(ours), Theirs: one(theirs)}
	}
	ourEnds, theirEnds := bytes.Equal(s.base, s.ours()), bytes.Equal(s.base, s.theirs())

	// Ours as in base, or with other line ends only.
	w := want(alikeTo(s.eol, others), outcome{Taken: a})
	if !ourEnds {
		w.Taken, w.Merged = nil, a
	}
	run("theirs edits", input(s.base, s.ours(), others), w)
	run("theirs deletes", input(s.base, s.ours(), nil), want(nil, outcome{Taken: a}))

	// Theirs as in base, or with other line ends only.
	w = want(alikeTo(s.eol, mine), outcome{})
	if !theirEnds {
		w.Merged = a
	}
	run("ours edits", input(s.base, mine, s.theirs()), w)
	w = want(nil, outcome{})
	if !theirEnds {
		w.Kept = a
	}
	run("ours deletes", input(s.base, nil, s.theirs()), w)
	run("the same edit", input(s.base, mine, mine), want(mine, outcome{}))
	run("both delete", input(s.base, nil, nil), want(nil, outcome{}))

	// Both changed it.
	run("two edits", input(s.base, mine, others), want(both, outcome{Merged: a}))
	x, y := s.ours(s.last, "mine"), s.theirs(s.last, "theirs")
	line := bytes.Count(s.base, []byte("\n"))
	if !bytes.HasSuffix(s.base, []byte("\n")) {
		line++
	}
	conflict := []Conflict{{"a", Content, "the same lines were changed here and in new", line}}
	decided := func(verb string) []Conflict {
		return []Conflict{{"a", Content, fmt.Sprintf("your line %d %s", line, verb), line}}
	}
	switch p {
	case Abort:
		run("one line twice", input(s.base, x, y), want(x, outcome{Conflicts: conflict}))
	case Ours:
		run("one line twice", input(s.base, x, y), want(alikeTo(s.eol, x), outcome{Decided: decided("stays")}))
	case Theirs:
		run("one line twice", input(s.base, x, y), want(alikeTo(s.eol, y), outcome{Decided: decided("replaced")}))
	case Markers:
		run("one line twice", input(s.base, x, y), want(s.marked(x, "mine", "theirs"), outcome{Conflicts: conflict}))
	}

	// One side deletes, the other changes.
	w = want(mine, outcome{})
	switch p {
	case Theirs:
		w = want(nil, outcome{Taken: a, Decided: []Conflict{{"a", Deleted, "deleted although you changed it", 0}}})
	case Ours:
		w.Decided = []Conflict{{"a", Deleted, "yours stays as a whole", 0}}
	case Abort, Markers:
		detail := "was changed here, and new no longer has it"
		if p == Markers {
			detail += "; yours stays"
		}
		w.Conflicts = []Conflict{{"a", Deleted, detail, 0}}
	}
	run("edited, deleted", input(s.base, mine, nil), w)
	run("deleted, edited", input(s.base, nil, others), want(nil, outcome{Kept: a}))

	// There is no base.
	run("ours adds", input(nil, mine, nil), want(mine, outcome{}))
	run("theirs adds", input(nil, nil, others), want(others, outcome{Taken: a}))
	run("both add the same", input(nil, mine, mine), want(mine, outcome{}))
	run("both add, ours empty", input(nil, []byte{}, others), want(others, outcome{Merged: a}))
	run("both add, theirs empty", input(nil, mine, []byte{}), want(mine, outcome{Merged: a}))
	run("ours empties", input(s.base, []byte{}, s.base), want([]byte{}, outcome{}))
	run("theirs empties", input(s.base, s.base, []byte{}), want([]byte{}, outcome{Taken: a}))
}

// marked is x, which has mine in its last line, with markers there.
func (s shape) marked(x []byte, mine, theirs string) []byte {
	text := string(alikeTo(s.eol, x))
	head := text[:strings.LastIndex(text, mine)]
	return fmt.Appendf(nil, "%s<<<<<<< yours%[2]s%[3]s%[2]s=======%[2]s%[4]s%[2]s>>>>>>> new%[2]s", head, s.eol, mine, theirs)
}

func alikeTo(eol string, data []byte) []byte {
	return []byte(strings.ReplaceAll(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n", eol))
}

// TestBothAdd: different files without a base conflict, whatever they share.
func TestBothAdd(t *testing.T) {
	in := Input{Ours: files("a", "head\nmine\ntail\n"), Theirs: files("a", "head\ntheirs\ntail\n"), Label: "new"}
	conflict := func(line int) []Conflict {
		return []Conflict{{"a", Added, "was added here and in new, differently", line}}
	}
	for p, want := range map[Policy]outcome{
		Abort:   {Tree: in.Ours, Conflicts: conflict(2)},
		Markers: {Tree: files("a", "head\n<<<<<<< yours\nmine\n=======\ntheirs\n>>>>>>> new\ntail\n"), Conflicts: conflict(2)},
		Ours:    {Tree: in.Ours, Decided: []Conflict{{"a", Content, "your line 2 stays", 2}}},
		Theirs:  {Tree: in.Theirs, Decided: []Conflict{{"a", Content, "your line 2 replaced", 2}}},
	} {
		t.Run(policies[p], func(t *testing.T) {
			in.Policy = p
			mergeOne(t, in).check(t, want)
		})
	}
}

// TestBinary: no text is merged; theirs stands beside ours where markers would.
func TestBinary(t *testing.T) {
	late := strings.Repeat("x\n", 10_000) // git looks for a zero byte at the beginning only
	for name, tail := range map[string]string{"early": "", "late": late} {
		b, o, n := files("a", tail+"\x00base\n"), files("a", tail+"\x00mine\n"), files("a", tail+"\x00new\n")
		conflict := []Conflict{{"a", Binary, "was changed here and in new, and is no text", 0}}
		beside := tree.Tree{"a": o["a"], "a.svcgen-new": n["a"]}
		for p, want := range map[Policy]outcome{
			Abort:   {Tree: o, Conflicts: conflict},
			Markers: {Tree: beside, Conflicts: []Conflict{{"a", Binary, conflict[0].Detail + "; the new one stands beside it as a.svcgen-new", 0}}},
			Ours:    {Tree: o, Decided: []Conflict{{"a", Binary, "yours stays as a whole", 0}}},
			Theirs:  {Tree: n, Taken: []string{"a"}, Decided: []Conflict{{"a", Binary, "yours is replaced as a whole", 0}}},
		} {
			t.Run(name+"/"+policies[p], func(t *testing.T) {
				mergeOne(t, Input{Base: b, Ours: o, Theirs: n, Policy: p, Label: "new"}).check(t, want)
				want := want
				if p == Abort || p == Markers {
					want.Conflicts = []Conflict{{"a", Binary, want.Conflicts[0].Detail, 0}}
				}
				// Without a base, or with one side a text, it is the same.
				mergeOne(t, Input{Ours: o, Theirs: n, Policy: p, Label: "new"}).check(t, want)
				mergeOne(t, Input{Base: files("a", "text\n"), Ours: o, Theirs: n, Policy: p, Label: "new"}).check(t, want)
			})
		}
		mergeOne(t, Input{Base: b, Ours: b, Theirs: n}).check(t, outcome{Tree: n, Taken: []string{"a"}})
		mergeOne(t, Input{Base: b, Ours: o, Theirs: b}).check(t, outcome{Tree: o})
		mergeOne(t, Input{Base: b, Ours: o, Theirs: o}).check(t, outcome{Tree: o})
		mergeOne(t, Input{Base: b, Ours: files(), Theirs: n}).check(t, outcome{Tree: files(), Kept: []string{"a"}})
	}
}

// TestModes: content and mode are merged each by itself.
func TestModes(t *testing.T) {
	f := func(k tree.Kind, data string) tree.Tree { return tree.Tree{"a": {Data: []byte(data), Kind: k}} }
	const x, p = tree.Executable, tree.Plain
	a := []string{"a"}
	for _, c := range []struct {
		name               string
		base, ours, theirs tree.Tree
		want               outcome
	}{
		{"theirs makes it executable", f(p, "1\n"), f(p, "1\n"), f(x, "1\n"), outcome{Tree: f(x, "1\n"), Taken: a}},
		{"theirs makes it plain", f(x, "1\n"), f(x, "1\n"), f(p, "1\n"), outcome{Tree: f(p, "1\n"), Taken: a}},
		{"ours makes it executable", f(p, "1\n"), f(x, "1\n"), f(p, "1\n"), outcome{Tree: f(x, "1\n")}},
		{"ours makes it executable, theirs edits", f(p, "1\n"), f(x, "1\n"), f(p, "2\n"), outcome{Tree: f(x, "2\n"), Merged: a}},
		{"ours edits, theirs makes it executable", f(p, "1\n"), f(p, "2\n"), f(x, "1\n"), outcome{Tree: f(x, "2\n"), Merged: a}},
		{"ours edits what is no text", f(p, "\x001\n"), f(p, "\x002\n"), f(x, "\x001\n"), outcome{Tree: f(x, "\x002\n"), Merged: a}},
		{"theirs edits what is no text", f(p, "\x001\n"), f(x, "\x001\n"), f(p, "\x002\n"), outcome{Tree: f(x, "\x002\n"), Merged: a}},
		{"both edit, ours makes it plain", f(x, long), f(p, "0\n"+long), f(x, long+"10\n"), outcome{Tree: f(p, "0\n"+long+"10\n"), Merged: a}},
		{"both add, one executable", nil, f(p, "1\n"), f(x, "1\n"), outcome{Tree: f(x, "1\n"), Merged: a}},
		{"ours changes the mode, theirs deletes", f(p, "1\n"), f(x, "1\n"), tree.Tree{}, outcome{Tree: f(x, "1\n"),
			Conflicts: []Conflict{{"a", Deleted, "was changed here, and the template no longer has it", 0}}}},
		{"ours deletes, theirs changes the mode", f(p, "1\n"), tree.Tree{}, f(x, "1\n"), outcome{Tree: tree.Tree{}, Kept: a}},
	} {
		t.Run(c.name, func(t *testing.T) {
			mergeOne(t, Input{Base: c.base, Ours: c.ours, Theirs: c.theirs}).check(t, c.want)
		})
	}
}

// TestLinks: a symbolic link on a side that changed is a conflict, and is never
// merged as a text.
func TestLinks(t *testing.T) {
	l := func(to string) tree.Tree { return tree.Tree{"a": {Data: []byte(to), Kind: tree.Symlink}} }
	text := func(s string) tree.Tree { return files("a", s) }
	const detail = "is a symbolic link on one side; links are not followed"
	for _, c := range []struct {
		name               string
		base, ours, theirs tree.Tree
	}{
		{"ours links", text("1\n"), l("b"), text("2\n")},
		{"theirs links", text("1\n"), text("2\n"), l("b")},
		{"both link", text("1\n"), l("b"), l("c")},
		{"a link edited twice", l("a"), l("b"), l("c")},
		{"a link made a text twice", l("a"), text("1\n"), text("2\n")},
		{"both add", nil, l("b"), text("1\n")},
		{"ours links, theirs deletes", text("1\n"), l("b"), tree.Tree{}},
	} {
		conflict := []Conflict{{"a", Link, detail, 0}}
		dropped := []Conflict{{"a", Link, detail + "; yours stays, and what the template changed in it is left out", 0}}
		for p, want := range map[Policy]outcome{
			Abort: {Tree: c.ours, Conflicts: conflict}, Markers: {Tree: c.ours, Conflicts: dropped},
			Ours: {Tree: c.ours, Decided: []Conflict{{"a", Link, "yours stays as a whole", 0}}}, Theirs: {Tree: c.ours, Conflicts: dropped},
		} {
			t.Run(c.name+"/"+policies[p], func(t *testing.T) {
				mergeOne(t, Input{Base: c.base, Ours: c.ours, Theirs: c.theirs, Policy: p}).check(t, want)
			})
		}
	}
	mergeOne(t, Input{Base: l("a"), Ours: l("a"), Theirs: l("b")}).check(t, outcome{Tree: l("b"), Taken: []string{"a"}})
	mergeOne(t, Input{Base: l("a"), Ours: l("b"), Theirs: l("a")}).check(t, outcome{Tree: l("b")})
	mergeOne(t, Input{Base: l("a"), Ours: l("a"), Theirs: tree.Tree{}}).check(t, outcome{Tree: tree.Tree{}, Taken: []string{"a"}})
}

// TestLinkedFolder: behind a folder that is a link, nothing is written and
// nothing passes for deleted.
func TestLinkedFolder(t *testing.T) {
	link := tree.Tree{"dir": {Data: []byte("/elsewhere"), Kind: tree.Symlink}}
	got := mergeOne(t, Input{Base: files("dir/a", "1", "dir/same", "1"), Ours: link, Theirs: files("dir/a", "2", "dir/same", "1", "dir/new", "3"), Label: "new"})
	got.check(t, outcome{Tree: link, Conflicts: []Conflict{
		{"dir", Link, "is in the way: new has a new file dir/new", 0},
		{"dir/a", Link, "dir is a symbolic link here; links are not followed", 0},
	}})
}

// TestFolders: a file where the other side has a folder, and the other way round.
func TestFolders(t *testing.T) {
	for _, c := range []struct {
		name               string
		base, ours, theirs tree.Tree
		want               outcome
	}{
		{"the file was untouched", files("a", "1"), files("a", "1"), files("a/b", "2"),
			outcome{Tree: files("a/b", "2"), Taken: []string{"a", "a/b"}}},
		{"the file was edited", files("a", "1"), files("a", "mine"), files("a/b", "2"),
			outcome{Tree: files("a", "mine"), Conflicts: []Conflict{
				{"a", Deleted, "was changed here, and the template no longer has it", 0},
				{"a", Moved, "is in the way: the template has a new file a/b", 0}}}},
		{"the folder was edited", files("a/b", "1"), files("a/b", "mine"), files("a", "2"),
			outcome{Tree: files("a/b", "mine"), Conflicts: []Conflict{
				{"a/b", Deleted, "was changed here, and the template no longer has it", 0},
				{"a/b", Moved, "is in the way: the template has a new file a", 0}}}},
		{"the folder was untouched", files("a/b", "1"), files("a/b", "1"), files("a", "2"),
			outcome{Tree: files("a", "2"), Taken: []string{"a", "a/b"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			mergeOne(t, Input{Base: c.base, Ours: c.ours, Theirs: c.theirs}).check(t, c.want)
		})
	}
}

// TestStanding: what only people have is in the way of a new file, whatever the
// policy, where it has its folder or stands in its place.
func TestStanding(t *testing.T) {
	for _, c := range []struct{ name, mine, new string }{
		{"a folder where theirs has a file", "a/mine", "a"},
		{"a file where theirs has a folder", "a", "a/new"},
	} {
		for p, name := range policies {
			t.Run(c.name+"/"+name, func(t *testing.T) {
				left := ""
				if p != Abort {
					left = ", which is left out"
				}
				mergeOne(t, Input{Ours: tree.Tree{}, Theirs: files(c.new, "1", "other", "2"), Policy: p, Label: "new", Standing: standing(files(c.mine, "mine"))}).check(t, outcome{
					Tree: files("other", "2"), Taken: []string{"other"},
					Conflicts: []Conflict{{c.mine, Moved, "is in the way: new has a new file " + c.new + left, 0}},
				})
			})
		}
	}
	// What the merge takes away is not in the way.
	in := Input{Base: files("a/b", "1"), Ours: files("a/b", "1"), Theirs: files("a", "2"), Standing: standing(files("a/b", "1"))}
	mergeOne(t, in).check(t, outcome{Tree: files("a", "2"), Taken: []string{"a", "a/b"}})
}

// standing is what a caller finds on a disk that has the files of ours.
func standing(ours tree.Tree) func(p string) ([]string, error) {
	return func(p string) ([]string, error) {
		var out []string
		for _, q := range ours.Paths() {
			if strings.HasPrefix(p, q+"/") || strings.HasPrefix(q, p+"/") {
				out = append(out, q)
			}
		}
		return out, nil
	}
}
