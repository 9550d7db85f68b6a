package plan

import (
	"path"
	"slices"
)

// status is how far an op has come, told from the disk alone.
type status struct {
	do, undo bool // there is something to do, or to undo

	// Whether the state after and before the command can be reached without
	// losing anything.
	forward, back bool

	changed []string // what a person must have changed since
}

// The statuses that an undisturbed command goes through.
var (
	pending = status{do: true, forward: true, back: true}
	settled = status{undo: true, forward: true, back: true}
)

// onlyBack is the status of an op that was undone, by svcgen or by a person.
var onlyBack = status{back: true}

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
		if st.do {
			in.pending[o.Path] = true
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
	noStage bool
	pending map[string]bool // the paths of the ops seen so far that are still to be done
	moves   Plan            // the moves that are still to be done
	targets map[string]bool // where folders move
	put     map[string]bool // folders that the journal makes and that stand in place
	through map[string]bool // by folder: whether it is one, and not a link
}

func (w *work) newInspector() (*inspector, error) {
	in := &inspector{
		work: w, pending: map[string]bool{}, targets: map[string]bool{},
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
			in.targets[o.Path] = true
			from, err := in.isFolder(o.From)
			if err != nil {
				return nil, err
			}
			if from {
				in.moves = append(in.moves, Change{Path: o.Path, From: o.From})
			}
		case createFolder:
			fresh, err := w.exists(w.journal.newPath(n))
			if err != nil {
				return nil, err
			}
			in.put[o.Path] = !fresh
		}
	}
	return in, nil
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
		return in.move(o)
	}
	return in.tidy(o)
}

// changed is the status of an op whose path a person changed, and from which
// only the given directions are left.
func changed(o op, forward, back bool) status {
	return status{forward: forward, back: back, changed: []string{o.Path}}
}

// ready is the status of an op that is still to be done with what is staged at
// p.
func (in *inspector) ready(p, want string) (status, error) {
	st := pending
	have, err := in.sumAt(p)
	st.forward = have == want
	return st, err
}

func (in *inspector) create(n int, o op) (status, error) {
	fresh := in.journal.newPath(n)
	staged, err := in.exists(fresh)
	if err != nil {
		return status{}, err
	}
	cur, err := in.now(o.Path)
	if err != nil {
		return status{}, err
	}
	if in.pending[o.Path] {
		cur = nothing // what stands there goes first
	}
	twoNames := false
	if staged && cur != nothing {
		if twoNames, err = in.sameFile(fresh, in.moves.before(o.Path)); err != nil {
			return status{}, err
		}
	}
	switch {
	case cur == nothing && staged:
		return in.ready(fresh, o.New)
	case cur == nothing:
		return onlyBack, nil
	case staged && !twoNames:
		return changed(o, false, true), nil
	case cur != o.New:
		return changed(o, true, false), nil
	case in.noStage:
		return status{forward: true}, nil
	}
	return settled, nil
}

func (in *inspector) createFolder(n int, o op) (status, error) {
	fresh := in.journal.newPath(n)
	there, err := in.exists(o.Path)
	if err != nil {
		return status{}, err
	}
	if in.pending[o.Path] {
		there = false // what stands there goes first
	}
	folder, err := in.isFolder(o.Path)
	if err != nil {
		return status{}, err
	}
	staged := !in.put[o.Path]
	switch {
	case !there && staged:
		different, err := in.compare(fresh, "", o.Files)
		st := pending
		st.forward = len(different) == 0
		return st, err
	case !there:
		return onlyBack, nil
	case staged:
		return changed(o, false, true), nil
	case !folder:
		return changed(o, true, false), nil
	}
	different, err := in.compare(o.Path, o.Path, o.Files)
	switch {
	case err != nil:
		return status{}, err
	case len(different) > 0:
		return status{forward: true, changed: different}, nil
	case in.noStage:
		return status{forward: true}, nil
	}
	return settled, nil
}

func (in *inspector) replace(n int, o op) (status, error) {
	fresh, kept := in.journal.newPath(n), in.journal.oldPath(n)
	staged, err := in.exists(fresh)
	if err != nil {
		return status{}, err
	}
	saved, err := in.exists(kept)
	if err != nil {
		return status{}, err
	}
	cur, err := in.now(o.Path)
	switch {
	case err != nil:
		return status{}, err
	case staged && (cur == o.Old || cur == o.New):
		return in.ready(fresh, o.New)
	case staged:
		return changed(o, false, true), nil
	case saved && cur == o.New:
		return settled, nil
	case saved && cur == o.Old:
		return onlyBack, nil
	case saved:
		return changed(o, true, false), nil
	case in.noStage:
		st := status{forward: cur == o.New, back: cur == o.Old}
		if !st.forward && !st.back {
			st.changed = []string{o.Path}
		}
		return st, nil
	}
	return onlyBack, nil
}

func (in *inspector) remove(n int, o op) (status, error) {
	saved, err := in.exists(in.journal.oldPath(n))
	if err != nil {
		return status{}, err
	}
	cur, err := in.now(o.Path)
	if err != nil {
		return status{}, err
	}
	if cur == foreign && in.put[o.Path] {
		cur = nothing // the folder that was to come in its place
	}
	switch {
	case saved && cur == nothing:
		return settled, nil
	case saved && cur == o.Old:
		return onlyBack, nil
	case saved:
		return changed(o, true, false), nil
	case cur == nothing:
		return status{forward: true, back: !in.noStage}, nil
	case cur != o.Old:
		return changed(o, false, true), nil
	case in.noStage:
		return onlyBack, nil
	}
	return pending, nil
}

func (in *inspector) move(o op) (status, error) {
	from, err := in.isFolder(o.From)
	if err != nil {
		return status{}, err
	}
	to, err := in.exists(o.Path)
	switch {
	case err != nil:
		return status{}, err
	case from && !to:
		return pending, nil
	case to && !from:
		return settled, nil
	}
	st := changed(o, false, false)
	st.changed = append(st.changed, o.From)
	return st, nil
}

func (in *inspector) tidy(o op) (status, error) {
	there, err := in.isFolder(in.moves.before(o.Path))
	return status{do: there, undo: !there, forward: true, back: true}, err
}

// now returns the sum of what stands now where p is to be after the moves. What
// is reached through a link is not there.
func (in *inspector) now(p string) (string, error) {
	p = in.moves.before(p)
	for _, dir := range folders(p) {
		if ok, err := in.isFolder(dir); !ok {
			return nothing, err
		}
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
	have, err := in.readFolder(dir, func(p string) bool { return in.targets[p] })
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
