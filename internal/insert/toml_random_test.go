package insert

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// tomlWriter writes random TOML as people write it, and notes the paths of its
// tables, arrays, and arrays of tables.
type tomlWriter struct {
	r      *rand.Rand
	b      strings.Builder
	keys   int
	tables [][]string // with headers or braces, the top level included
	arrays [][]string
	aots   [][]string
	empty  map[string]bool // the paths, joined, of empty inline tables
}

func (w *tomlWriter) pick(options ...string) string { return options[w.r.IntN(len(options))] }

func (w *tomlWriter) key() string {
	w.keys++
	return fmt.Sprintf("k%d%s", w.keys, w.pick("", "", "", ".x", " y"))
}

func (w *tomlWriter) value(path []string, depth int, indent string) string {
	scalars := []string{"1", "0x1F", "-1.5e3", "true", "nan", "1979-05-27 07:32:00", `"a # \" b"`, `'c:\d'`, "\"\"\"\nx = 1\n# [no]\"\"\"\"", "'''\n[[no]]'''"}
	switch k := w.r.IntN(6); {
	case depth == 0 || k < 3:
		return scalars[w.r.IntN(len(scalars))]
	case k == 3:
		w.tables = append(w.tables, path)
		var items []string
		for range w.r.IntN(3) {
			key := w.key()
			items = append(items, tomlQuote(key)+w.pick(" = ", "=")+w.value(with(path, key), 0, indent))
		}
		w.empty[strings.Join(path, "\n")] = len(items) == 0
		pad := w.pick("", " ")
		return "{" + pad + strings.Join(items, ", ") + pad + "}"
	case k == 4:
		w.arrays = append(w.arrays, path)
		var items []string
		for range w.r.IntN(4) {
			items = append(items, w.value(with(path, "[no=element]"), 0, indent))
		}
		return "[" + strings.Join(items, w.pick(",", ", ")) + w.pick("", " ") + "]"
	}
	w.arrays = append(w.arrays, path)
	text := "[" + w.pick("", " # all") + "\n"
	n := 1 + w.r.IntN(3)
	for i := range n {
		text += w.pick("", "", "\n", indent+"  # about it\n")
		comma := ","
		if i == n-1 {
			comma = w.pick(",", "")
		}
		text += indent + "  " + w.value(with(path, "[no=element]"), 0, indent+"  ") + comma + w.pick("", "", " # why, [") + "\n"
	}
	return text + w.pick("", "", indent+"  # end\n") + indent + "]"
}

func with(path []string, segment string) []string {
	return append(path[:len(path):len(path)], segment)
}

func (w *tomlWriter) lines(path []string, n int, indent string) {
	for range n {
		w.b.WriteString(w.pick("", "", "", "\n", indent+"# about it\n", indent+"# apart\n\n"))
		key := w.key()
		dots := ""
		if w.r.IntN(6) == 0 {
			dots = "dot" + fmt.Sprint(w.keys) + "."
			path := with(path, strings.TrimSuffix(dots, "."))
			w.b.WriteString(indent + dots + tomlQuote(key) + " = " + w.value(with(path, key), 1, indent))
			w.tables = append(w.tables, path)
		} else {
			w.b.WriteString(indent + tomlQuote(key) + " = " + w.value(with(path, key), 2, indent))
		}
		w.b.WriteString(w.pick("", "", " # behind", " ") + "\n")
	}
	w.b.WriteString(w.pick("", "", indent+"# end\n"))
}

func (w *tomlWriter) headers(names, path []string, depth int, gap string) {
	for range w.r.IntN(4) {
		key := w.key()
		indent := w.pick("", "", "  ")
		lead := w.pick("", "", "# about the table\n")
		if w.r.IntN(3) == 0 {
			n := 1 + w.r.IntN(3)
			for i := range n {
				w.b.WriteString(gap + lead + "[[" + tomlPath(with(names, key)) + "]]" + w.pick("", " # x") + "\n")
				fmt.Fprintf(&w.b, "%sid = %d\n", indent, i)
				elem := with(with(path, key), fmt.Sprintf("[id=%d]", i))
				w.lines(elem, w.r.IntN(2), indent)
				w.tables = append(w.tables, elem)
				if depth > 0 && w.r.IntN(2) == 0 {
					w.headers(with(names, key), elem, depth-1, gap)
				}
			}
			w.aots = append(w.aots, with(path, key))
			continue
		}
		if w.r.IntN(4) > 0 {
			w.b.WriteString(gap + lead + "[" + tomlPath(with(names, key)) + "]" + w.pick("", " # x") + "\n")
			w.lines(with(path, key), w.r.IntN(3), indent)
			w.tables = append(w.tables, with(path, key))
		}
		if depth > 0 {
			w.headers(with(names, key), with(path, key), depth-1, gap)
		}
	}
}

func randomTOML(r *rand.Rand) ([]byte, *tomlWriter) {
	w := &tomlWriter{r: r, tables: [][]string{nil}, empty: map[string]bool{}}
	w.b.WriteString(w.pick("", "", "# head\n\n", "# head\n", "\n"))
	w.lines(nil, r.IntN(3), "")
	w.headers(nil, nil, 2, w.pick("", "\n", "\n", "\n\n"))
	text := w.b.String() + w.pick("", "", "\n")
	if r.IntN(3) == 0 {
		text = strings.TrimSuffix(text, "\n")
	}
	if r.IntN(4) == 0 {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	if r.IntN(6) == 0 {
		text = bom + text
	}
	return []byte(text), w
}

func TestTOMLRandom(t *testing.T) {
	values := []string{"1", `"x"`, "{}", `{a = 1, b = "c"}`, "[]", "[\n  1,\n  2\n]", "nan"}
	bodies := []string{"x = 1", "# head\nx = 1 # one\n\ny = \"\"\"\n  a\"\"\"", "x = 1\n\n[sub]\ny = 2\n\n[[list]]\nz = 1"}
	count := map[string]int{}
	for seed := range uint64(6000) {
		r := rand.New(rand.NewPCG(seed, 4))
		data, w := randomTOML(r)
		a := Address{Key: fmt.Sprintf("k%da", r.IntN(w.keys+2))}
		text := values[r.IntN(len(values))]
		if r.IntN(2) == 0 {
			text = bodies[r.IntN(len(bodies))]
		}
		kind := "table"
		switch k := r.IntN(4); {
		case k == 0 && len(w.arrays) > 0:
			kind, a.Path, a.Key, text = "array", w.arrays[r.IntN(len(w.arrays))], "[=never there]", `"never there"`
			a.Peers = []string{"[=1]", "[=nan]"}
		case k == 1 && len(w.aots) > 0:
			kind, a.Path, a.Key, text = "tables", w.aots[r.IntN(len(w.aots))], "[id=never there]", []string{"id = \"never there\"\nx = 1", `{x = 1, id = "never there"}`}[r.IntN(2)]
			a.Peers = []string{"[id=1]"}
		default:
			a.Path = w.tables[r.IntN(len(w.tables))]
			for i := range w.keys {
				if r.IntN(2) == 0 {
					a.Peers = append(a.Peers, fmt.Sprintf("k%d", i+1))
				}
			}
		}
		if _, err := parseTOML(mustSource(t, data)); err != nil {
			t.Fatalf("seed %d: the random file does not parse: %v\n%s", seed, err, data)
		}
		if r.IntN(4) == 0 && kind == "table" && !w.empty[strings.Join(a.Path, "\n")] {
			kind, a.Create = "create", true
			a.Path = append(a.Path[:len(a.Path):len(a.Path)], "new", "newer")
		}
		after, err := Insert("x.toml", data, a, []byte(text))
		if reasonOf(err) == Invalid && strings.Contains(err.Error(), "inside of a line") || reasonOf(err) == Missing && strings.Contains(err.Error(), "no header") {
			count["refused"]++
			continue
		}
		if err != nil {
			t.Fatalf("seed %d: %s\nat %v in\n%s", seed, describe(err), a, data)
		}
		checkInverse(t, "x.toml", data, after, a, []byte(text), false)
		count[kind]++
	}
	for _, kind := range []string{"table", "create", "array", "tables"} {
		if count[kind] < 400 {
			t.Errorf("only %d files were tried for %s", count[kind], kind)
		}
	}
}

func mustSource(t testing.TB, data []byte) *source {
	t.Helper()
	s, err := newSource("x.toml", data)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func FuzzTOML(f *testing.F) {
	f.Add([]byte("a = 1 # c\n\n[t]\nb = [1,\n2]\n"), "t", "n", "x = 1", false)
	f.Add([]byte("[[t]]\nid = 1\r\n[[t]]\nid = 2"), "t/[id=1]", "n", "[1]", true)
	f.Add([]byte("a.b.c = {d = 1}"), "a/b/c", "n", "1", false)
	f.Add([]byte("# c"), "", "n", "1", false)
	f.Fuzz(func(t *testing.T, data []byte, path, key, text string, create bool) {
		a := Address{Key: key, Create: create}
		if path != "" {
			a.Path = strings.Split(path, "/")
		}
		checkAny(t, "x.toml", data, a, []byte(text), func(before, back []byte) bool {
			return sameButEmpty(before, back) || create || bytes.Equal(before, back)
		})
	})
}
