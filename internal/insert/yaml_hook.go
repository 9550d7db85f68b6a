package insert

import "strings"

// yamlLanguage is what the dispatcher calls for YAML.
func yamlLanguage() language {
	return language{
		word: "a YAML file", kinds: []Kind{At},
		snippet: yamlSnippet,
		insert:  func(s *source, a Address, text []byte) ([]byte, error) { return yamlInsert(s.name, s.data, a, text) },
		remove: func(s *source, a Address, text []byte) ([]byte, error) {
			return yamlRemoveText(s.name, s.data, a, text)
		},
		find:  func(s *source, a Address, text []byte) (Span, error) { return yamlFindText(s.name, s.data, a, text) },
		value: func(s *source, a Address, text []byte) ([]byte, error) { return yamlValueText(s.name, s.data, a, text) },
		parses: func(s *source) error {
			if _, bad := parseYAML(s.data); bad != nil {
				return s.fail(Invalid, bad.pos, "does not parse as YAML: %s", bad.msg)
			}
			return nil
		},
	}
}

// yamlSnippet is the entry as a person would write it: below its key, or behind
// the dash of its element.
func yamlSnippet(a Address, text []byte) string {
	lines := block(string(text))
	if _, _, item := selector(a.Key); item || a.Key == "" {
		return "- " + strings.Join(lines, "\n  ")
	}
	key, err := Encode("x.yaml", a.Key)
	if err != nil {
		return strings.Join(lines, "\n")
	}
	head := strings.TrimSpace(string(key)) + ":"
	if len(lines) == 1 && !strings.Contains(lines[0], ": ") {
		return head + " " + lines[0]
	}
	return head + "\n  " + strings.Join(lines, "\n  ")
}
