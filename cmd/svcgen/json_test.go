package main_test

import (
	"encoding/json"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/xeipuuv/gojsonschema"
)

// closed makes a schema refuse properties that it does not name: what is printed
// must be documented, though readers must bear more.
func closed(v any) {
	switch v := v.(type) {
	case map[string]any:
		if _, has := v["properties"]; has && v["additionalProperties"] == nil {
			v["additionalProperties"] = false
		}
		for _, sub := range v {
			closed(sub)
		}
	case []any:
		for _, sub := range v {
			closed(sub)
		}
	}
}

// TestOutputsAreWhatTheirSchemasSay runs every command with --json.
func TestOutputsAreWhatTheirSchemasSay(t *testing.T) {
	dir := tiny(t)
	write(t, dir, map[string]string{"tools/tiny/tests/first.yaml": "version: 1\nservice: payments\n"})
	git := func(args ...string) {
		tool(t, dir, nil, "git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.com"}, args...)...)
	}
	git("init", "-q")
	git("add", ".")
	git("commit", "-qm", "one")
	real := filepath.Join(t.TempDir(), "real")
	compiled := map[string]*gojsonschema.Schema{}
	covered, used := map[string]bool{}, map[string]bool{}
	check := func(name string, args ...string) {
		t.Helper()
		covered[strings.Join(words(args), " ")] = true
		used[name+".json"] = true
		if compiled[name] == nil {
			_, raw := schema(t, "output/"+name+".json")
			closed(raw)
			s, err := gojsonschema.NewSchema(gojsonschema.NewGoLoader(raw))
			if err != nil {
				t.Fatal(err)
			}
			compiled[name] = s
		}
		cmd := svcgen(t, dir, append(args, "--json", "--no-input")...)
		cmd.Stderr = nil
		out, _ := cmd.Output() // findings have an exit code
		var doc any
		if err := json.Unmarshal(out, &doc); err != nil {
			t.Errorf("svcgen %s prints no JSON: %v\n%.300s", strings.Join(args, " "), err, out)
			return
		}
		r, err := compiled[name].Validate(gojsonschema.NewGoLoader(doc))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range r.Errors() {
			t.Errorf("svcgen %s: %s", strings.Join(args, " "), e)
		}
	}
	check("change", "new", "payments", "--template", "tiny", "--diff")
	check("change", "new", "ledger", "--template", "tiny", "--dry-run")
	check("change", "init", "../made")
	check("change", "new", "shop", "--init", "-C", real)
	check("change", "add", "endpoint", "GET", "/v1/shops/{id}/sign", "-C", real)
	check("change", "set", "database=postgres", "--service", "shop", "-C", real)
	check("change", "rename", "payments", "money")
	write(t, dir, map[string]string{"services/money/README.md": "edited\n", "services/money/a/b/c.txt": "<<<<<<< a\n=======\n>>>>>>> b\n",
		"tools/tiny/template.yaml": strings.Replace(readFile(t, dir, "tools/tiny/template.yaml"), "1.0.0", "1.1.0", 1), "tools/tiny/base/README.md.tmpl": "# other {{ .Service.Name }}\n"})
	check("status", "status")
	check("diff", "diff", "--added")
	check("change", "upgrade", "--dry-run") // has a conflict
	check("change", "upgrade", "--conflict", "ours")
	check("change", "refresh", "-C", real)
	check("affected", "affected", "--since", "HEAD")
	check("graph", "graph", "--since", "HEAD")
	check("graph", "graph", "-C", real, "--focus", "shop")
	write(t, dir, map[string]string{"list.txt": "# nobody\n", "services/stray/README.md": "# stray\n"})
	check("check", "check")
	check("change", "adopt", "services/stray", "--template", "tiny", "--dry-run")
	check("map", "map", "--export", "map.html")
	check("lint", "lint", "tools/tiny")
	check("lint-rules", "lint", "--rules")
	check("template-list", "template", "list")
	check("template-show", "template", "show", "http")
	check("template-test", "template", "test", "tools/tiny")
	check("template-outdated", "template", "outdated")
	check("template-fetch", "template", "fetch")
	check("change", "template", "new", "books", "--kind", "other", "--into", "shared")
	srv := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(srv.Close)
	oci := "oci://" + strings.TrimPrefix(srv.URL, "http://") + "/acme/templates"
	check("template-push", "template", "push", "shared/books", oci+":1.0.0", "--dry-run")
	check("template-push", "template", "push", "shared/books", oci+":1.0.0")
	check("change", "template", "add", "acme", oci+":1.0.0", "--trust", "--diff")
	check("template-outdated", "template", "outdated")
	check("template-fetch", "template", "fetch")
	write(t, dir, map[string]string{"shared/books/template.yaml": strings.Replace(readFile(t, dir, "shared/books/template.yaml"), "1.0.0", "1.1.0", 1)})
	check("template-push", "template", "push", "shared/books", oci+":1.1.0")
	check("template-outdated", "template", "outdated")
	check("change", "template", "update", "acme", "--trust", "--dry-run")
	check("change", "template", "update", "acme", "--trust")
	if !strings.Contains(readFile(t, dir, "svcgen.yaml"), "/acme/templates:1.1.0") {
		t.Error("template update did not take the new release")
	}
	check("change", "template", "remove", "acme")
	check("change", "remove", "money", "--force")
	check("version", "version")

	// What is left out, and why.
	without := map[string]string{
		"completion": "prints a script", "help": "prints a text", "template": "has commands of its own",
	}
	for _, parent := range []string{"", "template"} {
		out := run(t, dir, append([]string{"__complete"}, append(strings.Fields(parent), "")...)...)
		for line := range strings.Lines(out) {
			name, _, ok := strings.Cut(line, "\t")
			full := strings.TrimSpace(parent + " " + name)
			if ok && !covered[full] && without[full] == "" {
				t.Errorf("svcgen %s is not looked at", full)
			}
		}
	}
	entries, err := os.ReadDir(filepath.Join(schemas, "output"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !used[e.Name()] {
			t.Errorf("no command prints %s", e.Name())
		}
	}
}

// words are a command's own: one, or two below template.
func words(args []string) []string {
	if args[0] == "template" {
		return args[:2]
	}
	return args[:1]
}

func readFile(t *testing.T, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestCompletion asks svcgen as a shell does.
func TestCompletion(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "shop")
	run(t, t.TempDir(), "new", "payments", "--init", "-C", dir)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"st"}, "status"},
		{[]string{"new", "x", "--template", ""}, "http"},
		{[]string{"new", "x", "--template", "wo"}, "worker"},
		{[]string{"add", ""}, "endpoint"},
		{[]string{"add", "endpoint", "p"}, "POST"},
		{[]string{"add", "endpoint", "--service", ""}, "payments"},
		{[]string{"status", ""}, "payments"},
		{[]string{"upgrade", "pay"}, "payments"},
		{[]string{"remove", ""}, "payments"},
		{[]string{"rename", ""}, "payments"},
		{[]string{"set", ""}, "database="},
		{[]string{"set", "database="}, "database=postgres"},
		{[]string{"new", "x", "--set", ""}, "database="},
		{[]string{"new", "x", "--template", "worker", "--set", "sub"}, "subject="},
		{[]string{"graph", "--focus", ""}, "payments"},
		{[]string{"graph", "--format", ""}, "mermaid"},
		{[]string{"template", "show", ""}, "worker"},
	} {
		out := run(t, dir, append([]string{"__complete"}, c.args...)...)
		var offered []string
		for line := range strings.Lines(out) {
			word, _, _ := strings.Cut(strings.TrimRight(line, "\n"), "\t")
			offered = append(offered, word)
		}
		if !slices.Contains(offered, c.want) {
			t.Errorf("svcgen %s: %q is not in %q", strings.Join(c.args, " "), c.want, offered)
		}
	}
}
