package lint

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestRulesPage holds docs/rules.md to the rules. UPDATE=1 writes it anew.
func TestRulesPage(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Lint rules\n\n`svcgen lint` applies these to every template. `svcgen lint --explain ID` shows one of them. This page is written\nfrom the rules themselves.\n")
	for _, r := range Rules() {
		fmt.Fprintf(&b, "\n## %s\n\n*%s.* %s %s\n\nRemedy: %s.\n", r.ID, r.Severity, r.Doc, r.Why, strings.TrimSuffix(r.Remedy, "."))
	}
	const page = "../../docs/rules.md"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(page, []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != b.String() {
		t.Error("docs/rules.md is not what the rules say; UPDATE=1 go test ./internal/lint -run TestRulesPage writes it")
	}
}
