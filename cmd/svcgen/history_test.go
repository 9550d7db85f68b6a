package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestHistory takes a service through the real history of the built-in
// templates: it comes from an old release, grows, is edited, and is upgraded to
// the newest. No edit is lost, and the service is whole. Then it gets another
// value and gives it back.
func TestHistory(t *testing.T) {
	if testing.Short() {
		t.Skip("builds services")
	}
	old, err := filepath.Glob("../../internal/template/testdata/releases/*.txtar")
	if err != nil || len(old) == 0 {
		t.Fatal("no releases", err)
	}
	for _, archive := range old {
		name := strings.TrimSuffix(filepath.Base(archive), ".txtar")
		t.Run(name, func(t *testing.T) { upgraded(t, archive, name) })
	}
}

func upgraded(t *testing.T, archive, release string) {
	kind, _, _ := strings.Cut(release, "@")
	dir := filepath.Join(t.TempDir(), "shop")
	run(t, t.TempDir(), "init", dir, "--module", "example.com/shop")
	a, err := txtar.ParseFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range a.Files {
		put(t, filepath.Join(dir, "old", filepath.FromSlash(f.Name)), f.Data)
	}
	manifest := filepath.Join(dir, "svcgen.yaml")
	plain, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	put(t, manifest, append(plain, "templates:\n  "+kind+": ./old\n"...))
	run(t, dir, "new", "payments", "--template", kind)
	if kind == "http" {
		run(t, dir, "add", "endpoint", "POST", "/v1/payments/{id}/refund", "--service", "payments")
		run(t, dir, "add", "endpoint", "GET", "/v1/rates", "--service", "payments")
	}
	svc := filepath.Join(dir, "services", "payments")
	edits := map[string][2]string{ // file, what is replaced, and by what
		"docs/runbook.md":             {"\n## ", "\n## By hand: "},
		"Makefile":                    {"\n\n", "\n\n# by hand\n"},
		"internal/config/config.go":   {"\ntype ", "\n// By hand.\n\ntype "},
		"observability/alerts.yaml":   {"groups:\n", "# by hand\ngroups:\n"},
		"../../compose.yaml":          {"    restart: unless-stopped\n", "    restart: always # by hand\n"},
		"internal/payments/byhand.go": {"", "package payments\n\n// ByHand is a person's own.\nconst ByHand = true\n"},
	}
	for p, e := range edits {
		file := filepath.Join(svc, filepath.FromSlash(p))
		data, _ := os.ReadFile(file)
		if !strings.Contains(string(data), e[0]) {
			t.Fatalf("%s does not hold %q", p, e[0])
		}
		put(t, file, []byte(strings.Replace(string(data), e[0], e[1], 1)))
	}
	if err := os.Remove(filepath.Join(svc, "catalog-info.yaml")); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	put(t, manifest, []byte(strings.Replace(string(data), "templates:\n  "+kind+": ./old\n", "", 1)))

	run(t, dir, "upgrade")
	if out := run(t, dir, "upgrade"); !strings.Contains(out, "nothing to do") {
		t.Errorf("a second upgrade has something to do:\n%s", out)
	}
	for p, e := range edits {
		data, err := os.ReadFile(filepath.Join(svc, filepath.FromSlash(p)))
		if err != nil || !strings.Contains(string(data), e[1]) {
			t.Errorf("%s lost %q: %v", p, e[1], err)
		}
	}
	if _, err := os.Stat(filepath.Join(svc, "catalog-info.yaml")); err == nil {
		t.Error("a file that a person deleted is back")
	}
	if kind == "http" {
		before := contents(snapshot(t, dir))
		run(t, dir, "set", "database=postgres")
		if d := differences(before, contents(snapshot(t, dir))); len(d) < 5 {
			t.Errorf("a database changes only %v", d)
		}
		alone := filepath.Join(t.TempDir(), "postgres")
		if err := os.CopyFS(alone, os.DirFS(svc)); err != nil {
			t.Fatal(err)
		}
		tool(t, alone, nil, "go", "vet", "./...")
		tool(t, alone, nil, "go", "mod", "tidy", "-diff")
		run(t, dir, "set", "database=none")
		if d := differences(before, contents(snapshot(t, dir))); len(d) > 0 {
			t.Errorf("a value that was given back leaves changes in %v", d)
		}
	}
	alone := filepath.Join(t.TempDir(), "alone")
	if err := os.CopyFS(alone, os.DirFS(svc)); err != nil {
		t.Fatal(err)
	}
	wholesome(t, alone)
}

func put(t testing.TB, file string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o666); err != nil {
		t.Fatal(err)
	}
}
