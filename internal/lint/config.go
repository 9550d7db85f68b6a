package lint

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/document"
)

// ConfigFile is the name of the file that says how loud the rules are. The
// nearest one counts: in a template's folder, or in one above it.
const ConfigFile = ".svcgen-lint.yaml"

// Config is what a ConfigFile says. Its paths are relative to its folder.
type Config struct {
	Baseline string // the baseline's file, or ""

	severities map[string]severity
	exclude    []string
	ignore     []exception
}

// severity is a rule's own, or off.
type severity struct {
	off   bool
	level Severity
}

// exception leaves the findings of some rules in some paths out.
type exception struct {
	rules, paths []string
	reason       string
}

// ParseConfig reads a ConfigFile. All that is wrong in it comes back at once.
func ParseConfig(file string, data []byte) (*Config, error) {
	c := &Config{severities: map[string]severity{}}
	r, root := document.Open(file, data)
	if root == nil {
		return c, r.Err()
	}
	given := 0
	r.Fields(root, ConfigFile, map[string]func(document.Node){
		"version": func(n document.Node) {
			if given = r.Int(n, "version"); given != 1 {
				r.Fail(n, "version must be 1", "")
			}
		},
		"rules": func(n document.Node) {
			for _, p := range r.Pairs(n, "rules") {
				knownRule(r, p.At, p.Key)
				c.severities[p.Key] = readSeverity(r, p.N)
			}
		},
		"exclude":  func(n document.Node) { c.exclude = patterns(r, n, "exclude") },
		"baseline": func(n document.Node) { c.Baseline = r.String(n, "baseline") },
		"ignore": func(n document.Node) {
			for _, item := range r.Items(n, "ignore") {
				c.ignore = append(c.ignore, readException(r, item))
			}
		},
	})
	if given == 0 && r.Err() == nil {
		r.Fail(root, "version is missing", "version: 1")
	}
	return c, r.Err()
}

func knownRule(r *document.Reader, n document.Node, id string) {
	var ids []string
	for _, rule := range Rules() {
		ids = append(ids, rule.ID)
	}
	if slices.Contains(ids, id) {
		return
	}
	hint := "svcgen lint --rules lists them"
	if near := diag.Nearest(id, ids); near != "" {
		hint = "did you mean " + near + "?"
	}
	r.Fail(n, fmt.Sprintf("there is no rule %q", id), hint)
}

func readSeverity(r *document.Reader, n document.Node) severity {
	switch text := r.String(n, "a rule's severity"); text {
	case "off":
		return severity{off: true}
	case "info", "warning", "error":
		return severity{level: Severity(slices.Index([]string{"info", "warning", "error"}, text))}
	case "":
	default:
		r.Fail(n, fmt.Sprintf("a rule's severity cannot be %q", text), "one of error, warning, info, off")
	}
	return severity{}
}

func readException(r *document.Reader, n document.Node) exception {
	var e exception
	r.Fields(n, "ignore", map[string]func(document.Node){
		"rules": func(n document.Node) {
			for _, item := range r.Items(n, "rules") {
				id := r.String(item, "a rule")
				knownRule(r, item, id)
				e.rules = append(e.rules, id)
			}
		},
		"paths":  func(n document.Node) { e.paths = patterns(r, n, "paths") },
		"reason": func(n document.Node) { e.reason = strings.TrimSpace(r.String(n, "reason")) },
	})
	switch {
	case len(e.rules) == 0:
		r.Fail(n, "rules is missing", "name the rules that do not count there")
	case len(e.paths) == 0:
		r.Fail(n, "paths is missing", "a rule that counts nowhere is turned off under rules")
	case e.reason == "":
		r.Fail(n, "reason is missing", "say why the rules do not count there")
	}
	return e
}

func patterns(r *document.Reader, n document.Node, what string) []string {
	out := r.Strings(n, what)
	for i, p := range out {
		if _, err := path.Match(p, ""); err != nil {
			r.Fail(r.Items(n, what)[i], fmt.Sprintf("%q is not a pattern", p), "* and ? stand for parts of a name, ** for any folders")
		}
	}
	return out
}

// matches reports whether a pattern names the path or a folder that it is in.
func matches(pattern, name string) bool {
	return matchSegments(strings.Split(strings.Trim(pattern, "/"), "/"), strings.Split(name, "/"))
}

func matchSegments(pattern, name []string) bool {
	switch {
	case len(pattern) == 0:
		return true // what is below counts too
	case pattern[0] == "**":
		return matchSegments(pattern[1:], name) || len(name) > 0 && matchSegments(pattern, name[1:])
	case len(name) == 0:
		return false
	}
	ok, _ := path.Match(pattern[0], name[0])
	return ok && matchSegments(pattern[1:], name[1:])
}

func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, name) })
}

// off reports whether the rule is turned off; a nil Config turns none off.
func (c *Config) off(rule string) bool { return c != nil && c.severities[rule].off }

// level is the rule's severity.
func (c *Config) level(rule string, own Severity) Severity {
	if c == nil {
		return own
	}
	if s, ok := c.severities[rule]; ok && !s.off {
		return s.level
	}
	return own
}

// judge says whether a finding of the rule in a file, seen from the config's
// folder, is left out altogether, or suppressed for a reason.
func (c *Config) judge(rule, file string) (excluded bool, reason string) {
	if c == nil {
		return false, ""
	}
	if matchesAny(c.exclude, file) {
		return true, ""
	}
	for _, e := range c.ignore {
		if slices.Contains(e.rules, rule) && matchesAny(e.paths, file) {
			return false, e.reason
		}
	}
	return false, ""
}
