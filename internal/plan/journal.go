package plan

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/tree"
)

// journalVersion is that of the journal's format. A journal of another version
// is not touched.
const journalVersion = 1

// journal says what a command is about to do. From the moment that it stands at
// journalPath to the moment that it is removed, the workspace is between two
// states.
//
// Operation n finds its new content in the stage under the name n<n>, and keeps
// its old content there under o<n>. That of a move is a mark, an empty folder
// that goes once the folder has moved.
type journal struct {
	Version int    `json:"version"`
	Command string `json:"command"`
	Stage   string `json:"stage"` // the name of a folder below stageDir
	Ops     []op   `json:"ops"`
}

// verb is what an op does.
type verb string

const (
	create       verb = "create"  // a file appears
	createFolder verb = "folder"  // a folder appears, with all its files
	replace      verb = "replace" // a file gets another content
	remove       verb = "delete"  // a file disappears
	move         verb = "move"    // a folder moves
	tidy         verb = "tidy"    // a folder disappears if it is empty
	clear        verb = "clear"   // a folder disappears, and must be empty
)

// op is one step. Each is one rename, or can be told from its traces to have
// happened or not.
type op struct {
	Do    verb              `json:"do"`
	Path  string            `json:"path"`
	From  string            `json:"from,omitempty"`  // move
	Old   string            `json:"old,omitempty"`   // replace, delete: sum of the content
	New   string            `json:"new,omitempty"`   // create, replace: sum of the content
	Files map[string]string `json:"files,omitempty"` // folder: sums, by path below it
	Perm  fs.FileMode       `json:"perm,omitempty"`  // tidy, clear: the folder's permission bits
}

// sum identifies a file's content. Whether it is executable is no part of it:
// some disks cannot tell.
func sum(f tree.File) string {
	h := sha256.Sum256(f.Data)
	kind := "file:"
	if f.Kind == tree.Symlink {
		kind = "link:"
	}
	return kind + hex.EncodeToString(h[:])
}

// isLink reports whether s is the sum of a symbolic link.
func isLink(s string) bool { return strings.HasPrefix(s, "link:") }

var (
	stageName = regexp.MustCompile(`^[0-9a-f]{16}$`)
	sumFormat = regexp.MustCompile(`^(file|link):[0-9a-f]{64}$`)
)

// stage returns the folder with the journal's contents.
func (j *journal) stage() string { return stageDir + "/" + j.Stage }

// newPath and oldPath return where operation n has its contents.
func (j *journal) newPath(n int) string { return fmt.Sprintf("%s/n%d", j.stage(), n) }
func (j *journal) oldPath(n int) string { return fmt.Sprintf("%s/o%d", j.stage(), n) }

// marker is a folder in the stage whose absence says that the command failed
// and is to be undone rather than finished.
func (j *journal) marker() string { return j.stage() + "/forward" }

// readJournal returns nil where there is no journal.
func readJournal(d disk) (*journal, error) {
	switch info, err := d.stat(stateDir); {
	case err != nil:
		return nil, fault(stateDir, "cannot be looked at", err)
	case info == nil:
		return nil, nil
	case !info.IsDir():
		return nil, refuse(stateDir, "is not a folder")
	}
	f, err := d.lookup(journalPath)
	switch {
	case err != nil:
		return nil, fault(journalPath, "cannot be read", err)
	case f == nil:
		return nil, nil
	case f.Kind == tree.Symlink:
		return nil, unreadable(errors.New("it is a symbolic link"))
	}
	return decode(f.Data)
}

func decode(data []byte) (*journal, error) {
	var head struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, unreadable(err)
	}
	if head.Version > journalVersion {
		return nil, &Error{Path: journalPath, Msg: "was written by a newer svcgen that was interrupted",
			Hint: "run that svcgen, or a newer one, to finish or undo its command"}
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	j := &journal{}
	if err := dec.Decode(j); err != nil {
		return nil, unreadable(err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, unreadable(errors.New("something follows it"))
	}
	if err := j.validate(); err != nil {
		return nil, unreadable(err)
	}
	return j, nil
}

func unreadable(err error) error {
	return &Error{Path: journalPath, Msg: "records an interrupted command, but cannot be understood", Err: err,
		Hint: "compare the workspace with its last commit; the interrupted command's files are in " + stageDir +
			".\nThen remove " + journalPath}
}

// validate reports whether svcgen can have written j. A journal is a file like
// any other: it may have come with a clone.
func (j *journal) validate() error {
	switch {
	case j.Version != journalVersion:
		return fmt.Errorf("version %d is unknown", j.Version)
	case !stageName.MatchString(j.Stage):
		return fmt.Errorf("stage %q is not a name that svcgen gives", j.Stage)
	}
	for n, o := range j.Ops {
		if err := o.validate(); err != nil {
			return fmt.Errorf("operation %d: %w", n, err)
		}
	}
	return nil
}

func (o op) validate() error {
	if err := validatePath(o.Path); err != nil {
		return err
	}
	var sums []string
	switch o.Do {
	case create:
		sums = []string{o.New}
	case replace:
		sums = []string{o.Old, o.New}
	case remove:
		sums = []string{o.Old}
	case move:
		return validatePath(o.From)
	case createFolder:
		for p, s := range o.Files {
			if err := validatePath(o.Path + "/" + p); err != nil {
				return err
			}
			sums = append(sums, s)
		}
	case tidy, clear:
	default:
		return fmt.Errorf("%q is unknown", o.Do)
	}
	if slices.ContainsFunc(sums, func(s string) bool { return !sumFormat.MatchString(s) }) {
		return errors.New("a checksum is missing")
	}
	return nil
}
