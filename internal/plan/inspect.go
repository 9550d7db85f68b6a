package plan

import (
	"path"
	"slices"
)

// view is how far a journal has come.
type view struct {
	ops           []status
	forward, back bool
	blocking      []string // the paths that a person changed
}

// inspect looks at what is on disk.
func (w *work) inspect() (*view, error) {
	in, err := w.newInspector()
	if err != nil {
		return nil, err
	}
	v := &view{forward: true, back: true}
	for n, o := range w.journal.Ops {
		st, err := in.status(n, o)
		if err != nil {
			return nil, fault(o.Path, "cannot be looked at", err)
		}
		v.ops = append(v.ops, st)
		v.forward = v.forward && st.forward
		v.back = v.back && st.back
		v.blocking = append(v.blocking, st.changed...)
	}
	return v, nil
}

// inspector tells the statuses of a journal's ops, in their order.
type inspector struct {
	*work
	noStage  bool
	standing map[string]bool // where the ops seen so far find what they are to take away
	moves    Plan            // the moves that are still to be done
	arrived  map[string]bool // where folders have moved
	put      map[string]bool // folders that the journal makes and that stand in place
	through  map[string]bool // by folder: whether it is one, and not a link
}

func (w *work) newInspector() (*inspector, error) {
	in := &inspector{
		work: w, standing: map[string]bool{}, arrived: map[string]bool{},
		put: map[string]bool{}, through: map[string]bool{},
	}
	staged, err := in.isFolder(w.journal.stage())
	if err != nil {
		return nil, fault(stageDir, "cannot be looked at", err)
	}
	in.noStage = !staged
	for n, o := range w.journal.Ops {
		switch o.Do {
		case move:
			st, err := in.move(n, o)
			if err != nil {
				return nil, err
			}
			if st.undo {
				in.arrived[o.Path] = true
			} else {
				in.moves = append(in.moves, Change{Path: o.Path, From: o.From})
			}
		case create, createFolder:
			staged, err := in.staged(w.journal.newPath(n))
			if err != nil {
				return nil, err
			}
			twin := false
			if staged {
				if twin, err = in.twin(n, o); err != nil {
					return nil, err
				}
			}
			in.put[o.Path] = !staged || twin
		}
	}
	return in, nil
}

// twin reports whether op n was interrupted when the new file stood in place,
// and in the stage still.
func (in *inspector) twin(n int, o op) (bool, error) {
	if ok, err := in.there(o.Path); !ok || o.Do != create {
		return false, err
	}
	if isLink(o.New) {
		cur, err := in.sumAt(o.Path)
		return cur == o.New, err
	}
	return in.sameFile(in.journal.newPath(n), o.Path)
}

func (in *inspector) status(n int, o op) (status, error) {
	switch o.Do {
	case create:
		return in.create(n, o)
	case createFolder:
		return in.createFolder(n, o)
	case replace:
		return in.replace(n, o)
	case remove:
		return in.remove(n, o)
	case move:
		return in.move(n, o)
	case clear:
		return in.clear(o)
	}
	return in.tidy(o)
}

// open is st, unless what is to come to the path p, or to come back to it, meets
// a person's file where a folder is to be. A p that ends in a slash is such a
// folder itself.
func (in *inspector) open(st status, p string) (status, error) {
	for _, dir := range folders(in.moves.before(p)) {
		info, err := in.disk.stat(dir)
		if err != nil {
			return status{}, err
		}
		if info == nil || info.IsDir() || in.put[dir] || in.standing[dir] {
			continue
		}
		st.forward = st.forward && !st.do
		st.back = st.back && !st.undo
		st.changed = append(st.changed, dir)
	}
	return st, nil
}

// staged reports whether the stage has p. One that is no folder has nothing.
func (in *inspector) staged(p string) (bool, error) {
	if in.noStage {
		return false, nil
	}
	return in.exists(p)
}

// there reports whether anything is at p. What is reached through a link is not
// there.
func (in *inspector) there(p string) (bool, error) {
	if ok, err := in.isFolder(path.Dir(p)); !ok {
		return false, err
	}
	return in.exists(p)
}

// now returns the sum of what stands now where p is to be after the moves.
func (in *inspector) now(p string) (string, error) {
	p = in.moves.before(p)
	if ok, err := in.there(p); !ok {
		return nothing, err
	}
	return in.sumAt(p)
}

// isFolder reports whether p and the folders that it is in are folders.
func (in *inspector) isFolder(p string) (bool, error) {
	for _, dir := range append(folders(p), p) {
		ok, known := in.through[dir]
		if !known {
			info, err := in.disk.stat(dir)
			if err != nil {
				return false, err
			}
			ok = info != nil && info.IsDir()
			in.through[dir] = ok
		}
		if !ok {
			return false, nil
		}
	}
	return true, nil
}

// compare returns the paths, named below prefix, at which the folder dir and
// the wanted sums differ. Folders that moved into dir do not count.
func (in *inspector) compare(dir, prefix string, want map[string]string) ([]string, error) {
	have, err := in.readFolder(dir, func(p string) bool { return in.arrived[p] })
	if err != nil {
		return nil, err
	}
	var different []string
	for p, s := range have {
		if want[p] != s {
			different = append(different, path.Join(prefix, p))
		}
	}
	for p := range want {
		if _, ok := have[p]; !ok {
			different = append(different, path.Join(prefix, p))
		}
	}
	slices.Sort(different)
	return different, nil
}
