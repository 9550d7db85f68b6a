// Package fetch brings templates from folders, git repositories and OCI
// registries into memory, and puts them into registries.
//
// The one program that it runs is git (which runs ssh for git+ssh), without
// configuration, hooks, helpers, submodules or any protocol but the one that the
// source names. Everything is bounded: time, bytes on the disk, bytes in memory, files, refs. What
// comes back was checked for its paths, and for nothing else: digests and
// signatures are for the caller to judge.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/source"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/trust"
	"github.com/svcgen/svcgen/internal/workspace"
)

// Fetcher is the world that templates are fetched from.
type Fetcher struct {
	Base   string                   // the folder that a relative folder is relative to, absolute
	Getenv func(name string) string // the environment
	Time   time.Duration            // for one source; zero: two minutes
	Disk   int64                    // bytes that git may write for one source; zero: 256 MiB
	HTTP   http.RoundTripper        // for registries; nil: the usual one
}

const (
	defaultTime = 2 * time.Minute
	defaultDisk = 256 << 20
)

// Result is what a source holds.
type Result struct {
	Source   source.Source // with the version that was chosen
	Commit   string        // git: the commit's id
	Manifest string        // OCI: the manifest's digest
	Names    []string      // of the templates' folders; one "" where the root is a template
	Files    tree.Tree
	Digest   string // h1, of Files
	Proof    trust.Proof
}

// Fetch brings what s holds. A source without a version is fetched at its newest
// release, and the result says which that is.
func (f Fetcher) Fetch(ctx context.Context, s source.Source) (*Result, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, f.time(), f.late(s))
	defer cancel()
	r := &Result{Source: s}
	var err error
	switch s.Kind {
	case source.Git:
		err = f.git(ctx, r)
	case source.OCI:
		err = f.oci(ctx, r)
	default:
		err = f.folder(r)
	}
	if err != nil {
		return nil, timely(ctx, err)
	}
	r.Digest, err = workspace.Digest(r.Files)
	return r, err
}

// Newest says what s would be fetched at now: its newest release, or what its
// branch stands for. id is the commit's or the manifest's; it is "" for a folder.
func (f Fetcher) Newest(ctx context.Context, s source.Source) (newest source.Source, id string, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, f.time(), f.late(s))
	defer cancel()
	switch s.Kind {
	case source.Git:
		newest, id, err = f.newestGit(ctx, s)
	case source.OCI:
		newest, id, err = f.newestOCI(ctx, s)
	default:
		return s, "", nil
	}
	return newest, id, timely(ctx, err)
}

func (f Fetcher) time() time.Duration {
	if f.Time > 0 {
		return f.Time
	}
	return defaultTime
}

func (f Fetcher) disk() int64 {
	if f.Disk > 0 {
		return f.Disk
	}
	return defaultDisk
}

func (f Fetcher) env(name string) string {
	if f.Getenv == nil {
		return ""
	}
	return f.Getenv(name)
}

// lateError says that a source took too long.
type lateError struct{ error }

func (f Fetcher) late(s source.Source) error {
	return lateError{diag.Errorf("%s: it took more than %s", s, f.time()).WithHint("try again; a source that is this slow is not used")}
}

// timely puts the reason why ctx ended in the place of what came of it.
func timely(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	var late lateError
	if errors.As(context.Cause(ctx), &late) {
		return late.error
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// folder reads a folder on this machine. Links are not followed, and no file is
// read that is no template's.
func (f Fetcher) folder(r *Result) error {
	dir := filepath.FromSlash(r.Source.Path)
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(f.Base, dir)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		if info, serr := os.Stat(dir); serr != nil || !info.IsDir() {
			return diag.Errorf("there is no folder %s", r.Source.Path)
		}
		return err
	}
	defer root.Close()
	sizes := map[string]int64{}
	var paths []string
	err = fs.WalkDir(root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules"):
			return fs.SkipDir // a work tree's own, or what a test left
		case d.IsDir():
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if sizes[p] = info.Size(); !info.Mode().IsRegular() {
			sizes[p] = -1
		}
		if paths = append(paths, p); len(paths) > maxEntries {
			return diag.Errorf("%s: there are more than %d files", r.Source, maxEntries)
		}
		return nil
	})
	if err != nil {
		return err
	}
	set, err := source.Select(r.Source.String(), paths)
	if err != nil {
		return err
	}
	if err := bounded(r.Source, set, func(p string) int64 { return sizes[p] }); err != nil {
		return err
	}
	r.Names, r.Files = set.Names, tree.Tree{}
	for _, p := range set.Paths {
		file, err := tree.Lookup(root, p)
		if err != nil {
			return err
		}
		if file == nil || file.Kind == tree.Symlink || len(file.Data) > source.MaxFile {
			return diag.Errorf("%s: %s changed while it was read", r.Source, p)
		}
		r.Files[p] = *file
	}
	return plain(r)
}

// maxEntries bounds the paths that are looked at to find the templates among
// them.
const maxEntries = 100_000

// bounded refuses files that are too large, or are no files: size is -1 for
// those.
func bounded(s source.Source, set source.Set, size func(p string) int64) error {
	var total int64
	for _, p := range set.Paths {
		n := size(p)
		if n < 0 {
			return diag.Errorf("%s: %s is not a plain file; a template has files alone", s, p).
				WithHint("copy what a link leads to in its place")
		}
		if total += n; n > source.MaxFile || total > source.MaxBytes {
			return diag.Errorf("%s: %s has %d bytes; %d MiB a file and %d MiB for all are allowed", s, p, n, source.MaxFile>>20, source.MaxBytes>>20)
		}
	}
	return nil
}

// pointer begins a file that stands for another, which git-lfs would bring.
const pointer = "version https://git-lfs.github.com/spec/"

// plain refuses files that stand for others.
func plain(r *Result) error {
	for p, f := range r.Files {
		if len(f.Data) < 1024 && len(f.Data) >= len(pointer) && string(f.Data[:len(pointer)]) == pointer {
			return diag.Errorf("%s: %s is kept in Git LFS, which svcgen does not run", r.Source, p).
				WithHint("commit the file itself")
		}
	}
	return nil
}

// failed says what went wrong with a source, in one line as far as it goes.
func failed(s source.Source, format string, args ...any) *diag.Error {
	return diag.Errorf("%s: %s", s, fmt.Sprintf(format, args...))
}
