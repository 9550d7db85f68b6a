package insert

// yamlLanguage is what the dispatcher calls for YAML.
func yamlLanguage() language {
	return language{
		word: "a YAML file", kinds: []Kind{At},
		insert: func(s *source, a Address, text []byte) ([]byte, error) { return yamlInsert(s.name, s.data, a, text) },
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
