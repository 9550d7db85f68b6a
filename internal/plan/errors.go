package plan

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// Error says why a plan was not applied or an interrupted command not
// recovered. Nothing was changed, unless Msg says otherwise.
type Error struct {
	Path string // empty where no single path is to blame
	Msg  string
	Hint string // what a person can do; may be empty
	Err  error  // the disk's fault, if it was one
}

func (e *Error) Error() string {
	msg := e.Msg
	if e.Err != nil {
		msg += ": " + cause(e.Err).Error()
	}
	if e.Path == "" {
		return msg
	}
	return e.Path + ": " + msg
}

func (e *Error) Unwrap() error { return e.Err }

// ChangedError says that files are not as they were when the plan was made.
// Nothing was changed; a plan made again may succeed.
type ChangedError struct{ Paths []string }

func (e *ChangedError) Error() string {
	if len(e.Paths) == 1 {
		return e.Paths[0] + " changed while svcgen was at work"
	}
	return fmt.Sprintf("%d files changed while svcgen was at work: %s", len(e.Paths), strings.Join(e.Paths, ", "))
}

// StuckError says that an interrupted command can be neither finished nor
// undone without losing what a person did since. Everything was left in place.
type StuckError struct {
	Command string
	Paths   []string // the files in the way
}

func (e *StuckError) Error() string {
	return fmt.Sprintf("%q was interrupted, and can be neither finished nor undone because of %s",
		e.Command, strings.Join(e.Paths, ", "))
}

// Hint says what a person can do.
func (e *StuckError) Hint() string {
	return "these files were changed since. Bring them to the state before or after the command" +
		" (git restore gives the one before), then run svcgen again;\n" +
		"to keep everything as it is now, remove " + journalPath + ": the old files are in " + stageDir
}

// UnfinishedError says that applying a plan failed and undoing it failed too.
// The journal stands: the next writing command recovers.
type UnfinishedError struct{ Err, Undo error }

func (e *UnfinishedError) Error() string {
	return fmt.Sprintf("%v; undoing it failed too (%v); the next svcgen command that writes will undo or finish it",
		e.Err, e.Undo)
}

func (e *UnfinishedError) Unwrap() []error { return []error{e.Err, e.Undo} }

func refuse(p, msg string) error { return &Error{Path: p, Msg: msg} }

func fault(p, msg string, err error) error { return &Error{Path: p, Msg: msg, Err: err} }

// cause takes off the names of the staged files, which say nothing to a person.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	var l *os.LinkError
	if errors.As(err, &l) {
		return l.Err
	}
	return err
}
