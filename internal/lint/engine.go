package lint

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// one looks at one template.
func one(ctx context.Context, in Input, o Options) *Report {
	rep := &Report{}
	if len(in.Unread) > 0 {
		return unread(in)
	}
	p := newPass(in)
	p.before = sync.OnceValue(func() *Pass {
		old := newPass(Input{Label: in.Label, Files: in.Released})
		old.render(ctx)
		return old
	})
	p.render(ctx)
	if o.Build != nil {
		p.building = &building{Builder: o.Build, ctx: ctx}
	}
	rep.Combinations = len(p.Renderings)
	if p.sampled {
		rep.Sampled = []string{in.Label}
	}
	rules := Rules()
	p.rules = idsOf(rules)
	rules = slices.DeleteFunc(rules, func(r Rule) bool { return !o.speaks(r, in) })
	found := make([][]*Finding, len(rules))
	forEach(ctx, len(rules), func(i int) {
		if rules[i].ID != ignoreWithoutReason.ID {
			found[i] = p.check(rules[i])
		}
	})
	for _, r := range rules {
		p.ran[r.ID] = true
	}
	if p.building != nil {
		rep.Built, rep.Tested = p.building.built, p.building.tested
	}
	findings, hidden := p.suppress(p.condense(slices.Concat(found...)))
	if o.speaks(ignoreWithoutReason, in) {
		findings = append(findings, p.condense(p.check(ignoreWithoutReason))...)
	}
	var more []Hidden
	rep.Findings, more = p.settle(findings, in)
	rep.Hidden = append(hidden, more...)
	rep.looked = []looked{{in.Label, idsOf(rules)}}
	rep.decided = p.decided()
	return rep
}

// unread is the report of a template of which not all could be read. No choice of
// rules keeps it from speaking: it says why they do not.
func unread(in Input) *Report {
	p := newPass(Input{Label: in.Label, Folder: in.Folder, Config: in.Config})
	p.schema = nil
	for _, e := range in.Unread {
		p.schema = append(p.schema, fault{rule: templateSchema.ID, err: e})
	}
	in.Baseline = nil // nor may it become an old one
	rep := &Report{looked: []looked{{in.Label, []string{templateSchema.ID}}}}
	rep.Findings, rep.Hidden = p.settle(p.condense(p.check(templateSchema)), in)
	return rep
}

// idsOf lists the rules' names.
func idsOf(rules []Rule) []string {
	var out []string
	for _, r := range rules {
		out = append(out, r.ID)
	}
	return out
}

// check runs one rule.
func (p *Pass) check(r Rule) []*Finding {
	q, found := *p, []*Finding(nil)
	q.rule, q.found = &r, &found
	r.Check(&q)
	return found
}

// forEach calls do for every number below n, some of them side by side.
func forEach(ctx context.Context, n int, do func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				do(i)
			}
		})
	}
	wg.Wait()
}
