// Package diag holds the errors that a person can mend: what is wrong, where,
// and what to do about it.
//
// It prints nothing and chooses no exit code; the command line does both.
package diag

import (
	"errors"
	"fmt"
	"strings"
)

// Error is one thing that is wrong with what a person wrote or asked for.
type Error struct {
	File      string // empty where no file is to blame
	Line, Col int    // from one, Col in characters; zero where unknown
	Msg       string
	Hint      string // what to do; may be empty, may have several lines
}

// Errorf returns an Error without a position or a hint.
func Errorf(format string, args ...any) *Error { return &Error{Msg: fmt.Sprintf(format, args...)} }

// WithHint returns e with the hint set.
func (e *Error) WithHint(format string, args ...any) *Error {
	c := *e
	c.Hint = fmt.Sprintf(format, args...)
	return &c
}

// Position is "file:line:col" as far as it is known, or "".
func (e *Error) Position() string {
	switch {
	case e.File == "":
		return ""
	case e.Line == 0:
		return e.File
	case e.Col == 0:
		return fmt.Sprintf("%s:%d", e.File, e.Line)
	}
	return fmt.Sprintf("%s:%d:%d", e.File, e.Line, e.Col)
}

func (e *Error) Error() string {
	if pos := e.Position(); pos != "" {
		return pos + ": " + e.Msg
	}
	return e.Msg
}

// List is several errors that were found together. An empty list is no error:
// return it through Err.
type List []*Error

// Err returns l as an error, or nil when it is empty.
func (l List) Err() error {
	switch len(l) {
	case 0:
		return nil
	case 1:
		return l[0]
	}
	return l
}

func (l List) Error() string {
	lines := make([]string, len(l))
	for i, e := range l {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// All returns the Errors that err consists of, or nil when it is something
// else.
func All(err error) List {
	var l List
	if errors.As(err, &l) {
		return l
	}
	var e *Error
	if errors.As(err, &e) {
		return List{e}
	}
	return nil
}

// Nearest returns the candidate that a person most likely meant by word, or ""
// when none is near: within two edits, and fewer than half of the word.
func Nearest(word string, candidates []string) string {
	best, at := "", 3
	for _, c := range candidates {
		if d := distance(strings.ToLower(word), strings.ToLower(c)); d < at && 2*d <= len(c) {
			best, at = c, d
		}
	}
	return best
}

// distance is the optimal string alignment distance: insertions, deletions,
// replacements, and neighbours exchanged.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
