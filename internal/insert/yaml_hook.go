package insert

// yamlLanguage is what the dispatcher calls for YAML.
func yamlLanguage() language {
	refuse := func(s *source) error { return s.fail(Invalid, -1, "YAML is not read yet") }
	return language{
		word: "a YAML file", kinds: []Kind{At},
		insert: func(s *source, a Address, text []byte) ([]byte, error) { return nil, refuse(s) },
		remove: func(s *source, a Address, text []byte) ([]byte, error) { return nil, refuse(s) },
		find:   func(s *source, a Address, text []byte) (Span, error) { return Span{}, refuse(s) },
		value:  func(s *source, a Address, text []byte) ([]byte, error) { return nil, refuse(s) },
	}
}
