package template_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/templates"
)

var freeze = flag.Bool("freeze", false, "file the built-in templates' releases, and what they render to, for ever")

const releases = "testdata/releases"

// TestReleasesRenderForEver renders every release of a built-in template that
// ever was, and compares with what it rendered to on the day it came out. What
// fails here would change services that nobody touched: mend the renderer, never
// the golden file.
func TestReleasesRenderForEver(t *testing.T) {
	if *freeze {
		freezeBuiltins(t)
	}
	all, err := filepath.Glob(releases + "/*.txtar")
	if err != nil || len(all) == 0 {
		t.Fatal("no releases", err)
	}
	for _, file := range all {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			tmpl := load(t, file)
			want, err := os.ReadFile(strings.TrimSuffix(file, ".txtar") + ".golden")
			if err != nil {
				t.Fatal(err)
			}
			if got := digests(t, tmpl); got != string(want) {
				t.Errorf("the release renders to something else than it did:\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestFrozenReleasesStay holds the built-in templates to their filed releases: a
// change needs a new release.
func TestFrozenReleasesStay(t *testing.T) {
	for name, files := range builtins(t) {
		tmpl, err := template.Load(files, name)
		if err != nil {
			t.Fatal(err)
		}
		archive, err := os.ReadFile(filepath.Join(releases, name+"@"+tmpl.Release+".txtar"))
		if os.IsNotExist(err) {
			continue // it is not out yet
		}
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(archive, packed(t, files)) {
			t.Errorf("templates/%s is not what its release %s was: raise the release in template.yaml", name, tmpl.Release)
		}
	}
}

func builtins(t *testing.T) map[string]tree.Tree {
	t.Helper()
	out := map[string]tree.Tree{}
	entries, err := fs.ReadDir(templates.FS, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !e.IsDir() || e.Name() == "workspace" { // init renders that one once
			continue
		}
		sub, err := fs.Sub(templates.FS, e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if out[e.Name()], err = tree.FromFS(sub); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func freezeBuiltins(t *testing.T) {
	for name, files := range builtins(t) {
		tmpl, err := template.Load(files, name)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(releases, name+"@"+tmpl.Release)
		if _, err := os.Stat(file + ".txtar"); err == nil {
			continue
		}
		if err := os.WriteFile(file+".txtar", packed(t, files), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file+".golden", []byte(digests(t, load(t, file+".txtar"))), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func packed(t *testing.T, files tree.Tree) []byte {
	a := &txtar.Archive{}
	for _, p := range files.Paths() {
		a.Files = append(a.Files, txtar.File{Name: p, Data: files[p].Data})
	}
	data := txtar.Format(a)
	for i, f := range txtar.Parse(data).Files {
		if !bytes.Equal(f.Data, a.Files[i].Data) {
			t.Fatalf("%s does not survive a text archive: does it end with a newline?", f.Name)
		}
	}
	return data
}

func load(t *testing.T, file string) *template.Template {
	t.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	files := tree.Tree{}
	for _, f := range a.Files {
		files[f.Name] = tree.File{Data: f.Data}
	}
	tmpl, err := template.Load(files, path.Base(filepath.ToSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	return tmpl
}

// digests renders every combination of the values with few answers, every unit,
// and every entry, and returns a line for each.
func digests(t *testing.T, tmpl *template.Template) string {
	t.Helper()
	var out strings.Builder
	for _, answers := range answersOf(tmpl.Values) {
		scope := template.Scope{
			Service:   template.Service{Name: "card-payments", Path: "services/card-payments", Module: "example.com/shop/services/card-payments", Port: 8081, Admin: 9081, Owner: "team-cards"},
			Workspace: template.Workspace{Name: "shop", Module: "example.com/shop"},
		}
		values, missing, err := template.Resolve(tmpl.Values, answers, func(known map[string]any) template.Scope {
			sc := scope
			sc.Values = known
			return sc
		})
		if err != nil || len(missing) > 0 {
			t.Fatal(err, missing)
		}
		scope.Values = values
		made, err := tmpl.Service(scope)
		if err != nil {
			t.Fatal(err)
		}
		line := func(what, sum string) { fmt.Fprintf(&out, "%s %v %s\n", what, answers, sum) }
		line("service", digest(made))
		for _, u := range tmpl.Units {
			for _, given := range unitAnswers(u) {
				sc := scope
				if sc.Unit, missing, err = template.Resolve(u.Values, given, func(known map[string]any) template.Scope {
					s := scope
					s.Unit = known
					return s
				}); err != nil || len(missing) > 0 {
					t.Fatal(err, missing)
				}
				made, err := tmpl.RenderUnit(&u, sc)
				if err != nil {
					t.Fatal(err)
				}
				line(fmt.Sprintf("%s %v", u.Name, given), digest(made))
			}
		}
		slots := map[string]bool{}
		for _, w := range tmpl.Wiring {
			slots[w.Slot] = true
		}
		for _, slot := range slices.Sorted(keysOf(slots)) {
			sc := scope
			sc.Slot = template.Slot{File: "deploy/x.yaml", Path: "../services/card-payments"}
			entries, err := tmpl.Entries(slot, sc)
			if err != nil {
				t.Fatal(err)
			}
			h := sha256.New()
			for _, e := range entries {
				fmt.Fprintf(h, "%q %q %v %q\n", e.At, e.Key, e.Ensure, e.Text)
			}
			line("entries "+slot, base64.StdEncoding.EncodeToString(h.Sum(nil)))
		}
	}
	return out.String()
}

func digest(r *template.Rendering) string {
	h := sha256.New()
	for _, p := range r.Files.Paths() {
		fmt.Fprintf(h, "%q %v %q\n", p, r.Files[p].Kind, r.Files[p].Data)
	}
	for _, in := range r.Inserts {
		fmt.Fprintf(h, "%q %+v %q\n", in.File, in.Address, in.Text)
	}
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// answersOf is every combination of yes and no and of options; other values keep
// their defaults.
func answersOf(values []template.Value) []map[string]string {
	out := []map[string]string{{}}
	for _, v := range values {
		choices := v.Options
		if v.Type == template.Bool {
			choices = []string{"yes", "no"}
		}
		if len(choices) == 0 {
			continue
		}
		var next []map[string]string
		for _, m := range out {
			for _, c := range choices {
				n := map[string]string{v.Name: c}
				for k, x := range m {
					n[k] = x
				}
				next = append(next, n)
			}
		}
		out = next
	}
	return out
}

// unitAnswers gives a unit's values answers of their types.
func unitAnswers(u template.Unit) []map[string]string {
	var out []map[string]string
	for i, method := range []string{"GET", "POST", "DELETE"} {
		m := map[string]string{}
		for _, v := range u.Values {
			switch {
			case v.Default != nil:
			case v.Type == template.Method:
				m[v.Name] = method
			case v.Type == template.Route:
				m[v.Name] = []string{"/v1/refunds", "/v1/refunds/{id}/approve", "/v1/refunds/{id}"}[i]
			case v.Type == template.Bool:
				m[v.Name] = "yes"
			case v.Type == template.Int:
				m[v.Name] = "7"
			case len(v.Options) > 0:
				m[v.Name] = v.Options[i%len(v.Options)]
			default:
				m[v.Name] = []string{"alpha", "beta", "gamma"}[i]
			}
		}
		out = append(out, m)
	}
	return out
}

func keysOf[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
