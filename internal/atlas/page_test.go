package atlas

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/svcgen/svcgen/internal/workspace"
)

// TestLibraries builds the libraries anew: what is committed is what their authors
// published.
func TestLibraries(t *testing.T) {
	if _, err := exec.LookPath("npm"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("npm is needed: apt-get install npm")
		}
		t.Skip("there is no npm here")
	}
	dir := t.TempDir()
	if out, err := exec.Command("bash", "libraries/build.sh", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"dagre.js", "markdown-it.js", "LICENSES.txt"} {
		want, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if asset(name) != string(want) {
			t.Errorf("page/%s is not what libraries/build.sh writes: run it", name)
		}
	}
}

// TestExportEndsItsElements: nothing of a workspace, and nothing in a library, ends
// an element before its time, and the policy lists what is there.
func TestExportEndsItsElements(t *testing.T) {
	m := &Map{Workspace: `</title><script>`, Services: []Service{{Name: "a", Owner: "</script><script>alert(1)</script><!--"}}}
	out, err := Export(m, map[string]Detail{"a": {Runbook: "<!-- <script> </script>"}})
	if err != nil {
		t.Fatal(err)
	}
	text := string(out)
	if n := strings.Count(text, "<script"); n != len(scripts)+1 {
		t.Errorf("%d scripts begin, want %d", n, len(scripts)+1)
	}
	if n := strings.Count(text, "</script"); n != len(scripts)+1 {
		t.Errorf("%d scripts end, want %d", n, len(scripts)+1)
	}
	if strings.Contains(text, "<!--") {
		t.Error("a comment begins")
	}
	for _, body := range regexp.MustCompile(`(?s)<script>(.*?)</script>`).FindAllStringSubmatch(text, -1) {
		if !strings.Contains(text, digest(body[1])) {
			t.Errorf("the policy has no %.40s", body[1])
		}
	}
	if again, _ := Export(m, map[string]Detail{"a": {Runbook: "<!-- <script> </script>"}}); string(again) != text {
		t.Error("the same workspace gives two pages")
	}
	if strings.Contains(text, "{{") && !strings.Contains(asset("markdown-it.js"), "{{") {
		t.Error("a mark of index.html is left")
	}
}

// TestPageLoadsNothingElse: no address of another host is in what is loaded.
func TestPageLoadsNothingElse(t *testing.T) {
	for _, name := range append([]string{"index.html", styles}, scripts...) {
		if found := regexp.MustCompile(`(src|href)=["']?(https?:)?//|@import|url\(["']?(https?:)?//|sourceMappingURL`).FindString(asset(name)); found != "" {
			t.Errorf("%s has %s", name, found)
		}
	}
}

func TestEndpoints(t *testing.T) {
	got, err := endpoints([]byte(`{"paths": {"/b": {"parameters": [], "x-y": 1, "delete": {"operationId": "drop"}, "get": {"summary": "Look <b>"}}, "/a": {"post": {}}}}`))
	want := []Endpoint{{"POST", "/a", "", ""}, {"GET", "/b", "", "Look <b>"}, {"DELETE", "/b", "drop", ""}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	for _, bad := range []string{"", "[]", `{"paths": 1}`, `{"paths": {"/a": {"get": "x"}}}`, `{"paths": {"/a": []}}`} {
		if _, err := endpoints([]byte(bad)); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
	if got, err := endpoints([]byte(`{}`)); err != nil || len(got) != 0 {
		t.Error(got, err)
	}
}

func TestReadDetail(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"svcgen.yaml":        "version: 1\nservices:\n  a: {path: a}\n  b: {path: b}\n  gone: {path: gone}\n",
		"a/service.yaml":     "version: 1\nname: a\ntemplate: http\nrelease: 1.0.0\nunits:\n  - endpoint: {method: GET, path: /v1/x, name: getX}\n  - migration: {name: one, number: '1'}\n",
		"a/docs/runbook.md":  "bad \xff byte",
		"b/service.yaml":     "version: 1\nname: b\ntemplate: http\nrelease: 1.0.0\nunits:\n  - endpoint: {method: GET, path: /v1/x, name: getX}\n",
		"b/api/openapi.json": `{"paths": {"/v1/real": {"get": {}}}}`,
		"secret":             "secret",
	} {
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	_ = os.Mkdir(filepath.Join(dir, "b", "docs"), 0o777)
	linked := os.Symlink(filepath.Join(dir, "secret"), filepath.Join(dir, "b", "docs", "runbook.md")) == nil
	w, err := workspace.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	a := ReadDetail(w, w.Manifest.Service("a"))
	if diff := cmp.Diff(Detail{Endpoints: []Endpoint{{"GET", "/v1/x", "getX", ""}}, Units: []Unit{{"migration", []string{"one", "1"}}}, Runbook: "bad \uFFFD byte", Notes: []string{}}, a); diff != "" {
		t.Error(diff)
	}
	b := ReadDetail(w, w.Manifest.Service("b"))
	if len(b.Endpoints) != 1 || b.Endpoints[0].Path != "/v1/real" || b.Runbook != "" || linked && len(b.Notes) != 1 {
		t.Errorf("%+v", b)
	}
	if gone := ReadDetail(w, w.Manifest.Service("gone")); len(gone.Endpoints)+len(gone.Units)+len(gone.Notes) != 0 || gone.Runbook != "" {
		t.Errorf("%+v", gone)
	}
}
