package insert

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// bom is the byte order mark that some editors put before the first line.
const bom = "\uFEFF"

// source is a file's bytes with what every format needs to know of them. A line
// ends with LF or CR LF; a lone CR is a byte like any other.
type source struct {
	name string
	data []byte
	base int    // the length of the byte order mark
	eol  string // how new lines end: as the file's first one does
}

// newSource refuses data that is no text.
func newSource(name string, data []byte) (*source, error) {
	s := &source{name: name, data: data, eol: "\n"}
	if bytes.HasPrefix(data, []byte(bom)) {
		s.base = len(bom)
	}
	if i := bytes.IndexByte(data, '\n'); i > 0 && data[i-1] == '\r' {
		s.eol = "\r\n"
	}
	if i := notText(data); i >= 0 {
		return nil, s.fail(Invalid, i, "%s", whyNotText(data[i]))
	}
	return s, nil
}

// notText is the offset of the first byte that no text holds, or -1.
func notText(data []byte) int {
	if utf8.Valid(data) {
		return bytes.IndexByte(data, 0)
	}
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == 0 || r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

func whyNotText(b byte) string {
	if b == 0 {
		return "a zero byte: this is not a text file"
	}
	return "not valid UTF-8"
}

// visible returns the data with the byte order mark turned into spaces, so that
// parsers which know no such mark give the file's own offsets.
func (s *source) visible() []byte {
	if s.base == 0 {
		return s.data
	}
	data := bytes.Clone(s.data)
	copy(data, strings.Repeat(" ", s.base))
	return data
}

// position turns an offset into a line and a column, both from one, the column
// in bytes.
func (s *source) position(off int) (line, col int) {
	off = max(s.base, min(off, len(s.data)))
	return 1 + bytes.Count(s.data[:off], []byte("\n")), off - s.lineStart(off) + 1
}

// fail makes an Error at off; a negative off blames the file as a whole.
func (s *source) fail(r Reason, off int, format string, args ...any) *Error {
	e := &Error{Reason: r, File: s.name, Msg: fmt.Sprintf(format, args...)}
	if off >= 0 {
		e.Line, e.Col = s.position(off)
	}
	return e
}

// failEntry blames the line and the column of an entry's own text.
func (s *source) failEntry(line, col int, format string, args ...any) *Error {
	e := s.fail(Invalid, -1, format, args...)
	e.EntryLine, e.EntryCol = line, col
	return e
}

// positionIn is the line and the column of the byte of text at off.
func positionIn(text []byte, off int) (line, col int) {
	before := text[:min(max(off, 0), len(text))]
	return 1 + bytes.Count(before, []byte("\n")), len(before) - bytes.LastIndexByte(before, '\n')
}

// lineStart is the offset of the first byte of the line that off is on; a byte
// order mark belongs to no line.
func (s *source) lineStart(off int) int {
	if i := bytes.LastIndexByte(s.data[:off], '\n'); i >= 0 {
		return i + 1
	}
	return s.base
}

// lineEnd is the offset of the line break that ends the line off is on, or of
// the end of the file.
func (s *source) lineEnd(off int) int {
	i := bytes.IndexByte(s.data[off:], '\n')
	switch {
	case i < 0:
		return len(s.data)
	case off+i > 0 && s.data[off+i-1] == '\r':
		return off + i - 1
	}
	return off + i
}

// nextLine is the offset behind the line that off is on and its line break.
func (s *source) nextLine(off int) int {
	if i := bytes.IndexByte(s.data[off:], '\n'); i >= 0 {
		return off + i + 1
	}
	return len(s.data)
}

// prevEnd is the offset of the line break before the line that begins at start,
// which is not the first.
func (s *source) prevEnd(start int) int {
	if start > 1 && s.data[start-2] == '\r' {
		return start - 2
	}
	return start - 1
}

// breakAt is the length of the line break at off, 0 where there is none.
func (s *source) breakAt(off int) int {
	switch {
	case off < len(s.data) && s.data[off] == '\n':
		return 1
	case off+1 < len(s.data) && s.data[off] == '\r' && s.data[off+1] == '\n':
		return 2
	}
	return 0
}

// skipBlanks is the first offset from off on that holds no space or tab.
func (s *source) skipBlanks(off int) int {
	for off < len(s.data) && isBlank(s.data[off]) {
		off++
	}
	return off
}

// onlyBreak tells whether one line break and indentation, and no more, stand
// between two offsets: what Insert puts inside of brackets that were empty.
func (s *source) onlyBreak(from, to int) bool {
	at := s.skipBlanks(from)
	n := s.breakAt(at)
	return n > 0 && at+n <= to && to <= s.skipBlanks(at+n)
}

// indent is the white space that the line of off begins with.
func (s *source) indent(off int) string {
	start := s.lineStart(off)
	return string(s.data[start:s.skipBlanks(start)])
}

// leads tells whether only white space stands before off on its line.
func (s *source) leads(off int) bool {
	return s.skipBlanks(s.lineStart(off)) >= off
}

// empty tells whether the line of off holds only white space.
func (s *source) empty(off int) bool {
	return len(bytes.TrimSpace(s.data[s.lineStart(off):s.lineEnd(off)])) == 0
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' }

// splitLines cuts text into lines without their ends; the end of the last line
// may be missing. Empty text has no lines.
func splitLines(text string) []string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.TrimSuffix(text, "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}
