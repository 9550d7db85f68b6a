package main_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xeipuuv/gojsonschema"
	"go.yaml.in/yaml/v3"
	"golang.org/x/tools/txtar"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

const schemas = "../../docs/schemas"

// form is one of svcgen's own files: its schema, and what reads it.
type form struct {
	schema string
	load   func(data []byte, beside tree.Tree) error
}

// forms by the files' names.
var forms = map[string]form{
	"svcgen.yaml": {"manifest.json", func(data []byte, _ tree.Tree) error {
		_, err := workspace.ParseManifest(data)
		return err
	}},
	"service.yaml": {"descriptor.json", func(data []byte, _ tree.Tree) error {
		_, err := workspace.ParseDescriptor("service.yaml", data)
		return err
	}},
	"template.yaml": {"template.json", func(data []byte, beside tree.Tree) error {
		files := tree.Tree{}
		maps.Copy(files, beside)
		files["template.yaml"] = tree.File{Data: data}
		_, err := template.Load(files, "t")
		return err
	}},
}

func schema(t *testing.T, name string) (compiled *gojsonschema.Schema, raw map[string]any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(schemas, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if want := "https://raw.githubusercontent.com/svcgen/svcgen/main/docs/schemas/" + name; raw["$id"] != want {
		t.Errorf("%s has the $id %v, want %s", name, raw["$id"], want)
	}
	compiled, err = gojsonschema.NewSchema(gojsonschema.NewGoLoader(raw))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return compiled, raw
}

// faults are what a schema finds wrong in a YAML document.
func faults(t *testing.T, s *gojsonschema.Schema, data []byte) []string {
	t.Helper()
	var doc any
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return []string{err.Error()}
	}
	r, err := s.Validate(gojsonschema.NewGoLoader(doc))
	if err != nil {
		return []string{err.Error()}
	}
	var out []string
	for _, e := range r.Errors() {
		out = append(out, e.String())
	}
	return out
}

// TestSchemasAcceptWhatLoads: an editor marks nothing that svcgen takes. The files
// are those of the examples, the templates and the command line's tests.
func TestSchemasAcceptWhatLoads(t *testing.T) {
	seen := map[string]int{}
	try := func(name, where string, data []byte, beside tree.Tree) {
		f, ours := forms[name]
		if !ours || f.load(data, beside) != nil {
			return
		}
		seen[name]++
		s, _ := schema(t, f.schema)
		for _, fault := range faults(t, s, data) {
			t.Errorf("%s is taken by svcgen, and its schema says %s", where, fault)
		}
	}
	for _, root := range []string{"../../examples", "../../templates"} {
		err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || forms[d.Name()].schema == "" {
				return err
			}
			data, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			var beside tree.Tree
			if d.Name() == "template.yaml" {
				if beside, err = tree.FromFS(os.DirFS(filepath.Dir(p))); err != nil {
					return err
				}
			}
			try(d.Name(), p, data, beside)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, script := range scripts {
		a, err := txtar.ParseFile(script)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range a.Files {
			beside := tree.Tree{}
			for _, other := range a.Files {
				if rel, inside := strings.CutPrefix(other.Name, path.Dir(f.Name)+"/"); inside {
					beside[rel] = tree.File{Data: other.Data}
				}
			}
			try(path.Base(f.Name), script+": "+f.Name, f.Data, beside)
		}
	}
	for name := range forms {
		if seen[name] < 10 {
			t.Errorf("only %d files called %s were looked at", seen[name], name)
		}
	}
}

// TestSchemasRefuseWhatDoesNotLoad: an editor marks what svcgen refuses, as far as
// one file alone can tell.
func TestSchemasRefuseWhatDoesNotLoad(t *testing.T) {
	whole := "version: 1\nname: t\nrelease: 1.0.0\nkind: other\nlayers: [base]\n"
	for _, c := range []struct{ file, data string }{
		{"svcgen.yaml", "module: x\n"},
		{"svcgen.yaml", "version: 2\n"},
		{"svcgen.yaml", "version: 0\n"},
		{"svcgen.yaml", "version: one\n"},
		{"svcgen.yaml", "- version: 1\n"},
		{"svcgen.yaml", "version: 1\nservices: []\n"},
		{"svcgen.yaml", "version: 1\nservices:\n  A b: {path: a}\n"},
		{"svcgen.yaml", "version: 1\nservices:\n  a: {port: 80}\n"},
		{"svcgen.yaml", "version: 1\nservices:\n  a: {path: ../x}\n"},
		{"svcgen.yaml", "version: 1\nservices:\n  a: {path: /etc}\n"},
		{"svcgen.yaml", "version: 1\nservices:\n  a: {path: a, port: 0}\n"},
		{"svcgen.yaml", "version: 1\nservices:\n  a: {path: a, port: 70000}\n"},
		{"svcgen.yaml", "version: 1\nservices:\n  a: {path: a, port: many}\n"},
		{"svcgen.yaml", "version: 1\nservices:\n  a: {path: a, needs: b}\n"},
		{"svcgen.yaml", "version: 1\ntemplates:\n  a: {source: git+https://example.com/x}\n"},
		{"svcgen.yaml", "version: 1\ntemplates:\n  a: {source: git+https://example.com/x, digest: md5}\n"},
		{"svcgen.yaml", "version: 1\ntrust:\n  - {source: '*'}\n"},
		{"svcgen.yaml", "version: 1\nwiring:\n  - {slot: compse}\n"},
		{"svcgen.yaml", "version: 1\nwiring:\n  - {at: [x]}\n"},
		{"svcgen.yaml", "version: 1\nwiring:\n  - {file: ../x, end: true, entry: y}\n"},
		{"svcgen.yaml", "version: 1\nwiring:\n  - {slot: compose, create: perhaps}\n"},
		{"service.yaml", "version: 1\ntemplate: http\nrelease: 1.0.0\n"},
		{"service.yaml", "version: 1\nname: a\nrelease: 1.0.0\n"},
		{"service.yaml", "version: 1\nname: a\ntemplate: http\n"},
		{"service.yaml", "version: 2\nname: a\ntemplate: http\nrelease: 1.0.0\n"},
		{"service.yaml", "version: 1\nname: a\ntemplate: http\nrelease: new\n"},
		{"service.yaml", "version: 1\nname: a\ntemplate: http\nrelease: 1.0.0\nvalues: [a]\n"},
		{"service.yaml", "version: 1\nname: a\ntemplate: http\nrelease: 1.0.0\nvalues: {a: [b]}\n"},
		{"service.yaml", "version: 1\nname: a\ntemplate: http\nrelease: 1.0.0\nunits:\n  - {endpoint: {}, consumer: {}}\n"},
		{"service.yaml", "version: 1\nname: a\ntemplate: http\nrelease: 1.0.0\nunits:\n  - endpoint\n"},
		{"template.yaml", strings.Replace(whole, "version: 1", "version: 2", 1)},
		{"template.yaml", strings.Replace(whole, "name: t\n", "", 1)},
		{"template.yaml", strings.Replace(whole, "name: t", "name: T!", 1)},
		{"template.yaml", strings.Replace(whole, "1.0.0", "1.0", 1)},
		{"template.yaml", strings.Replace(whole, "other", "daemon", 1)},
		{"template.yaml", strings.Replace(whole, "layers: [base]\n", "", 1)},
		{"template.yaml", strings.Replace(whole, "[base]", "base", 1)},
		{"template.yaml", strings.Replace(whole, "[base]", "[{when: 'true'}]", 1)},
		{"template.yaml", whole + "values:\n  a-b: {}\n"},
		{"template.yaml", whole + "values:\n  a: {type: float}\n"},
		{"template.yaml", whole + "values:\n  a: {options: []}\n"},
		{"template.yaml", whole + "units:\n  a: {dir: base, insert: [{text: base/x, at: [a]}]}\n"},
		{"template.yaml", whole + "wiring:\n  compose: [{at: [a]}]\n"},
		{"template.yaml", whole + "migrations: [{rename: {a: b}}]\n"},
	} {
		f := forms[c.file]
		if err := f.load([]byte(c.data), tree.Tree{"base/x": {Data: []byte("x")}}); err == nil {
			t.Errorf("svcgen takes\n%s", c.data)
		}
		s, _ := schema(t, f.schema)
		if len(faults(t, s, []byte(c.data))) == 0 {
			t.Errorf("%s accepts\n%s", f.schema, c.data)
		}
	}
}

// TestSchemasKnowTheSameKeys: what the loader calls known keys are the schema's
// properties, at every place that has keys of its own.
func TestSchemasKnowTheSameKeys(t *testing.T) {
	const key = "zzzzzzzzzzzz"
	whole := "version: 1\nname: t\nrelease: 1.0.0\nkind: other\nlayers: [base]\n"
	for _, c := range []struct{ file, data, at string }{
		{"svcgen.yaml", "version: 1\n%s: 1\n", ""},
		{"svcgen.yaml", "version: 1\nservices:\n  a: {path: a, %s: 1}\n", "properties services additionalProperties"},
		{"svcgen.yaml", "version: 1\ntemplates:\n  a: {%s: 1}\n", "properties templates additionalProperties anyOf 1"},
		{"svcgen.yaml", "version: 1\ntrust:\n  - {%s: 1}\n", "properties trust items"},
		{"svcgen.yaml", "version: 1\nwiring:\n  - {slot: compose, %s: 1}\n", "properties wiring items"},
		{"service.yaml", "version: 1\nname: a\ntemplate: http\nrelease: 1.0.0\n%s: 1\n", ""},
		{"template.yaml", whole + "%s: 1\n", ""},
		{"template.yaml", whole + "values:\n  a: {%s: 1}\n", "properties values additionalProperties"},
		{"template.yaml", strings.Replace(whole, "[base]", "[{dir: base, %s: 1}]", 1), "properties layers items anyOf 1"},
		{"template.yaml", whole + "units:\n  a: {dir: base, %s: 1}\n", "properties units additionalProperties"},
		{"template.yaml", whole + "units:\n  a: {dir: base, values: {b: {%s: 1}}}\n", "properties units additionalProperties properties values additionalProperties"},
		{"template.yaml", whole + "units:\n  a: {insert: [{file: a, %s: 1}]}\n", "properties units additionalProperties properties insert items"},
		{"template.yaml", whole + "wiring:\n  compose: [{text: base/x, %s: 1}]\n", "properties wiring additionalProperties items anyOf 1"},
		{"template.yaml", whole + "migrations: [{to: 2.0.0, %s: 1}]\n", "properties migrations items"},
	} {
		f := forms[c.file]
		err := f.load(fmt.Appendf(nil, c.data, key), tree.Tree{"base/x": {Data: []byte("x")}})
		var known []string
		for _, e := range diag.All(err) {
			if list, ok := strings.CutPrefix(e.Hint, "known here: "); ok && strings.Contains(e.Msg, key) {
				known = strings.Split(list, ", ")
			}
		}
		if known == nil {
			t.Errorf("%s %s: the loader does not tell its keys: %v", c.file, c.at, err)
			continue
		}
		_, raw := schema(t, f.schema)
		var at any = raw
		for step := range strings.FieldsSeq(c.at) {
			switch v := at.(type) {
			case map[string]any:
				at = v[step]
			case []any:
				at = v[int(step[0]-'0')]
			}
		}
		place, _ := at.(map[string]any)
		properties, _ := place["properties"].(map[string]any)
		if got := slices.Sorted(maps.Keys(properties)); !slices.Equal(got, known) {
			t.Errorf("%s at %q has the keys\n%v, svcgen knows\n%v", f.schema, c.at, got, known)
		}
		if place["additionalProperties"] != false {
			t.Errorf("%s at %q takes any key", f.schema, c.at)
		}
	}
	_, raw := schema(t, "manifest.json")
	enum := raw["properties"].(map[string]any)["wiring"].(map[string]any)["items"].(map[string]any)["properties"].(map[string]any)["slot"].(map[string]any)["enum"].([]any)
	if got := fmt.Sprint(enum); got != fmt.Sprint(workspace.SlotNames()) {
		t.Errorf("the schema has the slots %s, svcgen %v", got, workspace.SlotNames())
	}
}
