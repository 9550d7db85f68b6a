package merge

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff/lcs"
)

// Text is a merged text.
type Text struct {
	Data      []byte
	Conflicts int // how many there are; with Ours and Theirs none are left
	Line      int // the first conflict's line in ours, or 0

	decided []lines // of ours, that Ours or Theirs decided

	marker int // the first marker's line in Data, or 0
}

// What ours and base are called in markers; theirs has the caller's label.
const yours, before = "yours", "before"

// Texts merges two edits of one text with git merge-file. Where each side ends
// its lines alike, an edit of the line ends is merged as one of its own: a text
// that ours has with CRLF and the others with LF is merged with CRLF. So is a
// byte order mark, which belongs to no line.
//
// What git returns is checked: a line that one side added and that is neither in
// the result nor in a conflict is an error.
func (g Git) Texts(ctx context.Context, base, ours, theirs []byte, label string, p Policy) (Text, error) {
	if bom, b, o, t := unmarked(base, ours, theirs); len(b)+len(o)+len(t) < len(base)+len(ours)+len(theirs) {
		text, err := g.Texts(ctx, b, o, t, label, p)
		text.Data = slices.Concat(bom, text.Data)
		return text, err
	}
	b, o, t := alike(base, ours, theirs)
	switch {
	case bytes.Equal(o, t), bytes.Equal(t, b):
		return Text{Data: o}, nil
	case bytes.Equal(o, b):
		return Text{Data: t}, nil
	}
	dir, err := os.MkdirTemp("", "svcgen-merge")
	if err != nil {
		return Text{}, err
	}
	defer os.RemoveAll(dir)
	for name, data := range map[string][]byte{"ours": o, "base": b, "theirs": t} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return Text{}, err
		}
	}
	args := []string{"merge-file", "-p", "-q", "-L", yours, "-L", before, "-L", label}
	var decided []lines
	if p.chooses() {
		plain, err := g.Texts(ctx, base, ours, theirs, label, Abort)
		if err != nil || plain.Conflicts == 0 {
			return plain, err
		}
		decided = conflicting(o, plain.Data)
	}
	switch p {
	case Ours:
		args = append(args, "--ours")
	case Theirs:
		args = append(args, "--theirs")
	}
	out, code, err := g.run(ctx, dir, append(args, "ours", "base", "theirs")...)
	if err != nil {
		return Text{}, err
	}
	if why := implausible(b, o, t, out, code, p); why != "" {
		return Text{}, fmt.Errorf("git merge-file %s", why)
	}
	text := Text{Data: out, Conflicts: code, decided: decided}
	if code > 0 {
		text.marker, text.Line = conflictLines(o, out)
	}
	return text, nil
}

var marker = regexp.MustCompile(`^(<{7}|={7}|>{7})`)

// implausible says what is wrong with out as the merge of three texts, or "". It is no
// second merge: it looks for lines that nobody wrote, and for added lines that
// are gone.
func implausible(b, o, t, out []byte, conflicts int, p Policy) string {
	in := func(sets ...map[string]bool) func(string) bool {
		return func(line string) bool {
			for _, s := range sets {
				if s[line] {
					return true
				}
			}
			return false
		}
	}
	bases, mine, others, all := lineSet(b), lineSet(o), lineSet(t), lineSet(out)
	if conflicts > 0 && (p.chooses() || !bytes.Contains(out, []byte("<<<<<<< "+yours))) {
		return "says that there are conflicts, and shows none"
	}
	known := in(mine, others)
	for line := range all {
		if !known(line) && !(conflicts > 0 && marker.MatchString(line)) {
			return fmt.Sprintf("made up a line that neither side has: %.60q", line)
		}
	}
	there := in(bases, all)
	for line := range mine {
		if p != Theirs && !there(line) {
			return fmt.Sprintf("lost a line: %.60q", line)
		}
	}
	for line := range others {
		if p != Ours && !there(line) {
			return fmt.Sprintf("lost a line: %.60q", line)
		}
	}
	return ""
}

// lineSet is the lines of data, without their ends.
func lineSet(data []byte) map[string]bool {
	set := map[string]bool{}
	for line := range strings.Lines(string(data)) {
		set[strings.TrimRight(line, "\r\n")] = true
	}
	return set
}

// conflictLines finds the first conflict in a text with markers, and the line in
// ours that it begins at.
func conflictLines(o, out []byte) (first, line int) {
	next := strings.SplitAfter(string(out), "\n")
	mine := strings.SplitAfter(string(o), "\n")
	for first < len(next) && !strings.HasPrefix(next[first], "<<<<<<< "+yours) {
		first++
	}
	// What stands before the marker is ours with what theirs changed there.
	text := next[:first:first]
	for i := first + 1; i < len(next) && !strings.HasPrefix(next[i], "======="); i++ {
		text = append(text, next[i])
	}
	at := first
	for _, d := range lcs.DiffLines(text, mine) {
		if d.Start < first {
			at += (d.ReplEnd - d.ReplStart) - (d.End - d.Start)
		}
	}
	return first + 1, min(max(at, 0), len(mine)-1) + 1
}
