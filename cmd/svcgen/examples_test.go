package main_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var (
	update = flag.Bool("update", false, "write the examples anew")
	record = flag.Bool("record", false, "take what differs in the examples for what people wrote")
)

// examples are the workspaces below examples/, each with the commands that make
// it. The folder holds what they write, byte for byte, with what people wrote on
// top of that, which is in the .patch file beside it.
var examples = map[string][]string{
	"shop": {
		"init --module github.com/acme/shop --with all",
		"new payments --owner team-payments --set database=postgres",
		"add endpoint POST /v1/payments/{id}/refund --service payments",
		"new ledger --template rpc --owner team-ledger --set resource=entry --set database=postgres",
		"add client ledger --service payments --set operations=createEntry",
		"new credit --owner team-risk --set resource=assessment",
		"add client credit --service payments --set operations=createAssessment",
		"new fraud --template worker --owner team-risk --set resource=payment --set subject=payments.created",
		"add publisher fraud.flagged --service fraud",
		"new attribution --template worker --owner team-growth --set resource=visit --set subject=visits.created",
		"add consumer payments.created --service attribution",
		"new storefront --template web --owner team-shop --set resource=payment",
		"new gateway --template gateway --owner team-shop --set front=http://storefront:8086",
		"add client payments --service gateway",
	},
}

func TestExamples(t *testing.T) {
	for name, commands := range examples {
		t.Run(name, func(t *testing.T) {
			parent := t.TempDir()
			dir := filepath.Join(parent, name)
			for _, c := range commands {
				run(t, t.TempDir(), append(strings.Fields(c), "-C", dir)...)
			}
			want := filepath.Join("..", "..", "examples", name)
			if *record {
				written(t, dir, want, want+".patch")
			}
			if patch, err := filepath.Abs(want + ".patch"); err != nil {
				t.Fatal(err)
			} else if _, err := os.Stat(patch); err == nil {
				tool(t, dir, []string{"GIT_CEILING_DIRECTORIES=" + parent}, "git", "apply", "-p1", "--whitespace=nowarn", patch)
			}
			if *update {
				if err := os.RemoveAll(want); err != nil {
					t.Fatal(err)
				}
				if err := os.CopyFS(want, os.DirFS(dir)); err != nil {
					t.Fatal(err)
				}
				os.Remove(filepath.Join(want, ".svcgen", "lock"))
			}
			if d := differences(contents(snapshot(t, want)), contents(snapshot(t, dir))); len(d) > 0 {
				t.Errorf("examples/%s is not what svcgen writes, and what people wrote: %v\n"+
					"go test ./cmd/svcgen -run 'TestExamples$' -update writes it anew; -record takes it as it is", name, d)
			}
			// What people wrote breaks nothing that svcgen promises.
			run(t, dir, "check")
			run(t, dir, "status", "--check")
		})
	}
}

// written puts what people wrote in example, on top of what is rendered, into
// the file patch.
func written(t *testing.T, rendered, example, patch string) {
	t.Helper()
	parent := t.TempDir()
	for name, dir := range map[string]string{"a": rendered, "b": example} {
		if err := os.CopyFS(filepath.Join(parent, name), os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		os.Remove(filepath.Join(parent, name, ".svcgen", "lock"))
	}
	cmd := exec.Command("git", "diff", "--no-index", "--no-renames", "--no-color", "--no-prefix", "a", "b")
	cmd.Dir = parent
	out, err := cmd.Output() // exits with 1 where they differ
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() > 1 {
		t.Fatal(err)
	}
	if len(out) == 0 {
		os.Remove(patch)
	} else if err := os.WriteFile(patch, out, 0o644); err != nil {
		t.Fatal(err)
	}
}

// contents is a snapshot without permission bits, which git does not keep, and
// without folders.
func contents(s map[string]string) map[string]string {
	out := map[string]string{}
	for p, v := range s {
		if !strings.HasSuffix(p, "/") {
			_, data, _ := strings.Cut(v, " ")
			out[p] = data
		}
	}
	return out
}

// TestExamplesBuild builds, vets and tests every service of the examples, and the
// one that calls others as its own CI would.
func TestExamplesBuild(t *testing.T) {
	if testing.Short() {
		t.Skip("builds services")
	}
	mods, err := filepath.Glob("../../examples/*/services/*/go.mod")
	if err != nil || len(mods) < 2 {
		t.Fatalf("%d services found, %v", len(mods), err)
	}
	for _, mod := range mods {
		dir := filepath.Dir(mod)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			alone := filepath.Join(t.TempDir(), "alone")
			if err := os.CopyFS(alone, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			if filepath.Base(dir) == "payments" {
				wholesome(t, alone)
			} else {
				sound(t, alone, "./...")
			}
		})
	}
}

// wholesome checks that the service in dir, copied out of its workspace, builds,
// is vetted, formatted, tidy and tested, with no network beyond the module cache.
// Tidying alone may reach for more: it reads the tests of what is imported.
func wholesome(t *testing.T, dir string) {
	t.Helper()
	tool(t, dir, nil, "go", "mod", "download")
	offline := []string{"GOPROXY=off", "GOFLAGS=-mod=readonly"}
	tool(t, dir, offline, "go", "build", "./...")
	tool(t, dir, offline, "go", "vet", "./...")
	tool(t, dir, []string{"GOFLAGS=-mod=mod"}, "go", "mod", "tidy", "-diff")
	if out := tool(t, dir, nil, "gofmt", "-l", "."); out != "" {
		t.Errorf("not gofmt-clean: %s", out)
	}
	tool(t, dir, offline, "go", "test", "-race", "-shuffle=on", "./...")
}

// sound checks less of the service in dir than wholesome: what its names and units
// can break. That its values go together the linter's builds tell, which CI runs
// over all of them.
func sound(t *testing.T, dir string, packages ...string) {
	t.Helper()
	tool(t, dir, nil, "go", "mod", "download")
	offline := []string{"GOPROXY=off", "GOFLAGS=-mod=readonly"}
	tool(t, dir, offline, "go", "vet", "./...")
	if out := tool(t, dir, nil, "gofmt", "-l", "."); out != "" {
		t.Errorf("not gofmt-clean: %s", out)
	}
	tool(t, dir, offline, "go", append([]string{"test"}, packages...)...)
}

// tool runs a program in dir, outside of any go.work.
func tool(t testing.TB, dir string, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "GOWORK=off"), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}
