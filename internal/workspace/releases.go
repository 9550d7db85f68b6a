package workspace

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/mod/sumdb/dirhash"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/trust"
)

// Library finds templates: the built-in ones, those that the manifest names,
// and the releases that the workspace keeps.
type Library struct {
	Builtin fs.FS // one folder a template
	W       *Workspace

	// Fetched returns the files of a template that comes from a source, checked
	// against its digest and the trust list. It reaches no network. nil: there are
	// none.
	Fetched func(name string, t Template, l trust.List) (tree.Tree, error)
}

// Set returns the files of a name of the manifest that comes from a source: one
// template, or a folder of them.
func (l Library) Set(name string) (tree.Tree, error) {
	r := l.W.releases
	if r != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		if files := r.sets[name]; files != nil {
			return files, nil
		}
	}
	if l.Fetched == nil {
		return nil, diag.Errorf("the templates %s come from %s, and nothing is fetched here", name, l.W.Manifest.Templates[name].Source)
	}
	files, err := l.Fetched(name, l.W.Manifest.Templates[name], l.W.Manifest.Trust)
	if err == nil && r != nil {
		r.sets[name] = files
	}
	return files, err
}

// AbsentError is that a set is not on this machine, so that it has to be fetched
// first.
type AbsentError struct {
	Why     *diag.Error
	Changed bool // something is in its place that is not what the manifest pins
}

func (e *AbsentError) Error() string { return e.Why.Error() }

// Unwrap makes it an error that a person can mend.
func (e *AbsentError) Unwrap() error { return e.Why }

// Tampered reports whether err is that something else than what the manifest
// pins is in a set's place.
func Tampered(err error) bool {
	var absent *AbsentError
	return errors.As(err, &absent) && absent.Changed
}

// InPlace returns the newest release that the workspace keeps of a template whose
// set is not on this machine, which err says, and a note about it. Where the
// trust list speaks of the source there is none: a kept release has no
// signature. Nor where something else is in the set's place: somebody is to see
// that. A nil template: the error says why, mostly err itself.
func (l Library) InPlace(ref string, err error) (t *template.Template, note string, _ error) {
	name, _, _ := strings.Cut(ref, "/")
	var absent *AbsentError
	if l.W == nil || !errors.As(err, &absent) || Tampered(err) || l.W.Manifest.Trust.Names(l.W.Manifest.Templates[name].Source) {
		return nil, "", err
	}
	have, rerr := l.Releases(ref)
	if rerr != nil || len(have) == 0 {
		return nil, "", err
	}
	newest := have[len(have)-1]
	t, rerr = l.Kept(ref, newest)
	if rerr != nil {
		return nil, "", rerr
	}
	if t == nil {
		return nil, "", err
	}
	return t, fmt.Sprintf("the templates %s are not on this machine: release %s of %s is the newest that the workspace keeps (svcgen template fetch %s)", name, newest, ref, name), nil
}

// Members lists what --template takes of a set with the name, and its files.
func Members(name string, files tree.Tree) []string {
	if _, one := files[template.File]; one {
		return []string{name}
	}
	var out []string
	for p := range files {
		if dir, base := path.Split(p); base == template.File && strings.Count(dir, "/") == 1 {
			out = append(out, name+"/"+strings.TrimSuffix(dir, "/"))
		}
	}
	slices.Sort(out)
	return out
}

// Builtins lists the built-in templates by name. "workspace" is what init
// renders and no template for services.
func (l Library) Builtins() ([]string, error) {
	entries, err := fs.ReadDir(l.Builtin, ".")
	var out []string
	for _, e := range entries {
		if e.IsDir() && e.Name() != "workspace" {
			out = append(out, e.Name())
		}
	}
	return out, err
}

// Names lists every template that --template takes.
func (l Library) Names() ([]string, error) {
	out, err := l.Builtins()
	if err != nil || l.W == nil {
		return out, err
	}
	for _, name := range sorted(l.W.Manifest.Templates) {
		dir := l.W.Manifest.Templates[name].Dir
		if dir == "" {
			if files, err := l.Set(name); err == nil { // Load says what is wrong with it
				out = append(out, Members(name, files)...)
			}
			continue
		}
		if l.W.Existing([]string{path.Join(dir, template.File)}) != "" {
			out = append(out, name)
			continue
		}
		entries, err := fs.ReadDir(l.W.Root.FS(), dir)
		if err != nil {
			continue // Load says what is wrong with it when it is asked for
		}
		for _, e := range entries {
			if l.W.Existing([]string{path.Join(dir, e.Name(), template.File)}) != "" {
				out = append(out, name+"/"+e.Name())
			}
		}
	}
	return out, nil
}

// Load loads the newest release of the template called ref: a built-in name, or
// NAME or NAME/SUB for those of the manifest.
func (l Library) Load(ref string) (*template.Template, error) {
	name, sub, _ := strings.Cut(ref, "/")
	if l.W != nil {
		if t, ok := l.W.Manifest.Templates[name]; ok {
			if t.Dir == "" {
				return l.member(ref, name, sub)
			}
			at := path.Join(t.Dir, sub)
			if !tree.Valid(at) || sub != "" && !tree.Valid(sub) {
				return nil, diag.Errorf("%q is not a template's name", ref)
			}
			if err := l.W.Solid(at); err != nil {
				return nil, err
			}
			var info fs.FileInfo
			err := tree.Again(func() (err error) { info, err = l.W.Root.Stat(filepath.FromSlash(at)); return err })
			if err != nil && !absent(err) {
				return nil, err
			}
			if err != nil || !info.IsDir() {
				return nil, diag.Errorf("the template %s has no folder %s", ref, at).WithHint("see templates: in %s", ManifestFile)
			}
			files, err := tree.Read(l.W.Root, at, nil)
			if err != nil {
				return nil, err
			}
			return template.Load(files, at)
		}
	}
	known, err := l.Names()
	if err != nil {
		return nil, err
	}
	if !slices.Contains(known, ref) || !tree.Valid(ref) {
		e := diag.Errorf("there is no template %q", ref).WithHint("the templates are %s", strings.Join(known, ", "))
		if near := diag.Nearest(ref, known); near != "" {
			e = e.WithHint("did you mean %s?", near)
		}
		return nil, e
	}
	return l.builtin(ref)
}

// member loads one template of a set.
func (l Library) member(ref, name, sub string) (*template.Template, error) {
	files, err := l.Set(name)
	if err != nil {
		return nil, err
	}
	if known := Members(name, files); !slices.Contains(known, ref) {
		e := diag.Errorf("there is no template %q", ref).WithHint("%s brings %s", name, strings.Join(known, ", "))
		if near := diag.Nearest(ref, known); near != "" {
			e = e.WithHint("did you mean %s?", near)
		}
		return nil, e
	}
	if sub != "" {
		files = files.Under(sub)
	}
	return template.Load(files, ref)
}

func (l Library) builtin(name string) (*template.Template, error) {
	fsys, err := fs.Sub(l.Builtin, name)
	if err != nil {
		return nil, err
	}
	return template.LoadFS(fsys, "templates/"+name)
}

// Workspace loads the template that init renders.
func (l Library) Workspace() (*template.Template, error) { return l.builtin("workspace") }

// ReleaseDir is the folder where a workspace keeps a template's release.
func ReleaseDir(ref, release string) string {
	return path.Join(Dir, "templates", ref+"@"+release)
}

// sumFile stands beside a kept release and holds its digest.
func sumFile(ref, release string) string { return ReleaseDir(ref, release) + ".sum" }

// releases are the kept releases that were loaded: a thousand services are on a
// few of them.
type releases struct {
	mu    sync.Mutex
	found map[Held]*template.Template
	sets  map[string]tree.Tree // of sources, by name
}

// Kept loads the release that the workspace keeps, after checking that nobody
// changed it. It returns nil when the workspace does not keep it.
func (l Library) Kept(ref, release string) (*template.Template, error) {
	r := l.W.releases
	if r == nil {
		return l.kept(ref, release)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if t := r.found[Held{ref, release}]; t != nil {
		return t, nil
	}
	t, err := l.kept(ref, release)
	if err == nil && t != nil {
		r.found[Held{ref, release}] = t
	}
	return t, err
}

func (l Library) kept(ref, release string) (*template.Template, error) {
	dir := ReleaseDir(ref, release)
	if !tree.Valid(dir) {
		return nil, diag.Errorf("%s@%s is not a template's release", ref, release)
	}
	if _, err := l.W.Lstat(dir); os.IsNotExist(err) {
		return nil, nil
	}
	if err := l.W.Solid(dir); err != nil {
		return nil, err
	}
	files, err := tree.Read(l.W.Root, dir, nil)
	if err != nil {
		return nil, err
	}
	sum, err := tree.Lookup(l.W.Root, sumFile(ref, release))
	if err != nil {
		return nil, err
	}
	if sum == nil && len(files) == 0 {
		return nil, nil
	}
	if sum == nil {
		return nil, &diag.Error{File: sumFile(ref, release), Msg: "the digest of the kept release is missing",
			Hint: "restore it from git; or remove " + dir + " if no service is on it"}
	}
	got, err := Digest(files)
	if err != nil {
		return nil, err
	}
	want := strings.TrimSpace(string(sum.Data))
	if got != want {
		files = withoutLitter(files)
		if got, err = Digest(files); err != nil {
			return nil, err
		}
	}
	if got != want {
		return nil, &diag.Error{File: dir, Msg: fmt.Sprintf("the kept release of template %s %s was changed", ref, release),
			Hint: "restore " + dir + " from git; changes to a template belong into a new release"}
	}
	return template.Load(files, dir)
}

// withoutLitter leaves out what file managers put into every folder they show;
// git, which ignores it as a rule, would not bring the release back.
func withoutLitter(files tree.Tree) tree.Tree {
	out := tree.Tree{}
	for p, f := range files {
		switch path.Base(p) {
		case ".DS_Store", "Thumbs.db", "desktop.ini":
		default:
			out[p] = f
		}
	}
	return out
}

// Keeps reports whether the workspace keeps t's release under ref with the very
// files of t, as far as the digest beside it tells; the release itself is read,
// and compared with its digest, when a service that comes from it is touched.
func (l Library) Keeps(ref string, t *template.Template) (bool, error) {
	sum, err := tree.Lookup(l.W.Root, sumFile(ref, t.Release))
	if err != nil || sum == nil {
		return false, err
	}
	if _, err := l.W.Lstat(ReleaseDir(ref, t.Release)); os.IsNotExist(err) {
		return false, nil // the digest alone keeps nothing
	}
	own, err := Digest(t.Files)
	return err == nil && strings.TrimSpace(string(sum.Data)) == own, err
}

// Keep returns the files to write so that the workspace keeps t, known as ref.
func Keep(ref string, t *template.Template) (tree.Tree, error) {
	sum, err := Digest(t.Files)
	if err != nil {
		return nil, err
	}
	out := t.Files.Moved(ReleaseDir(ref, t.Release))
	out[sumFile(ref, t.Release)] = tree.File{Data: []byte(sum + "\n")}
	return out, nil
}

// Digest is the hash of a template's files, as Go modules are hashed (h1).
// Executable bits do not count: rendering does not look at them.
func Digest(files tree.Tree) (string, error) {
	return dirhash.Hash1(files.Paths(), func(p string) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(files[p].Data)), nil
	})
}

// Housekeeping returns the files of svcgen's own folder that say what git
// should do with it.
func Housekeeping() tree.Tree {
	return tree.Tree{
		path.Join(Dir, ".gitignore"):     {Data: []byte(ignored)},
		path.Join(Dir, ".gitattributes"): {Data: []byte("# Kept template releases: exact bytes, and no part of the project's own code.\ntemplates/** -text linguist-vendored\n")},
	}
}

const ignored = "/lock\n/journal*\n/stage/\n"
