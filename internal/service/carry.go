package service

import (
	"path"

	"github.com/svcgen/svcgen/internal/merge"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/workspace"
)

// carry settles prepared services, keeps the releases that they come to, and
// drops those that no service is on any more. Services with conflicts stay as
// they are where skip says so; otherwise one stops all.
func carry(w *workspace.Workspace, lib workspace.Library, all []*transition, skip bool) (*Outcome, error) {
	out := &Outcome{}
	for _, t := range all {
		t.prepared = t.report
	}
	d, err := together(w, all)
	if err != nil {
		return nil, err
	}
	stopped := false
	on := map[string]string{} // service to ref@release, of those that changed
	for _, t := range all {
		if t.report.Skipped {
			stopped = stopped || !skip
		} else {
			on[t.from.service.Name] = t.to.ref + "@" + t.to.tmpl.Release
		}
	}
	for _, t := range all {
		t.report.Skipped = t.report.Skipped || stopped
		out.Services = append(out.Services, t.report)
		out.Conflicts += len(t.report.Conflicts)
		if t.report.Requires && !t.report.Skipped {
			out.Next = append(out.Next, "cd "+t.to.service.Path+" && go mod tidy")
		}
	}
	if stopped {
		return out, nil
	}
	for _, t := range all {
		if t.report.Skipped || t.from.tmpl.Release == t.to.tmpl.Release {
			continue
		}
		kept, err := lib.Keeps(t.to.ref, t.to.tmpl)
		if err != nil {
			return nil, err
		}
		if _, done := d.next[path.Join(workspace.ReleaseDir(t.to.ref, t.to.tmpl.Release), template.File)]; !kept && !done {
			if err := keep(w, d, t.to.ref, t.to.tmpl); err != nil {
				return nil, err
			}
		}
	}
	if err := drop(w, lib, d, on, nil); err != nil {
		return nil, err
	}
	out.Plan, out.Notes = d.plan(), append(out.Notes, d.notes...)
	out.Lines = summary(w, out.Plan, all)
	return out, nil
}

// together puts all services into a draft, but for those with conflicts. A
// conflict that shows only here, in an entry that goes, begins the draft anew
// without its service.
func together(w *workspace.Workspace, all []*transition) (*draft, error) {
	for {
		d := newDraft()
		var going []*transition
		for _, t := range all {
			if !t.report.Skipped {
				t.report = t.prepared
				going = append(going, t)
			}
		}
		entries, err := rewriting(w, d, going)
		if err != nil {
			return nil, err
		}
		for _, t := range going {
			t.report.Skipped = len(t.report.Conflicts) > 0 && t.merging.Policy == merge.Abort
		}
		if err := join(w, d, entries); err != nil {
			return nil, err
		}
		again := false
		for _, t := range going {
			if t.report.Skipped {
				continue
			}
			ok, err := t.settle(d)
			if err != nil {
				return nil, err
			}
			if t.report.Skipped = !ok; !ok {
				again = true
			}
		}
		if !again {
			return d, nil
		}
	}
}

// drop takes the kept releases out that no service is on. on tells the releases
// of services that change, gone the services that go. Where a service cannot be
// read, nothing is dropped: it may need any of them.
func drop(w *workspace.Workspace, lib workspace.Library, d *draft, on map[string]string, gone map[string]bool) error {
	if len(on) == 0 && len(gone) == 0 {
		return nil
	}
	used := map[string]bool{}
	for i := range w.Manifest.Services {
		s := &w.Manifest.Services[i]
		switch {
		case gone[s.Name]:
		case on[s.Name] != "":
			used[on[s.Name]] = true
		default:
			desc, err := w.Descriptor(s)
			if err != nil {
				return nil
			}
			used[desc.Template+"@"+desc.Release] = true
		}
	}
	held, err := lib.Held()
	if err != nil {
		return err
	}
	for _, h := range held {
		if used[h.Ref+"@"+h.Release] {
			continue
		}
		files, err := lib.Files(h)
		if err != nil {
			return err
		}
		for p, f := range files {
			if _, coming := d.next[p]; !coming {
				d.read[p] = f
			}
		}
	}
	return nil
}
