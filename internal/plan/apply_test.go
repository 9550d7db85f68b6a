package plan

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/svcgen/svcgen/internal/tree"
)

// TestApplyMakesTheNextTree applies the difference between random trees.
func TestApplyMakesTheNextTree(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 1))
		old, next := randomTree(r), randomTree(r)
		root, _ := workspace(t, old)
		err := Diff(old, next).Apply(t.Context(), root, Options{Command: "test", Last: "a"})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		got, err := tree.Read(root, ".", func(p string, _ fs.DirEntry) bool { return p == stateDir })
		if err != nil {
			t.Fatal(err)
		}
		if d := Diff(next, got); len(d) > 0 {
			t.Fatalf("seed %d: %+v", seed, d.Entries())
		}
	}
}

// TestRandomTreesKilled kills the change from one random tree to another at a
// random step.
func TestRandomTreesKilled(t *testing.T) {
	for seed := range uint64(1000) {
		r := rand.New(rand.NewPCG(seed, 2))
		old, next := randomTree(r), randomTree(r)
		tr := trial{scenario: scenario{files: old, plan: Diff(old, next), last: "a"}}
		if len(tr.plan) == 0 {
			continue
		}
		root, dir := workspace(t, old)
		tr.before = snapshot(t, dir)
		survives(func() { tr.apply(trapped(realDisk(root), killAt(r.IntN(60)))) })
		if _, err := Recover(root); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		got, err := tree.Read(root, ".", func(p string, _ fs.DirEntry) bool { return p == stateDir })
		if err != nil {
			t.Fatal(err)
		}
		if len(Diff(old, got)) > 0 && len(Diff(next, got)) > 0 {
			t.Fatalf("seed %d: neither before: %+v\nnor after: %+v", seed, Diff(old, got).Entries(), Diff(next, got).Entries())
		}
	}
}

// randomTree has paths of so few names that two such trees meet often, as a
// file here and a folder there too.
func randomTree(r *rand.Rand) tree.Tree {
	t := tree.Tree{}
	for range r.IntN(8) {
		p := []string{"a", "b", "c"}[r.IntN(3)]
		for range r.IntN(3) {
			p += "/" + []string{"a", "b", "c"}[r.IntN(3)]
		}
		taken := slices.ContainsFunc(t.Paths(), func(q string) bool { return within(p, q) || within(q, p) })
		if !taken {
			t[p] = tree.File{Data: fmt.Append(nil, r.IntN(3)), Kind: tree.Kind(r.IntN(3))}
		}
	}
	return t
}

// TestUnexpectedDisk holds disks that are not as the plan expects them.
func TestUnexpectedDisk(t *testing.T) {
	tests := []struct {
		name    string
		files   tree.Tree
		plan    Plan
		changed []string // of a ChangedError; else want is the message
		want    string
	}{
		{name: "replaced: edited", files: tree.Tree{"a": plain("x")}, plan: Plan{edited("a", "1", "2")}, changed: []string{"a"}},
		{name: "replaced: another kind", files: tree.Tree{"a": script("1")}, plan: Plan{edited("a", "1", "2")}, changed: []string{"a"}},
		{name: "replaced: gone", plan: Plan{edited("a/b", "1", "2")}, changed: []string{"a/b"}},
		{name: "replaced: a folder now", files: tree.Tree{"a/b": plain("x")}, plan: Plan{edited("a", "1", "2")}, changed: []string{"a"}},
		{name: "created: there", files: tree.Tree{"a": plain("x")}, plan: Plan{made("a", "2")}, changed: []string{"a"}},
		{name: "created: there with that content", files: tree.Tree{"a": plain("x")}, plan: Plan{made("a", "x")}, changed: []string{"a"}},
		{name: "created: a folder with a file there", files: tree.Tree{"a/b": plain("x")}, plan: Plan{made("a", "2")}, changed: []string{"a/b"}},
		{name: "deleted: edited", files: tree.Tree{"a": plain("x")}, plan: Plan{gone("a", "1")}, changed: []string{"a"}},
		{name: "all of them", files: tree.Tree{"a": plain("x"), "b": plain("1"), "c": plain("x")},
			plan: Plan{edited("a", "1", "2"), edited("b", "1", "2"), gone("c", "1"), gone("d", "1")}, changed: []string{"a", "c", "d"}},
		{name: "in a folder that moves", files: tree.Tree{"a/f": plain("x")}, plan: Plan{moved("a", "b"), edited("b/f", "1", "2")}, changed: []string{"b/f"}},
		{name: "through a link to a file", files: tree.Tree{"a": linkTo("b"), "b": plain("1")}, plan: Plan{edited("a", "1", "2")}, want: "a: is a symbolic link"},
		{name: "through a link that dangles", files: tree.Tree{"a": linkTo("b")}, plan: Plan{made("a", "2")}, want: "a: is a symbolic link"},
		{name: "through a link to a folder", files: tree.Tree{"a": linkTo("b"), "b/f": plain("1")}, plan: Plan{made("a/x", "2")}, want: "a: is a symbolic link"},
		{name: "through a link out of the root", files: tree.Tree{"a": linkTo("/tmp")}, plan: Plan{made("a/x", "2")}, want: "a: is a symbolic link"},
		{name: "a file for a folder", files: tree.Tree{"a": plain("x")}, plan: Plan{made("a/x", "2")}, want: "a: is a file, but"},
		{name: "moves what is not there", plan: Plan{moved("a", "b")}, want: "a: is not a folder"},
		{name: "moves a file", files: tree.Tree{"a": plain("x")}, plan: Plan{moved("a", "b")}, want: "a: is not a folder"},
		{name: "moves a link", files: tree.Tree{"a": linkTo("b"), "b/f": plain("")}, plan: Plan{moved("a", "c")}, want: "a: is not a folder"},
		{name: "moves onto a folder", files: tree.Tree{"a/f": plain("x"), "b/g": plain("")}, plan: Plan{moved("a", "b")}, want: "b: exists already"},
		{name: "moves through a link", files: tree.Tree{"a/f": plain("x"), "l": linkTo("a")}, plan: Plan{moved("l/a", "b")}, want: "l: is a symbolic link"},
		{name: "the state folder is a link", files: tree.Tree{".svcgen": linkTo("b"), "b/f": plain("")}, plan: Plan{made("a", "1")}, want: ".svcgen: is not a folder"},
		{name: "the state folder is a file", files: tree.Tree{".svcgen": plain("")}, plan: Plan{made("a", "1")}, want: ".svcgen: is not a folder"},
		{name: "the stage is a link", files: tree.Tree{".svcgen/stage": linkTo("../b"), "b/f": plain("")}, plan: Plan{made("a", "1")}, want: "stage: is not a folder"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root, dir := workspace(t, tt.files)
			before := snapshot(t, dir)
			err := tt.plan.Apply(t.Context(), root, Options{})
			var changed *ChangedError
			switch {
			case errors.As(err, &changed):
				if !slices.Equal(changed.Paths, tt.changed) {
					t.Errorf("changed: %v, want %v", changed.Paths, tt.changed)
				}
			case err == nil || tt.want == "" || !strings.Contains(err.Error(), tt.want):
				t.Errorf("got %v, want %q", err, tt.want)
			}
			if d := difference(before, snapshot(t, dir)); d != "" {
				t.Errorf("something changed:\n%s", d)
			}
		})
	}
}

// TestPermissionsStay replaces files of unusual modes.
func TestPermissionsStay(t *testing.T) {
	if os.PathSeparator != '/' {
		t.Skip("this system has no permission bits")
	}
	tests := []struct {
		mode, want fs.FileMode
		to         tree.Kind
	}{
		{0o600, 0o600, tree.Plain},
		{0o400, 0o400, tree.Plain},
		{0o666, 0o666, tree.Plain},
		{0o640, 0o750, tree.Executable},
		{0o755, 0o755, tree.Executable},
		{0o711, 0o600, tree.Plain},
		{0o700 | fs.ModeSetgid, 0o700 | fs.ModeSetgid, tree.Executable},
	}
	for _, tt := range tests {
		root, dir := workspace(t, tree.Tree{"f": plain("1")})
		if err := os.Chmod(filepath.Join(dir, "f"), tt.mode); err != nil {
			t.Fatal(err)
		}
		old, err := tree.Lookup(root, "f")
		if err != nil {
			t.Fatal(err)
		}
		p := Plan{{Path: "f", Old: old, New: &tree.File{Data: []byte("2"), Kind: tt.to}}}
		if err := p.Apply(t.Context(), root, Options{}); err != nil {
			t.Fatal(err)
		}
		info, err := root.Lstat("f")
		if err != nil || info.Mode() != tt.want {
			t.Errorf("%v became %v, want %v (%v)", tt.mode, info.Mode(), tt.want, err)
		}
	}
}

// TestCancelled cancels Apply at each step: until the journal is written, nothing
// happens; after that, everything does.
func TestCancelled(t *testing.T) {
	for _, tr := range trials(t) {
		for n := range 40 {
			root, dir := workspace(t, tr.files)
			ctx, cancel := context.WithCancel(t.Context())
			journal := 40 // the step that writes the journal
			d := trapped(realDisk(root), func(at int) error {
				if at == n {
					cancel()
				}
				if found, _ := filepath.Glob(filepath.Join(dir, stageDir, "*", "journal.json")); len(found) > 0 {
					journal = min(journal, at-1)
				}
				return nil
			})
			err := sorted(tr.plan).apply(ctx, d, Options{Last: tr.last})
			cancel()
			if err != nil && !errors.Is(err, context.Canceled) {
				t.Fatalf("%s: cancelled at step %d: %v", tr.name, n, err)
			}
			if after := tr.whole(t, dir, true); after != (err == nil) || after != (n >= journal) {
				t.Fatalf("%s: cancelled at step %d of %d: %v, but after is %v", tr.name, n, journal, err, after)
			}
		}
	}
}

// TestNoPlan leaves no trace of a plan that is empty.
func TestNoPlan(t *testing.T) {
	root, dir := workspace(t, nil)
	if err := (Plan{}).Apply(t.Context(), root, Options{}); err != nil {
		t.Fatal(err)
	}
	if got := snapshot(t, dir); len(got) > 0 {
		t.Errorf("something is left: %v", got)
	}
}

// TestStateOfItsOwn: what stands in .svcgen/.gitignore is a person's, and a plan
// may write the file itself.
func TestStateOfItsOwn(t *testing.T) {
	root, dir := workspace(t, tree.Tree{ignorePath: plain("mine\n")})
	if err := (Plan{made("a", "1")}).Apply(t.Context(), root, Options{}); err != nil {
		t.Fatal(err)
	}
	if got := snapshot(t, dir)[ignorePath]; !strings.HasSuffix(got, " mine\n") {
		t.Errorf("a person's .gitignore became %q", got)
	}

	root, dir = workspace(t, nil)
	p := Plan{made(ignorePath, "planned\n"), made(".svcgen/templates/x@1/template.yaml", "x")}
	if err := p.Apply(t.Context(), root, Options{}); err != nil {
		t.Fatal(err)
	}
	got := snapshot(t, dir)
	if !strings.HasSuffix(got[ignorePath], " planned\n") || got[".svcgen/templates/x@1/template.yaml"] == "" {
		t.Errorf("%v", got)
	}
}

// TestStageIsPrivate looks at the stage before each step: git never sees a file
// in it, and nobody can read there what was not readable before.
func TestStageIsPrivate(t *testing.T) {
	root, dir := workspace(t, tree.Tree{"a": plain("1"), "secret": plain("old")})
	if err := os.Chmod(filepath.Join(dir, "secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	p, seen := Plan{edited("a", "1", "2"), edited("secret", "old", "new")}, 0
	d := trapped(realDisk(root), func(int) error {
		now := snapshot(t, dir)
		for name, s := range now {
			if !strings.HasPrefix(name, stageDir) || strings.HasSuffix(name, "/") {
				continue
			}
			seen++
			ignore := now[path.Join(stageDir, strings.Split(name, "/")[2], ".gitignore")]
			if now[ignorePath] == "" && !strings.HasSuffix(ignore, " *\n") {
				t.Errorf("git sees %s", name)
			}
			if (strings.HasSuffix(s, " old") || strings.HasSuffix(s, " new")) && !strings.HasPrefix(s, "-rw-------") {
				t.Errorf("everybody can read %s: %s", name, s)
			}
		}
		return nil
	})
	// Without hard links, the old content is copied.
	d.link = func(string, string) error { return errors.ErrUnsupported }
	if err := p.apply(t.Context(), d, Options{}); err != nil {
		t.Fatal(err)
	}
	if seen == 0 {
		t.Error("nothing was staged")
	}
}

// TestNoHardLinks applies the plans on a disk without hard links, and kills them.
func TestNoHardLinks(t *testing.T) {
	for _, tr := range trials(t) {
		for alive, n := false, 0; !alive; n++ {
			root, dir := workspace(t, tr.files)
			d := realDisk(root)
			d.link = func(string, string) error { return errors.ErrUnsupported }
			var err error
			alive = survives(func() { err = tr.apply(trapped(d, killAt(n))) })
			if err != nil {
				t.Fatalf("%s: %v", tr.name, err)
			}
			if _, err := Recover(root); err != nil {
				t.Fatalf("%s: killed at step %d: %v", tr.name, n, err)
			}
			if after := tr.whole(t, dir, true); alive && !after {
				t.Fatalf("%s: nothing was applied", tr.name)
			}
		}
	}
}

// TestLastComesLast looks for the manifest after each step.
func TestLastComesLast(t *testing.T) {
	for _, tr := range trials(t) {
		if tr.last == "" {
			continue
		}
		for alive, n := false, 0; !alive; n++ {
			root, dir := workspace(t, tr.files)
			alive = survives(func() { tr.apply(trapped(realDisk(root), killAt(n))) })
			now := snapshot(t, dir)
			if now[tr.last] == tr.before[tr.last] {
				continue
			}
			for _, c := range tr.plan {
				if c.New != nil && now[c.Path] != tr.after[c.Path] {
					t.Fatalf("%s: killed at step %d: the manifest is new, %s is not", tr.name, n, c.Path)
				}
			}
		}
	}
}
