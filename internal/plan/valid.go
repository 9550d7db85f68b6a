package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/tree"
)

// The places that belong to this package and to the workspace's lock.
const (
	stateDir    = ".svcgen"
	journalPath = stateDir + "/journal.json"
	stageDir    = stateDir + "/stage"
	lockPath    = stateDir + "/lock"
	ignorePath  = stateDir + "/.gitignore"
)

// ignored is what .svcgen/.gitignore says. The kept releases below .svcgen are
// not in it: they are committed.
const ignored = "/lock\n/journal.json\n/stage/\n"

// maxFile is the size of the largest file that tree reads, and so the largest
// one that can be recovered.
const maxFile = 64 << 20

// validate reports what makes p no plan, whatever the disk holds.
func (p Plan) validate() error {
	moves := p.moves()
	seen := map[string]bool{}
	for _, c := range p {
		if seen[c.Path] {
			return refuse(c.Path, "the plan changes it twice")
		}
		seen[c.Path] = true
		if err := validatePath(c.Path); err != nil {
			return err
		}
		if err := c.validate(); err != nil {
			return err
		}
		for _, m := range moves {
			if err := m.validateBeside(c); err != nil {
				return err
			}
		}
	}
	if err := p.validateFolders(); err != nil {
		return err
	}
	return p.validateCase()
}

func (c Change) validate() error {
	switch {
	case c.From == "" && c.Old == nil && c.New == nil:
		return refuse(c.Path, "the plan says nothing about it")
	case c.New != nil && len(c.New.Data) > maxFile:
		return refuse(c.Path, fmt.Sprintf("is larger than %d MiB", maxFile>>20))
	case c.From == "":
		return nil
	case c.Old != nil || c.New != nil:
		return refuse(c.Path, "the plan both moves a folder there and writes a file")
	case within(c.Path, c.From) || within(c.From, c.Path):
		return refuse(c.Path, "a folder cannot move into itself")
	}
	return validatePath(c.From)
}

// validateBeside reports whether the move m and the change c exclude each other.
func (m Change) validateBeside(c Change) error {
	switch {
	case m.Path == c.Path && m.From == c.From:
		return nil
	case within(c.Path, m.From):
		return refuse(c.Path, fmt.Sprintf("the plan moves %s away", m.From))
	case c.From == "":
		return nil
	case within(c.Path, m.Path) || within(c.From, m.From) || within(c.From, m.Path):
		return refuse(c.Path, fmt.Sprintf("two moves overlap: this one and that of %s", m.From))
	}
	return nil
}

// validateFolders refuses a file that is the folder of another: a/b beside a.
func (p Plan) validateFolders() error {
	files := map[string]bool{}
	for _, c := range p {
		if c.New != nil {
			files[c.Path] = true
		}
	}
	for _, c := range p {
		if c.New == nil && c.From == "" {
			continue
		}
		for _, dir := range folders(c.Path) {
			if files[dir] {
				return refuse(c.Path, fmt.Sprintf("the plan makes %s a file", dir))
			}
		}
	}
	return nil
}

// validateCase refuses to create a path that differs from another one only in
// upper and lower case, in its folders too: on many disks they are one path.
// What exists already is distinct, whatever its case.
func (p Plan) validateCase() error {
	spelled := map[string][]string{}
	for _, c := range p {
		for _, name := range []string{c.Path, c.From} {
			for _, s := range append(folders(name), name) {
				if f := fold(s); !slices.Contains(spelled[f], s) {
					spelled[f] = append(spelled[f], s)
				}
			}
		}
	}
	for _, c := range p {
		if c.Old != nil {
			continue
		}
		for _, s := range append(folders(c.Path), c.Path) {
			if all := spelled[fold(s)]; len(all) > 1 {
				return refuse(c.Path, fmt.Sprintf("%s and %s differ only in upper and lower case", all[0], all[1]))
			}
		}
	}
	return nil
}

// validatePath refuses what no plan and no journal may touch.
func validatePath(p string) error {
	if !tree.Valid(p) {
		return &Error{Msg: fmt.Sprintf("%q is not a path within the workspace", p)}
	}
	f := fold(p)
	for seg := range strings.SplitSeq(f, "/") {
		if seg == ".git" {
			return refuse(p, "svcgen does not write into .git")
		}
	}
	if f == stateDir || within(f, journalPath) || within(f, stageDir) || within(f, lockPath) {
		return refuse(p, "the path is svcgen's own")
	}
	return nil
}

func fold(s string) string { return strings.ToLower(strings.ToUpper(s)) }

// folders returns the folders that p is in, outermost first, without the root.
func folders(p string) []string {
	var out []string
	for i := range len(p) {
		if p[i] == '/' {
			out = append(out, p[:i])
		}
	}
	return out
}
