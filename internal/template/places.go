package template

import (
	"slices"
	"unicode/utf8"
)

// Places leads from offsets in a text to lines and columns in characters, both
// from one. It is quick where offsets grow: a line may be a megabyte long. It
// serves one goroutine.
type Places struct {
	src    string
	starts []int // of the lines
	offset int   // the last one asked for
	at     Pos   // its place
}

// NewPlaces returns the places of src.
func NewPlaces(src string) *Places {
	p := &Places{src: src, starts: []int{0}, at: Pos{1, 1}}
	for i := range len(src) {
		if src[i] == '\n' {
			p.starts = append(p.starts, i+1)
		}
	}
	return p
}

// Line returns the line of an offset.
func (p *Places) Line(offset int) int {
	line, ok := slices.BinarySearch(p.starts, offset)
	if ok {
		line++
	}
	return line
}

// At returns the place of an offset.
func (p *Places) At(offset int) Pos {
	line := p.Line(offset)
	from, col := p.starts[line-1], 1
	if line == p.at.Line && p.offset <= offset {
		from, col = p.offset, p.at.Col
	}
	p.offset, p.at = offset, Pos{line, col + utf8.RuneCountInString(p.src[from:offset])}
	return p.at
}
