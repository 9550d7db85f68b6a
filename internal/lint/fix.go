package lint

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
)

// Edit replaces the bytes from Start to End of one of the template's files by
// New. A file that does not exist is made, from nothing.
type Edit struct {
	File       string // below the template
	Start, End int
	New        string
}

// Mend offers edits that mend the finding, all of them or none; without edits
// it offers nothing. A rule offers what most likely mends: whoever applies the
// edits lints again, and takes them back where the finding stays or another
// comes. So a rule may write
//
//	p.ReportOutput(o, line, col, "ADD where COPY serves").Mend(o.Replace(line, "ADD", "COPY")...)
//
// and need not look whether that is right in every combination of values.
func (f *Finding) Mend(edits ...Edit) *Finding {
	f.edits = edits
	return f
}

// Edit replaces the output's bytes from start to end in the template, where they
// are one stretch of literal text there; else it returns no edit.
func (o *Output) Edit(start, end int, text string) []Edit {
	from, to, ok := o.Source.Origin(o.Data, start, end)
	if !ok || o.Rendered() && strings.Contains(text, "{{") {
		return nil
	}
	return []Edit{{o.Source.File, from, to, text}}
}

// Replace replaces the one occurrence of old in a line of the output.
func (o *Output) Replace(line int, old, text string) []Edit {
	start, end := o.lineRange(line)
	at := bytes.Index(o.Data[start:end], []byte(old))
	if at < 0 || bytes.Count(o.Data[start:end], []byte(old)) > 1 {
		return nil
	}
	return o.Edit(start+at, start+at+len(old), text)
}

// InsertLines puts whole lines before a line of the output; a line after the
// last is its end.
func (o *Output) InsertLines(line int, text string) []Edit {
	start := offsetOf(o.Data, line)
	if start > 0 && o.Data[start-1] != '\n' {
		text = "\n" + text
	}
	text = strings.TrimSuffix(text, "\n") + "\n"
	if bytes.Contains(o.Data, crlf) {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return o.Edit(start, start, text)
}

// lineRange is where a line, from one, stands in the output, without its break.
func (o *Output) lineRange(line int) (start, end int) {
	start = offsetOf(o.Data, line)
	if i := bytes.IndexByte(o.Data[start:], '\n'); i >= 0 {
		return start, start + i
	}
	return start, len(o.Data)
}

// NewFile makes a file that every service gets: in the first layer that has no
// condition. It returns no edit where there is none, or where the file exists.
func (p *Pass) NewFile(name, text string) []Edit {
	i := slices.IndexFunc(p.Template.Layers, func(l template.Layer) bool { return l.When == "" })
	if i < 0 {
		return nil
	}
	file := pathIn(p.Template.Layers[i].Dir, name)
	if _, ok := p.Files[file]; ok {
		return nil
	}
	return []Edit{{File: file, New: text}}
}

// change applies edits to files. It returns false where two of them overlap, or
// one reaches out of its file.
func change(files tree.Tree, edits []Edit) (tree.Tree, bool) {
	edits = slices.Clone(edits)
	slices.SortFunc(edits, func(a, b Edit) int {
		return cmp.Or(cmp.Compare(a.File, b.File), b.Start-a.Start, b.End-a.End, cmp.Compare(a.New, b.New))
	})
	edits = slices.Compact(edits)
	next := files.Clone()
	for i, e := range edits {
		if i > 0 && edits[i-1].File == e.File && (e.End > edits[i-1].Start || e.Start == edits[i-1].Start) {
			return nil, false
		}
		f, ok := next[e.File]
		if !ok {
			f = tree.File{}
		}
		if f.Kind == tree.Symlink || e.Start < 0 || e.Start > e.End || e.End > len(f.Data) {
			return nil, false
		}
		f.Data = slices.Concat(f.Data[:e.Start], []byte(e.New), f.Data[e.End:])
		next[e.File] = f
	}
	return next, true
}
