package insert

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// yamlSites are the addresses of all collections and empty values of a file
// that a path can reach.
func yamlSites(data []byte) []Address {
	t, bad := parseYAML(data)
	if bad != nil {
		return nil
	}
	if len(t.docs) == 0 {
		return []Address{{}}
	}
	var sites []Address
	var walk func(n int32, path []string, doc int)
	walk = func(n int32, path []string, doc int) {
		node := &t.nodes[n]
		if node.kind == yamlNull || node.kind.mapping() || node.kind.sequence() {
			sites = append(sites, Address{Path: append([]string(nil), path...), Doc: doc})
		}
		for _, e := range t.entries(n) {
			if e.key != 0 {
				if key, ok := t.value(e.key); ok {
					walk(e.val, append(path, key), doc)
				}
				continue
			}
			for c := t.nodes[e.val].first; c != 0 && t.nodes[e.val].kind.mapping(); c = t.nodes[t.nodes[c].next].next {
				field, ok := t.value(c)
				value, also := t.value(t.nodes[c].next)
				if ok && also && value != "" && !strings.Contains(field, "=") && field != "" {
					walk(e.val, append(path, "["+field+"="+value+"]"), doc)
					break
				}
			}
		}
	}
	for i, d := range t.docs {
		walk(d.root, nil, i)
	}
	return sites
}

// yamlTexts are entries of every kind.
var yamlTexts = []string{
	"1", "text", "", "~", `"quoted: \" text"`, "'single'", "a b\nc d", "\"folded\n\n  text\"",
	"|\n  literal\n  text\n", "|2\n   indented\n  less\n", ">-\n  folded\n\n  text\n", "|+\n  kept\n\n\n", "|-\n  bare\n",
	"image: x\nports:\n  - \"80:80\"\n  - 81\nenv:\n  A: 1\n", "a: 1\n# trailing\n", "# leading\na:\n    b:\n        - c\n        -   d: 1\n            e: 2\n",
	"- a\n- b: c\n  d: |\n    e\n    f\n", "-\n  - x\n  -\n    y: z\n", "[1, {a: b}, 'c']", "{path: services/x, port: 8081}", "{\n  a: 1,\n  b: [2,\n    3]\n}",
	"x: &anchor1\n  y: 1\nz: *anchor1\n", "!tag\na: 1", "!!str 12", "k: >+\n   keep\n\n", "? complex\n: value\n? [a]\n: b\n",
	"a:\n- b\n-  c: 1\n   d:\n   - 2\n", "a:\n  # nothing\n", "url: http://x/?a=b#c\n", "wide: 日本語\n\"é\": ü\n", "name: payments\nport: 1 # port\n\n# end\n",
	"a: |\n        deep\n    # below\nb: 2\n", "?\n", "true",
}

// inserted is the outcome of a trial in which nothing was refused.
const inserted = Reason(255)

// yamlTrial inserts and removes at random, and checks what is promised.
func yamlTrial(data []byte, a Address, text string, r *rand.Rand) (Reason, error) {
	a.Kind = At
	p, err := locate("f.yaml", data, a)
	if err != nil {
		var e *Error
		if errors.As(err, &e) {
			return e.Reason, nil
		}
		return 0, err
	}
	seq := r.IntN(2) == 0
	if p.doc != nil && p.t.nodes[p.node].kind != yamlNull {
		seq = p.t.nodes[p.node].kind.sequence()
	}
	key := []string{"zz-new", "a b: c", "8080", "/v1/x/{id}", "it's", "on", "日本", "-x"}[r.IntN(8)]
	switch {
	case seq && r.IntN(2) == 0:
		a.Key, text = "[=zz-"+text+"]", ""
		a.Key = "[=zz-1]"
		text = "zz-1"
	case seq:
		a.Key = "[zzname=x]"
		text = "zzname: x\n" + []string{"", "port: 1\n", "# c\nlist:\n  - a\n  - b\n", "t: |\n  x\n  y\n", "k: |+\n  x\n\n"}[r.IntN(5)]
	default:
		a.Key = key
	}
	if p.doc != nil && p.node != 0 && r.IntN(2) == 0 {
		for i, e := range p.t.entries(p.node) {
			if v, ok := p.t.value(e.key); ok && e.key != 0 && (i == 0 || r.IntN(3) == 0) {
				a.Peers = append(a.Peers, v)
			}
		}
	}
	if r.IntN(4) == 0 {
		a.Create = true
		a.Path = append(append([]string(nil), a.Path...), []string{"new-a", "new-b"}[:1+r.IntN(2)]...)
	}
	out, err := yamlInsert("f.yaml", data, a, []byte(text))
	if err != nil {
		var e *Error
		if !errors.As(err, &e) {
			return 0, err
		}
		if e.Reason == Unsafe && !strings.Contains(e.Msg, "without a line break") && !bytes.ContainsAny(data, "\t") && !bytes.Contains(data, []byte("%TAG")) {
			return e.Reason, fmt.Errorf("insert %s %q: %v", a, text, err)
		}
		return e.Reason, nil
	}
	describe := func(why string, got []byte) error {
		if got != nil {
			i := 0
			for i < len(got) && i < len(data) && got[i] == data[i] {
				i++
			}
			why += fmt.Sprintf(" (at %d: %.40q, want %.40q)", i, got[i:], data[i:])
		}
		return fmt.Errorf("%s: insert %s create=%v peers=%q %q into\n%s\n--- gave\n%s\n--- then\n%s", why, a, a.Create, a.Peers, text, clip(data), clip(out), clip(got))
	}
	if !subsequence(data, out) {
		return 0, describe("bytes changed", nil)
	}
	// The whole files, even where production looks at an excerpt.
	x, _ := parseYAMLText("f.yaml", []byte(text))
	e, err := p2(data, a).insert(x)
	if err != nil {
		return 0, describe(err.Error(), nil)
	}
	if err := p2(data, a).check(data, out, a.Doc, "", func(m *yamlModel) error { return m.insert(a, e.index, x.value) }); err != nil {
		return 0, describe(err.Error(), nil)
	}
	back, err := yamlRemove("f.yaml", out, a)
	if err != nil {
		return 0, describe(err.Error(), nil)
	}
	// An empty parent on the path looks as if Insert had made it.
	empty := a.Create && p.doc != nil && p.t.nodes[p.node].first == 0 && len(p.steps) > 0
	if !empty && !bytes.Equal(back, data) {
		return 0, describe("remove", back)
	}
	got, err := yamlValue("f.yaml", out, a)
	if err != nil {
		return 0, describe(err.Error(), nil)
	}
	q := p2(out, a)
	if want, _ := yamlCanonical("f.yaml", []byte(text)); !q.t.nodes[q.node].kind.flow() && !bytes.Equal(got, want) {
		return 0, describe(fmt.Sprintf("value %q, want %q", got, want), nil)
	}
	if s, err := yamlFind("f.yaml", out, a); err != nil || s.Start < 0 || s.End <= s.Start || s.End > len(out) {
		return 0, describe(fmt.Sprintf("found %v %v", s, err), nil)
	}
	return inserted, nil
}

func p2(data []byte, a Address) *yamlPlace {
	p, err := locate("f.yaml", data, a)
	if err != nil {
		panic(err)
	}
	return p
}

func clip(b []byte) []byte {
	if len(b) > 600 {
		return b[:600]
	}
	return b
}

// subsequence tells whether out is data with bytes added.
func subsequence(data, out []byte) bool {
	i := 0
	for _, c := range out {
		if i < len(data) && data[i] == c {
			i++
		}
	}
	return i == len(data)
}

// fuzzYAML checks what is promised for one insertion, if it is not refused.
func fuzzYAML(t *testing.T, data []byte, a Address, text []byte) {
	out, err := yamlInsert("f.yaml", data, a, text)
	if err != nil {
		if reasonOf(err) == 255 {
			t.Fatalf("not an *Error: %v", err)
		}
		return
	}
	if !subsequence(data, out) {
		t.Fatalf("bytes changed:\n%q\n%q", data, out)
	}
	p := p2(data, a)
	x, err := parseYAMLText("f.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	e, err := p.insert(x)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.check(data, out, a.Doc, "", func(m *yamlModel) error { return m.insert(a, e.index, x.value) }); err != nil {
		t.Fatalf("%v\n%q\n%q", err, data, out)
	}
	if _, err := yamlInsert("f.yaml", out, a, text); reasonOf(err) != Exists && a.Key != "" {
		t.Fatalf("a second time: %v\n%q", err, out)
	}
	back, err := yamlRemoveText("f.yaml", out, a, text)
	if err != nil {
		t.Fatalf("Remove: %v\n%q\n%q", err, data, out)
	}
	empty := a.Create && p.doc != nil && p.t.nodes[p.node].first == 0 && len(p.steps) > 0
	if !empty && !bytes.Equal(back, data) {
		t.Fatalf("Remove gives\n%q\nwant\n%q\nfrom\n%q", back, data, out)
	}
	if _, err := yamlValueText("f.yaml", out, a, text); err != nil {
		t.Fatal(err)
	}
	if _, err := yamlFindText("f.yaml", out, a, text); err != nil {
		t.Fatal(err)
	}
}
