package supply

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/svcgen/svcgen/internal/cache"
	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/service"
	"github.com/svcgen/svcgen/internal/source"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/trust"
	"github.com/svcgen/svcgen/internal/workspace"
)

const (
	one = "h1:6VQHo0fUtrnNIfboKz3WNK5sDdotZ5ISC/0zB6sGHhs="
	two = "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
)

// manifest has comments and spacing of a person's own, which must stay.
const manifest = `# Ours.
version: 1
module: example.com/shop
services:
  x: {path: x, port: 8081}   # the first
templates:   # besides the built-in ones
  acme: {source: 'git+https://example.com/acme@v1.0.0', digest: ` + one + `}  # reviewed
  own: ./tools/own
`

func opened(t *testing.T, text, descriptor string) (*workspace.Workspace, workspace.Library) {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "x"), 0o777); err != nil {
		t.Fatal(err)
	}
	for p, data := range map[string]string{"svcgen.yaml": text, "x/service.yaml": descriptor} {
		if err := os.WriteFile(filepath.Join(dir, p), []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	w, err := workspace.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w, workspace.Library{Builtin: fstest.MapFS{"http/template.yaml": {}}, W: w}
}

const foreign = "version: 1\nname: x\ntemplate: acme/worker\nrelease: 1.0.0\n"

// after is the manifest as the outcome leaves it.
func after(t *testing.T, out *service.Outcome) string {
	t.Helper()
	if len(out.Plan) != 1 || out.Plan[0].Path != workspace.ManifestFile {
		t.Fatalf("the plan is %v", out.Plan)
	}
	return string(out.Plan[0].New.Data)
}

func TestChanges(t *testing.T) {
	w, lib := opened(t, manifest, foreign)
	const acme = "  acme: {source: 'git+https://example.com/acme@v1.0.0', digest: " + one + "}  # reviewed\n"
	for name, c := range map[string]struct {
		do       func() (*service.Outcome, error)
		old, new string // lines of the manifest
	}{
		"add": {func() (*service.Outcome, error) {
			return Add(w, lib, "beta", "oci://example.com/beta:1.0.0", two, []string{"beta"})
		}, acme, acme + "  beta: {source: oci://example.com/beta:1.0.0, digest: " + two + "}\n"},
		"add a folder": {func() (*service.Outcome, error) { return AddFolder(w, lib, "zeta", "tools/zeta", []string{"zeta"}) },
			"  own: ./tools/own\n", "  own: ./tools/own\n  zeta: ./tools/zeta\n"},
		"renew": {func() (*service.Outcome, error) {
			return Renew(w, []Renewal{{"acme", "git+https://example.com/acme@v1.1.0", two}})
		}, acme, strings.NewReplacer("v1.0.0", "v1.1.0", one, two).Replace(acme)},
		"renew the digest": {func() (*service.Outcome, error) {
			return Renew(w, []Renewal{{"acme", "git+https://example.com/acme@v1.0.0", two}})
		}, acme, strings.Replace(acme, one, two, 1)},
		"remove": {func() (*service.Outcome, error) { return Remove(w, "own", false) }, "  own: ./tools/own\n", ""},
	} {
		out, err := c.do()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if want, got := strings.Replace(manifest, c.old, c.new, 1), after(t, out); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
		if len(out.Lines) != 1 || out.Done == "" {
			t.Errorf("%s says %v, %q", name, out.Lines, out.Done)
		}
	}
	out, err := Renew(w, []Renewal{{"acme", "git+https://example.com/acme@v1.0.0", one}})
	if err != nil || len(out.Plan) != 0 {
		t.Errorf("nothing is renewed by %v, %v", out, err)
	}
}

func TestRefuses(t *testing.T) {
	w, lib := opened(t, manifest, foreign)
	add := func(name string) error {
		_, err := Add(w, lib, name, "git+https://example.com/x@v1", one, nil)
		return err
	}
	for want, err := range map[string]error{
		`"Acme" is not a name for templates`:        add("Acme"),
		`"../x" is not a name for templates`:        add("../x"),
		"the workspace has templates acme already":  add("acme"),
		"http is a built-in template":               add("http"),
		`the manifest names no templates "acne"`:    func() error { _, err := Remove(w, "acne", false); return err }(),
		"x come from the templates acme":            func() error { _, err := Remove(w, "acme", false); return err }(),
		"the templates gone are gone from the mani": func() error { _, err := Renew(w, []Renewal{{"gone", "x", one}}); return err }(),
	} {
		problems := diag.All(err)
		if len(problems) != 1 || !strings.Contains(problems[0].Msg, want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if out, err := Remove(w, "acme", true); err != nil || strings.Contains(after(t, out), "acme@") {
		t.Errorf("with force: %v", err)
	}
}

// A service of a template whose name only begins alike is not in the way.
func TestRemoveLooksAtWholeNames(t *testing.T) {
	w, _ := opened(t, manifest, strings.Replace(foreign, "acme/", "acmes/", 1))
	if _, err := Remove(w, "acme", false); err != nil {
		t.Error(err)
	}
}

// TestShelf takes files from the cache only where they have the digest, and where
// the trust list speaks of their source, only with a record of that very source.
func TestShelf(t *testing.T) {
	files := tree.Tree{"template.yaml": {Data: []byte("version: 1\n")}}
	digest, err := workspace.Digest(files)
	if err != nil {
		t.Fatal(err)
	}
	from, err := source.Parse("git+https://example.com/acme@v1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	other, err := source.Parse("git+https://example.com/other@v1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	d := cache.Dir(t.TempDir())
	get := Shelf(d)
	absent := func(err error) bool { var a *workspace.AbsentError; return errors.As(err, &a) }
	if _, err := get("acme", workspace.Template{Source: from, Digest: digest}, trust.List{}); !absent(err) {
		t.Errorf("an empty cache: %v", err)
	}
	if err := d.Store(files, cache.Record{Source: from.String(), Digest: digest}); err != nil {
		t.Fatal(err)
	}
	for _, s := range []source.Source{from, other} { // content is content where nobody asks who made it
		if got, err := get("acme", workspace.Template{Source: s, Digest: digest}, trust.List{}); err != nil || len(got) != 1 {
			t.Errorf("%s: %v, %v", s, got, err)
		}
	}
	text := strings.Replace(manifest, "services:\n", "trust:\n  - {source: 'git+https://example.com/*', require-signature: true, keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA a]}\nservices:\n", 1)
	w, _ := opened(t, text, foreign)
	if _, err := get("acme", workspace.Template{Source: other, Digest: digest}, w.Manifest.Trust); !absent(err) || !strings.Contains(err.Error(), "did not come from their source") {
		t.Errorf("content that another source brought: %v", err)
	}
	if _, err := get("acme", workspace.Template{Source: from, Digest: digest}, w.Manifest.Trust); err == nil || absent(err) || !strings.Contains(err.Error(), "sign") {
		t.Errorf("without a signature where one is required: %v", err)
	}
}
