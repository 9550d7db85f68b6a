package insert

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestMod(t *testing.T) { runCases(t, "testdata/mod/*.txtar") }

func TestModTwice(t *testing.T) {
	data := []byte("module example.com/a\n\nrequire example.com/b v1.0.0\nrequire example.com/b v1.0.1\n")
	_, err := Remove("go.mod", data, Address{Kind: Require, Key: "example.com/b"}, nil)
	want := "go.mod:4:1: require example.com/b is there twice; the first is on line 3"
	if err == nil || err.Error() != want || reasonOf(err) != Ambiguous {
		t.Errorf("%v, want %s", err, want)
	}
	_, err = Find("go.work", nil, Address{Kind: Use, Key: "./b"}, nil)
	want = "missing: go.work: there is no use ./b\nhint: put this into the file yourself:\n    use ./b"
	if describe(err) != want {
		t.Errorf("%s, want %s", describe(err), want)
	}
}

// What people wrote above a directive stays where it is.
func TestModRemoveLeavesComments(t *testing.T) {
	for before, want := range map[string]string{
		"go 1.26\n\nuse ./a\n// why\nuse ./b\nuse ./c\n":                "go 1.26\n\nuse ./a\n// why\nuse ./c\n",
		"go 1.26\n\n// why\nuse ./b\n":                                  "go 1.26\n\n// why\n",
		"go 1.26\n\nuse (\n\t// why\n\t./b\n)\n":                        "go 1.26\n\nuse (\n\t// why\n)\n",
		"go 1.26\n\nuse (\n\t./a\n\t// why\n\t// so\n\t./b\n\t./c\n)\n": "go 1.26\n\nuse (\n\t./a\n\t// why\n\t// so\n\t./c\n)\n",
	} {
		got, err := Remove("go.work", []byte(before), Address{Kind: Use, Key: "./b"}, nil)
		if err != nil || string(got) != want {
			t.Errorf("from\n%s\n%v, got\n%s\nwant\n%s", before, err, got, want)
		}
	}
}

// randomMod writes a go.work or go.mod file as people leave them behind.
func randomMod(r *rand.Rand, verb string) []byte {
	var b strings.Builder
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	blank := func() { b.WriteString(pick("", "", "\n", "\n\n")) }
	note := func() { b.WriteString(pick("", "", "", "// a comment\n")) }
	line := func(i int) string {
		if verb == "use" {
			return fmt.Sprintf("./k%d%s", r.IntN(30)*100+i, pick("", "", " // why"))
		}
		return fmt.Sprintf("example.com/k%d v1.%d.0%s", r.IntN(30)*100+i, i, pick("", "", " // why", " // indirect"))
	}
	if verb == "require" {
		b.WriteString("module example.com/m\n")
		blank()
	}
	note()
	b.WriteString(pick("", "go 1.26\n"))
	blank()
	for i := range r.IntN(4) {
		note()
		switch r.IntN(4) {
		case 0:
			fmt.Fprintf(&b, "replace x%d => ./y\n", i)
		case 1:
			fmt.Fprintf(&b, "%s %s\n", verb, line(i))
		default:
			indent := pick("\t", "\t", "  ")
			fmt.Fprintf(&b, "%s (%s\n", verb, pick("", "", " // block"))
			for j := range 1 + r.IntN(4) {
				b.WriteString(pick("", "", "", "\n", indent+"// about it\n"))
				b.WriteString(indent + line(10*i+j) + "\n")
			}
			b.WriteString(pick("", "", "\n", indent+"// end\n") + ")\n")
		}
		blank()
	}
	text := b.String()
	if r.IntN(3) == 0 {
		text = strings.TrimSuffix(text, "\n")
	}
	if r.IntN(3) == 0 {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return []byte(text)
}

func TestModRandom(t *testing.T) {
	for seed := range uint64(5000) {
		r := rand.New(rand.NewPCG(seed, 3))
		file, verb, a, text := "go.work", "use", Address{Kind: Use, Key: fmt.Sprintf("./k%da", r.IntN(3000))}, ""
		if r.IntN(2) == 0 {
			file, verb, a.Kind = "go.mod", "require", Require
			a.Key = "example.com/" + a.Key[2:]
			text = "v1.2.3" + []string{"", " // indirect", " // why"}[r.IntN(3)]
		}
		for i := range r.IntN(6) {
			a.Peers = append(a.Peers, strings.Replace(a.Key, "a", fmt.Sprint(i), 1))
		}
		data := randomMod(r, verb)
		after, err := Insert(file, data, a, []byte(text))
		if err != nil {
			t.Fatalf("seed %d: %s\n%s", seed, describe(err), data)
		}
		checkInverse(t, file, data, after, a, []byte(text), false)
	}
}

func FuzzMod(f *testing.F) {
	f.Add([]byte("go 1.26\n\nuse (\n\t./a // b\n)\n"), "./c", "", false)
	f.Add([]byte("module m\n\ngo 1.26\nrequire x.y/z v1.0.0 // indirect"), "example.com/c", "v1.0.0", true)
	f.Add([]byte("// c\r\n\r\nuse ./a"), "./b", "", false)
	f.Fuzz(func(t *testing.T, data []byte, key, text string, mod bool) {
		if mod {
			checkAny(t, "go.mod", data, Address{Kind: Require, Key: key}, []byte(text), sameButEmpty)
		} else {
			checkAny(t, "go.work", data, Address{Kind: Use, Key: key}, []byte(text), sameButEmpty)
		}
	})
}
