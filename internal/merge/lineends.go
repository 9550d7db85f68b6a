package merge

import "bytes"

// ends is how the lines of a text end.
type ends uint8

const (
	none  ends = iota // there is no line end
	lf                // all with LF
	crlf              // all with CRLF
	mixed             // neither, or with a lone CR
)

func endsOf(data []byte) ends {
	n, pairs, cr := bytes.Count(data, []byte("\n")), bytes.Count(data, []byte("\r\n")), bytes.Count(data, []byte("\r"))
	switch {
	case n == 0 && cr == 0:
		return none
	case cr == 0:
		return lf
	case n == pairs && cr == pairs:
		return crlf
	}
	return mixed
}

// with returns data, which is not mixed, with other line ends.
func (e ends) with(data []byte) []byte {
	if e == none || endsOf(data) == e {
		return data
	}
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	if e == crlf {
		data = bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))
	}
	return data
}

// alike gives three texts the line ends of their merge: those of the side that
// changed them. Where one of the texts mixes them, all stay as they are.
func alike(base, ours, theirs []byte) (b, o, t []byte) {
	was, mine, others := endsOf(base), endsOf(ours), endsOf(theirs)
	if was == mixed || mine == mixed || others == mixed {
		return base, ours, theirs
	}
	next := mine
	if mine == none || mine == was && others != none {
		next = others
	}
	return next.with(base), next.with(ours), next.with(theirs)
}

var byteOrderMark = []byte("\ufeff")

// unmarked takes the byte order mark off three texts, which an editor puts in
// and out without being asked, and returns with it the one of their merge: that
// of the side that changed it.
func unmarked(base, ours, theirs []byte) (bom, b, o, t []byte) {
	cut := func(data []byte) (rest []byte, had bool) { return bytes.CutPrefix(data, byteOrderMark) }
	b, was := cut(base)
	o, mine := cut(ours)
	t, others := cut(theirs)
	if mine == was && others || mine != was && mine {
		bom = byteOrderMark
	}
	return bom, b, o, t
}

// onlyEnds reports whether a and b differ in nothing but their line ends, as
// where git checks files out with CRLF, and a byte order mark.
func onlyEnds(a, b []byte) bool {
	a, b = bytes.TrimPrefix(a, byteOrderMark), bytes.TrimPrefix(b, byteOrderMark)
	x, y := endsOf(a), endsOf(b)
	return x != mixed && y != mixed && bytes.Equal(lf.with(a), lf.with(b))
}

// Endings is base with the line ends of ours, where ours has CRLF throughout and
// base LF: a checkout on Windows is not an edit.
func Endings(base, ours []byte) []byte {
	if endsOf(base) == lf && endsOf(ours) == crlf {
		return crlf.with(base)
	}
	return base
}
