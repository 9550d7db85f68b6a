package insert

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// jsonWriter writes random JSON with comments as people and tools write it, and
// notes the paths of its objects and arrays.
type jsonWriter struct {
	r       *rand.Rand
	b       strings.Builder
	unit    string
	plain   bool // no comments, no trailing commas
	keys    int
	objects [][]string
	empty   map[string]bool // the paths, joined, of empty objects
	arrays  [][]string
}

func (w *jsonWriter) pick(options ...string) string { return options[w.r.IntN(len(options))] }

func (w *jsonWriter) comment(own bool) string {
	if w.plain || w.r.IntN(6) > 0 {
		return ""
	}
	if own {
		return w.pick("// a line, \"quoted\"", "/* a block */", "/* two\n lines */", "// {")
	}
	return w.pick(" /* [ */", "/*,*/ ")
}

func (w *jsonWriter) value(path []string, depth int, indent string, broken bool) {
	n := w.r.IntN(4)
	switch k := w.r.IntN(5); {
	case depth == 0 || k < 2 && len(path) > 0:
		w.b.WriteString(w.pick("1", "-2.5e3", "true", "null", `"a, b"`, `"\"{"`, `"// no comment"`, `""`))
	case k < 4:
		w.objects = append(w.objects, path)
		w.empty[strings.Join(path, "\n")] = n == 0
		w.list(n, "{", "}", indent, broken, func(i int, indent string, broken bool) {
			w.keys++
			key := fmt.Sprintf("k%d%s", w.keys, w.pick("", "/x.y", " z"))
			w.b.WriteString(`"` + key + `":` + w.pick("", " ", " ", w.comment(false)))
			w.value(append(path[:len(path):len(path)], key), depth-1, indent, broken)
		})
	default:
		w.arrays = append(w.arrays, path)
		w.list(n, "[", "]", indent, broken, func(i int, indent string, broken bool) {
			w.value(append(path[:len(path):len(path)], "[no such=element]"), 0, indent, broken)
		})
	}
}

func (w *jsonWriter) list(n int, open, shut, indent string, broken bool, item func(int, string, bool)) {
	broken = broken && w.r.IntN(3) > 0
	w.b.WriteString(open)
	if n == 0 {
		w.b.WriteString(w.pick("", "", " ") + shut)
		return
	}
	gap := w.pick("", " ")
	for i := range n {
		if broken {
			if c := w.comment(false); c != "" && i == 0 {
				w.b.WriteString(c)
			}
			w.b.WriteString(w.pick("", "", " ") + "\n" + w.pick("", "", "", "\n"))
			if c := w.comment(true); c != "" {
				w.b.WriteString(indent + w.unit + c + "\n" + w.pick("", "", "\n"))
			}
			w.b.WriteString(indent + w.unit)
		} else if i > 0 {
			w.b.WriteString(gap + w.comment(false))
		}
		item(i, indent+w.unit, broken)
		if c := w.comment(false); c != "" {
			w.b.WriteString(c)
		}
		if i < n-1 || !w.plain && w.r.IntN(4) == 0 {
			w.b.WriteString(",")
			if broken {
				w.b.WriteString(w.pick("", "", w.comment(false), " "))
			}
		}
		if c := w.comment(true); c != "" && broken && strings.HasPrefix(c, "//") {
			w.b.WriteString(" " + c)
		}
	}
	if broken {
		w.b.WriteString("\n")
		if c := w.comment(true); c != "" {
			w.b.WriteString(indent + w.unit + c + "\n")
		}
		w.b.WriteString(indent)
	}
	w.b.WriteString(shut)
}

func randomJSON(r *rand.Rand) (data []byte, w *jsonWriter) {
	w = &jsonWriter{r: r, unit: []string{"  ", "\t", "    ", " "}[r.IntN(4)], plain: r.IntN(3) == 0, empty: map[string]bool{}}
	w.b.WriteString(w.pick("", "", "\n", " "))
	w.value(nil, 4, "", true)
	w.b.WriteString(w.pick("", "\n", "\n", "\n\n"))
	text := w.b.String()
	if r.IntN(4) == 0 {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	if r.IntN(6) == 0 {
		text = bom + text
	}
	return []byte(text), w
}

func TestJSONRandom(t *testing.T) {
	texts := []string{"1", `"x"`, `{}`, `{"n": "new", "m": 2}`, "{\n  \"n\": \"new\",\n  \"l\": [\n    1,\n    2\n  ]\n}", "[\n1]", "[]"}
	done := 0
	for seed := range uint64(4000) {
		r := rand.New(rand.NewPCG(seed, 1))
		data, w := randomJSON(r)
		text := []byte(texts[r.IntN(len(texts))])
		a := Address{}
		switch {
		case len(w.objects) > 0 && (len(w.arrays) == 0 || r.IntN(3) > 0):
			a.Path, a.Key = w.objects[r.IntN(len(w.objects))], fmt.Sprintf("k%da", r.IntN(w.keys+2))
			for i := range w.keys {
				if r.IntN(2) == 0 {
					a.Peers = append(a.Peers, fmt.Sprintf("k%d", i+1))
				}
			}
			if r.IntN(4) == 0 && !w.empty[strings.Join(a.Path, "\n")] {
				a.Create = true
				a.Path = append(a.Path[:len(a.Path):len(a.Path)], "new", "newer")
			}
		case len(w.arrays) > 0:
			a.Path, a.Key = w.arrays[r.IntN(len(w.arrays))], "[=never there]"
			text = []byte(`"never there"`)
			if r.IntN(2) == 0 {
				a.Peers = []string{"[=1]", "[=true]", "[=null]"}
			}
		default:
			continue
		}
		after, err := Insert("x.jsonc", data, a, text)
		if err != nil {
			t.Fatalf("seed %d: %s\nin\n%s", seed, describe(err), data)
		}
		checkInverse(t, "x.jsonc", data, after, a, text, false)
		done++
	}
	if done < 3000 {
		t.Errorf("only %d documents were tried", done)
	}
}

// emptyBrackets are those between which Remove leaves nothing, whatever was
// there before Insert.
var emptyBrackets = regexp.MustCompile(`([{(\[])\s*([})\]])`)

// sameButEmpty tells whether two files differ at most in the white space inside
// of empty brackets.
func sameButEmpty(a, b []byte) bool {
	return bytes.Equal(emptyBrackets.ReplaceAll(a, []byte("$1$2")), emptyBrackets.ReplaceAll(b, []byte("$1$2")))
}

// checkAny inserts into data, of which nothing is known, and makes sure that
// the outcome is an Error or can be undone.
func checkAny(t *testing.T, file string, data []byte, a Address, text []byte, same func(before, back []byte) bool) {
	t.Helper()
	after, err := Insert(file, data, a, text)
	if err != nil {
		if reasonOf(err) == Reason(255) {
			t.Fatalf("not an *Error: %v", err)
		}
		if _, err := Remove(file, data, a, text); err != nil && reasonOf(err) == Reason(255) {
			t.Fatalf("Remove: not an *Error: %v", err)
		}
		return
	}
	if _, err := Insert(file, after, a, text); reasonOf(err) != Exists {
		t.Fatalf("a second Insert: %v, want the reason Exists; first gave\n%q", err, after)
	}
	back, err := Remove(file, after, a, text)
	if err != nil {
		t.Fatalf("Remove: %v from\n%q", err, after)
	}
	if !same(data, back) {
		t.Fatalf("Remove gives\n%q\nwant\n%q\nfrom\n%q", back, data, after)
	}
	if _, err := Value(file, after, a, text); err != nil {
		t.Fatalf("Value: %v of\n%q", err, after)
	}
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte("{\n  \"a\": {\"b\": 1} // c\n}\n"), "a", "n", `{"x": 1}`, false)
	f.Add([]byte("[1, 2,\n 3 /* c */]"), "", "[=4]", "4", false)
	f.Add([]byte("\xef\xbb\xbf{\r\n\t\"a\": [\r\n\t]\r\n}"), "a/b", "c", "[\n1]", true)
	f.Add([]byte("// c\n"), "a", "c", "1", true)
	f.Fuzz(func(t *testing.T, data []byte, path, key, text string, create bool) {
		a := Address{Key: key, Create: create}
		if path != "" {
			a.Path = strings.Split(path, "/")
		}
		checkAny(t, "x.jsonc", data, a, []byte(text), func(before, back []byte) bool {
			return sameButEmpty(before, back) || create || onlyComments(before)
		})
	})
}
