package plan

import "path"

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
	staged, err := in.staged(fresh)
	if err != nil {
		return status{}, err
	}
	cur, err := in.now(o.Path)
	if err != nil {
		return status{}, err
	}
	if in.standing[o.Path] {
		cur = nothing // what stands there goes first
	}
	switch {
	case cur == nothing && staged:
		st, err := in.ready(fresh, o.New)
		if err != nil {
			return st, err
		}
		return in.open(st, o.Path)
	case cur == nothing:
		return onlyBack, nil
	case !in.put[o.Path]:
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
	there, err := in.there(o.Path)
	if err != nil {
		return status{}, err
	}
	if in.standing[o.Path] {
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
		if err != nil {
			return status{}, err
		}
		st := pending
		st.forward = len(different) == 0
		return in.open(st, o.Path)
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
	staged, err := in.staged(fresh)
	if err != nil {
		return status{}, err
	}
	saved, err := in.staged(kept)
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
	saved, err := in.staged(in.journal.oldPath(n))
	if err != nil {
		return status{}, err
	}
	cur, err := in.now(o.Path)
	if err != nil {
		return status{}, err
	}
	in.standing[o.Path] = cur == o.Old
	if cur == foreign && in.put[o.Path] {
		cur = nothing // the folder that was to come in its place
	}
	switch {
	case saved && cur == nothing:
		return in.open(settled, o.Path)
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

func (in *inspector) move(n int, o op) (status, error) {
	from, err := in.isFolder(o.From)
	if err != nil {
		return status{}, err
	}
	to, err := in.there(o.Path)
	switch {
	case err != nil:
		return status{}, err
	case from && !to:
		return in.open(pending, o.Path)
	case to && !from:
		return in.open(settled, o.From)
	}
	// Where both stand, the mark tells which one a person made.
	marked, err := in.staged(in.journal.newPath(n))
	if from && marked {
		return changed(o, false, true), err
	}
	st := changed(o, false, false)
	st.changed = append(st.changed, o.From)
	return st, err
}

func (in *inspector) tidy(o op) (status, error) {
	there, err := in.isFolder(in.moves.before(o.Path))
	switch {
	case err != nil:
		return status{}, err
	case there:
		in.standing[o.Path] = true
		return pending, nil
	}
	return in.open(settled, o.Path+"/")
}

// clear looks into the folder that is to be empty: only what goes before it may
// be there.
func (in *inspector) clear(o op) (status, error) {
	st, err := in.tidy(o)
	if err != nil || !st.do {
		return st, err
	}
	entries, err := in.disk.readDir(in.moves.before(o.Path))
	for _, e := range entries {
		if p := path.Join(o.Path, e.Name()); !in.standing[p] {
			st.forward, st.changed = false, append(st.changed, p)
		}
	}
	return st, err
}
