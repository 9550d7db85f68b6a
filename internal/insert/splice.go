package insert

import (
	"cmp"
	"slices"
)

// splice replaces data[start:end] by text. An insertion has start == end, a
// removal no text.
type splice struct {
	start, end int
	text       string
}

// apply returns data with all splices made. They must not overlap; those at one
// offset are made in the order in which they are given.
func apply(data []byte, splices ...splice) []byte {
	sorted := slices.Clone(splices)
	slices.SortStableFunc(sorted, func(a, b splice) int { return cmp.Compare(a.start, b.start) })
	size := len(data)
	for _, p := range sorted {
		size += len(p.text) - (p.end - p.start)
	}
	out := make([]byte, 0, size)
	at := 0
	for _, p := range sorted {
		out = append(out, data[at:p.start]...)
		out = append(out, p.text...)
		at = p.end
	}
	return append(out, data[at:]...)
}

// below puts lines, joined but without a line break at their end, after the
// line that off is on. A last line without a line break stays without one.
func (s *source) below(off int, lines string) splice {
	next := s.nextLine(off)
	if next == len(s.data) && next == s.lineEnd(off) && next > s.base {
		return splice{next, next, s.lastBreak() + lines}
	}
	return splice{next, next, lines + s.eol}
}

// lastBreak ends a last line that has no line break. Behind a lone CR it is CR LF:
// a LF would make one line break of the two, which nobody could undo.
func (s *source) lastBreak() string {
	if s.data[len(s.data)-1] == '\r' {
		return "\r\n"
	}
	return s.eol
}

// above puts lines before the line that off is on.
func (s *source) above(off int, lines string) splice {
	start := s.lineStart(off)
	return splice{start, start, lines + s.eol}
}

// cut removes the lines from the one that start is on to the one that end is
// on. It undoes below and above.
func (s *source) cut(start, end int) splice {
	from, to := s.lineStart(start), s.nextLine(end)
	if to == s.lineEnd(end) && from > s.base {
		from = s.prevEnd(from) // the last line of a file that does not end with a line break
	}
	return splice{from, to, ""}
}
