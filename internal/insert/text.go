package insert

import (
	"bytes"
	"path"
	"slices"
	"strings"
)

// textFile is a file as lines.
type textFile struct {
	*source
	lines []Span   // without line breaks
	texts []string // without the white space around them
}

func readLines(s *source) *textFile {
	f := &textFile{source: s}
	for at := s.base; at < len(s.data); at = s.nextLine(at) {
		end := s.lineEnd(at)
		f.lines = append(f.lines, Span{at, end})
		f.texts = append(f.texts, string(bytes.TrimSpace(s.data[at:end])))
	}
	return f
}

// block cuts an entry into lines whose common indentation is taken off.
func block(text string) []string {
	lines := splitLines(text)
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	common, first := "", true
	for _, line := range lines {
		rest := strings.TrimLeft(line, " \t")
		if rest == "" {
			continue
		}
		indent := line[:len(line)-len(rest)]
		if first {
			common, first = indent, false
		}
		for !strings.HasPrefix(indent, common) {
			common = common[:len(common)-1]
		}
	}
	for i, line := range lines {
		if strings.TrimSpace(line) == "" {
			lines[i] = ""
		} else {
			lines[i] = line[len(common):]
		}
	}
	return lines
}

// indented joins lines with indent before each that is not empty.
func (s *source) indented(lines []string, indent string) string {
	out := make([]string, len(lines))
	for i, line := range lines {
		if line != "" {
			out[i] = indent + line
		}
	}
	return strings.Join(out, s.eol)
}

// matches lists the lines at which lines stand, whatever their indentation.
func (f *textFile) matches(lines []string) []int {
	if len(lines) == 0 {
		return nil
	}
	want := make([]string, len(lines))
	for i, line := range lines {
		want[i] = strings.TrimSpace(line)
	}
	var found []int
	for i := 0; i+len(want) <= len(f.texts); i++ {
		if slices.Equal(f.texts[i:i+len(want)], want) {
			found = append(found, i)
		}
	}
	return found
}

// marker is the number of the line that name names.
func (f *textFile) marker(name string) (int, error) {
	name = strings.TrimSpace(name)
	if name == "" || strings.Contains(name, "\n") {
		return 0, f.fail(Mismatch, -1, "a marker is one line that is not empty")
	}
	var equal, holding []int
	for i := range f.lines {
		switch line := f.texts[i]; {
		case line == name:
			equal = append(equal, i)
		case strings.Contains(line, name):
			holding = append(holding, i)
		}
	}
	if len(equal) == 0 {
		equal = holding
	}
	switch len(equal) {
	case 0:
		e := f.fail(Missing, -1, "there is no line %s", name)
		e.Hint = "put that line where the entries shall stand"
		return 0, e
	case 1:
		return equal[0], nil
	}
	return 0, f.fail(Ambiguous, f.lines[equal[1]].Start, "the line %s is there twice; the first is line %d", name, equal[0]+1)
}

// entryLines are the lines of an entry, or an error when there are none.
func (s *source) entryLines(a Address, text []byte) ([]string, error) {
	lines := block(string(text))
	switch {
	case len(lines) == 0:
		return nil, s.fail(Invalid, -1, "the entry is empty")
	case a.Kind == Lines && len(lines) > 1:
		return nil, s.fail(Invalid, -1, "the entry has %d lines; among sorted lines it must be one", len(lines))
	}
	return lines, nil
}

func textInsert(s *source, a Address, text []byte) ([]byte, error) {
	lines, err := s.entryLines(a, text)
	if err != nil {
		return nil, err
	}
	f := readLines(s)
	if found := f.matches(lines); len(found) > 0 {
		return nil, f.fail(Exists, f.lines[found[0]].Start, "the entry is there already")
	}
	p, err := f.spot(a, lines)
	if err != nil {
		return nil, err
	}
	out := apply(s.data, p)
	return out, f.check(out, a, lines)
}

// spot finds the place of lines and writes the splice.
func (f *textFile) spot(a Address, lines []string) (splice, error) {
	indent, mark, from, to := "", -1, 0, len(f.lines)
	if a.Kind == Before || a.Kind == After {
		m, err := f.marker(a.Name)
		if err != nil {
			return splice{}, err
		}
		mark, indent = m, f.indent(f.lines[m].Start)
		if from = m + 1; a.Kind == Before {
			from, to = 0, m
		}
	}
	body := f.indented(lines, indent)
	if p, ok := f.amongPeers(a.Peers, lines, from, to, body); ok {
		return p, nil
	}
	switch a.Kind {
	case Before:
		return f.above(f.lines[mark].Start, body), nil
	case After:
		return f.below(f.lines[mark].Start, body), nil
	case Lines:
		return f.amongLines(lines[0], body), nil
	}
	return f.atEnd(body), nil
}

// amongPeers places lines by the order of svcgen's other entries that stand on
// lines from to to.
func (f *textFile) amongPeers(peers, lines []string, from, to int, body string) (splice, bool) {
	type peer struct {
		Span // of lines
		key  string
	}
	var found []peer
	for _, text := range peers {
		own := block(text)
		for _, at := range f.matches(own) {
			if at >= from && at+len(own) <= to {
				found = append(found, peer{Span{at, at + len(own) - 1}, strings.Join(own, "\n")})
			}
		}
	}
	if len(found) == 0 {
		return splice{}, false
	}
	slices.SortFunc(found, func(a, b peer) int { return a.Start - b.Start })
	key := strings.Join(lines, "\n")
	at := place(key, len(found), func(i int) (string, bool) { return found[i].key, true })
	if at < len(found) {
		return f.above(f.lines[found[at].Start].Start, body), true
	}
	return f.below(f.lines[found[at-1].End].Start, body), true
}

// atEnd puts lines behind the last one.
func (s *source) atEnd(lines string) splice {
	n := len(s.data)
	if n > s.base && s.data[n-1] != '\n' {
		return splice{n, n, s.lastBreak() + lines}
	}
	return splice{n, n, lines + s.eol}
}

// ownBlock tells whether svcgen's lines stand apart from the others: in a
// CODEOWNERS file the last match wins, so their order is not free.
func (s *source) ownBlock() bool { return path.Base(s.name) == "CODEOWNERS" }

// amongLines places a line in a file without svcgen's own: in order where the
// file's lines are sorted, else behind the last.
func (f *textFile) amongLines(line, body string) splice {
	last, before, sorted := -1, -1, true
	prev := ""
	for i := range f.lines {
		text := f.texts[i]
		if text != "" {
			last = i
		}
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		sorted = sorted && prev <= text
		prev = text
		if before < 0 && text > strings.TrimSpace(line) {
			before = i
		}
	}
	switch {
	case last < 0:
		return f.atEnd(body)
	case f.ownBlock():
		return f.below(f.lines[last].Start, f.eol+body)
	case sorted && before >= 0:
		return f.above(f.lines[before].Start, body)
	}
	return f.below(f.lines[last].Start, body)
}

// check makes sure that out is the file with exactly lines more, and that they
// and the marker can be found again.
func (f *textFile) check(out []byte, a Address, lines []string) error {
	after := readLines(&source{name: f.name, data: out, base: f.base, eol: f.eol})
	found := after.matches(lines)
	if len(found) != 1 {
		return f.fail(Unsafe, -1, "the entry could not be told from the lines around it")
	}
	if a.Kind == Before || a.Kind == After {
		was, _ := f.marker(a.Name)
		is, err := after.marker(a.Name)
		if err != nil || after.texts[is] != f.texts[was] || is != was && is != was+len(lines) {
			return f.fail(Unsafe, -1, "the entry holds the marker %s itself", a.Name)
		}
	}
	return nil
}

// entry is the number of the entry's first line.
func (f *textFile) entry(a Address, lines []string) (int, error) {
	found := f.matches(lines)
	switch len(found) {
	case 0:
		return 0, f.fail(Missing, -1, "there is no line %s", strings.TrimSpace(lines[0]))
	case 1:
		return found[0], nil
	}
	return 0, f.fail(Ambiguous, f.lines[found[1]].Start, "the entry is there twice; the first is on line %d", found[0]+1)
}

func textRemove(s *source, a Address, text []byte) ([]byte, error) {
	lines, err := s.entryLines(a, text)
	if err != nil {
		return nil, err
	}
	f := readLines(s)
	i, err := f.entry(a, lines)
	if err != nil {
		return nil, err
	}
	first, last := i, i+len(lines)-1
	blank := func(i int) bool { return f.texts[i] == "" }
	if a.Kind == Lines && f.ownBlock() && i > 1 && blank(i-1) && !blank(i-2) && (last+1 == len(f.lines) || blank(last+1)) {
		first-- // the line that parted svcgen's block from the others
	}
	return apply(s.data, f.cut(f.lines[first].Start, f.lines[last].Start)), nil
}

func textFind(s *source, a Address, text []byte) (Span, error) {
	lines, err := s.entryLines(a, text)
	if err != nil {
		return Span{}, err
	}
	f := readLines(s)
	i, err := f.entry(a, lines)
	if err != nil {
		return Span{}, err
	}
	start := f.lines[i].Start
	return Span{start + len(f.indent(start)), f.lines[i+len(lines)-1].End}, nil
}

func textValue(s *source, a Address, text []byte) ([]byte, error) {
	lines, err := s.entryLines(a, text)
	if err != nil {
		return nil, err
	}
	f := readLines(s)
	i, err := f.entry(a, lines)
	if err != nil {
		return nil, err
	}
	raw := string(s.data[f.lines[i].Start:f.lines[i+len(lines)-1].End])
	return []byte(strings.Join(block(raw), "\n")), nil
}
