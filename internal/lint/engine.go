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
	p := newPass(in)
	p.render(ctx)
	rep.Combinations = len(p.Renderings)
	if p.sampled {
		rep.Sampled = []string{in.Label}
	}
	rules := slices.DeleteFunc(Rules(), func(r Rule) bool {
		return len(o.Only) > 0 && !slices.Contains(o.Only, r.ID) || slices.Contains(o.Skip, r.ID)
	})
	found := make([][]*Finding, len(rules))
	forEach(ctx, len(rules), func(i int) {
		q := *p
		q.rule, q.found = &rules[i], &found[i]
		rules[i].Check(&q)
	})
	findings := condense(slices.Concat(found...), p.Renderings)
	rep.Findings, rep.Suppressed = p.settle(findings, o)
	return rep
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
