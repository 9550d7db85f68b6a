package insert

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestText(t *testing.T) { runCases(t, "testdata/text/*.txtar") }

func TestNoText(t *testing.T) {
	tests := []struct{ name, file, data, text, want string }{
		{"zero byte", "a.json", "{\n\x00}", "1", "a.json:2:1: a zero byte: this is not a text file"},
		{"not UTF-8", "a", "ab\xff", "1", "a:1:3: not valid UTF-8"},
		{"a mark before it", "a", bom + "ab\xff", "1", "a:1:3: not valid UTF-8"},
		{"entry with a zero byte", "a.go", "package p", "\x00", "a.go: the entry is no text: a zero byte: this is not a text file"},
		{"entry not UTF-8", "a.toml", "", "\xc3(", "a.toml: the entry is no text: not valid UTF-8"},
		{"entry with a lone CR", "a", "", "a\rb", "a: the entry holds a carriage return that ends no line"},
	}
	for _, test := range tests {
		for _, k := range []Kind{At, Use, Require, Func, List, Field, Import, Before, After, End, Lines} {
			_, err := Insert(test.file, []byte(test.data), Address{Kind: k, Key: "k", Name: "n"}, []byte(test.text))
			if err == nil || err.Error() != test.want || reasonOf(err) != Invalid {
				t.Errorf("%s, kind %s: %v, want %s", test.name, k.word(), err, test.want)
			}
		}
	}
}

func randomLines(r *rand.Rand) []byte {
	var b strings.Builder
	eol := []string{"\n", "\n", "\r\n"}[r.IntN(3)]
	for i := range r.IntN(12) {
		words := []string{"", "  ", "# c", "\tx", fmt.Sprintf("line %d", i), "MARK", "a: b", fmt.Sprintf("peer %d", r.IntN(9))}
		b.WriteString(words[r.IntN(len(words))] + eol)
	}
	if r.IntN(2) == 0 {
		b.WriteString("last")
	}
	return []byte(b.String())
}

func TestTextRandom(t *testing.T) {
	done := 0
	for seed := range uint64(6000) {
		r := rand.New(rand.NewPCG(seed, 2))
		data := randomLines(r)
		a := Address{Kind: []Kind{Before, After, End, Lines}[r.IntN(4)], Name: "MARK"}
		for i := range 9 {
			if r.IntN(3) == 0 {
				a.Peers = append(a.Peers, fmt.Sprintf("peer %d", i))
			}
		}
		text := []byte("peer 4a")
		if a.Kind != Lines && r.IntN(2) == 0 {
			text = []byte("\n  peer 4a\n    and\n\n  more\n")
		}
		file := []string{"Procfile", "CODEOWNERS"}[r.IntN(2)]
		after, err := Insert(file, data, a, text)
		if reason := reasonOf(err); err != nil && (reason == Missing || reason == Ambiguous) && a.Kind <= After {
			continue
		}
		if err != nil {
			t.Fatalf("seed %d: %v", seed, describe(err))
		}
		checkInverse(t, file, data, after, a, text, false)
		if at := bytes.Index(after, []byte("peer 4a")); len(a.Peers) > 0 && a.Kind == Lines {
			checkOrder(t, seed, after, at, a.Peers)
		}
		done++
	}
	if done < 3000 {
		t.Errorf("only %d files were tried", done)
	}
}

// checkOrder makes sure that of the peers in a file, none before the entry at
// off would have stopped it, and that the next one sorts after it.
func checkOrder(t *testing.T, seed uint64, data []byte, off int, peers []string) {
	t.Helper()
	var before, after []string
	at := 0
	for line := range strings.Lines(string(data)) {
		for _, p := range peers {
			if strings.TrimSpace(line) != p {
				continue
			}
			if at < off {
				before = append(before, p)
			} else {
				after = append(after, p)
			}
		}
		at += len(line)
	}
	for _, p := range before {
		if p > "peer 4a" {
			t.Errorf("seed %d: %q stands before the entry in\n%s", seed, p, data)
		}
	}
	if len(after) > 0 && after[0] < "peer 4a" {
		t.Errorf("seed %d: %q stands behind the entry in\n%s", seed, after[0], data)
	}
}

func FuzzText(f *testing.F) {
	f.Add([]byte("a\n  MARK\nb"), "MARK", "x\n y", uint8(7), "x0")
	f.Add([]byte("a\r\nb\r\n\r\n"), "b", "x", uint8(9), "a")
	f.Add([]byte("\xef\xbb\xbf"), "", "x", uint8(10), "")
	f.Fuzz(func(t *testing.T, data []byte, name, text string, kind uint8, peer string) {
		a := Address{Kind: Before + Kind(kind%4), Name: name, Peers: []string{peer}}
		for _, file := range []string{"x.txt", "CODEOWNERS"} {
			checkAny(t, file, data, a, []byte(text), bytes.Equal)
		}
	})
}
