package lint

import (
	"embed"
	"fmt"
	"path"
	"strings"

	"golang.org/x/tools/txtar"
)

// examples hold the templates that show each rule. The tests lint them, so that
// a page cannot say what a rule does not.
//
//go:embed examples/*.txtar
var examples embed.FS

// Page explains a rule in Markdown: what it finds, why, what to do, a bad and a
// good example.
func Page(r Rule) string {
	var b strings.Builder
	a := exampleOf(r.ID)
	fmt.Fprintf(&b, "# %s\n\n*%s*%s\n\n%s\n\n## Why\n\n%s\n\n## Remedy\n\n%s.\n", r.ID, r.Severity, fixNote(a), r.Doc, r.Why, strings.TrimSuffix(firstUpper(r.Remedy), "."))
	if r.Since {
		b.WriteString("\nThe rule speaks with `--since` alone.\n")
	}
	if r.Build {
		b.WriteString("\nThe rule speaks with `--build` alone.\n")
	}
	if a == nil {
		return b.String()
	}
	writeExample(&b, a, "bad", "Bad")
	b.WriteString("\n`svcgen lint` says:\n\n")
	fence(&b, "", findingsIn(a, "bad"))
	if hasFiles(a, "bad-mended") {
		b.WriteString("\n`--fix` makes of it:\n")
		writeFiles(&b, a, "bad-mended")
	}
	writeExample(&b, a, "good", "Good")
	return b.String()
}

func firstUpper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// exampleOf is the rule's archive, or nil.
func exampleOf(id string) *txtar.Archive {
	data, err := examples.ReadFile("examples/" + id + ".txtar")
	if err != nil {
		return nil
	}
	return txtar.Parse(data)
}

// Mends reports whether --fix can mend what the rule finds, for some of its
// examples at least.
func (r Rule) Mends() bool {
	a := exampleOf(r.ID)
	return a != nil && (hasFiles(a, "bad-mended") || hasFiles(a, "bad-2-mended"))
}

func fixNote(a *txtar.Archive) string {
	if a == nil || !hasFiles(a, "bad-mended") && !hasFiles(a, "bad-2-mended") {
		return ""
	}
	return ", mended by `--fix` where that is certain"
}

func hasFiles(a *txtar.Archive, dir string) bool {
	for _, f := range a.Files {
		if strings.HasPrefix(f.Name, dir+"/") {
			return true
		}
	}
	return false
}

// findingsIn lists the findings that the archive's comment has for an example.
func findingsIn(a *txtar.Archive, which string) string {
	var b strings.Builder
	for line := range strings.Lines(string(a.Comment)) {
		if f, ok := strings.CutPrefix(line, which+": "); ok {
			b.WriteString(f)
		}
	}
	return b.String()
}

func writeExample(b *strings.Builder, a *txtar.Archive, which, title string) {
	fmt.Fprintf(b, "\n## %s\n", title)
	first, _, _ := strings.Cut(string(a.Comment), "\n")
	if kind := strings.TrimPrefix(first, "frame: "); kind != "other" {
		fmt.Fprintf(b, "\nIn a template of kind `%s` that has all else that it needs:\n", kind)
	}
	for line := range strings.Lines(string(a.Comment)) {
		if gone, ok := strings.CutPrefix(strings.TrimSpace(line), "without "+which+" "); ok {
			fmt.Fprintf(b, "\nThere is no `%s`.\n", gone)
		}
	}
	if hasFiles(a, which+"-before") {
		b.WriteString("\nIt was:\n")
		writeFiles(b, a, which+"-before")
		b.WriteString("\nIt is:\n")
	}
	writeFiles(b, a, which)
}

func writeFiles(b *strings.Builder, a *txtar.Archive, which string) {
	for _, f := range a.Files {
		if name, ok := strings.CutPrefix(f.Name, which+"/"); ok {
			fmt.Fprintf(b, "\n`%s`:\n\n", name)
			fence(b, language(name), string(f.Data))
		}
	}
}

// fence writes a block of code, in as many backticks as it needs.
func fence(b *strings.Builder, language, text string) {
	marks := "```"
	for strings.Contains(text, marks) {
		marks += "`"
	}
	fmt.Fprintf(b, "%s%s\n%s", marks, language, text)
	if text != "" && !strings.HasSuffix(text, "\n") {
		b.WriteByte('\n')
	}
	b.WriteString(marks + "\n")
}

// language is what a renderer of Markdown calls a file's language.
func language(name string) string {
	name = strings.TrimSuffix(name, ".tmpl")
	if isDockerfile(name) {
		return "dockerfile"
	}
	switch ext := strings.TrimPrefix(path.Ext(name), "."); ext {
	case "yaml", "json", "toml", "go":
		return ext
	case "yml":
		return "yaml"
	}
	return ""
}

// Index lists every rule in Markdown, with links to pages beside it.
func Index() string {
	var b strings.Builder
	b.WriteString("# Lint rules\n\n`svcgen lint` applies these to every template; [Linting templates](lint.md) tells how to suppress them.\n" +
		"`svcgen lint --explain ID` shows a rule's page. These pages are written from the rules and their examples.\n\n" +
		"| rule | severity | `--fix` | finds |\n|---|---|---|---|\n")
	for _, r := range Rules() {
		mends := ""
		if r.Mends() {
			mends = "yes"
		}
		fmt.Fprintf(&b, "| [%s](rules/%s.md) | %s | %s | %s |\n", r.ID, r.ID, r.Severity, mends, strings.ReplaceAll(r.Doc, "|", "\\|"))
	}
	return b.String()
}
