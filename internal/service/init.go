package service

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/module"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// InitOptions are what svcgen init was given.
type InitOptions struct {
	Module  string // "" is found out
	Version string // svcgen's own, for the workflow that installs it
	Skip    []Proposal
	Parts   []string // what it is to have besides the few files that a workspace begins with
}

// Init computes a new workspace in root, whose folder is dir: the manifest, and
// the shared files that are missing. What is there is wired, never overwritten.
func Init(root *os.Root, dir string, lib workspace.Library, o InitOptions) (*Outcome, error) {
	d, w, err := initIn(root, dir, lib, o)
	if err != nil {
		return nil, err
	}
	for _, p := range d.next.Paths() {
		if !strings.HasPrefix(p, workspace.Dir+"/") {
			d.lines = append(d.lines, Line{Action: "create", Path: p, Added: lines(d.next[p].Data)})
		}
	}
	out := d.outcome()
	out.Done = fmt.Sprintf("%s is a workspace (module %s)", w.Name(), w.Manifest.Module)
	out.Next = []string{"svcgen new NAME"}
	return out, nil
}

// NewWorkspace computes a workspace and its first service in one plan.
func NewWorkspace(root *os.Root, dir string, lib workspace.Library, init InitOptions, o NewOptions) (*Outcome, error) {
	d, w, err := initIn(root, dir, lib, init)
	if err != nil {
		return nil, err
	}
	made := Line{Action: "create", Path: "workspace"}
	for p, f := range d.next {
		if !strings.HasPrefix(p, workspace.Dir+"/") {
			made.Files++
			made.Added += lines(f.Data)
		}
	}
	lib.W = w
	out, err := newIn(d, w, lib, o)
	if err != nil {
		return nil, err
	}
	out.Lines = append([]Line{made}, out.Lines...)
	return out, nil
}

// FirstQuestions is NewQuestions for a workspace that is still to be made in
// dir, with its first service.
func FirstQuestions(root *os.Root, dir string, lib workspace.Library, init InitOptions, o NewOptions, all bool) ([]template.Value, error) {
	_, w, err := initIn(root, dir, lib, init)
	if err != nil {
		return nil, err
	}
	lib.W = w
	return NewQuestions(w, lib, o, all)
}

func initIn(root *os.Root, dir string, lib workspace.Library, o InitOptions) (*draft, *workspace.Workspace, error) {
	w := &workspace.Workspace{Root: root, Path: dir}
	if err := unclaimed(root, dir); err != nil {
		return nil, nil, err
	}
	mod := o.Module
	if mod == "" {
		mod = moduleOf(w)
	}
	if err := module.CheckImportPath(mod); err != nil {
		return nil, nil, diag.Errorf("%q is not a module path: %v", mod, err).WithHint("give one with --module, e.g. github.com/acme/shop")
	}
	d := newDraft()
	if err := missing(w, lib, d, mod, o); err != nil {
		return nil, nil, err
	}
	w.Coming = d.next.Clone()
	found, notes, err := Discover(w)
	if err != nil {
		return nil, nil, err
	}
	found = slices.DeleteFunc(found, func(p Proposal) bool {
		return slices.ContainsFunc(o.Skip, func(s Proposal) bool { return s.Slot == p.Slot && s.File == p.File })
	})
	d.notes = append(d.notes, notes...)
	for _, p := range found {
		if _, ours := d.next[p.File]; !ours {
			d.notes = append(d.notes, fmt.Sprintf("services will be listed in %s (slot %s)", p.File, p.Slot))
		}
	}
	d.create(workspace.ManifestFile, tree.File{Data: manifest(mod, found)})
	for p, f := range workspace.Housekeeping() {
		if w.Existing([]string{p}) == "" {
			d.create(p, f)
		}
	}
	if w.Manifest, err = workspace.ParseManifest(d.next[workspace.ManifestFile].Data); err != nil {
		return nil, nil, err
	}
	w.Coming = d.next.Clone()
	return d, w, nil
}

// unclaimed refuses a folder that is a workspace already, is in one, or cannot
// become one.
func unclaimed(root *os.Root, dir string) error {
	info, err := root.Lstat(workspace.ManifestFile)
	refused := &diag.Error{File: workspace.ManifestFile, Msg: "exists already: this is a workspace", Hint: "edit its wiring, or svcgen new NAME"}
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case info.IsDir():
		refused.Msg, refused.Hint = "is a folder", "a file of this name makes a workspace: move the folder away"
		return refused
	case info.Mode()&fs.ModeSymlink != 0:
		refused.Msg, refused.Hint = "is a symbolic link", "svcgen edits files in place; put the file itself here"
		return refused
	default:
		return refused
	}
	if outer, ok := enclosing(dir); ok {
		return diag.Errorf("%s is inside the workspace %s", dir, outer).WithHint("one workspace cannot hold another")
	}
	return nil
}

// enclosing returns the workspace that dir, which may not exist yet, would be
// in.
func enclosing(dir string) (string, bool) {
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	for parent := filepath.Dir(dir); parent != dir; dir, parent = parent, filepath.Dir(parent) {
		if _, err := os.Stat(parent); err == nil {
			outer, err := workspace.Find(parent)
			return outer, err == nil
		}
	}
	return "", false
}

// missing renders what a new workspace needs and adds the files that are not
// there. A file that is there under another of its names counts as there.
func missing(w *workspace.Workspace, lib workspace.Library, d *draft, mod string, o InitOptions) error {
	files, err := renderParts(w, lib, mod, o)
	if err != nil {
		return err
	}
	if err := addMissing(w, d, files, settled(w)); err != nil {
		return err
	}
	return include(w, d)
}

// addMissing adds those of the files that are not there, and, where the folder is
// settled, not the comforts.
func addMissing(w *workspace.Workspace, d *draft, files tree.Tree, settled bool) error {
	for _, p := range files.Paths() {
		if settled && slices.Contains(comforts, p) {
			continue
		}
		there, err := present(w, p)
		switch {
		case err != nil:
			return err
		case there:
		case p == "go.work" && goModule(w) != "":
			d.notes = append(d.notes, fmt.Sprintf("go.work is not made: with one, %s would no longer build alone. "+
				"go work init . makes one, and {slot: go.work} in the wiring keeps it up to date", goModule(w)))
		default:
			d.create(p, files[p])
		}
	}
	return nil
}

// goModule returns the first go.mod that a folder has before svcgen comes, or
// "". Go leaves modules that a go.work does not list out of their own builds.
func goModule(w *workspace.Workspace) string {
	const deep = 4 // modules stand near the root; a walk of everything may be long
	found := ""
	_ = fs.WalkDir(w.Root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		name := path.Base(p)
		switch {
		case err != nil:
			return nil // what cannot be read is not built either
		case d.IsDir() && p != "." && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "vendor" || name == "testdata" || strings.Count(p, "/") >= deep):
			return fs.SkipDir
		case name == "go.mod" && d.Type().IsRegular():
			found = p
			return fs.SkipAll
		}
		return nil
	})
	return found
}

// comforts are files that a new workspace gets for convenience; in a folder that
// has files of its own they would change how somebody else works.
var comforts = []string{".editorconfig", "Makefile", ".github/dependabot.yml"}

// settled reports whether the folder has files besides git's.
func settled(w *workspace.Workspace) bool {
	entries, _ := fs.ReadDir(w.Root.FS(), ".")
	return slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() != ".git" && e.Name() != workspace.Dir })
}

// present reports whether a workspace has p, or what serves in its place.
func present(w *workspace.Workspace, p string) (bool, error) {
	if err := w.Solid(path.Dir(p)); err != nil {
		return false, err
	}
	if _, err := w.Lstat(p); err == nil {
		return true, nil
	}
	switch {
	case p == "compose.yaml":
		return w.Existing(workspace.SlotNamed("compose").Files) != "", nil
	case p == ".github/workflows/ci.yml", strings.HasPrefix(p, ".github/actions/"):
		return len(workflows(w)) > 0, nil
	case p == ".github/CODEOWNERS":
		return w.Existing(workspace.SlotNamed("codeowners").Files) != "", nil
	case p == "catalog-info.yaml":
		return w.Existing(workspace.SlotNamed("catalog").Files) != "", nil
	case p == "observability/prometheus.yaml":
		return w.Existing(workspace.SlotNamed("prometheus").Files[:2]) != "", nil
	case p == "README.md":
		return w.Existing([]string{"README", "README.txt", "README.rst", "Readme.md", "readme.md", "README.adoc"}) != "", nil
	}
	return false, nil
}

// manifest writes a new manifest.
func manifest(mod string, wires []Proposal) []byte {
	var b strings.Builder
	b.WriteString(workspace.SchemaLine("manifest") + "# The services of this workspace, and the files that list them. svcgen adds lines here; the rest is yours.\n")
	fmt.Fprintf(&b, "version: 1\nmodule: %s\nservices:\nwiring:\n", workspace.FlowScalar(mod))
	for _, p := range wires {
		fmt.Fprintf(&b, "  - %s\n", p)
	}
	if len(wires) == 0 {
		return []byte(strings.Replace(b.String(), "wiring:\n", "wiring: []\n", 1))
	}
	return []byte(b.String())
}
