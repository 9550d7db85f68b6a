package plan

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/svcgen/svcgen/internal/tree"
)

const stageA = "0123456789abcdef"

// writeJournal makes j the journal of dir, beside a stage with the given files.
func writeJournal(t *testing.T, dir string, j journal, staged tree.Tree) {
	t.Helper()
	data, err := json.Marshal(j)
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, tree.Tree{journalPath: tree.File{Data: data}})
	put(t, dir, staged.Moved(stageDir+"/"+stageA))
}

// TestRefusedJournals holds journals that svcgen has not written, or not as
// they are now. Nothing may change.
func TestRefusedJournals(t *testing.T) {
	s := sum(plain("x"))
	ops := func(o ...op) string {
		data, err := json.Marshal(journal{Version: 1, Command: "c", Stage: stageA, Ops: o})
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	good := ops(op{Do: create, Path: "a", New: s})
	tests := []struct{ name, data, want string }{
		{"empty", "", "cannot be understood"},
		{"truncated", good[:len(good)/2], "cannot be understood"},
		{"zeros", strings.Repeat("\x00", 300), "cannot be understood"},
		{"followed", good + "{}", "cannot be understood"},
		{"another key", strings.Replace(good, `"ops"`, `"steps"`, 1), "cannot be understood"},
		{"no version", strings.Replace(good, `"version":1`, `"version":0`, 1), "version 0 is unknown"},
		{"newer", `{"version":2,"something":"else"}`, "newer svcgen"},
		{"a stage elsewhere", strings.Replace(good, stageA, "../../elsewhere", 1), "stage"},
		{"an unknown verb", ops(op{Do: "chmod", Path: "a"}), `"chmod" is unknown`},
		{"no checksum", ops(op{Do: create, Path: "a"}), "checksum"},
		{"a foreign checksum", ops(op{Do: create, Path: "a", New: foreign}), "checksum"},
		{"leaves the root", ops(op{Do: create, Path: "../a", New: s}), "not a path within"},
		{"leaves the root from below", ops(op{Do: remove, Path: "a/../../b", Old: s}), "not a path within"},
		{"absolute", ops(op{Do: replace, Path: "/etc/passwd", Old: s, New: s}), "not a path within"},
		{"moves from outside", ops(op{Do: move, Path: "a", From: "../b"}), "not a path within"},
		{"moves to outside", ops(op{Do: move, Path: "../a", From: "b"}), "not a path within"},
		{"a folder's file outside", ops(op{Do: createFolder, Path: "a", Files: map[string]string{"../b": s}}), "not a path within"},
		{"a hook", ops(op{Do: create, Path: ".git/hooks/pre-commit", New: s}), "does not write into .git"},
		{"its own lock", ops(op{Do: remove, Path: lockPath, Old: s}), "svcgen's own"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, dir := workspace(t, nil)
			inner := filepath.Join(dir, "workspace")
			put(t, dir, tree.Tree{"a": plain("x"), "b/f": plain("x"), "workspace/a": plain("x"), "workspace/b/f": plain("x")})
			put(t, inner, tree.Tree{stageDir + "/" + stageA + "/n0": plain("x"), journalPath: plain(tt.data)})
			before := snapshot(t, dir)
			root := open(t, inner)
			_, err := Recover(root)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Recover: %v, want %q", err, tt.want)
			}
			if _, err := Pending(root); err == nil {
				t.Error("Pending: no error")
			}
			if err := (Plan{made("new", "")}).Apply(t.Context(), root, Options{}); err == nil {
				t.Error("Apply: no error")
			}
			if d := difference(before, snapshot(t, dir)); d != "" {
				t.Errorf("something changed:\n%s", d)
			}
		})
	}
}

// TestHostileJournals holds journals that are well formed, but not true.
func TestHostileJournals(t *testing.T) {
	x, y := sum(plain("x")), sum(plain("y"))
	tests := []struct {
		name   string
		files  tree.Tree // beside outside/f, which must stay
		staged tree.Tree
		ops    []op
		want   map[string]string // "" is absent
	}{
		{
			name:  "creates through a link",
			files: tree.Tree{"l": linkTo("../outside")}, staged: tree.Tree{"n0": plain("y")},
			ops:  []op{{Do: create, Path: "l/f", New: y}},
			want: map[string]string{"l": "-> ../outside"},
		},
		{
			name:  "creates through a link that stays within",
			files: tree.Tree{"l": linkTo("d"), "d/f": plain("x")}, staged: tree.Tree{"n0": plain("y")},
			ops:  []op{{Do: create, Path: "l/g", New: y}},
			want: map[string]string{"d/g": ""},
		},
		{
			name:  "deletes through a link that stays within",
			files: tree.Tree{"l": linkTo("d"), "d/f": plain("x")},
			ops:   []op{{Do: remove, Path: "l/f", Old: x}},
			want:  map[string]string{"d/f": "-rw-r--r-- x"},
		},
		{
			name:  "replaces with other content than it says",
			files: tree.Tree{"a": plain("x")}, staged: tree.Tree{"n0": plain("z")},
			ops:  []op{{Do: replace, Path: "a", Old: x, New: y}},
			want: map[string]string{"a": "-rw-r--r-- x"},
		},
		{
			name:  "makes a folder with more than it says",
			files: tree.Tree{}, staged: tree.Tree{"n0/f": plain("x"), "n0/g": plain("z")},
			ops:  []op{{Do: createFolder, Path: "a", Files: map[string]string{"f": x}}},
			want: map[string]string{"a/f": "", "a/g": ""},
		},
		{
			name:  "tidies a file",
			files: tree.Tree{"a": plain("x")},
			ops:   []op{{Do: tidy, Path: "a"}, {Do: clear, Path: "a"}},
			want:  map[string]string{"a": "-rw-r--r-- x"},
		},
		{
			name:  "tidies a folder with files",
			files: tree.Tree{"a/f": plain("x")},
			ops:   []op{{Do: tidy, Path: "a"}},
			want:  map[string]string{"a/f": "-rw-r--r-- x"},
		},
		{
			name:  "moves onto a folder",
			files: tree.Tree{"a/f": plain("x"), "b/g": plain("x")},
			ops:   []op{{Do: move, Path: "b", From: "a"}},
			want:  map[string]string{"a/f": "-rw-r--r-- x", "b/g": "-rw-r--r-- x"},
		},
		{
			name:  "has a stage that is a link",
			files: tree.Tree{"a": plain("x"), stageDir + "/" + stageA: linkTo("../../d"), "d/n0": plain("y"), "d/f": plain("x")},
			ops:   []op{{Do: replace, Path: "a", Old: x, New: y}},
			want:  map[string]string{"a": "-rw-r--r-- x", "d/n0": "-rw-r--r-- y", "d/f": "-rw-r--r-- x"},
		},
		{
			name:  "restores through a link that it made",
			files: tree.Tree{"m": linkTo("b"), "b/f": plain("x")}, staged: tree.Tree{"o1": plain("x"), "n2": plain("z")},
			ops: []op{{Do: create, Path: "m", New: sum(linkTo("b"))}, {Do: remove, Path: "m/g", Old: x},
				{Do: create, Path: "m/h", New: y}},
			want: map[string]string{"m": "-> b", "b/g": "", "b/f": "-rw-r--r-- x"},
		},
		{
			name:  "says the same twice",
			files: tree.Tree{"a": plain("x")}, staged: tree.Tree{"n0": plain("y"), "n1": plain("y")},
			ops:  []op{{Do: create, Path: "b", New: y}, {Do: create, Path: "b", New: y}},
			want: map[string]string{"a": "-rw-r--r-- x"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, dir := workspace(t, tree.Tree{"outside/f": plain("x")})
			inner := filepath.Join(dir, "workspace")
			put(t, inner, tt.files)
			for _, staged := range []tree.Tree{tt.staged, {"forward/x": plain("")}} {
				writeJournal(t, inner, journal{Version: 1, Command: "c", Stage: stageA, Ops: tt.ops}, staged)
			}
			_, err := Recover(open(t, inner))
			var stuck *StuckError
			var refused *Error
			if err != nil && !errors.As(err, &stuck) && !errors.As(err, &refused) {
				t.Error(err)
			}
			if got := snapshot(t, filepath.Join(dir, "outside")); len(got) != 1 || got["f"] != "-rw-r--r-- x" {
				t.Errorf("the outside changed: %v", got)
			}
			got := snapshot(t, inner)
			for p, want := range tt.want {
				if got[p] != want {
					t.Errorf("%s is %q, want %q", p, got[p], want)
				}
			}
		})
	}
}

// TestStageIsGone kills Apply at each step, and takes the stage away: Recover
// only clears up where the workspace is whole, and touches nothing elsewhere.
func TestStageIsGone(t *testing.T) {
	for _, tr := range trials(t) {
		ends := map[string]int{}
		for alive, n := false, 0; !alive; n++ {
			root, dir := workspace(t, tr.files)
			alive = survives(func() { tr.apply(trapped(realDisk(root), killAt(n))) })
			os.RemoveAll(filepath.Join(dir, stageDir))
			was := snapshot(t, dir)
			_, err := Recover(root)
			var stuck *StuckError
			switch {
			case errors.As(err, &stuck):
				ends["stuck"]++
				if d := difference(was, snapshot(t, dir)); d != "" {
					t.Fatalf("%s: killed at %d: a stuck Recover changed something:\n%s", tr.name, n, d)
				}
			case err != nil:
				t.Fatalf("%s: killed at %d: %v", tr.name, n, err)
			default:
				ends["whole"]++
				tr.whole(t, dir, false)
			}
		}
		if ends["stuck"] == 0 || ends["whole"] == 0 {
			t.Errorf("%s: %v", tr.name, ends)
		}
	}
}

// TestNothingToRecover calls Recover where there is nothing to do.
func TestNothingToRecover(t *testing.T) {
	for name, files := range map[string]tree.Tree{
		"no state":    {"a": plain("x")},
		"a state":     {ignorePath: plain("x"), ".svcgen/templates/x": plain("x")},
		"a lock only": {lockPath: plain("")},
	} {
		root, dir := workspace(t, files)
		before := snapshot(t, dir)
		if rec, err := Recover(root); rec != nil || err != nil {
			t.Errorf("%s: %v, %v", name, rec, err)
		}
		if what, err := Pending(root); what != "" || err != nil {
			t.Errorf("%s: %q, %v", name, what, err)
		}
		if d := difference(before, snapshot(t, dir)); d != "" {
			t.Errorf("%s: something changed:\n%s", name, d)
		}
	}
}

// TestStaleStage removes what a command left that was killed before its journal
// stood.
func TestStaleStage(t *testing.T) {
	root, dir := workspace(t, tree.Tree{"a": plain("x"), stageDir + "/" + stageA + "/n0": plain("y")})
	if rec, err := Recover(root); rec != nil || err != nil {
		t.Fatal(rec, err)
	}
	if d := difference(map[string]string{"a": "-rw-r--r-- x"}, snapshot(t, dir)); d != "" {
		t.Error(d)
	}
}

// TestWhatRecoverSays reads as the messages that a person sees.
func TestWhatRecoverSays(t *testing.T) {
	journalOf := func(ops ...op) journal {
		return journal{Version: 1, Command: "new payments", Stage: stageA, Ops: ops}
	}
	x, y := sum(plain("x")), sum(plain("y"))
	root, dir := workspace(t, tree.Tree{"a": plain("x")})
	writeJournal(t, dir, journalOf(op{Do: replace, Path: "a", Old: x, New: y}),
		tree.Tree{"n0": plain("y"), "o0": plain("x"), "forward/x": plain("")})
	if what, err := Pending(root); what != "new payments" || err != nil {
		t.Errorf("%q, %v", what, err)
	}
	rec, err := Recover(root)
	if err != nil || rec.String() != `"new payments" was interrupted; it is now finished` {
		t.Errorf("%v, %v", rec, err)
	}

	root, dir = workspace(t, tree.Tree{"a": plain("y"), "b": plain("z")})
	writeJournal(t, dir, journalOf(op{Do: replace, Path: "a", Old: x, New: y}, op{Do: replace, Path: "b", Old: x, New: y}),
		tree.Tree{"o0": plain("x"), "n1": plain("y"), "o1": plain("x")})
	rec, err = Recover(root)
	if err != nil || rec.String() != `"new payments" was interrupted; it is now undone` {
		t.Errorf("%v, %v", rec, err)
	}

	root, dir = workspace(t, tree.Tree{"a": plain("z"), "b": plain("z")})
	writeJournal(t, dir, journalOf(op{Do: replace, Path: "a", Old: x, New: y}, op{Do: replace, Path: "b", Old: x, New: y}),
		tree.Tree{"o0": plain("x"), "n1": plain("y"), "o1": plain("x")})
	_, err = Recover(root)
	var stuck *StuckError
	if !errors.As(err, &stuck) || stuck.Error() != `"new payments" was interrupted, and can be neither finished nor undone because of a, b` ||
		!strings.Contains(stuck.Hint(), "git restore") {
		t.Errorf("%v", err)
	}
}

// FuzzDecode feeds bytes to the reader of journals: it fails, or what it returns
// may be carried out.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"version":1,"command":"c","stage":"0123456789abcdef","ops":[{"do":"tidy","path":"a","perm":493}]}`))
	f.Add([]byte(`{"version":2}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		j, err := decode(data)
		if (j == nil) == (err == nil) {
			t.Fatalf("%v, %v", j, err)
		}
		if j != nil && j.validate() != nil {
			t.Fatal(j.validate())
		}
	})
}

// FuzzOps carries out journals that svcgen never writes: each op is four bytes
// of data. Whatever they say, what is outside stays, and so does every line
// within that the journal does not know.
func FuzzOps(f *testing.F) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 3))
		data := make([]byte, 4*(1+r.IntN(5)))
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		f.Add(data)
	}
	verbs := []verb{create, createFolder, replace, remove, move, tidy, clear}
	paths := []string{"a", "b", "b/f", "b/mine", "c", "c/f", "l", "l/f", "m", "m/f", "n/o", "mine"}
	sums := []string{sum(plain("x")), sum(plain("y")), sum(linkTo("b"))}
	f.Fuzz(func(t *testing.T, data []byte) {
		j := journal{Version: 1, Command: "c", Stage: stageA}
		for len(data) >= 4 && len(j.Ops) < 6 {
			at := func(i, n int) int { return int(data[i]) % n }
			j.Ops = append(j.Ops, op{
				Do: verbs[at(0, len(verbs))], Path: paths[at(1, len(paths))], From: paths[at(2, len(paths))],
				Old: sums[at(3, 2)], New: sums[at(3, 3)], Files: map[string]string{"f": sums[at(2, 2)]}, Perm: 0o755,
			})
			data = data[4:]
		}
		_, dir := workspace(t, tree.Tree{"outside/f": plain("x")})
		inner := filepath.Join(dir, "workspace")
		put(t, inner, tree.Tree{"a": plain("x"), "b/f": plain("x"), "mine": plain(mine), "b/mine": plain(mine),
			"l": linkTo("../outside"), "m": linkTo("b")})
		writeJournal(t, inner, j, tree.Tree{"n0": plain("y"), "n1/f": plain("y"), "n2": plain("x"), "n3": linkTo("b"),
			"o0": plain("x"), "o4": plain("y"), "forward/x": plain("")})
		for range 2 {
			Recover(open(t, inner))
		}
		if got := snapshot(t, filepath.Join(dir, "outside")); len(got) != 1 || got["f"] != "-rw-r--r-- x" {
			t.Errorf("%+v: the outside changed: %v", j.Ops, got)
		}
		if got := snapshot(t, inner); lines(got) != 2 {
			t.Errorf("%+v: %d lines are left of two: %v", j.Ops, lines(got), got)
		}
	})
}
