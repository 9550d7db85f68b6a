package insert

// The library that checks every splice reads NEL, LS and PS as line breaks, as
// YAML 1.1 does; so does this scanner. Where a file has none of them, which is
// nearly always, the two versions of YAML agree.

// yamlBreak is the length of the line break at i, 0 where there is none.
func yamlBreak(data []byte, i int) int {
	if i >= len(data) {
		return 0
	}
	switch data[i] {
	case '\n':
		return 1
	case '\r':
		if i+1 < len(data) && data[i+1] == '\n' {
			return 2
		}
		return 1
	case 0xC2:
		if i+1 < len(data) && data[i+1] == 0x85 {
			return 2
		}
	case 0xE2:
		if i+2 < len(data) && data[i+1] == 0x80 && (data[i+2] == 0xA8 || data[i+2] == 0xA9) {
			return 3
		}
	}
	return 0
}

// yamlBreakBefore is the length of the line break that ends at i, 0 where there is
// none.
func yamlBreakBefore(data []byte, i int) int {
	if i == 0 {
		return 0
	}
	switch data[i-1] {
	case '\n':
		if i > 1 && data[i-2] == '\r' {
			return 2
		}
		return 1
	case '\r':
		if i < len(data) && data[i] == '\n' {
			return 0 // in the middle of CR LF
		}
		return 1
	case 0x85:
		if i > 1 && data[i-2] == 0xC2 {
			return 2
		}
	case 0xA8, 0xA9:
		if i > 2 && data[i-2] == 0x80 && data[i-3] == 0xE2 {
			return 3
		}
	}
	return 0
}

// yamlBlankAt tells whether i is at a space, a tab, a line break or the end.
func yamlBlankAt(data []byte, i int) bool {
	return i >= len(data) || isBlank(data[i]) || yamlBreak(data, i) > 0
}

// yamlLineEnd is the offset of the line break that ends the line i is on.
func yamlLineEnd(data []byte, i int) int {
	for i < len(data) {
		// Only these four bytes begin a line break.
		switch data[i] {
		case '\n', '\r', 0xC2, 0xE2:
			if yamlBreak(data, i) > 0 {
				return i
			}
		}
		i++
	}
	return len(data)
}

// yamlNextLine is the offset behind the line that i is on.
func yamlNextLine(data []byte, i int) int {
	i = yamlLineEnd(data, i)
	return i + yamlBreak(data, i)
}

// lineStart is the offset of the first byte of the line that i is on.
func (t *yamlTree) lineStart(i int) int {
	for i > t.base && yamlBreakBefore(t.data, i) == 0 {
		i--
	}
	return i
}

// after is the offset of the line behind content that ends at end. A block
// scalar ends at the start of a line already.
func (t *yamlTree) after(end int) int {
	if end > t.base && yamlBreakBefore(t.data, end) > 0 {
		return end
	}
	return yamlNextLine(t.data, end)
}

// leads tells whether only white space stands before i on its line.
func (t *yamlTree) leads(i int) bool {
	for i > t.base && isBlank(t.data[i-1]) {
		i--
	}
	return i == t.base || yamlBreakBefore(t.data, i) > 0
}

// yamlLine tells what a line outside scalars holds.
type yamlLine uint8

const (
	yamlBlankLine yamlLine = iota
	yamlCommentLine
	yamlContentLine
)

// line classifies the line that begins at i; col is the column of its first
// byte that is not white space.
func (t *yamlTree) line(i int) (kind yamlLine, col int) {
	start := i
	for i < len(t.data) && isBlank(t.data[i]) {
		i++
	}
	switch {
	case i == len(t.data) || yamlBreak(t.data, i) > 0:
		return yamlBlankLine, i - start
	case t.data[i] == '#':
		return yamlCommentLine, i - start
	}
	return yamlContentLine, i - start
}
