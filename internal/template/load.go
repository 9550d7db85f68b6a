package template

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/document"
	"github.com/svcgen/svcgen/internal/tree"
)

var (
	nameRule  = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	valueRule = regexp.MustCompile(`^[a-z][A-Za-z0-9_]*$`)
)

// ValidName reports whether name is made of lower-case words with dashes, as the
// names of templates and units are.
func ValidName(name string) bool { return nameRule.MatchString(name) }

// Limits of a template's own files.
const (
	maxFiles = 2000
	maxBytes = 32 << 20
)

// LoadFS reads the template in fsys. name is how messages call the folder.
func LoadFS(fsys fs.FS, name string) (*Template, error) {
	files, err := tree.FromFS(fsys)
	if err != nil {
		return nil, fmt.Errorf("template %s: %w", name, err)
	}
	return Load(files, name)
}

// Load checks the template that files hold. name is how messages call the
// folder. What is wrong in template.yaml comes back as diag.List, all of it.
func Load(files tree.Tree, name string) (*Template, error) {
	t, err := Inspect(files, name)
	if err != nil {
		return nil, err
	}
	return t, nil
}

// TestsDir is the folder of a template that holds its recorded cases. It is no
// part of a release: it is neither rendered, nor kept, nor in a digest.
const TestsDir = "tests"

// Released returns the files that make a release: all but the recorded cases.
func Released(files tree.Tree) tree.Tree {
	out := tree.Tree{}
	for p, f := range files {
		if !strings.HasPrefix(p, TestsDir+"/") {
			out[p] = f
		}
	}
	return out
}

// Inspect is Load for whoever looks for faults: beside the error it returns the
// template as far as it could be read, never nil.
func Inspect(files tree.Tree, name string) (*Template, error) {
	files = Released(files)
	l := &loader{t: &Template{Label: name, Files: files, parsed: map[string]*body{}, texts: map[string]*body{}}}
	if err := sane(files, name); err != nil {
		return l.t, err
	}
	doc, ok := files[File]
	if !ok {
		return l.t, (&diag.Error{File: name, Msg: "there is no " + File + " in this folder"}).
			WithHint("svcgen template list shows what --template takes")
	}
	l.Reader, l.root = document.Open(path.Join(name, File), doc.Data)
	if l.root == nil && l.Err() == nil {
		l.Fail(nil, File+" is empty", "")
	}
	if l.root != nil {
		l.Single(doc.Data)
		l.template()
	}
	return l.t, l.Err()
}

func sane(files tree.Tree, name string) error {
	if err := Bounded(files, name); err != nil {
		return err
	}
	for _, p := range files.Paths() {
		if files[p].Kind == tree.Symlink {
			return &diag.Error{File: path.Join(name, p), Msg: "a template may not hold symbolic links",
				Hint: "copy the file in its place"}
		}
	}
	return nil
}

// Bounded refuses more or larger files than a template may have. name is how
// messages call its folder.
func Bounded(files tree.Tree, name string) error {
	if len(files) > maxFiles {
		return diag.Errorf("template %s has %d files; %d are allowed", name, len(files), maxFiles)
	}
	size := 0
	for _, f := range files {
		size += len(f.Data)
	}
	if size > maxBytes {
		return diag.Errorf("template %s has more than %d MiB", name, maxBytes>>20)
	}
	return nil
}

type loader struct {
	*document.Reader
	root document.Node
	t    *Template
}

func (l *loader) pos(n document.Node) Pos {
	line, col := l.Position(n)
	return Pos{line, col}
}

func (l *loader) template() {
	t := l.t
	given := map[string]bool{}
	at := func(name string, read func(document.Node)) func(document.Node) {
		return func(n document.Node) { given[name] = true; read(n) }
	}
	l.Fields(l.root, File, map[string]func(document.Node){
		"version": at("version", func(n document.Node) {
			if v := l.Int(n, "version"); v > FormatVersion {
				l.Fail(n, fmt.Sprintf("version %d is newer than this svcgen reads (%d)", v, FormatVersion), "upgrade svcgen")
			} else if v < 1 {
				l.Fail(n, "version must be 1", "")
			}
		}),
		"name": at("name", func(n document.Node) {
			if t.Name = l.String(n, "name"); !ValidName(t.Name) {
				l.Fail(n, fmt.Sprintf("the name %q is not made of lower-case words with dashes", t.Name), "e.g. http or event-worker")
			}
		}),
		"release": at("release", func(n document.Node) {
			if t.Release = l.String(n, "release"); !semver.IsValid("v"+t.Release) || strings.Count(t.Release, ".") < 2 {
				l.Fail(n, fmt.Sprintf("the release %q is not a semantic version", t.Release), "e.g. 1.0.0")
			}
		}),
		"kind": at("kind", func(n document.Node) {
			if t.Kind = l.String(n, "kind"); !slices.Contains(Kinds, t.Kind) {
				l.Fail(n, fmt.Sprintf("unknown kind %q", t.Kind), "one of "+strings.Join(Kinds, ", "))
			}
		}),
		"summary": func(n document.Node) { t.Summary = l.String(n, "summary") },
		"values":  func(n document.Node) { t.Values = l.values(n, false) },
		"layers": at("layers", func(n document.Node) {
			for _, item := range l.Items(n, "layers") {
				t.Layers = append(t.Layers, l.layer(item))
			}
		}),
		"units": func(n document.Node) {
			for _, p := range l.Pairs(n, "units") {
				t.Units = append(t.Units, l.unit(p))
			}
		},
		"wiring": func(n document.Node) {
			for _, p := range l.Pairs(n, "wiring") {
				for _, item := range l.Items(p.N, "wiring."+p.Key) {
					t.Wiring = append(t.Wiring, l.wiring(p.Key, item))
				}
			}
		},
		"keep": func(n document.Node) {
			for _, item := range l.Items(n, "keep") {
				pattern := l.String(item, "an element of keep")
				if _, err := path.Match(pattern, ""); err != nil {
					l.Fail(item, fmt.Sprintf("%q is not a pattern", pattern), "e.g. internal/api/*.go")
				}
				t.Keep = append(t.Keep, pattern)
			}
		},
		"migrations": func(n document.Node) {
			for _, item := range l.Items(n, "migrations") {
				t.Migrations = append(t.Migrations, l.migration(item))
			}
		},
	})
	for _, name := range []string{"version", "name", "release", "kind", "layers"} {
		if !given[name] {
			l.Fail(l.root, name+" is missing", "")
		}
	}
}

func (l *loader) layer(n document.Node) Layer {
	layer := Layer{Pos: l.pos(n)}
	if !document.IsMap(n) {
		layer.Dir = l.dir(n, "a layer")
		return layer
	}
	l.Fields(n, "a layer", map[string]func(document.Node){
		"dir":  func(n document.Node) { layer.Dir = l.dir(n, "dir") },
		"when": func(n document.Node) { layer.When = l.expression(n) },
	})
	if layer.Dir == "" {
		l.Fail(n, "a layer needs a dir", "")
	}
	return layer
}

// dir reads the name of a folder of the template that must hold a file.
func (l *loader) dir(n document.Node, what string) string {
	dir := l.String(n, what)
	if dir == "" {
		return ""
	}
	if !tree.Valid(dir) {
		l.Fail(n, fmt.Sprintf("%q is not a folder of the template", dir), "a relative path with slashes")
		return dir
	}
	for p := range l.t.Files {
		if strings.HasPrefix(p, dir+"/") {
			return dir
		}
	}
	if dir == TestsDir || strings.HasPrefix(dir, TestsDir+"/") {
		l.Fail(n, TestsDir+" holds the template's recorded cases and is no layer", "give the folder another name")
		return dir
	}
	l.Fail(n, fmt.Sprintf("there is no folder %s in the template, or it is empty", dir), "")
	return dir
}

// text reads the name of a file of the template.
func (l *loader) text(n document.Node) string {
	name := l.String(n, "text")
	if _, ok := l.t.Files[name]; !ok {
		l.Fail(n, fmt.Sprintf("there is no file %s in the template", name), "a path from the template's folder")
	}
	return name
}

func (l *loader) expression(n document.Node) string {
	expr := l.String(n, "when")
	if _, err := parseBody("when", whenText(expr)); err != nil {
		l.Fail(n, fmt.Sprintf("%q is not a condition: %s", expr, messageOf(err)), `e.g. eq .Values.database "postgres"`)
	}
	return expr
}

func (l *loader) wiring(slot string, n document.Node) Wiring {
	w := Wiring{Slot: slot, Pos: l.pos(n)}
	if !document.IsMap(n) {
		w.Text = l.text(n)
		return w
	}
	l.Fields(n, "wiring."+slot, map[string]func(document.Node){
		"text":   func(n document.Node) { w.Text = l.text(n) },
		"at":     func(n document.Node) { w.At = l.Strings(n, "at") },
		"key":    func(n document.Node) { w.Key = l.String(n, "key") },
		"when":   func(n document.Node) { w.When = l.expression(n) },
		"create": func(n document.Node) { w.Create = l.Bool(n, "create") },
		"ensure": func(n document.Node) { w.Ensure = l.Bool(n, "ensure") },
	})
	if w.Text == "" {
		l.Fail(n, "a wiring entry needs a text", "")
	}
	return w
}

func (l *loader) migration(n document.Node) Migration {
	m := Migration{Pos: l.pos(n)}
	texts := func(n document.Node, what string) map[string]string {
		out := map[string]string{}
		for _, p := range l.Pairs(n, what) {
			out[p.Key] = l.String(p.N, what+"."+p.Key)
		}
		return out
	}
	l.Fields(n, "a migration", map[string]func(document.Node){
		"to": func(n document.Node) {
			if m.To = l.String(n, "to"); !semver.IsValid("v" + m.To) {
				l.Fail(n, fmt.Sprintf("the release %q is not a semantic version", m.To), "e.g. 2.0.0")
			}
		},
		"rename": func(n document.Node) {
			m.Rename = map[string]string{}
			for _, p := range l.Pairs(n, "rename") {
				l.checkInside(p.At, "rename", p.Key)
				m.Rename[p.Key] = l.inside(p.N, "rename."+p.Key)
			}
		},
		"remove": func(n document.Node) {
			for _, item := range l.Items(n, "remove") {
				m.Remove = append(m.Remove, l.inside(item, "an element of remove"))
			}
		},
		"values": func(n document.Node) { m.Values = texts(n, "values") },
		"map": func(n document.Node) {
			m.Map = map[string]map[string]string{}
			for _, p := range l.Pairs(n, "map") {
				m.Map[p.Key] = texts(p.N, "map."+p.Key)
			}
		},
	})
	if m.To == "" {
		l.Fail(n, "a migration needs the release it leads to", "to: 2.0.0")
	}
	return m
}
