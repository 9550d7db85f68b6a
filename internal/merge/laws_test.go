package merge

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/svcgen/svcgen/internal/tree"
)

// draw takes choices from the bytes that the fuzzer makes up.
type draw struct{ data []byte }

func (d *draw) n(max int) int {
	if len(d.data) == 0 {
		return 0
	}
	b := d.data[0]
	d.data = d.data[1:]
	return int(b) % max
}

// text is a text of a few short lines, so that edits meet.
func (d *draw) text() []string {
	lines := make([]string, 3+d.n(10))
	for i := range lines {
		lines[i] = string(rune('a' + d.n(8)))
	}
	return lines
}

// edit changes, drops and adds lines of a text. What it adds begins with who.
func (d *draw) edit(lines []string, who string) []string {
	out := slices.Clone(lines)
	for range 1 + d.n(3) {
		at := d.n(len(out) + 1)
		switch d.n(3) {
		case 0:
			out = slices.Insert(out, at, who+string(rune('0'+d.n(4))))
		case 1:
			if at < len(out) {
				out[at] = who + string(rune('0'+d.n(4)))
			}
		case 2:
			if at < len(out) {
				out = slices.Delete(out, at, at+1)
			}
		}
	}
	return out
}

// written joins lines with one of the line ends, and ends the last one or not.
func (d *draw) written(lines []string, common int) []byte {
	eol := "\n"
	if common == 1 || common == 2 && d.n(2) == 1 {
		eol = "\r\n"
	}
	text := strings.Join(lines, eol)
	if d.n(4) > 0 && len(lines) > 0 {
		text += eol
	}
	return []byte(text)
}

// FuzzTexts: the laws of a merge, for edits of one text.
func FuzzTexts(f *testing.F) {
	for _, seed := range []string{"", "0123456789abcdefghij", "\x09abcdefghij\x02\x01\x00\x03\x02\x02\x01\x01\x05\x02", strings.Repeat("\x07\x03\x01", 20)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d := &draw{data}
		ends := d.n(3)
		lines := d.text()
		b := d.written(lines, ends)
		o, n := d.written(d.edit(lines, "o"), ends), d.written(d.edit(lines, "t"), ends)
		texts := func(b, o, n []byte) Text {
			t.Helper()
			got, err := Git{}.Texts(t.Context(), b, o, n, "new", Abort)
			if err != nil {
				t.Fatalf("%v\nbase %q\nours %q\ntheirs %q", err, b, o, n)
			}
			return got
		}
		is := func(law string, got Text, want []byte) {
			t.Helper()
			if got.Conflicts > 0 || !bytes.Equal(got.Data, want) {
				t.Errorf("%s: got %q (%d conflicts), want %q\nbase %q\nours %q\ntheirs %q", law, got.Data, got.Conflicts, want, b, o, n)
			}
		}
		is("ours left it alone", texts(b, b, n), n)
		is("theirs left it alone", texts(b, o, b), o)
		is("both did the same", texts(b, n, n), n)
		got, swapped := texts(b, o, n), texts(b, n, o)
		if (got.Conflicts > 0) != (swapped.Conflicts > 0) {
			t.Errorf("%d conflicts, and %d with the sides swapped\nbase %q\nours %q\ntheirs %q", got.Conflicts, swapped.Conflicts, b, o, n)
		}
		if got.Conflicts > 0 {
			if lines := bytes.Count(o, []byte("\n")) + 1; got.Line < 1 || got.Line > lines {
				t.Errorf("the conflict is in line %d of %d", got.Line, lines)
			}
			return
		}
		is("once more", texts(n, got.Data, n), got.Data)
		is("swapped", swapped, got.Data)
		there := lineSet(got.Data)
		for line := range lineSet(o) {
			if strings.HasPrefix(line, "o") && !there[line] {
				t.Errorf("ours added %q, and it is gone\nbase %q\nours %q\ntheirs %q\nmerged %q", line, b, o, n, got.Data)
			}
		}
	})
}

// FuzzAnyTexts: whatever three texts are, they merge or conflict, and the
// policies decide every conflict.
func FuzzAnyTexts(f *testing.F) {
	f.Add([]byte("a\nb\n"), []byte("a\r\nc\r\n"), []byte("a\rd"))
	f.Add([]byte("<<<<<<< yours\na\n=======\nb\n>>>>>>> new\n"), []byte("<<<<<<< yours\nc\n=======\nb\n>>>>>>> new\n"), []byte("<<<<<<< yours\nd\n=======\nb\n>>>>>>> new\n"))
	f.Add([]byte("\xff\xfe"), []byte("\xff"), []byte("\xef\xbb\xbfa"))
	f.Fuzz(func(t *testing.T, b, o, n []byte) {
		if bytes.IndexByte(slices.Concat(b, o, n), 0) >= 0 {
			t.Skip("no text")
		}
		for p := range policies {
			got, err := Git{}.Texts(t.Context(), b, o, n, "new", p)
			if err != nil {
				t.Fatal(err)
			}
			if got.Conflicts > 0 && (p == Ours || p == Theirs) {
				t.Errorf("%d conflicts although the policy decides", got.Conflicts)
			}
		}
	})
}

// names are paths that can be in each other's way.
var names = []string{"a", "b", "c", "d/x", "d/y", "e/x", "d", "a/z", "go.mod"}

// tree draws a tree of a few files, and next one that came from it.
func (d *draw) tree() tree.Tree {
	t := tree.Tree{}
	for _, p := range names {
		if d.n(3) > 0 {
			t[p] = d.file(p)
		}
		if !solid(t) {
			delete(t, p)
		}
	}
	return t
}

func (d *draw) file(p string) tree.File {
	if p == "go.mod" {
		return tree.File{Data: []byte("module m\n\nrequire example.com/" + string(rune('a'+d.n(3))) + " v1." + string(rune('0'+d.n(5))) + ".0\n")}
	}
	f := tree.File{Data: []byte(text(string(rune('a' + d.n(4)))))}
	switch d.n(12) {
	case 0:
		f.Data = append(f.Data, 0)
	case 1:
		f.Data = nil
	case 2:
		f.Kind = tree.Executable
	case 3:
		f = tree.File{Data: []byte("to"), Kind: tree.Symlink}
	}
	return f
}

func (d *draw) next(t tree.Tree, who string) tree.Tree {
	out := copyOf(t)
	for range 1 + d.n(4) {
		p := names[d.n(len(names))]
		f, ok := out[p]
		was := copyOf(out)
		switch d.n(6) {
		case 0:
			delete(out, p)
		case 1:
			out[p] = d.file(p)
		case 2: // renamed
			if q := names[d.n(len(names)-1)]; ok && p != "go.mod" {
				delete(out, p)
				out[q] = f
			}
		case 3: // swapped
			if q := names[d.n(len(names)-1)]; p != "go.mod" && has(out, q) && ok {
				out[p], out[q] = out[q], out[p]
			}
		default:
			if ok && f.Kind != tree.Symlink && p != "go.mod" {
				f.Data = []byte(strings.Join(d.edit(strings.SplitAfter(string(f.Data), "\n"), who+", a line\n"), ""))
				out[p] = f
			}
		}
		if !solid(out) {
			out = was
		}
	}
	return out
}

// solid reports whether no file of t stands where another needs a folder.
func solid(t tree.Tree) bool {
	for p := range t {
		for d := path.Dir(p); d != "."; d = path.Dir(d) {
			if has(t, d) {
				return false
			}
		}
	}
	return true
}

// FuzzTrees: the laws of a merge, for trees with renames.
func FuzzTrees(f *testing.F) {
	for _, seed := range []string{"", "0123456789abcdefghij", strings.Repeat("\x05\x02\x01\x03", 20), strings.Repeat("\x01\x04\x02\x09\x05", 30)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(treeLaws)
}

// TestTreesAtRandom is the same for longer histories than a fuzzer makes up.
func TestTreesAtRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		data := make([]byte, 120)
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		treeLaws(t, data)
		if t.Failed() {
			return
		}
	}
}

func treeLaws(t *testing.T, data []byte) {
	d := &draw{data}
	renames := map[string]string{}
	for range d.n(3) {
		renames[names[d.n(8)]] = names[d.n(8)]
	}
	b := d.tree()
	o, n := d.next(b, "ours"), d.next(b, "theirs")
	defer func() {
		if t.Failed() {
			t.Logf("renames %v\nbase %q\nours %q\ntheirs %q", renames, b, o, n)
		}
	}()
	run := func(b, o, n tree.Tree, renames map[string]string, p Policy) *Result {
		t.Helper()
		rest := tree.Tree{}
		known := tree.Tree{}
		for q, f := range o {
			if has(b, q) || has(n, q) {
				known[q] = f
			} else {
				rest[q] = f
			}
		}
		res, err := Trees(t.Context(), Input{Base: b, Ours: known, Theirs: n, Renames: renames, Policy: p,
			Others: func() (tree.Tree, error) { return rest, nil }, Standing: standing(o)})
		if err != nil {
			t.Fatal(err)
		}
		for q, f := range rest {
			if _, read := res.Read[q]; !read {
				res.Tree[q] = f
			}
		}
		if !solid(res.Tree) && solid(o) && solid(n) && solid(b) {
			t.Errorf("a file stands where another needs a folder: %v", res.Tree.Paths())
		}
		return res
	}
	is := func(law string, got *Result, want tree.Tree) {
		t.Helper()
		if diff := cmp.Diff(want, got.Tree); diff != "" || len(got.Conflicts) > 0 {
			t.Errorf("%s: %v %s", law, got.Conflicts, diff)
		}
	}
	is("ours left it alone", run(b, b, n, renames, Abort), n)
	is("theirs left it alone", run(b, o, b, nil, Abort), o)
	is("both did the same", run(b, n, n, renames, Abort), n)
	for p := range policies {
		got := run(b, o, n, renames, p)
		nothingLost(t, p, b, o, n, got)
		if p != Markers {
			again := run(n, got.Tree, n, nil, p)
			if diff := cmp.Diff(got.Tree, again.Tree); diff != "" {
				t.Errorf("%s, once more: %s", policies[p], diff)
			}
		}
	}
}

// nothingLost looks for each file of ours in the result. One that is gone was
// untouched, or the policy gave it up; each line that only ours has is there
// still, or the policy gave it up.
func nothingLost(t *testing.T, p Policy, base, ours, theirs tree.Tree, got *Result) {
	t.Helper()
	was := map[string]bool{}
	for _, f := range base {
		maps.Copy(was, lineSet(f.Data))
	}
	to := map[string]string{}
	for from, at := range got.Moves {
		if other, twice := to[at]; twice {
			t.Errorf("%s and %s both went to %s", from, other, at)
		}
		to[at] = from
	}
	for q, f := range ours {
		at := q
		if next, ok := got.Moves[q]; ok {
			at = next
		}
		next, there := got.Tree[at]
		if to[at] != "" && to[at] != q && !f.Equal(theirs[q]) {
			there = false // another file has the name now
		}
		b, inBase := base[q]
		switch {
		case p == Theirs:
		case !there && (!inBase || !b.Equal(f)):
			t.Errorf("%s: %s was edited, and is gone; conflicts %v", policies[p], q, got.Conflicts)
		case !there:
			if !slices.Contains(got.Taken, q) {
				t.Errorf("%s: %s is gone, and nothing says so", policies[p], q)
			}
		case path.Base(q) != "go.mod":
			lines := lineSet(next.Data)
			for line := range lineSet(f.Data) {
				if !was[line] && !lines[line] {
					t.Errorf("%s: %s lost %q on its way to %s", policies[p], q, line, at)
				}
			}
		}
	}
	known := map[string]bool{}
	for _, tr := range []tree.Tree{ours, theirs} {
		for _, f := range tr {
			maps.Copy(known, lineSet(f.Data))
		}
	}
	for q, f := range got.Tree {
		for line := range lineSet(f.Data) {
			if !known[line] && !(p == Markers && marker.MatchString(line)) && path.Base(q) != "go.mod" {
				t.Errorf("%s: %s has a line that nobody wrote: %q", policies[p], q, line)
			}
		}
	}
}
