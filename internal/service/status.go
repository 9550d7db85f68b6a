package service

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"

	"golang.org/x/mod/semver"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/merge"
	"github.com/svcgen/svcgen/internal/plan"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// Standing is how a service stands to what it was rendered from. Paths are
// relative to the workspace.
type Standing struct {
	Service  string   `json:"service"`
	Path     string   `json:"path"`
	Template string   `json:"template"`
	Release  string   `json:"release"`
	Newest   string   `json:"newest"`         // "" where the template cannot be read: the kept release still works
	Gone     string   `json:"gone,omitempty"` // why there is no newest one; to be mended
	Edited   []string `json:"edited"`         // files that people changed, but for those that are theirs from the start
	Missing  []string `json:"missing"`        // files that people deleted
	Conflict []string `json:"conflict"`
	Unwired  []string `json:"unwired"` // entries that are not where the wiring says

	Problems []Problem `json:"problems"`
}

// Problem is what keeps a service from being compared, and what to do about it.
type Problem struct {
	Message string `json:"message"` // with its place
	Hint    string `json:"hint,omitempty"`
}

func (s *Standing) problems(list diag.List) {
	for _, e := range list {
		s.Problems = append(s.Problems, Problem{e.Error(), e.Hint})
	}
}

// Behind reports whether a newer release is there.
func (s Standing) Behind() bool {
	return s.Newest != "" && s.Release != "" && semver.Compare("v"+s.Newest, "v"+s.Release) > 0
}

// Broken reports whether something is to be mended: what people edited is not.
func (s Standing) Broken() bool {
	return s.Gone != "" || len(s.Conflict)+len(s.Unwired)+len(s.Problems) > 0
}

// Status compares services with what they were rendered from; no names means
// all.
func Status(ctx context.Context, w *workspace.Workspace, lib workspace.Library, only []string) ([]Standing, error) {
	names, err := chosen(w, only)
	if err != nil {
		return nil, err
	}
	shelf := &shelf{lib: lib, found: map[string]*shelved{}}
	in := newListed(w)
	out := make([]Standing, len(names))
	errs := make([]error, len(names))
	each(ctx, len(names), func(i int) { out[i], errs[i] = standing(w, lib, shelf, in, w.Manifest.Service(names[i])) })
	return out, errors.Join(append(errs, ctx.Err())...)
}

func standing(w *workspace.Workspace, lib workspace.Library, shelf *shelf, in *listed, s *workspace.Service) (Standing, error) {
	st := Standing{Service: s.Name, Path: s.Path, Edited: []string{}, Missing: []string{}, Conflict: []string{}, Unwired: []string{}, Problems: []Problem{}}
	if d, err := w.Descriptor(s); err == nil {
		st.Template, st.Release = d.Template, d.Release
		if t, err := shelf.get(d.Template, d.Release); err == nil {
			st.Newest = t.Release
		} else {
			st.Gone = err.Error()
		}
	}
	from, _, err := living(w, lib, s)
	if problems := diag.All(err); problems != nil {
		st.problems(problems)
		return st, nil
	}
	if err != nil {
		return st, err
	}
	base, ours, err := compared(w, from)
	if problems := diag.All(err); problems != nil {
		st.problems(problems)
		return st, nil
	}
	if err != nil {
		return st, err
	}
	keep, err := from.keeper()
	if err != nil {
		return st, err
	}
	for _, p := range base.files.Paths() {
		at := path.Join(s.Path, p)
		f, there := ours[p]
		switch {
		case !there:
			st.Missing = append(st.Missing, at)
			continue
		case string(f.Data) != string(base.files[p].Data) && !keep(p):
			st.Edited = append(st.Edited, at)
		}
		if n := marked(f.Data); n > 0 && marked(base.files[p].Data) == 0 {
			st.Conflict = append(st.Conflict, fmt.Sprintf("%s:%d", at, n))
		}
	}
	st.besides(w, base.files)
	st.drifted(from, base.files, ours)
	return st, st.wired(w, in, from, base)
}

// besides adds the files that a conflict left beside those which are no text.
func (s *Standing) besides(w *workspace.Workspace, base tree.Tree) {
	for _, p := range base.Paths() {
		at := path.Join(s.Path, p)
		if bytes.IndexByte(base[p].Data, 0) < 0 && !slices.Contains(s.Edited, at) {
			continue
		}
		if _, err := w.Lstat(at + merge.Besides); err == nil {
			s.Conflict = append(s.Conflict, at+merge.Besides)
		}
	}
}

// compared returns what a service would be if nobody had touched it, and what is
// there of it.
func compared(w *workspace.Workspace, st state) (*layout, tree.Tree, error) {
	base, err := st.render()
	if err != nil {
		return nil, nil, err
	}
	ours, err := readFiles(w, st.service.Path, base.files)
	if err != nil {
		return nil, nil, err
	}
	checkedOut(base.files, ours)
	return base, ours, nil
}

// checkedOut gives base's files the line endings that ours have, and their kinds
// where the disk does not keep what may be executed.
func checkedOut(base, ours tree.Tree) {
	modeless := executable(ours)
	for p, f := range base {
		if o, there := ours[p]; there && f.Kind != tree.Symlink && o.Kind != tree.Symlink {
			f.Data = merge.Endings(f.Data, o.Data)
			if modeless {
				f.Kind = o.Kind
			}
			base[p] = f
		}
	}
}

// executable reports whether all files are: a disk of FAT's family says so of
// each, and a person of no descriptor.
func executable(files tree.Tree) bool {
	for _, f := range files {
		if f.Kind == tree.Plain {
			return false
		}
	}
	return len(files) > 1
}

func (s *Standing) wired(w *workspace.Workspace, in *listed, from state, base *layout) error {
	places, _, err := placements(alone(w, from.service), from.member(base.has))
	if problems := diag.All(err); problems != nil {
		s.problems(problems)
		return nil
	}
	if err != nil {
		return err
	}
	for _, p := range places {
		there, err := in.has(p)
		switch {
		case !there:
			s.Unwired = append(s.Unwired, p.file)
		case isMissing(err):
			s.Unwired = append(s.Unwired, p.file+": "+p.address.String())
		case err != nil:
			s.Problems = append(s.Problems, Problem{Message: err.Error()})
		}
	}
	return nil
}

// Diff is what people changed in a service against what it was rendered from, as
// a plan from the one to the other. Files that only people have are in it with
// added; others are the paths that were left out.
func Diff(w *workspace.Workspace, lib workspace.Library, s *workspace.Service, added bool) (p plan.Plan, others []string, err error) {
	from, _, err := living(w, lib, s)
	if err != nil {
		return nil, nil, err
	}
	base, ours, err := compared(w, from)
	if err != nil {
		return nil, nil, err
	}
	t := &transition{w: w, from: from, before: base, after: base}
	own, err := t.others()
	if err != nil {
		return nil, nil, err
	}
	if added {
		for f := range own {
			ours[f] = own[f]
		}
		own = nil
	}
	for f := range own {
		others = append(others, path.Join(s.Path, f))
	}
	slices.Sort(others)
	return plan.Diff(base.files.Moved(s.Path), ours.Moved(s.Path)), others, nil
}
