package plan

import (
	"fmt"
	"os"
)

// Recovered says how Recover ended an interrupted command.
type Recovered struct {
	Command  string // Options.Command of the interrupted Apply
	Finished bool   // everything was done; otherwise everything was undone
}

func (r *Recovered) String() string {
	if r.Finished {
		return fmt.Sprintf("%q was interrupted; it is now finished", r.Command)
	}
	return fmt.Sprintf("%q was interrupted; it is now undone", r.Command)
}

// Recover brings a workspace in which a command was interrupted to the state
// after that command or, if that cannot be, to the one before it. It returns
// nil when there was nothing to do. Every command that writes calls it before
// it reads, holding the workspace's lock.
//
// What a person changed since then is never overwritten: *StuckError says which
// files are in the way of both states. After any error the journal stands, and
// Recover may be called again.
func Recover(root *os.Root) (*Recovered, error) { return recoverDisk(realDisk(root)) }

// Pending returns the command that was interrupted in root, or "" when there is
// none. It changes nothing: it is for commands that only read.
func Pending(root *os.Root) (string, error) {
	j, err := readJournal(realDisk(root))
	if err != nil || j == nil {
		return "", err
	}
	if j.Command == "" {
		return "svcgen", nil
	}
	return j.Command, nil
}

func recoverDisk(d disk) (*Recovered, error) {
	j, err := readJournal(d)
	if err != nil {
		return nil, err
	}
	w := &work{disk: d, journal: j}
	if j == nil {
		return nil, w.removeStale()
	}
	v, err := w.inspect()
	if err != nil {
		return nil, err
	}
	willing, err := w.exists(j.marker())
	if err != nil {
		return nil, fault(stageDir, "cannot be looked at", err)
	}
	switch {
	case v.forward && (willing || !v.back):
		return w.recoverForward(v)
	case v.back:
		return w.recoverBack(v)
	}
	return nil, v.stuck(j)
}

// recoverForward does what is left to do. When that fails, it tries to undo.
func (w *work) recoverForward(v *view) (*Recovered, error) {
	err := w.forward(v)
	if err == nil {
		if err := w.finish(); err != nil {
			return nil, err
		}
		return &Recovered{Command: w.journal.Command, Finished: true}, nil
	}
	if undo := w.rollBack(); undo != nil {
		return nil, &UnfinishedError{Err: err, Undo: undo}
	}
	return &Recovered{Command: w.journal.Command}, nil
}

func (w *work) recoverBack(v *view) (*Recovered, error) {
	if err := w.back(v); err != nil {
		return nil, err
	}
	if err := w.finish(); err != nil {
		return nil, err
	}
	return &Recovered{Command: w.journal.Command}, nil
}

// removeStale removes the stage of a command that was interrupted before its
// journal stood, and .svcgen if the command had just made it.
func (w *work) removeStale() error {
	there, err := w.exists(stageDir)
	if err == nil && there {
		err = w.disk.removeAll(stageDir)
	}
	if err != nil {
		return fault(stageDir, "cannot be removed", err)
	}
	w.tidy(stateDir)
	return nil
}

func (v *view) stuck(j *journal) error {
	paths := v.blocking
	if len(paths) == 0 {
		for n, st := range v.ops {
			if !st.forward || !st.back {
				paths = append(paths, j.Ops[n].Path)
			}
		}
	}
	return &StuckError{Command: j.Command, Paths: paths}
}
