package main_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the examples anew")

// examples are the workspaces below examples/, each with the commands that make
// it. The folder holds what they write, byte for byte.
var examples = map[string][]string{
	"shop": {
		"init --module github.com/acme/shop --with all",
		"new payments --owner team-payments",
		"new ledger --owner team-ledger --set resource=entry --set database=postgres",
		"add endpoint POST /v1/payments/{id}/refund --service payments",
		"add endpoint GET /v1/payments/search --service payments",
		"add endpoint DELETE /v1/entries/{id} --service ledger",
		"new fraud --template worker --owner team-risk --set resource=payment --set subject=payments.created",
		"add publisher fraud.flagged --service fraud",
	},
}

func TestExamples(t *testing.T) {
	for name, commands := range examples {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), name)
			for _, c := range commands {
				run(t, t.TempDir(), append(strings.Fields(c), "-C", dir)...)
			}
			want := filepath.Join("..", "..", "examples", name)
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
				t.Errorf("examples/%s is not what svcgen writes: %v\ngo test ./cmd/svcgen -run TestExamples -update writes it anew", name, d)
			}
		})
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

// TestExamplesBuild builds, vets and tests every service of the examples as its
// own CI would.
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
			wholesome(t, alone)
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
