package service

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/merge"
	"github.com/svcgen/svcgen/internal/plan"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// Merging says what becomes of what people changed.
type Merging struct {
	Policy merge.Policy
	Skip   bool // leave services with a conflict as they are, and do the others
	Git    merge.Git

	words bool // merge word by word where lines conflict: for renames
}

// Report is what became of one service. Paths are relative to the workspace.
type Report struct {
	Service   string           `json:"service"`
	Template  string           `json:"template"`
	From      string           `json:"from"` // releases
	To        string           `json:"to"`
	Taken     []string         `json:"taken"`   // untouched by people, and now as the template has it
	Decided   []merge.Conflict `json:"decided"` // by --conflict=ours or theirs, and what became of people's
	Merged    []string         `json:"merged"`  // changed on both sides
	Deleted   []string         `json:"deleted"` // deleted by people, changed by the template: they stay deleted
	Entries   []string         `json:"entries"` // entries of shared files that changed
	Conflicts []merge.Conflict `json:"conflicts"`
	Notes     []string         `json:"notes"`
	Skipped   bool             `json:"skipped"` // left as it is, for its conflicts
	Requires  bool             `json:"-"`       // go mod tidy is due
	Listed    int              `json:"-"`       // conflicts that Status lists until they are resolved
}

// transition is one service on its way from one state to another.
type transition struct {
	w          *workspace.Workspace
	from, to   state
	descriptor *workspace.Descriptor
	merging    Merging
	label      string            // what the new side is called
	unasked    *state            // to, without the answers given now; nil: none were
	renames    map[string]string // declared: base's paths to the new ones
	removed    map[string]bool   // declared: base's paths that are gone
	disk       string            // the service's folder as it is called now; "": as in from

	before, after *layout
	ours          tree.Tree // of the service's folder, as far as a merge reads it
	merged        *merge.Result
	changing      []pair // entries of shared files that keep their places
	coming        bool   // other entries come, go, or get another key
	report        Report
	prepared      Report // what prepare reported

	ctx    context.Context // of the merges inside entries
	beside bool            // lines that come or go may stand right beside those of people
	failed error           // what stopped one of them
}

// prepare renders both sides and merges the service's own files. It reads the
// service's folder and nothing else, so that services are prepared side by side.
func (t *transition) prepare(ctx context.Context) error {
	t.report = Report{Service: t.from.service.Name, Template: t.from.ref, From: t.from.tmpl.Release, To: t.to.tmpl.Release,
		Entries: []string{}, Conflicts: []merge.Conflict{}, Decided: []merge.Conflict{}, Notes: []string{}}
	t.ctx = ctx
	var err error
	if t.before == nil {
		if t.before, err = t.from.render(); err != nil {
			return err
		}
	}
	if t.after, err = t.to.render(); err != nil {
		return err
	}
	if t.after.has(workspace.DescriptorFile) {
		return diag.Errorf("the template %s %s renders a %s, which is svcgen's own", t.to.ref, t.to.tmpl.Release, workspace.DescriptorFile)
	}
	if t.ours, err = readFiles(t.w, t.folder(), t.before.files, t.after.files); err != nil {
		return err
	}
	// What people own from the start is kept from new releases. Another name or
	// another value is what they ask for themselves.
	var keep func(p string) bool
	if t.from.tmpl.Release != t.to.tmpl.Release {
		if keep, err = t.to.keeper(); err != nil {
			return err
		}
		if keep, err = t.butAsked(keep); err != nil {
			return err
		}
	}
	base, ours := t.before.files, t.ours
	if t.merging.words {
		r := t.packages()
		base, ours = r.translated(base, t.pairs()), r.translated(ours, t.pairs())
	}
	in := merge.Input{
		Dir:  t.folder(),
		Base: base, Ours: ours, Theirs: t.after.files,
		Renames: t.pairs(), Removed: t.removed, Keep: keep, Parses: parses,
		Policy: t.merging.Policy, Label: t.label, Git: t.merging.Git, Words: t.merging.words,
		Others: func() (tree.Tree, error) { return t.others() }, Standing: t.standing,
	}
	if t.merged, err = merge.Trees(ctx, in); err != nil {
		return err
	}
	t.tell()
	return t.compare()
}

// butAsked leaves out of keep what differs for an answer that was given with the
// upgrade: a person asks for that, as with set.
func (t *transition) butAsked(keep func(p string) bool) (func(p string) bool, error) {
	if t.unasked == nil {
		return keep, nil
	}
	plain, err := t.unasked.render()
	if err != nil {
		return nil, err
	}
	return func(p string) bool {
		return keep(p) && string(plain.files[p].Data) == string(t.after.files[p].Data)
	}, nil
}

// pairs are the renamed files: declared ones, and those that the same file of
// the template made.
func (t *transition) pairs() map[string]string {
	byOrigin := make(map[string]string, len(t.after.origin))
	for p, o := range t.after.origin {
		byOrigin[o] = p
	}
	out := map[string]string{}
	for p, o := range t.before.origin {
		if to, ok := byOrigin[o]; ok && to != p {
			out[p] = to
		}
	}
	maps.Copy(out, t.renames)
	return out
}

// readFiles reads the files below dir that one of the trees has. A symbolic link
// on the way to one is recorded, not followed.
func readFiles(w *workspace.Workspace, dir string, wanted ...tree.Tree) (tree.Tree, error) {
	if err := w.Solid(dir); err != nil {
		return nil, err
	}
	files, folders := map[string]bool{}, map[string]bool{}
	for _, t := range wanted {
		for p := range t {
			files[p] = true
			for d := path.Dir(p); d != "." && !folders[d]; d = path.Dir(d) {
				folders[d] = true
			}
		}
	}
	return tree.Read(w.Root, dir, func(p string, d fs.DirEntry) bool {
		if d.Type()&fs.ModeSymlink != 0 {
			return !files[p] && !folders[p]
		}
		return d.IsDir() && !folders[p] || !d.IsDir() && !files[p]
	})
}

// others reads the service's files that no rendering has.
func (t *transition) others() (tree.Tree, error) {
	return tree.Read(t.w.Root, t.folder(), func(p string, d fs.DirEntry) bool {
		if skipped(p, d) || p == workspace.DescriptorFile {
			return true
		}
		if info, err := d.Info(); err == nil && info.Size() > 1<<20 {
			return true // no source file
		}
		return t.before.has(p) || t.after.has(p)
	})
}

// tell writes the merge's result into the report.
func (t *transition) tell() {
	dir := t.to.service.Path
	under := func(list []string) []string {
		out := make([]string, len(list))
		for i, p := range list {
			out[i] = path.Join(dir, p)
		}
		return out
	}
	r := &t.report
	r.Taken, r.Merged, r.Deleted = under(t.merged.Taken), under(t.merged.Merged), under(t.merged.Kept)
	for _, c := range t.merged.Conflicts {
		_, beside := t.merged.Tree[c.Path+merge.Besides]
		if t.merging.Policy == merge.Markers && (beside || marked(t.merged.Tree[c.Path].Data) > 0) {
			r.Listed++
		}
		c.Path = path.Join(dir, c.Path)
		r.Conflicts = append(r.Conflicts, c)
	}
	for _, c := range t.merged.Decided {
		c.Path = path.Join(dir, c.Path)
		r.Decided = append(r.Decided, c)
	}
	r.Requires = t.merged.Requires
}

// settle puts the prepared service into d: its files, its descriptor, and the
// entries that come or go. It reports false, and leaves d alone, where there are
// conflicts that stop it.
func (t *transition) settle(d *draft) (bool, error) {
	over := &draft{read: tree.Tree{}, next: tree.Tree{}, below: d}
	if err := t.rewire(over); err != nil {
		return false, err
	}
	if len(t.report.Conflicts) > 0 && t.merging.Policy == merge.Abort {
		return false, nil
	}
	if err := t.redescribe(over); err != nil {
		return false, err
	}
	if err := t.relist(over); err != nil {
		return false, err
	}
	t.files(over)
	over.commit()
	return true, nil
}

// files puts the merged files into the draft. Where the folder moves, it has
// moved already: the old files stand at the new place.
func (t *transition) files(d *draft) {
	dir := t.to.service.Path
	for p, f := range t.ours {
		d.read[path.Join(dir, p)] = f
	}
	for p, f := range t.merged.Read { // renamed by a person
		d.read[path.Join(dir, p)] = f
	}
	for p, f := range t.merged.Tree {
		d.next[path.Join(dir, p)] = f
	}
	if from := t.folder(); from != dir {
		d.moves = append(d.moves, plan.Change{Path: dir, From: from})
	}
}

// folder is where the service's files are read from.
func (t *transition) folder() string {
	if t.disk != "" {
		return t.disk
	}
	return t.from.service.Path
}

// same reports whether there is nothing to do.
func (t *transition) same() bool {
	a, b := t.from.service, t.to.service
	return t.from.tmpl.Release == t.to.tmpl.Release && a.Name == b.Name && a.Path == b.Path &&
		a.Port == b.Port && a.Admin == b.Admin && a.Owner == b.Owner &&
		maps.Equal(answersOf(t.from.scope.Values), answersOf(t.to.scope.Values)) && sameUnits(t.from.units, t.to.units)
}

func sameUnits(a, b []workspace.Unit) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Kind != b[i].Kind || !maps.Equal(a[i].Values, b[i].Values) || !bytes.Equal(a[i].Taken, b[i].Taken) {
			return false
		}
	}
	return true
}

// marked returns the line of the first conflict marker that svcgen or git left
// in a text, or 0.
func marked(data []byte) int {
	n, open := 0, 0
	for line := range strings.Lines(string(data)) {
		n++
		switch {
		case strings.HasPrefix(line, "<<<<<<< "):
			open = n
		case strings.HasPrefix(line, ">>>>>>> ") && open > 0:
			return open
		}
	}
	return 0
}

// plural writes "1 file" or "3 files".
func plural(n int, noun string) string {
	if n == 1 {
		return fmt.Sprintf("1 %s", noun)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// slim lets go of what stays as it is: a thousand services are prepared before
// the first is settled.
func (t *transition) slim() {
	for p, f := range t.merged.Tree {
		if was, ok := t.ours[p]; ok && was.Equal(f) {
			delete(t.merged.Tree, p)
			delete(t.ours, p)
		}
	}
	t.ours, t.merged.Tree = maps.Clone(t.ours), maps.Clone(t.merged.Tree)
	for _, l := range []*layout{t.before, t.after} {
		names := make(tree.Tree, len(l.files))
		for p := range l.files {
			names[p] = tree.File{}
		}
		l.files, l.origin = names, nil
	}
}
