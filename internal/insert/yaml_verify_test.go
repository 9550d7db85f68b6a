package insert

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// largeYAML is a random file of one document that is too large to be checked
// whole.
func largeYAML(r *rand.Rand) []byte {
	for {
		w := newYAMLWriter(r)
		w.deep, w.wide = 1+r.IntN(3), 120
		w.collection(0, 3, true)
		if data := w.b.String(); len(data) > yamlSmall && len(data) < 20*yamlSmall {
			return []byte(data)
		}
	}
}

// TestYAMLExcerpt inserts into large files, where production looks at an
// excerpt, and compares with what the whole files say.
func TestYAMLExcerpt(t *testing.T) {
	// One in ten or eleven has to be checked whole; among the few of a short run
	// that may be two.
	rounds, least := uint64(60), 90
	if testing.Short() {
		rounds, least = 6, 75
	}
	brief, all := 0, 0
	for seed := range rounds {
		r := rand.New(rand.NewPCG(seed, 8))
		data := largeYAML(r)
		sites := yamlSites(data)
		for range 4 {
			a := sites[r.IntN(len(sites))]
			reason, err := yamlTrial(data, a, yamlTexts[r.IntN(len(yamlTexts))], r)
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			if reason != inserted {
				continue
			}
			a.Key = "zz-excerpt"
			p := p2(data, a)
			if p.t.nodes[p.node].kind.sequence() {
				continue
			}
			x, _ := parseYAMLText("f.yaml", []byte("1\n"))
			e, err := p.insert(x)
			if err != nil {
				continue
			}
			all++
			if p.brief(apply(data, e.splices...), e, len(p.steps), true, func(m *yamlModel, skipped int) error {
				return m.insert(a, e.index-skipped, x.value)
			}) {
				brief++
			}
		}
	}
	if brief*100 < all*least || all == 0 {
		t.Errorf("only %d of %d insertions could be checked by an excerpt", brief, all)
	}
	t.Logf("%d of %d", brief, all)
}

// TestYAMLExcerptIsNoWeaker makes splices that are wrong in every way and sees
// to it that an excerpt passes none that the whole files refuse.
func TestYAMLExcerptIsNoWeaker(t *testing.T) {
	rounds := uint64(60)
	if testing.Short() {
		rounds = 6
	}
	passed, refused := 0, 0
	for seed := range rounds {
		r := rand.New(rand.NewPCG(seed, 9))
		data := largeYAML(r)
		sites := yamlSites(data)
		for range 8 {
			a := sites[r.IntN(len(sites))]
			a.Key = "zz"
			p, err := locate("f.yaml", data, a)
			if err != nil || !p.t.nodes[p.node].kind.mapping() {
				continue
			}
			x, _ := parseYAMLText("f.yaml", []byte("1\n"))
			e, err := p.insert(x)
			if err != nil || len(e.splices) != 1 {
				continue
			}
			s := &e.splices[0]
			switch r.IntN(5) {
			case 0: // another line nearby
				for range 1 + r.IntN(3) {
					s.start = yamlNextLine(data, s.start)
				}
			case 1: // any other line
				s.start = p.t.lineStart(r.IntN(len(data)))
			case 2: // another depth
				s.text = strings.Repeat(" ", r.IntN(6)) + strings.TrimLeft(s.text, " ")
			case 3: // something else with it
				s.text += []string{"\"\n", "  '\n", "- x\n", "#\n", " |\n", "[\n", "zz2: 1\n", "&a0\n", "---\n", "\t\n"}[r.IntN(10)]
			case 4: // another place among the others
				e.index = r.IntN(e.index + 2)
			}
			s.end = s.start
			out := apply(data, e.splices...)
			brief := p.brief(out, e, len(p.steps), true, func(m *yamlModel, skipped int) error {
				return m.insert(a, e.index-skipped, x.value)
			})
			whole := p.check(data, out, 0, "", func(m *yamlModel) error { return m.insert(a, e.index, x.value) })
			if brief && whole != nil {
				t.Fatalf("seed %d: an excerpt lets %q at %d pass: %v", seed, s.text, s.start, whole)
			}
			if whole == nil {
				passed++
			} else {
				refused++
			}
		}
	}
	if refused < passed {
		t.Errorf("%d wrong splices passed, %d were refused", passed, refused)
	}
	t.Logf("%d passed, %d refused", passed, refused)
}
