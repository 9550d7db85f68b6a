package insert

// goLanguage is what the dispatcher calls for Go: bodies and structs line by
// line, composite literals as lists, imports.
func goLanguage() language {
	return language{
		word: "a Go file", kinds: []Kind{Func, List, Field, Import},
		insert: func(s *source, a Address, text []byte) ([]byte, error) {
			switch a.Kind {
			case List:
				return goListInsert(s, a, text)
			case Import:
				return goImportInsert(s, a, text)
			}
			return goBodyInsert(s, a, text)
		},
		remove: func(s *source, a Address, text []byte) ([]byte, error) {
			switch a.Kind {
			case List:
				return goListRemove(s, a, text)
			case Import:
				return goImportRemove(s, a, text)
			}
			return goBodyRemove(s, a, text)
		},
		find: func(s *source, a Address, text []byte) (Span, error) {
			switch a.Kind {
			case List:
				return goListFind(s, a, text)
			case Import:
				return goImportFind(s, a, text)
			}
			return goBodyFind(s, a, text)
		},
		value: func(s *source, a Address, text []byte) ([]byte, error) {
			switch a.Kind {
			case List:
				return goListValue(s, a, text)
			case Import:
				return goImportValue(s, a, text)
			}
			return goBodyValue(s, a, text)
		},
		parses: func(s *source) error { _, err := parseGo(s); return err },
		snippet: func(a Address, text []byte) string {
			if a.Kind == Import {
				if e, err := readImport(&source{}, a, text); err == nil {
					return "import " + e.write()
				}
			}
			return string(text)
		},
	}
}
