package plan

import (
	"context"
	"errors"
	"os"
)

// Options are what Apply needs besides the plan.
type Options struct {
	Command string // what Recover calls the command, e.g. "new payments"
	Last    string // the path that comes last of those that come: the manifest
}

// Apply makes the changes of p in root, all of them or none. The caller holds
// the workspace's lock and has called Recover under it.
//
// The disk must be as p expects it: *ChangedError names the files that are not.
// ctx stops Apply until the journal stands; after that it runs to its end.
// After any error the files are as they were, except after *UnfinishedError,
// where Recover has to undo or finish what was begun.
//
// Options.Last is renamed after everything else that comes, and before anything
// goes: whoever reads the manifest meanwhile finds in it only what is there.
func (p Plan) Apply(ctx context.Context, root *os.Root, opts Options) error {
	return p.apply(ctx, realDisk(root), opts)
}

// Check reports what Apply would find wrong with p before it touches anything.
func (p Plan) Check(root *os.Root) error {
	if err := p.validate(); err != nil {
		return err
	}
	_, err := look(realDisk(root), p)
	return err
}

func (p Plan) apply(ctx context.Context, d disk, opts Options) error {
	if len(p) == 0 {
		return nil
	}
	if err := p.validate(); err != nil {
		return err
	}
	if err := noJournal(d); err != nil {
		return err
	}
	c, err := look(d, p)
	if err != nil {
		return err
	}
	w, err := c.stage(ctx, c.steps(opts.Last), opts.Command)
	if err == nil {
		err = context.Cause(ctx)
	}
	if err == nil {
		err = w.commit()
	}
	if err != nil {
		w.discard()
		return err
	}
	if err = w.forward(nil); err == nil {
		err = w.finish()
	}
	if err == nil {
		return nil
	}
	if undo := w.rollBack(); undo != nil {
		return &UnfinishedError{Err: err, Undo: undo}
	}
	return err
}

func noJournal(d disk) error {
	j, err := readJournal(d)
	if err == nil && j != nil {
		err = errors.New("plan: Apply without Recover")
	}
	return err
}

// rollBack undoes whatever is done. Where a person changed what is done, it
// undoes nothing.
func (w *work) rollBack() error {
	// Where the marker stays, Recover may finish what this does not undo.
	_ = w.disk.remove(w.journal.marker())
	v, err := w.inspect()
	if err != nil {
		return err
	}
	if !v.back {
		return v.stuck(w.journal)
	}
	if err := w.back(v); err != nil {
		return err
	}
	return w.finish()
}
