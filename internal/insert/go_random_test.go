package insert

import (
	"fmt"
	"go/format"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// goWriter writes random Go.
type goWriter struct {
	r *rand.Rand
	b strings.Builder
}

func (w *goWriter) pick(options ...string) string { return options[w.r.IntN(len(options))] }
func (w *goWriter) add(parts ...string)           { w.b.WriteString(strings.Join(parts, "")) }

// above is what stands on the lines above an item.
func (w *goWriter) above() string {
	return w.pick("", "", "", "\n", "\t// about it\n", "\t// apart\n\n", "\t/* a\n\tblock */\n")
}

func (w *goWriter) behind() string { return w.pick("", "", "", " // behind", " /* b */") }

func (w *goWriter) imports() {
	std := []string{"bytes", "fmt", "io", "os", "strings"}
	other := []string{"example.com/a", "example.com/shop/x", "github.com/a/b"}
	some := func(list []string) (out []string) {
		for _, p := range list {
			if w.r.IntN(2) == 0 {
				out = append(out, p)
			}
		}
		return out
	}
	switch w.r.IntN(5) {
	case 0:
	case 1:
		for _, p := range some(std) {
			w.add("import \"", p, "\"", w.pick("", " // why"), "\n", w.pick("", "\n"))
		}
	case 2:
		w.add("import (\n")
		for _, p := range append(some(other), some(std)...) {
			w.add("\t\"", p, "\"\n")
		}
		w.add(")\n")
	default:
		w.add("import (\n")
		for _, p := range some(std) {
			w.add(w.pick("", "", "\t// about\n"), "\t\"", p, "\"", w.pick("", "", " // why"), "\n")
		}
		w.add("\n")
		for _, p := range some(other) {
			w.add("\t", w.pick("", "x "), "\"", p, "\"\n")
		}
		w.add(")\n")
	}
}

func (w *goWriter) body() {
	n := w.r.IntN(4)
	for i := range n {
		w.add(w.above(), "\t", w.pick(fmt.Sprintf("add(%d)", i), "if x {\n\t\ty()\n\t}", "s = `a\n  b`", "a := 1", "for {\n\t\tbreak\n\t}"), w.behind(), "\n")
	}
	w.add(w.above(), w.pick("", "\treturn nil", "\tpanic(1)", "\tif x {\n\t\treturn 1\n\t} else {\n\t\treturn 2\n\t}", "\tfor {\n\t\tx()\n\t}", "\tswitch {\n\tdefault:\n\t\treturn\n\t}"), w.behind(), "\n")
	w.add(w.pick("", "", "\t// end\n"))
}

func (w *goWriter) fields() {
	for i := range w.r.IntN(4) {
		w.add(w.above(), "\t", w.pick("A", "Bee", "LongerName"), fmt.Sprint(i), " ", w.pick("int", "map[string]string"), w.pick("", " `json:\"x\"`"), w.behind(), "\n")
	}
	w.add(w.pick("", "", "\t// end\n"))
}

func (w *goWriter) elements() string {
	n := w.r.IntN(4)
	if w.r.IntN(3) == 0 {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf("%q: %d", "k"+fmt.Sprint(i), i))
		}
		return "{" + strings.Join(list, ", ") + "}"
	}
	if n == 0 {
		return "{}"
	}
	text := "{\n"
	for i := range n {
		text += w.above() + fmt.Sprintf("\t%q: %d,", w.pick("k", "longer", "the longest")+fmt.Sprint(i), i) + w.behind() + "\n"
	}
	return text + w.pick("", "", "\t// end\n") + "}"
}

func randomGo(r *rand.Rand) ([]byte, bool) {
	w := &goWriter{r: r}
	w.add(w.pick("", "// Package p is it.\n", "//go:build linux\n\n"), "package p", w.behind(), "\n\n")
	w.imports()
	w.add("\nfunc (a *API) routes(mux int) any {\n")
	w.body()
	w.add("}\n\ntype Config struct {\n")
	w.fields()
	w.add("}\n\nvar ports = map[string]int", w.elements(), "\n")
	nice, err := format.Source([]byte(w.b.String()))
	if err != nil {
		return []byte(w.b.String()), false
	}
	nice, err = format.Source(nice)
	return nice, err == nil && isFormatted(nice)
}

func TestGoRandom(t *testing.T) {
	entries := map[Kind][]string{
		Func:   {"mux.HandleFunc(\"GET /x\", a.x)", "// about\nif ok {\n\trun(`\n  raw`)\n}", "x := 1 // why\n\nrun(x)\n// end"},
		List:   {`"new": 9`, "// about it\n\"the very newest\": 9", "\"n\": f(\n\t1,\n)"},
		Field:  {"New int", "// New is it.\nNew map[string]string `json:\"new\"` // why", "NewButLonger string"},
		Import: {"", "name"},
	}
	count := map[Kind]int{}
	unclean := 0
	for seed := range uint64(2500) {
		r := rand.New(rand.NewPCG(seed, 5))
		data, clean := randomGo(r)
		kind := []Kind{Func, List, Field, Import}[r.IntN(4)]
		a := Address{Kind: kind, Name: map[Kind]string{Func: "(*API).routes", List: "ports", Field: "Config"}[kind]}
		if kind == Import {
			a.Key = []string{"cmp", "example.com/shop/y", "errors", "zzz.org/z"}[r.IntN(4)]
		}
		text := entries[kind][r.IntN(len(entries[kind]))]
		oneway := false
		if clean && r.IntN(5) == 0 {
			data = []byte(strings.ReplaceAll(string(data), "\n", "\r\n"))
		}
		after, err := Insert("x.go", data, a, []byte(text))
		if reasonOf(err) == Unsafe && strings.Contains(err.Error(), "is on one line") {
			continue
		}
		if err != nil {
			t.Fatalf("seed %d: %s\nin\n%s", seed, describe(err), data)
		}
		if plain := string(unixLines(data)); strings.Contains(plain, "struct {\n}") || strings.Contains(plain, "any {\n}") {
			oneway = true // empty braces on two lines
		}
		checkInverse(t, "x.go", data, after, a, []byte(text), oneway)
		if clean && !isFormatted(unixLines(after)) {
			unclean++
			if !columnsOfComments(string(data)) {
				t.Errorf("seed %d: gofmt would change\n%s\nwas\n%s", seed, after, data)
			}
		}
		count[kind]++
	}
	for kind := range entries {
		if count[kind] < 300 {
			t.Errorf("only %d files were tried for %s", count[kind], kind.word())
		}
	}
	if unclean > 120 {
		t.Errorf("gofmt would change %d results", unclean)
	}
}

// columnsOfComments tells whether a file has comments behind its lines: gofmt
// lines those up with the lines around them, which an entry between them parts.
func columnsOfComments(data string) bool {
	return slices.ContainsFunc(strings.Split(data, "\n"), func(line string) bool {
		code, _, ok := strings.Cut(line, "/")
		return ok && strings.TrimSpace(code) != ""
	})
}

func FuzzGo(f *testing.F) {
	f.Add([]byte("package p\n\nfunc f() error {\n\tx() // c\n\treturn nil\n}\n"), uint8(0), "f", "y()")
	f.Add([]byte("package p\nvar f = []int{1, 2,\n3}"), uint8(1), "f", "4")
	f.Add([]byte("package p\r\n\r\ntype f struct{ A int }\r\n"), uint8(2), "f", "B int // b")
	f.Add([]byte("package p\nimport \"fmt\"; import (\n\"os\"\n)"), uint8(3), "io", "x")
	f.Fuzz(func(t *testing.T, data []byte, kind uint8, name, text string) {
		a := Address{Kind: Func + Kind(kind%4), Name: name, Key: name}
		checkAny(t, "x.go", data, a, []byte(text), func(before, back []byte) bool {
			return sameButEmpty(before, back) || goWords(before) == goWords(back)
		})
	})
}
