package author

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/svcgen/svcgen/internal/service"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
)

func nothing(string) bool { return false }

// made is the folder of a new template.
func made(t *testing.T, kind string) tree.Tree {
	t.Helper()
	out, err := New(Options{Name: "acme", Kind: kind, Dir: "."}, nothing)
	if err != nil {
		t.Fatal(err)
	}
	return filesOf(out)
}

func filesOf(out *service.Outcome) tree.Tree {
	files := tree.Tree{}
	for _, c := range out.Plan {
		files[strings.TrimPrefix(c.Path, "acme/")] = *c.New
	}
	return files
}

func TestNewTemplates(t *testing.T) {
	pinned, err := os.ReadFile("../../templates/http/base/Dockerfile.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range template.Kinds {
		t.Run(kind, func(t *testing.T) {
			files := made(t, kind)
			tmpl, err := template.Load(files, "acme")
			if err != nil {
				t.Fatal(err)
			}
			if tmpl.Kind != kind || tmpl.Name != "acme" || len(tmpl.Values) != 1 || len(tmpl.Units) != 1 || len(tmpl.Wiring) != 1 {
				t.Errorf("the template is %+v", tmpl)
			}
			for p := range tmpl.Files {
				if strings.HasPrefix(p, "tests/") {
					t.Errorf("%s is part of the release", p)
				}
			}
			images := regexp.MustCompile(`\S+@sha256:[0-9a-f]{64}`).FindAll(files["base/Dockerfile.tmpl"].Data, -1)
			if len(images) != 2 {
				t.Errorf("the Dockerfile pins %d images", len(images))
			}
			for _, image := range images {
				if !strings.Contains(string(pinned), string(image)) {
					t.Errorf("%s is not what the built-in templates pin", image)
				}
			}
			for p, f := range files {
				if m := regexp.MustCompile(`TEMPLATE-\w+|UNIT-NAME`).Find(f.Data); m != nil {
					t.Errorf("%s holds %s", p, m)
				}
			}
		})
	}
}

func TestCasesNotice(t *testing.T) {
	files := made(t, "server")
	tmpl, err := template.Load(files, "acme")
	if err != nil {
		t.Fatal(err)
	}
	recorded := files.Under(template.TestsDir)
	try := func(tests tree.Tree) []Result {
		cases, err := Cases(tmpl, "acme/tests", tests)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Try(tmpl, cases, "acme/tests", tests)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := try(recorded); len(got) != 1 || !got[0].OK() || got[0].Files == 0 {
		t.Fatalf("a new template's case: %+v", got)
	}
	// Whatever one file of the record becomes, the case fails.
	for _, p := range recorded.Paths() {
		if !strings.HasPrefix(p, "basic/") {
			continue
		}
		gone, changed, more, link := recorded.Clone(), recorded.Clone(), recorded.Clone(), recorded.Clone()
		delete(gone, p)
		changed[p] = tree.File{Data: append([]byte("x"), changed[p].Data...)}
		more[p+".more"] = tree.File{}
		link[p] = tree.File{Data: link[p].Data, Kind: tree.Symlink}
		for what, tests := range map[string]tree.Tree{"gone": gone, "changed": changed, "more": more, "link": link} {
			if got := try(tests); len(got) != 1 || len(got[0].Diff) != 1 {
				t.Errorf("%s %s: %+v", p, what, got)
			}
		}
	}
	stray := recorded.Clone()
	stray["old/main.go"] = tree.File{}
	if got := try(stray); len(got) != 2 || got[1].Err == nil || got[1].Name != "old" {
		t.Errorf("a folder without a case: %+v", got)
	}
}

func TestCaseFaults(t *testing.T) {
	tmpl, err := template.Load(made(t, "server"), "acme")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ src, want string }{
		{"", "x.yaml: the case is empty"},
		{"version: 1\n", "x.yaml:1:1: service is missing"},
		{"service: payments\n", "x.yaml:1:1: version is missing"},
		{"version: 2\nservice: payments\n", "x.yaml:1:10: version 2 is newer"},
		{"version: 1\nservice: Payments\n", `x.yaml:2:10: "Payments" is not a service's name`},
		{"version: 1\nservice: {name: payments, path: ../x}\n", `x.yaml:2:10: "../x" is not a folder`},
		{"version: 1\nservice: {name: payments, color: red}\n", `x.yaml:2:27: unknown key "color" in service`},
		{"version: 1\nservice: payments\nvalue: {}\n", `x.yaml:3:1: unknown key "value" in a case`},
		{"version: 1\nservice: payments\nvalues: {log: xml}\n", `x.yaml:3:9: log: "xml" is not one of json, text`},
		{"version: 1\nservice: payments\nvalues: {size: 3}\n", `there is no value "size"`},
		{"version: 1\nservice: payments\nunits: [endpoint]\n", "x.yaml:3:9: a unit must be a mapping"},
		{"version: 1\nservice: payments\nunits: [{queue: {}}]\n", `x.yaml:3:10: there is no unit "queue"`},
		{"version: 1\nservice: payments\nunits: [{endpoint: {method: GET}}]\n", "x.yaml:3:10: endpoint: path is missing"},
		{"version: 1\nservice: payments\nunits: [{endpoint: {method: GET, path: x}}]\n", "x.yaml:3:10: endpoint: "},
		{"version: 1\nservice: [a\n", "not valid YAML"},
	} {
		_, err := Cases(tmpl, "", tree.Tree{"x.yaml": {Data: []byte(tc.src)}})
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%q: %v, want %s", tc.src, err, tc.want)
		}
	}
	if _, err := Cases(tmpl, "t", tree.Tree{"x.yml": {}}); err == nil || !strings.Contains(err.Error(), "ends in .yaml") {
		t.Errorf("x.yml: %v", err)
	}
}
