package lint

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/svcgen/svcgen/internal/tree"
)

// TestExamples lints every template of every rule's example: the archive's
// comment lists the findings that each must get, and nothing else may be found.
// What Mend makes of a bad one stands beside it, as bad-mended. UPDATE=1 writes
// both anew.
func TestExamples(t *testing.T) {
	for _, r := range Rules() {
		t.Run(r.ID, func(t *testing.T) {
			if r.Doc == "" || r.Why == "" || r.Remedy == "" || r.Check == nil {
				t.Error("the rule is incomplete")
			}
			name := filepath.Join("examples", r.ID+".txtar")
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			directives, want, _ := strings.Cut(string(a.Comment), "\n\n")
			var got strings.Builder
			opts := exampleOptions(t, r)
			for _, which := range []string{"bad", "bad-2", "good", "good-2"} {
				rep, err := Run(context.Background(), []Input{exampleInput(t, a, which, directives)}, opts)
				if err != nil {
					t.Fatal(err)
				}
				lines, own := findings(rep, r.ID, which)
				got.WriteString(lines)
				if bad := strings.HasPrefix(which, "bad"); bad != own {
					t.Errorf("%s: the rule speaks: %v", which, own)
				}
			}
			mended := mendedFiles(t, a, directives)
			if os.Getenv("UPDATE") != "" {
				a.Files = append(slices.DeleteFunc(a.Files, isMended), mended...)
				a.Comment = []byte(directives + "\n\n" + got.String())
				if err := os.WriteFile(name, txtar.Format(a), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got.String()); diff != "" {
				t.Error(diff)
			}
			a.Files = slices.DeleteFunc(a.Files, func(f txtar.File) bool { return !isMended(f) })
			if diff := cmp.Diff(text(a.Files), text(mended)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// exampleOptions let a rule build that must; images are left out.
func exampleOptions(t *testing.T, r Rule) Options {
	if !r.Build {
		return Options{}
	}
	b, err := NewBuilder(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	if b.Go == "" || testing.Short() {
		t.Skip("it builds services")
	}
	b.Docker = ""
	return Options{Build: b}
}

func text(files []txtar.File) string { return string(txtar.Format(&txtar.Archive{Files: files})) }

func isMended(f txtar.File) bool {
	dir, _, _ := strings.Cut(f.Name, "/")
	return strings.HasSuffix(dir, "-mended")
}

// mendedFiles is what Mend changes in the examples. Mending again must change
// nothing, and what was mended must be gone.
func mendedFiles(t *testing.T, a *txtar.Archive, directives string) []txtar.File {
	var out []txtar.File
	for _, which := range []string{"bad", "bad-2", "good", "good-2"} {
		in := exampleInput(t, a, which, directives)
		m, err := Mend(context.Background(), in, Options{})
		if err != nil {
			t.Fatal(err)
		}
		mended := in
		mended.Files = m.Files
		again, err := Mend(context.Background(), mended, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if len(again.Applied) > 0 {
			t.Errorf("%s: mended twice: %v", which, again.Applied)
		}
		before, err := Run(context.Background(), []Input{in})
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Report.Findings)+len(m.Applied) > len(before.Findings) {
			t.Errorf("%s: mended %d of %d findings, and %d are left", which, len(m.Applied), len(before.Findings), len(m.Report.Findings))
		}
		for _, p := range m.Files.Paths() {
			if !m.Files[p].Equal(in.Files[p]) {
				out = append(out, txtar.File{Name: which + "-mended/" + p, Data: m.Files[p].Data})
			}
		}
	}
	return out
}

// findings writes the report a line a finding, and says whether the rule is
// among them.
func findings(rep *Report, rule, which string) (lines string, own bool) {
	var b strings.Builder
	for _, f := range rep.Findings {
		own = own || f.Rule == rule
		fmt.Fprintf(&b, "%s: %s: %s: %s [%s]", which, f.position(), f.Severity, f.Message, f.Rule)
		if len(f.With) > 0 {
			b.WriteString(" with " + Choice(f.With))
		}
		b.WriteString("\n")
	}
	return b.String(), own
}

// exampleInput is one template of an archive; what it was before stands in the
// folder that ends in -before.
func exampleInput(t *testing.T, a *txtar.Archive, which, directives string) Input {
	in := Input{Label: "demo", Files: exampleTree(t, a, which, directives)}
	if slices.ContainsFunc(a.Files, func(f txtar.File) bool { return strings.HasPrefix(f.Name, which+"-before/") }) {
		in.Released, in.Since = exampleTree(t, a, which+"-before", directives), "v1.0.0"
	}
	return in
}

// exampleTree is one template of an archive, upon the frame that the first line
// of its comment names. A line "without bad base/x" takes a file of the frame
// away.
func exampleTree(t *testing.T, a *txtar.Archive, which, directives string) tree.Tree {
	t.Helper()
	lines := strings.Split(directives, "\n")
	frame, err := txtar.ParseFile("testdata/frames/" + strings.TrimPrefix(lines[0], "frame: ") + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := tree.Tree{}
	for _, f := range frame.Files {
		files[f.Name] = tree.File{Data: f.Data}
	}
	for _, l := range lines[1:] {
		if gone, ok := strings.CutPrefix(l, "without "+which+" "); ok {
			if _, ok := files[gone]; !ok {
				t.Errorf("the frame has no %s", gone)
			}
			delete(files, gone)
		}
	}
	for _, f := range a.Files {
		if name, ok := strings.CutPrefix(f.Name, which+"/"); ok {
			files[name] = tree.File{Data: f.Data}
			if target, ok := strings.CutPrefix(string(f.Data), "link to "); ok {
				files[name] = tree.File{Data: []byte(strings.TrimSpace(target)), Kind: tree.Symlink}
			}
		}
	}
	return files
}

func TestPairwiseCoversAllPairs(t *testing.T) {
	lists := [][]string{{"a", "b", "c"}, {"1", "2"}, {"x", "y", "z", "w"}, {"p", "q"}, {"k", "l", "m"}}
	sets := pairwise(lists, 64)
	for i := range lists {
		for j := i + 1; j < len(lists); j++ {
			for _, a := range lists[i] {
				for _, b := range lists[j] {
					met := false
					for _, s := range sets {
						met = met || s[i] == a && s[j] == b
					}
					if !met {
						t.Errorf("no set has %s with %s", a, b)
					}
				}
			}
		}
	}
	if len(sets) > 24 {
		t.Errorf("%d sets for 144 combinations", len(sets))
	}
}
