package lint

import (
	"context"
	"slices"

	"github.com/svcgen/svcgen/internal/tree"
)

// maxTrials bounds how often a template is linted while it is mended.
const maxTrials = 200

// Mended is a template after its certain mends.
type Mended struct {
	Files   tree.Tree
	Applied []Finding // what was mended, in order of file and line
	Report  *Report   // what is left
}

// Mend applies the fixes of one template's findings, as many as are certain: a
// fix stays only where the finding is gone with it, and no other has come, of
// whatever rule. Mending the result again changes nothing. Only a cancelled ctx
// is an error.
func Mend(ctx context.Context, in Input, o Options) (*Mended, error) {
	m := &mender{ctx: ctx, wanted: map[string]bool{}, in: in, refused: map[refusal]bool{}}
	for _, r := range Rules() {
		m.wanted[r.ID] = o.speaks(r, in)
	}
	m.report = one(ctx, in, Options{})
	for m.trials < maxTrials && ctx.Err() == nil && m.step() {
	}
	left := one(ctx, m.in, o)
	slices.SortStableFunc(m.applied, order)
	slices.SortStableFunc(left.Findings, order)
	return &Mended{m.in.Files, m.applied, left}, ctx.Err()
}

// MendAll is Mend for every template, side by side, with the joined report of
// what is left.
func MendAll(ctx context.Context, inputs []Input, o Options) ([]*Mended, *Report, error) {
	out := make([]*Mended, len(inputs))
	forEach(ctx, len(inputs), func(i int) { out[i], _ = Mend(ctx, inputs[i], o) })
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	var reports []*Report
	for _, m := range out {
		reports = append(reports, m.Report)
	}
	return out, joined(reports), nil
}

type mender struct {
	ctx     context.Context
	wanted  map[string]bool // the rules whose findings are to be mended
	in      Input
	report  *Report
	applied []Finding
	refused map[refusal]bool
	trials  int
}

// refusal names a fix that did not help, whatever else moves its lines.
type refusal struct{ rule, file, message string }

func refusalOf(f Finding) refusal { return refusal{f.Rule, f.File, f.Message} }

// step applies all fixes that do not meet, or else the first that helps. It
// returns false when none does.
func (m *mender) step() bool {
	fixes := m.fixes()
	batch := compatible(m.in.Files, fixes)
	if len(batch) > 1 && m.try(batch) {
		return true
	}
	for _, f := range fixes {
		if m.try([]Finding{f}) {
			return true
		}
		m.refused[refusalOf(f)] = true
		if m.trials >= maxTrials {
			break
		}
	}
	return false
}

// fixes lists the findings with a fix that was not refused.
func (m *mender) fixes() []Finding {
	var out []Finding
	for _, f := range m.report.Findings {
		if len(f.edits) > 0 && m.wanted[f.Rule] && !m.refused[refusalOf(f)] {
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, order)
	return out
}

// compatible picks, in order, the findings whose edits can be made together.
func compatible(files tree.Tree, fixes []Finding) []Finding {
	var batch []Finding
	var edits []Edit
	for _, f := range fixes {
		more := slices.Concat(edits, f.edits)
		if _, ok := change(files, more); ok {
			batch, edits = append(batch, f), more
		}
	}
	return batch
}

// try applies the fixes and keeps them where every one helps and none harms.
func (m *mender) try(fixes []Finding) bool {
	var edits []Edit
	for _, f := range fixes {
		edits = append(edits, f.edits...)
	}
	next, ok := change(m.in.Files, edits)
	if !ok {
		return false
	}
	in := m.in
	in.Files = next
	m.trials++
	report := one(m.ctx, in, Options{})
	if m.ctx.Err() != nil || !m.better(report, fixes) {
		return false
	}
	m.in, m.report, m.applied = in, report, append(m.applied, fixes...)
	return true
}

// better reports whether the fixed findings are gone and none has come. Lines
// and messages move with a fix: findings are counted for each rule, file and
// rendering.
// Where something kept rules from speaking until now, what they say of files
// that the fixes do not touch was true before.
func (m *mender) better(after *Report, fixed []Finding) bool {
	type key struct {
		rule, file string
		rendering  int
	}
	left, touched := map[key]int{}, map[string]bool{}
	each := func(f Finding, do func(key)) {
		do(key{f.Rule, f.File, -1})
		for _, i := range f.renderings() {
			do(key{f.Rule, f.File, i})
		}
	}
	for _, f := range m.report.all() {
		each(f, func(k key) { left[k]++ })
	}
	for _, f := range fixed {
		each(f, func(k key) { left[k]-- })
		for _, e := range f.edits {
			touched[pathIn(m.in.Label, e.File)] = true
		}
	}
	good := true
	for _, f := range after.all() {
		if f.Rule == releaseNotRaised.ID {
			continue // any mend is a change, and this one has a mend of its own
		}
		each(f, func(k key) {
			left[k]--
			good = good && (left[k] >= 0 || !m.report.decided && !touched[f.File])
		})
	}
	return good
}

// renderings lists those that show the finding, each once.
func (f Finding) renderings() []int {
	out := slices.Clone(f.shown)
	slices.Sort(out)
	return slices.Compact(out)
}
