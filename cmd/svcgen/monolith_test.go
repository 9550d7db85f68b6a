package main_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// monolith is a repository as one finds it: an application, and the files that
// its people wrote by hand.
var monolith = map[string]string{
	"go.mod":       "module example.com/old/monolith\n\ngo 1.26.0\n",
	"main.go":      "package main\n\nfunc main() { println(answer()) }\n\nfunc answer() int { return 42 }\n",
	"main_test.go": "package main\n\nimport \"testing\"\n\nfunc TestAnswer(t *testing.T) {\n\tif answer() != 42 {\n\t\tt.Fatal()\n\t}\n}\n",
	"docker-compose.yml": `# what we run
version: '3.8'
x-logging: &logging {driver: json-file}
services:
    app:     # the monolith
        build: .
        ports: ["8080:8080"]
        logging: *logging

    db: {image: 'postgres:15'}

volumes:
    data:
`,
	".github/workflows/build.yml": `on: [push]
jobs:
  test:
    runs-on: ubuntu-24.04
    strategy:
      matrix:
        service: [app]   # add yours
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
      - run: make test SERVICE=${{ matrix.service }}
`,
	"Makefile":   "test:\n\tgo test ./...\n",
	"CODEOWNERS": "* @acme/everybody\n",
	"README.md":  "# The monolith\r\n\r\nOld, and works.\r\n",
	"Procfile":   "web: go run .\n",
}

// TestBesideAMonolith makes the first service beside an application: of its files
// only those change that list services, and these by inserted lines alone. It
// builds and tests as before, so does the service, and all can be undone.
func TestBesideAMonolith(t *testing.T) {
	needed(t, "git", "make")
	dir := filepath.Join(t.TempDir(), "monolith")
	for p, text := range monolith {
		file := filepath.Join(dir, filepath.FromSlash(p))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	git := func(args ...string) string {
		return tool(t, dir, nil, "git", append([]string{"-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "core.autocrlf=false"}, args...)...)
	}
	git("init", "-q")
	git("add", "-A")
	git("commit", "-qm", "the monolith")

	run(t, dir, "init")
	if changed := git("diff", "--name-only"); changed != "" {
		t.Errorf("init changed %s", changed)
	}
	for _, p := range []string{"compose.yaml", "go.work", ".github/workflows/ci.yml", ".editorconfig", ".github/dependabot.yml"} {
		if _, err := os.Stat(filepath.Join(dir, p)); err == nil {
			t.Errorf("init made %s beside what serves in its place", p)
		}
	}
	run(t, dir, "new", "invoices", "--owner", "team-billing", "--set", "database=postgres")
	run(t, dir, "add", "endpoint", "POST", "/v1/invoices/{id}/send", "--service", "invoices")
	run(t, dir, "check")

	var changed []string
	for line := range strings.Lines(git("diff", "--numstat")) {
		f := strings.Fields(line)
		changed = append(changed, f[2])
		// A list within a line is one line replaced; everywhere else lines come, and none goes.
		if want := "0"; f[1] != want && f[2] != ".github/workflows/build.yml" {
			t.Errorf("%s of %s's lines are gone:\n%s", f[1], f[2], git("diff", f[2]))
		}
	}
	if want := []string{".github/workflows/build.yml", "CODEOWNERS", "Procfile", "docker-compose.yml"}; !slices.Equal(changed, want) {
		t.Errorf("changed are %v, want %v", changed, want)
	}
	workflow := contents(snapshot(t, dir))[".github/workflows/build.yml"]
	if !strings.Contains(workflow, "service: [app, invoices]   # add yours") {
		t.Errorf("the matrix is\n%s", workflow)
	}

	// Both build and are tested, each from its own folder.
	tool(t, dir, nil, "make", "test")
	if out := tool(t, dir, nil, "go", "list", "./..."); strings.Contains(out, "invoices") {
		t.Errorf("the application's own patterns reach into the service: %s", out)
	}
	tool(t, filepath.Join(dir, "services", "invoices"), nil, "go", "vet", "./...")

	run(t, dir, "remove", "invoices", "--force")
	if left := git("diff", "--name-only"); left != "" {
		t.Errorf("after remove there is a difference in %s:\n%s", left, git("diff"))
	}
}
