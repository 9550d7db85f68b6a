package lint

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/offer"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
)

// unitTrial is one unit added, twice, to one rendering.
type unitTrial struct {
	unit      *template.Unit
	rendering int
	problems  []template.Problem // the unit does not render
	misfits   []misfit           // an entry finds no place
	clash     string             // a path that the template renders itself
	again     string             // why it cannot be added a second time
	outputs   []unitOutput
	splices   *splices
}

// splices remembers insertions: renderings that differ elsewhere have the same
// text, and the same entry, at many places. The nil one remembers nothing.
type splices struct{ known sync.Map }

type splice struct{ file, address, entry, text string }

func (s *splices) insert(in template.Insertion, data []byte) ([]byte, error) {
	do := func() ([]byte, error) { return insert.Insert(in.File, data, in.Address, in.Text) }
	if s == nil {
		return do()
	}
	k := splice{in.File, fmt.Sprintf("%+v", in.Address), string(in.Text), string(data)}
	once, _ := s.known.LoadOrStore(k, sync.OnceValues(do))
	return once.(func() ([]byte, error))()
}

// misfit is an entry that cannot be inserted.
type misfit struct {
	in     template.Insertion
	reason insert.Reason
	msg    string
	absent bool // the file is not there
	at     int  // of the byte in the entry's text that is wrong; -1: that is not known
}

// unitOutput is a file that a unit makes, or makes out of another.
type unitOutput struct {
	path   string
	data   []byte
	source template.Source
}

// tryUnits adds every unit to every rendering that is whole.
func (p *Pass) tryUnits() []unitTrial {
	if p.broken("units") {
		return nil
	}
	type pair struct{ rendering, unit int }
	var pairs []pair
	for i, r := range p.Renderings {
		for u := range p.Template.Units {
			if r.Whole() && p.offered(&p.Template.Units[u], r) {
				pairs = append(pairs, pair{i, u})
			}
		}
	}
	out := make([]unitTrial, len(pairs))
	known := &splices{}
	forEach(context.Background(), len(pairs), func(i int) {
		n := pairs[i].rendering
		out[i] = p.try(&p.Template.Units[pairs[i].unit], n, p.Renderings[n], known)
	})
	return out
}

// offered reports whether the unit is for services with the rendering's values.
// One whose condition does not render is: trying it tells why.
func (p *Pass) offered(u *template.Unit, r *Rendering) bool {
	ok, err := p.Template.Offers(u, r.Scope)
	return ok || err != nil
}

func (p *Pass) try(u *template.Unit, i int, r *Rendering, known *splices) unitTrial {
	t := unitTrial{unit: u, rendering: i, splices: known}
	made, err := p.renderUnit(u, r, 0)
	if err != nil {
		t.problems = template.Problems(err)
		return t
	}
	common, err := p.Template.RenderWith(u, r.Scope)
	if err != nil {
		t.problems = template.Problems(err)
		return t
	}
	next := t.grow(t.grow(r.Out.Files, common), made)
	if t.clash != "" || len(t.misfits) > 0 {
		return t
	}
	second, err := p.renderUnit(u, r, 1)
	if err != nil {
		return t // the first one tells
	}
	again := unitTrial{unit: u, splices: known}
	again.grow(next, second)
	switch {
	case again.clash != "":
		t.again = again.clash + " exists already"
	case len(again.misfits) > 0:
		t.again = again.misfits[0].msg
	}
	return t
}

func (p *Pass) renderUnit(u *template.Unit, r *Rendering, nth int) (*template.Rendering, error) {
	scope := func(known map[string]any) template.Scope {
		s := r.Scope
		s.Unit = known
		if u.Provider() != "" {
			s.Provider = provider()
		}
		return s
	}
	values, _, err := template.Resolve(u.Values, unitAnswers(u, nth), scope)
	if err != nil {
		return nil, err
	}
	made, err := p.Template.RenderUnit(u, scope(values))
	if err != nil {
		return nil, err
	}
	at, err := p.Template.SnapshotPath(u, scope(values))
	if err == nil && at != "" {
		made.Files[at] = tree.File{Data: offer.Sample()}
		made.Sources[at] = template.Source{File: template.File, Spans: []template.Span{{Pos: u.Pos}}}
	}
	return made, err
}

// provider is the other service that units name.
var provider = sync.OnceValue(func() template.Provider {
	o, err := offer.Parse("the sample", offer.Sample())
	if err != nil {
		panic(err)
	}
	return template.Provider{Port: 8082, Offer: *o}
})

// entryScopes is a rendering's scope for wiring entries, once without units, and
// once with one of each kind.
func (p *Pass) entryScopes(r *Rendering) []template.Scope {
	none, one := r.Scope, r.Scope
	none.Units, one.Units = map[string][]map[string]any{}, map[string][]map[string]any{}
	for i := range p.Template.Units {
		u := &p.Template.Units[i]
		none.Units[u.Name], one.Units[u.Name] = []map[string]any{}, []map[string]any{}
		if !p.offered(u, r) {
			continue
		}
		values, missing, err := template.Resolve(u.Values, unitAnswers(u, 0), func(known map[string]any) template.Scope {
			s := r.Scope
			s.Unit, s.Provider = known, provider()
			return s
		})
		if err == nil && len(missing) == 0 {
			one.Units[u.Name] = append(one.Units[u.Name], values)
		}
	}
	return []template.Scope{none, one}
}

// unitAnswers are sample answers; another nth gives another unit.
func unitAnswers(u *template.Unit, nth int) map[string]string {
	answers := map[string]string{}
	for _, v := range u.Values {
		fixed := v.Default != nil && !strings.Contains(*v.Default, "{{")
		named := v.Type == template.String || v.Type == template.Identifier || v.Type == template.Route
		if v.Default == nil || nth > 0 && fixed && named {
			answers[v.Name] = example(v, nth)
		}
	}
	return answers
}

// grow returns files with what the unit made, and notes what goes wrong.
func (t *unitTrial) grow(files tree.Tree, made *template.Rendering) tree.Tree {
	next := files.Clone()
	for _, p := range made.Files.Paths() {
		if _, ok := files[p]; ok {
			t.clash = p
			return next
		}
		next[p] = made.Files[p]
		t.outputs = append(t.outputs, unitOutput{p, made.Files[p].Data, made.Sources[p]})
	}
	for _, in := range made.Inserts {
		f, ok := next[in.File]
		if !ok {
			t.misfits = append(t.misfits, misfit{in: in, reason: insert.Missing, msg: "the template renders no " + in.File, absent: true, at: -1})
			continue
		}
		data, err := t.splices.insert(in, f.Data)
		if err != nil {
			t.misfits = append(t.misfits, misfitOf(in, err))
			continue
		}
		next[in.File] = tree.File{Data: data, Kind: f.Kind}
	}
	for _, in := range made.Inserts {
		if f, ok := next[in.File]; ok && in.Source.File != "" {
			// Whatever is wrong after the entry, the entry brought it.
			whole := template.Source{File: in.Source.File, Spans: []template.Span{{Pos: template.Pos{Line: 1, Col: 1}}}}
			t.outputs = append(t.outputs, unitOutput{in.File, f.Data, whole})
		}
	}
	return next
}

func misfitOf(in template.Insertion, err error) misfit {
	m := misfit{in: in, reason: insert.Missing, msg: err.Error(), at: -1}
	var e *insert.Error
	if errors.As(err, &e) {
		m.reason, m.msg = e.Reason, e.Msg
		if e.Line > 0 {
			m.msg += fmt.Sprintf(" (line %d of %s)", e.Line, e.File)
		}
		if e.EntryLine > 0 {
			m.at = offsetOf(in.Text, e.EntryLine) + e.EntryCol - 1
			// The finding stands at the place.
			m.msg = strings.Replace(m.msg, fmt.Sprintf("line %d, column %d: ", e.EntryLine, e.EntryCol), "", 1)
		}
	}
	return m
}

// place is where in the template the misfit is: in the entry's own text, or where
// template.yaml inserts it.
func (m misfit) place() (file string, pos template.Pos) {
	if m.at < 0 || m.in.Source.File == "" {
		return template.File, m.in.Pos
	}
	return m.in.Source.File, m.in.Source.Place(m.in.Text, m.at)
}

// allOutputs adds to the outputs what units make of them, where that is not
// wrong already without them.
func (p *Pass) allOutputs() []*Output {
	set := outputSet{}
	for _, t := range p.units() {
		for _, o := range t.outputs {
			if base := p.outputIn(o.path, t.rendering); base == nil || sound(base) {
				set.add(t.rendering, o.path, o.data, o.source)
			}
		}
	}
	return append(slices.Clone(p.Outputs), set.sorted()...)
}

func (p *Pass) outputIn(path string, rendering int) *Output {
	for _, o := range p.Outputs {
		if o.Path == path && o.in(rendering) {
			return o
		}
	}
	return nil
}

// sound reports whether nothing is wrong with the form of o.
func sound(o *Output) bool {
	return len(wrong(o)) == 0 && o.gofmted()
}
