package insert

import (
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// says is what a file says, directive by directive, as strings: the verb, the
// words, the comments behind them.
func (f *modFile) says() []string {
	var out []string
	add := func(verb []string, line *modfile.Line) {
		words := append(slices.Clone(verb), line.Token...)
		for _, c := range line.Suffix {
			words = append(words, c.Token)
		}
		out = append(out, strings.Join(words, " "))
	}
	for _, stmt := range f.syntax.Stmt {
		switch x := stmt.(type) {
		case *modfile.Line:
			add(nil, x)
		case *modfile.LineBlock:
			out = append(out, strings.Join(append(slices.Clone(x.Token), "("), " "))
			for _, line := range x.Line {
				add(x.Token, line)
			}
			out = append(out, ")")
		}
	}
	return out
}

// checked makes the splice and checks that the file says exactly the entry more.
func (f *modFile) checked(p splice, e modEntry, kind Kind) ([]byte, error) {
	out := apply(f.data, p)
	after, err := parseMod(&source{name: f.name, data: out, eol: f.eol}, kind)
	if err != nil {
		return nil, f.fail(Unsafe, -1, "with the entry the file would no longer parse: %v", err)
	}
	want := f.verb + " " + e.write()
	is := after.says()
	i := slices.Index(is, want)
	if i < 0 || !slices.Equal(slices.Delete(is, i, i+1), f.says()) {
		return nil, f.fail(Unsafe, -1, "the entry would change more than itself")
	}
	return out, nil
}

// checkRemove makes sure that out says everything but directive number at.
func (f *modFile) checkRemove(out []byte, kind Kind, at int) error {
	after, err := parseMod(&source{name: f.name, data: out, eol: f.eol}, kind)
	if err != nil {
		return f.fail(Unsafe, -1, "without the entry the file would no longer parse: %v", err)
	}
	was := f.directives()
	was = slices.Delete(was, at, at+1)
	is := after.directives()
	same := slices.EqualFunc(was, is, func(a, b directive) bool {
		return a.key == b.key && a.version == b.version && a.indirect == b.indirect
	})
	if !same || len(f.says()) != len(after.says())+1 {
		return f.fail(Unsafe, -1, "taking the entry out would change more than itself")
	}
	return nil
}
