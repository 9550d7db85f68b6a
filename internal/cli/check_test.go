package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCheckRules holds docs/check.md to what check finds, and asks of the scripts
// to show every rule.
func TestCheckRules(t *testing.T) {
	page, err := os.ReadFile("../../docs/check.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../../cmd/svcgen/testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var scripts strings.Builder
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		scripts.Write(data)
	}
	var want strings.Builder
	for _, r := range checkRules() {
		doc := r.Doc
		if r.Why != "" { // a rule of lint, which speaks of templates
			r.ID, doc = fmt.Sprintf("[%s](rules/%s.md)", r.ID, r.ID), "As the rule of lint says, of the service."
		}
		fmt.Fprintf(&want, "| %s | %s |\n", r.ID, doc)
		id, _, _ := strings.Cut(strings.TrimPrefix(r.ID, "["), "]")
		if !strings.Contains(scripts.String(), `[`+id) {
			t.Errorf("no script shows %s", id)
		}
	}
	if !strings.Contains(strings.ReplaceAll(string(page), "\r\n", "\n"), want.String()) {
		t.Errorf("docs/check.md lacks the table\n%s", want.String())
	}
}
