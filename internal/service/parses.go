package service

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"path"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"go.yaml.in/yaml/v3"
	"golang.org/x/mod/modfile"
)

// parses tells why a file of a known language does not parse, or nil. What
// parsed before a merge must parse after it.
func parses(p string, data []byte) error {
	switch path.Base(p) {
	case "go.mod":
		_, err := modfile.Parse(p, data, nil)
		return err
	case "go.work":
		_, err := modfile.ParseWork(p, data, nil)
		return err
	}
	switch strings.ToLower(path.Ext(p)) {
	case ".go":
		_, err := parser.ParseFile(token.NewFileSet(), p, data, parser.SkipObjectResolution)
		return err
	case ".json":
		var v any
		return json.Unmarshal(data, &v)
	case ".yaml", ".yml":
		dec := yaml.NewDecoder(bytes.NewReader(data))
		for {
			var n yaml.Node
			err := dec.Decode(&n)
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			var v any // a key that is there twice shows only here
			err = n.Decode(&v)
			var several *yaml.TypeError
			if errors.As(err, &several) {
				return errors.New(several.Errors[0])
			}
			if err != nil {
				return err
			}
		}
	case ".toml":
		var v any
		return toml.Unmarshal(data, &v)
	}
	return nil
}
