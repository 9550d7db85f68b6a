package lint

// How a finding came to be suppressed.
type How string

const (
	InSource   How = "comment"  // by a svcgen:ignore comment
	InConfig   How = "config"   // by the config's ignore
	InBaseline How = "baseline" // it is an old one
)

// Hidden is a finding that is suppressed, and why.
type Hidden struct {
	Finding
	How    How
	Reason string
}

// settle takes out what the config and the baseline suppress.
func (p *Pass) settle(found []Finding, in Input) (kept []Finding, hidden []Hidden) {
	old := map[known]int{}
	kept = make([]Finding, 0, len(found))
	for _, f := range found {
		f.template = in.Label
		f.place = pathIn(in.BaselinePlace, p.local(f.File))
		excluded, reason := in.Config.judge(f.Rule, pathIn(in.Place, p.local(f.File)))
		k := known{f.Rule, f.place, f.Message}
		switch {
		case excluded:
		case reason != "":
			hidden = append(hidden, Hidden{f, InConfig, reason})
		case in.Baseline != nil && old[k] < in.Baseline.counts[k]:
			old[k]++
			hidden = append(hidden, Hidden{f, InBaseline, ""})
		default:
			kept = append(kept, f)
		}
	}
	return kept, hidden
}
