package service

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/merge"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// pair is an entry of a shared file on both sides; nil where one has none.
type pair struct{ before, after *placement }

// compare finds the entries that change. Where they stand among those of other
// services does not matter for that.
func (t *transition) compare() error {
	before, after, err := t.places(alone)
	if err != nil {
		return err
	}
	for _, p := range paired(before, after) {
		switch {
		case p.same():
		case p.stays():
			t.changing = append(t.changing, p)
		default:
			t.coming = true
		}
	}
	return nil
}

// stays reports whether an entry keeps its place and changes its text.
func (p pair) stays() bool {
	return p.before != nil && p.after != nil && p.before.file == p.after.file && p.before.address.String() == p.after.address.String()
}

// rewire brings the service's other entries in the shared files to the new
// state: those that come, go, or get another key.
func (t *transition) rewire(d *draft) error {
	if !t.coming {
		return nil
	}
	before, after, err := t.places(func(w *workspace.Workspace, _ workspace.Service) *workspace.Workspace { return w })
	if err != nil {
		return err
	}
	for _, p := range paired(before, after) {
		if p.same() || p.stays() {
			continue
		}
		if err := t.entry(d, p); err != nil {
			return err
		}
	}
	return nil
}

// rewritten is one entry of one service that keeps its place.
type rewritten struct {
	t *transition
	p pair
	r insert.Rewritten
}

// rewriting computes the entries that keep their places, all of a shared file at
// once, and reports to each service what cannot be merged.
func rewriting(w *workspace.Workspace, d *draft, all []*transition) (map[string][]rewritten, error) {
	out := map[string][]rewritten{}
	for _, t := range all {
		for _, p := range t.changing {
			out[p.before.file] = append(out[p.before.file], rewritten{t: t, p: p})
		}
	}
	for file, list := range out {
		f, err := d.file(w, file)
		if err != nil {
			return nil, err
		}
		rs := make([]insert.Rewriting, len(list))
		for i, e := range list {
			rs[i] = insert.Rewriting{At: e.p.before.address, Text: e.p.before.text, To: e.p.after.address, New: e.p.after.text, Merge: e.t.inside()}
			if e.t.merging.Policy == merge.Theirs {
				rs[i].Merge = e.t.theirs(e.p)
			}
		}
		stay := list[:0]
		for i, r := range insert.Rewrites(file, f.Data, rs) {
			e := list[i]
			switch {
			case e.t.failed != nil:
				return nil, e.t.failed
			case isMissing(r.Err):
				e.t.absent(e.p)
			case r.Err != nil:
				return nil, r.Err
			case r.Text == nil:
				e.t.undecided(f.Data, e.p)
			default:
				e.r = r
				stay = append(stay, e)
			}
		}
		out[file] = stay
	}
	return out, nil
}

// join puts the entries of services that are not skipped into the draft.
func join(w *workspace.Workspace, d *draft, all map[string][]rewritten) error {
	for _, file := range slices.Sorted(maps.Keys(all)) {
		f, err := d.file(w, file)
		if err != nil {
			return err
		}
		var rs []insert.Rewritten
		for _, e := range all[file] {
			if !e.t.report.Skipped {
				rs = append(rs, e.r)
				e.t.report.Entries = append(e.t.report.Entries, file+": "+e.p.after.address.String())
			}
		}
		data := insert.Join(f.Data, rs)
		if parses(file, f.Data) == nil {
			if err := parses(file, data); err != nil {
				return fmt.Errorf("%s: with the new entries it would no longer parse: %w", file, err)
			}
		}
		d.next[file] = tree.File{Data: data, Kind: f.Kind}
	}
	return nil
}

// alone is w with s as its only service: enough to compare entries, and cheap in
// a workspace of a thousand.
func alone(w *workspace.Workspace, s workspace.Service) *workspace.Workspace {
	c := *w
	c.Manifest = &workspace.Manifest{Module: w.Manifest.Module, Services: []workspace.Service{s}, Wires: w.Manifest.Wires}
	return &c
}

func (t *transition) places(seen func(*workspace.Workspace, workspace.Service) *workspace.Workspace) (before, after []placement, err error) {
	before, _, err = placements(seen(t.w, t.from.service), t.from.member(t.before.has))
	if err != nil {
		return nil, nil, err
	}
	after, _, err = placements(seen(t.w, t.to.service), t.to.member(t.after.has))
	return before, after, err
}

// paired puts the entries of both sides together: by place, and where the
// service changes its name, by their order in the same template.
func paired(before, after []placement) []pair {
	var out []pair
	used := make([]bool, len(after))
	renamed := len(before) == len(after) && len(before) > 0
	for i := range before {
		if renamed && before[i].file != after[i].file {
			renamed = false
		}
	}
	for i := range before {
		p := pair{before: &before[i]}
		for j := range after {
			if !used[j] && (renamed && i == j || !renamed && after[j].file == before[i].file && after[j].address.String() == before[i].address.String()) {
				p.after, used[j] = &after[j], true
				break
			}
		}
		out = append(out, p)
	}
	for j := range after {
		if !used[j] {
			out = append(out, pair{after: &after[j]})
		}
	}
	return out
}

func (p pair) same() bool {
	return p.before != nil && p.after != nil && p.before.file == p.after.file &&
		p.before.address.String() == p.after.address.String() && bytes.Equal(p.before.text, p.after.text)
}

// entry changes one entry.
func (t *transition) entry(d *draft, p pair) error {
	switch {
	case p.before == nil:
		return t.enter(d, p.after)
	case p.after == nil:
		return t.withdraw(d, p.before)
	case p.before.file != p.after.file:
		if err := t.withdraw(d, p.before); err != nil {
			return err
		}
		return t.enter(d, p.after)
	}
	f, err := d.file(t.w, p.before.file)
	if err != nil {
		return err
	}
	with := t.inside()
	if t.merging.Policy == merge.Theirs {
		with = t.theirs(p)
	}
	data, _, err := insert.Rewrite(p.before.file, f.Data, insert.Rewriting{
		At: p.before.address, Text: p.before.text, To: p.after.address, New: p.after.text, Merge: with,
	})
	if isMissing(err) {
		t.absent(p)
		return nil
	}
	if err != nil {
		return err
	}
	if t.failed != nil {
		return t.failed
	}
	if data == nil {
		t.undecided(f.Data, p)
		return nil
	}
	d.next[p.before.file] = tree.File{Data: data, Kind: f.Kind}
	t.report.Entries = append(t.report.Entries, p.before.file+": "+p.after.address.String())
	return nil
}

// absent notes that an entry is not there any more. What has no key of its own,
// such as a line, may also have been edited.
func (t *transition) absent(p pair) {
	if p.before.address.Key != "" {
		t.note("%s was taken out of %s, and stays away", p.before.address, p.before.file)
		return
	}
	t.note("%s no longer has what svcgen wrote there; it stays as it is, without:\n%s", p.before.file, bytes.TrimRight(p.after.text, "\n"))
}

// undecided reports an entry that both sides changed. It stays as it is also
// where markers were asked for: they would break the file for all who are listed
// in it.
func (t *transition) undecided(data []byte, p pair) {
	t.conflict(p.before.file, data, p.before, merge.Content, "%s was changed here and in %s%s", p.before.address, t.label, t.told("; yours stays, and what "+t.label+" changed in it is left out"))
	if t.merging.Policy == merge.Markers {
		t.note("%s stays as it is in %s; %s has it as:\n%s", p.before.address, p.before.file, t.label, bytes.TrimRight(p.after.text, "\n"))
	}
}

// inside returns what merges an entry that somebody edited.
func (t *transition) inside() func(base, ours, theirs []byte) []byte {
	return func(base, ours, theirs []byte) []byte {
		var out merge.Text
		var err error
		if t.merging.words {
			var ok bool
			if out.Data, ok, err = t.merging.Git.Words(t.ctx, base, ours, theirs); !ok {
				return nil
			}
		} else {
			out, err = t.merging.Git.Texts(t.ctx, base, ours, theirs, t.label, merge.Abort)
		}
		if err != nil {
			t.failed = err
			return nil
		}
		if out.Conflicts > 0 || out.Data == nil {
			if t.beside {
				return patched(base, ours, theirs)
			}
			return nil
		}
		return out.Data
	}
}

// theirs merges like inside, and lets the new side win where that conflicts.
func (t *transition) theirs(p pair) func(base, ours, theirs []byte) []byte {
	return func(base, ours, theirs []byte) []byte {
		if out := t.inside()(base, ours, theirs); out != nil {
			return out
		}
		t.report.Decided = append(t.report.Decided, merge.Conflict{Path: p.before.file, Kind: merge.Content, Detail: p.before.address.String() + ": yours is replaced as a whole"})
		return theirs
	}
}

// enter puts a new entry into a shared file, unless it is there already.
func (t *transition) enter(d *draft, p *placement) error {
	f, err := d.file(t.w, p.file)
	if err != nil {
		return err
	}
	if _, err := insert.Find(p.file, f.Data, p.address, p.text); err == nil {
		if !p.ensure {
			t.note("%s has %s already; it stays as it is", p.file, p.address)
		}
		return nil
	}
	if err := place(t.w, d, *p); err != nil {
		return err
	}
	t.report.Entries = append(t.report.Entries, p.file+": "+p.address.String())
	return nil
}

// withdraw takes an entry out of a shared file, unless people changed it or it
// is there for others too.
func (t *transition) withdraw(d *draft, p *placement) error {
	if p.ensure {
		return nil
	}
	f, err := d.file(t.w, p.file)
	if err != nil {
		return err
	}
	edited, err := entryEdited(f.Data, p)
	if isMissing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if edited && t.merging.Policy != merge.Theirs {
		t.conflict(p.file, f.Data, p, merge.Deleted, "%s was changed here, and %s no longer has it%s", p.address, t.label, t.told("; yours stays"))
		return nil
	}
	data, err := insert.Remove(p.file, f.Data, p.address, p.text)
	if err != nil {
		return err
	}
	if edited {
		t.report.Decided = append(t.report.Decided, merge.Conflict{Path: p.file, Kind: merge.Deleted, Detail: p.address.String() + " deleted although you changed it"})
	}
	d.next[p.file] = tree.File{Data: data, Kind: f.Kind}
	t.report.Entries = append(t.report.Entries, p.file+": "+p.address.String())
	return nil
}

// entryEdited tells whether an entry means something else than what svcgen
// wrote.
func entryEdited(data []byte, p *placement) (bool, error) {
	own, err := insert.Value(p.file, data, p.address, p.text)
	if err != nil {
		return false, err
	}
	bare, err := insert.Remove(p.file, data, p.address, p.text)
	if err != nil {
		return false, err
	}
	again, err := insert.Insert(p.file, bare, p.address, p.text)
	if err != nil {
		return false, err
	}
	written, err := insert.Value(p.file, again, p.address, p.text)
	return !bytes.Equal(own, written), err
}

func isMissing(err error) bool {
	var e *insert.Error
	return errors.As(err, &e) && e.Reason == insert.Missing
}

func (t *transition) note(format string, args ...any) {
	t.report.Notes = append(t.report.Notes, fmt.Sprintf(format, args...))
}

// told is what a conflict says besides where the entry is written in spite of it.
func (t *transition) told(text string) string {
	if t.merging.Policy == merge.Abort {
		return ""
	}
	return text
}

// conflict reports an entry, unless the policy decides it.
func (t *transition) conflict(file string, data []byte, p *placement, kind merge.Kind, format string, args ...any) {
	if t.merging.Policy == merge.Ours || t.merging.Policy == merge.Theirs {
		t.report.Decided = append(t.report.Decided, merge.Conflict{Path: file, Kind: kind, Detail: p.address.String() + " stays as you have it"})
		return
	}
	c := merge.Conflict{Path: file, Kind: kind, Detail: fmt.Sprintf(format, args...)}
	if span, err := insert.Find(file, data, p.address, p.text); err == nil {
		c.Line = 1 + strings.Count(string(data[:span.Start]), "\n")
	}
	t.report.Conflicts = append(t.report.Conflicts, c)
}
