package source

import (
	"regexp"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
)

// Pattern stands for repositories: "*" for any characters but a slash, "/**" at
// the end for everything below, "**" alone for all sources. Upper and lower case
// are the same, and so are a repository's name with and without ".git".
type Pattern struct {
	text string
	rule *regexp.Regexp
}

// ParsePattern reads a pattern. One that could match no source is refused: it
// would look like protection and be none.
func ParsePattern(text string) (Pattern, error) {
	wrong := func(why string) (Pattern, error) {
		return Pattern{}, diag.Errorf("the pattern %q %s", clip(text), why).
			WithHint("e.g. git+https://github.com/acme/*, oci://registry.acme.com/**, or ** for all sources")
	}
	if text == "**" {
		return Pattern{text, regexp.MustCompile(`^`)}, nil
	}
	body, below := strings.CutSuffix(text, "/**")
	if strings.Contains(body, "**") {
		return wrong("has ** elsewhere than at its end")
	}
	example := strings.ReplaceAll(body, "*", "x")
	if below {
		example += "/x"
	}
	s, err := Parse(example)
	switch {
	case err != nil:
		return wrong("is not that of a source")
	case s.Version != "" || s.Digest != "" || s.Sub != "":
		return wrong("names a version or a folder; trust is about whole repositories")
	case s.Kind == Folder && text != s.Path:
		return wrong("is that of a folder, which is named in full and plainly")
	}
	expr := strings.ReplaceAll(regexp.QuoteMeta(trimGit(body)), `\*`, `[^/]*`)
	if below {
		expr += "/.+"
	}
	return Pattern{text, regexp.MustCompile("(?i)^" + expr + "$")}, nil
}

// Match reports whether the pattern stands for s's repository.
func (p Pattern) Match(s Source) bool {
	return p.rule != nil && p.rule.MatchString(trimGit(s.Repository()))
}

func (p Pattern) String() string { return p.text }

func trimGit(s string) string { return strings.TrimSuffix(s, ".git") }
