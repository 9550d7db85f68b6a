// Package workspace knows what makes a folder a workspace: the manifest, the
// services' descriptors, the shared files that list services, the kept template
// releases, and the lock.
//
// It reads; it writes nothing but the lock file. What changes is computed by
// service and applied by plan.
package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
)

// Dir is svcgen's own folder in a workspace: kept releases, and, ignored by
// git, lock, journal and stage.
const Dir = ".svcgen"

// Workspace is an opened workspace.
type Workspace struct {
	Root     *os.Root
	Path     string // its folder, absolute
	Manifest *Manifest

	// Coming are files that the same plan creates: they count as existing.
	Coming tree.Tree

	releases *releases // that were read; nil before the first
}

// SchemaLine is the line that tells editors which of docs/schemas describes a
// file (the convention of yaml-language-server).
func SchemaLine(schema string) string {
	return "# yaml-language-server: $schema=https://raw.githubusercontent.com/svcgen/svcgen/main/docs/schemas/" + schema + ".json\n"
}

// Find returns the folder of the workspace that dir is in: dir itself or the
// nearest parent with a manifest.
func Find(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	switch info, err := os.Stat(abs); {
	case err != nil && absent(err):
		return "", diag.Errorf("the folder %s does not exist", dir)
	case err != nil:
		return "", err
	case !info.IsDir():
		return "", diag.Errorf("%s is not a folder", dir)
	}
	for at := abs; ; at = filepath.Dir(at) {
		switch info, err := os.Lstat(filepath.Join(at, ManifestFile)); {
		case err == nil && !info.IsDir():
			return at, nil
		case err != nil && !absent(err) && at == abs:
			return "", err // above it, others may have folders that nobody else looks into
		}
		if filepath.Dir(at) == at {
			return "", diag.Errorf("there is no %s in %s or above it", ManifestFile, abs).
				WithHint("svcgen init makes a folder a workspace; svcgen new NAME --init does both")
		}
	}
}

// Open opens the workspace in dir, as Find returned it, and reads its manifest.
func Open(dir string) (*Workspace, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	w := &Workspace{Root: root, Path: dir}
	if err := w.Reload(); err != nil {
		root.Close()
		return nil, err
	}
	return w, nil
}

// Reload reads the manifest again, and forgets what was read besides.
func (w *Workspace) Reload() error {
	w.releases = &releases{found: map[Held]*template.Template{}, sets: map[string]tree.Tree{}}
	f, err := tree.Lookup(w.Root, ManifestFile)
	switch {
	case err != nil:
		return err
	case f == nil:
		return diag.Errorf("there is no %s in %s", ManifestFile, w.Path).WithHint("svcgen init makes one")
	case f.Kind == tree.Symlink:
		return &diag.Error{File: ManifestFile, Msg: "is a symbolic link", Hint: "svcgen edits files in place; put the file itself here"}
	}
	w.Manifest, err = ParseManifest(f.Data)
	return err
}

// Close releases the workspace's folder.
func (w *Workspace) Close() error { return w.Root.Close() }

// Name is the workspace's name: its folder's.
func (w *Workspace) Name() string { return filepath.Base(w.Path) }

// Descriptor reads the descriptor of s.
func (w *Workspace) Descriptor(s *Service) (*Descriptor, error) {
	if err := w.Solid(s.Path); err != nil {
		return nil, err
	}
	file := path.Join(s.Path, DescriptorFile)
	f, err := tree.Lookup(w.Root, file)
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && f == nil:
		msg, hint := fmt.Sprintf("%s has no %s", s.Name, DescriptorFile), "restore it from git"
		if info, err := w.Root.Stat(filepath.FromSlash(s.Path)); err != nil || !info.IsDir() {
			msg, hint = fmt.Sprintf("the folder %s of %s is gone", s.Path, s.Name), "restore it, or take the service out of the manifest"
			if at := w.Moved(s); at != "" {
				hint = fmt.Sprintf("it was moved to %s: svcgen rename %s %s --path %s", at, s.Name, s.Name, at)
			}
		}
		return nil, &diag.Error{File: ManifestFile, Line: s.Line, Col: s.Col, Msg: msg, Hint: hint}
	case err != nil:
		return nil, err
	case f.Kind == tree.Symlink:
		return nil, &diag.Error{File: file, Msg: "is a symbolic link"}
	}
	d, err := ParseDescriptor(file, f.Data)
	if err != nil {
		return nil, err
	}
	d.Kind = f.Kind
	if d.Name != s.Name {
		return nil, &diag.Error{File: file, Msg: fmt.Sprintf("says it is %q; the manifest calls it %q", d.Name, s.Name)}
	}
	return d, nil
}

// Solid refuses a path one of whose folders is a symbolic link: what svcgen
// writes must not land elsewhere.
func (w *Workspace) Solid(p string) error {
	for at := p; at != "." && at != "/"; at = path.Dir(at) {
		info, err := w.Lstat(at)
		if err == nil && info.Mode()&fs.ModeSymlink != 0 {
			return &diag.Error{File: at, Msg: "is a symbolic link", Hint: "svcgen does not write through links; use the folder itself"}
		}
	}
	return nil
}

// ServiceAt returns the service whose folder holds dir, an absolute path, or
// nil.
func (w *Workspace) ServiceAt(dir string) *Service {
	abs, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil
	}
	root, err := filepath.EvalSymlinks(w.Path)
	if err != nil {
		return nil
	}
	rel, err := filepath.Rel(root, abs)
	if err != nil {
		return nil
	}
	rel = filepath.ToSlash(rel)
	for i, s := range w.Manifest.Services {
		if rel == s.Path || strings.HasPrefix(rel, s.Path+"/") {
			return &w.Manifest.Services[i]
		}
	}
	return nil
}

// Lstat looks at p, a path below the workspace; signals do not interrupt it.
func (w *Workspace) Lstat(p string) (info fs.FileInfo, err error) {
	err = tree.Again(func() error { info, err = w.Root.Lstat(filepath.FromSlash(p)); return err })
	return info, err
}

// Existing returns the first of files that is there, or of which the disk does not
// say that it is not: who reads it finds out. It returns "" where none is.
func (w *Workspace) Existing(files []string) string {
	for _, f := range files {
		if _, ok := w.Coming[f]; ok {
			return f
		}
		info, err := w.Lstat(f)
		if err == nil && !info.IsDir() || err != nil && !absent(err) {
			return f
		}
	}
	return ""
}

// absent reports whether err says that nothing is at a path, or that one of its
// folders is a file.
func absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
