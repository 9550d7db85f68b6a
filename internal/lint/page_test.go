package lint

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPages holds docs/rules.md and the page of every rule to the rules and
// their examples. UPDATE=1 writes them anew.
func TestPages(t *testing.T) {
	const docs = "../../docs"
	want := map[string]string{"rules.md": Index()}
	for _, r := range Rules() {
		want[filepath.Join("rules", r.ID+".md")] = Page(r)
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.MkdirAll(filepath.Join(docs, "rules"), 0o777); err != nil {
			t.Fatal(err)
		}
		for name, text := range want {
			if err := os.WriteFile(filepath.Join(docs, name), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, text := range want {
		got, err := os.ReadFile(filepath.Join(docs, name))
		if err != nil {
			t.Error(err)
			continue
		}
		if strings.ReplaceAll(string(got), "\r\n", "\n") != text {
			t.Errorf("docs/%s is not what the rules say; UPDATE=1 go test ./internal/lint -run TestPages writes it", name)
		}
	}
	entries, err := os.ReadDir(filepath.Join(docs, "rules"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if _, ok := want[filepath.Join("rules", e.Name())]; !ok {
			t.Errorf("docs/rules/%s is the page of no rule", e.Name())
		}
	}
}
