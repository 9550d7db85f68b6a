package insert

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// yamlWriter writes random YAML as people and tools write it.
type yamlWriter struct {
	r       *rand.Rand
	b       strings.Builder
	first   string // what stands before the next line's text, instead of its indentation
	width   int
	seq     int // how much deeper dashes stand than the key above
	blank   int // one in so many gaps gets a blank line; 0 for none
	noise   int // one in so many places gets a comment; 0 for none
	keys    int
	anchors []string
	deep    int // collections of this depth have wide entries
	wide    int
}

func newYAMLWriter(r *rand.Rand) *yamlWriter {
	w := &yamlWriter{r: r, width: 1 + r.IntN(4), blank: r.IntN(4), noise: r.IntN(6), deep: -1}
	w.seq = r.IntN(2) * w.width
	return w
}

func (w *yamlWriter) pick(options ...string) string { return options[w.r.IntN(len(options))] }

func (w *yamlWriter) one(n int) bool { return n > 0 && w.r.IntN(n) == 0 }

func (w *yamlWriter) line(col int, text string) {
	if w.first != "" {
		w.b.WriteString(w.first)
		w.first = ""
	} else {
		w.b.WriteString(strings.Repeat(" ", col))
	}
	w.b.WriteString(text + "\n")
}

// gap writes what stands between two entries in column col.
func (w *yamlWriter) gap(col int) {
	for range 2 {
		if w.one(w.blank) {
			w.b.WriteString(w.pick("\n", "\n", "\n", strings.Repeat(" ", w.r.IntN(col+6))+"\n"))
		}
		if w.one(w.noise) {
			w.b.WriteString(strings.Repeat(" ", max(0, col+w.pickInt(0, 0, 0, 2, -1, -2, 4))) + w.pick("# about", "# key: value", "#", "# 日本: \"x", "# - {") + "\n")
		}
	}
}

func (w *yamlWriter) pickInt(n ...int) int { return n[w.r.IntN(len(n))] }

func (w *yamlWriter) behind() string {
	if w.one(w.noise) {
		return w.pick(" # behind", "   #x", " # a: b")
	}
	return w.pick("", "", "", "  ")
}

func (w *yamlWriter) key() string {
	w.keys++
	return fmt.Sprintf(w.pick("k%d", "k%d", "k%d", "\"k%d\"", "'k %d'", "k%d/x.y", "日本%d", "%d"), w.keys)
}

func (w *yamlWriter) scalar(flow bool) string {
	s := []string{"1", "text", "true", "~", `"a: \"b\" # c"`, "'it''s'", "http://x/y#z", `""`, "a b c", "é", "\"\\u00e9\\\\\"", "'# no'", "2001-01-01"}
	if !flow {
		s = append(s, "a, b", "x{}", "a\tb", "what? [no]", "- not", "k:v")
		s[len(s)-2] = "x - y"
	}
	return w.pick(s...)
}

// flow writes a flow collection on one line.
func (w *yamlWriter) flow(depth int) string {
	if depth == 0 || w.one(3) {
		return w.scalar(true)
	}
	var items []string
	mapping := w.one(2)
	for range w.r.IntN(4) {
		item := w.flow(depth - 1)
		if mapping {
			item = w.key() + ": " + item
		}
		items = append(items, item)
	}
	gap, pad := w.pick(", ", ", ", ","), w.pick("", "", " ")
	body := strings.Join(items, gap)
	if len(items) > 0 && w.one(6) {
		body += ","
	}
	if mapping {
		return "{" + pad + body + pad + "}"
	}
	return "[" + pad + body + pad + "]"
}

// brokenFlow writes a flow collection on several lines behind head.
func (w *yamlWriter) brokenFlow(head string, col int) {
	open, shut := "[", "]"
	mapping := w.one(2)
	if mapping {
		open, shut = "{", "}"
	}
	w.line(col, head+" "+open+w.behind())
	n := 1 + w.r.IntN(3)
	for i := range n {
		if w.one(w.noise) {
			w.line(col+w.width, "# in flow")
		}
		item := w.flow(1)
		if mapping {
			item = w.key() + ": " + item
		}
		if i < n-1 || w.one(2) {
			item += ","
		}
		w.line(col+w.width, item+w.behind())
	}
	w.line(col+w.width, shut+w.behind())
}

// blockScalar writes a literal or folded scalar behind head.
func (w *yamlWriter) blockScalar(head string, col, more int) {
	indent := max(1, more)
	digit := ""
	if w.one(4) {
		digit = fmt.Sprint(indent)
	}
	w.line(col, head+" "+w.pick("|", ">")+w.pick(digit, digit, "-"+digit, "+"+digit)+w.behind())
	for i := range 1 + w.r.IntN(3) {
		text := w.pick("text", "a: b", "# no comment", "- x", "'open", "{")
		if digit != "" || i > 0 {
			text = w.pick("", "", "  ") + text
		}
		w.b.WriteString(strings.Repeat(" ", col+indent) + text + "\n")
		if w.one(3) {
			w.b.WriteString(w.pick("\n", "\n", strings.Repeat(" ", w.r.IntN(col+indent+3))+"\n"))
		}
	}
}

// value writes a value behind head, a key with its colon or a dash in column
// col.
func (w *yamlWriter) value(head string, col, depth int, dash bool) {
	more := w.width
	if dash {
		more = 2
	}
	props := ""
	if w.one(12) {
		name := fmt.Sprintf("a%d", len(w.anchors))
		props = " &" + name
		w.anchors = append(w.anchors, name)
	}
	if w.one(15) {
		props += w.pick(" !local", " !!map", " !<tag:x,2000:y>")
	}
	switch k := w.r.IntN(14); {
	case k == 0:
		w.line(col, head+strings.ReplaceAll(props, " !!map", "")+w.behind())
	case k == 1 && len(w.anchors) > 0 && props == "":
		w.line(col, head+" *"+w.anchors[w.r.IntN(len(w.anchors))]+w.behind())
	case k == 2:
		w.line(col, head+props+" plain")
		w.line(col+more, "goes on"+w.behind())
	case k == 3:
		w.line(col, head+props+w.pick(` "quoted`, ` "a \`))
		w.b.WriteString(w.pick("\n", ""))
		w.line(col+w.r.IntN(3)+1, `# goes on"`+w.behind())
	case k == 4:
		w.blockScalar(head+props, col, more)
	case k == 5:
		w.line(col, head+props+" "+w.flow(2)+w.behind())
	case k == 6:
		w.brokenFlow(head+props, col)
	case k < 10 && depth > 0:
		w.nested(head, props, col, depth, dash, more)
	default:
		w.line(col, head+props+" "+w.scalar(false)+w.behind())
	}
}

// nested writes a block collection behind head.
func (w *yamlWriter) nested(head, props string, col, depth int, dash bool, more int) {
	mapping := w.one(2)
	if dash && props == "" && w.one(2) {
		gap := w.pick(" ", " ", "   ")
		if w.first != "" {
			w.first += "-" + gap
		} else {
			w.first = strings.Repeat(" ", col) + "-" + gap
		}
		w.collection(col+1+len(gap), depth-1, mapping)
		return
	}
	w.line(col, head+props+w.behind())
	if !mapping && !dash && w.seq == 0 && props == "" {
		more = 0
	}
	w.gap(col + more)
	w.collection(col+more, depth-1, mapping)
}

// collection writes a block collection in column col.
func (w *yamlWriter) collection(col, depth int, mapping bool) {
	n := 1 + w.r.IntN(4)
	if depth == w.deep {
		n = w.wide
	}
	for i := range n {
		if i > 0 {
			w.gap(col)
		}
		switch {
		case !mapping:
			w.value("-", col, depth, true)
		case w.one(15):
			w.line(col, "? "+w.pick(w.key(), w.key(), "[complex]"))
			if w.one(2) {
				w.value(":", col, depth, false)
			}
		default:
			w.value(w.key()+":", col, depth, false)
		}
	}
}

// file writes a whole file.
func (w *yamlWriter) file() []byte {
	docs := w.pickInt(1, 1, 1, 1, 2, 3)
	for i := range docs {
		w.anchors = nil
		if w.one(10) && (i == 0 || strings.HasSuffix(w.b.String(), "...\n")) {
			w.b.WriteString("%YAML 1.2\n---\n")
		} else if i > 0 || w.one(4) {
			w.b.WriteString(w.pick("---\n", "---\n", "--- # document\n"))
		}
		w.gap(0)
		if !w.one(12) {
			w.collection(0, 3, !w.one(4))
		}
		w.gap(0)
		if w.one(8) && i < docs-1 {
			w.b.WriteString("...\n")
		}
	}
	data := w.b.String()
	if w.one(5) {
		data = strings.ReplaceAll(data, "\n", "\r\n")
	}
	if w.one(4) {
		data = strings.TrimSuffix(strings.TrimSuffix(data, "\n"), "\r")
	}
	if w.one(8) {
		data = strings.ReplaceAll(data, "# about", "# about "+w.pick("\u0085", "\u2028", "\u2029", "\r")+"# more")
	}
	if w.one(8) {
		data = bom + data
	}
	return []byte(data)
}

func TestYAMLRandomFiles(t *testing.T) {
	rounds := 3000
	if testing.Short() {
		rounds = 300
	}
	done := make(map[Reason]int)
	for seed := range uint64(rounds) {
		r := rand.New(rand.NewPCG(seed, 7))
		data := newYAMLWriter(r).file()
		if err := agree(data); err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, data)
		}
		sites := yamlSites(data)
		for range min(len(sites), 6) {
			text := yamlTexts[r.IntN(len(yamlTexts))]
			reason, err := yamlTrial(data, sites[r.IntN(len(sites))], text, r)
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			done[reason]++
		}
	}
	if n := done[inserted]; n < rounds*2 {
		t.Errorf("only %d entries could be inserted: %v", n, done)
	}
	t.Logf("%d inserted; refused: %v", done[inserted], done)
}
