// Package lint finds what is wrong with templates, in their own files and in
// everything that they render.
//
// It reads trees in memory and reports; it changes nothing, and knows no
// workspace. What a template renders is run only where a Builder is given.
package lint

import (
	"cmp"
	"context"
	"slices"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/tree"
)

// Severity says how much a finding matters.
type Severity uint8

const (
	Info Severity = iota
	Warning
	Error
)

func (s Severity) String() string { return [...]string{"info", "warning", "error"}[s] }

// Rule is one thing that the linter looks for.
type Rule struct {
	ID       string // a phrase a person can read
	Severity Severity
	Doc      string // what it finds
	Why      string // why that matters
	Remedy   string // what to do
	Since    bool   // it speaks only where an older state is known
	Build    bool   // it speaks only where services are built
	Check    func(*Pass)
}

// Input is a template to look at.
type Input struct {
	Label  string // how findings call its folder
	Folder string // its folder's own name; empty: Label ends in it
	Files  tree.Tree

	// Unread are the files that could not be read. Where there are any they are
	// all that is told of the template: what else seems wrong may be their lack.
	Unread diag.List

	Config   *Config   // may be nil
	Baseline *Baseline // may be nil

	// Where the template's folder stands, seen from that of the Config and that
	// of the Baseline.
	Place, BaselinePlace string

	// Released is the template's folder as it was at the commit Since; nil: not
	// asked for.
	Released tree.Tree
	Since    string
}

// Options say which rules speak. The zero value is all of them.
type Options struct {
	Only []string // rules; empty: all
	Skip []string

	Build *Builder // builds what renders; nil: nothing is built
}

// speaks reports whether a rule is wanted for a template.
func (o Options) speaks(r Rule, in Input) bool {
	wanted := len(o.Only) == 0 || slices.Contains(o.Only, r.ID)
	return wanted && (!r.Since || in.Released != nil) && (!r.Build || o.Build != nil) && !slices.Contains(o.Skip, r.ID) && !in.Config.off(r.ID)
}

// Finding is one thing that a rule found.
type Finding struct {
	Rule     string            `json:"rule"`
	Severity string            `json:"severity"`
	File     string            `json:"file"`
	Line     int               `json:"line,omitempty"` // from one; zero: the file as a whole
	Col      int               `json:"col,omitempty"`
	Message  string            `json:"message"`
	Remedy   string            `json:"remedy"`
	With     map[string]string `json:"with,omitempty"` // the smallest choice of values that shows it
	Fixable  bool              `json:"fixable,omitempty"`

	level Severity
	shown []int // the renderings that show it; nil: the template's own files do
	edits []Edit
	place string // File, seen from the baseline's folder

	template string // the label of its template
}

// Report is what was found, in order of file, line and rule.
type Report struct {
	Templates    int       `json:"templates"`
	Combinations int       `json:"combinations"`
	Built        int       `json:"built,omitempty"`  // different services that were built, alone or with units
	Tested       int       `json:"tested,omitempty"` // those of them whose tests ran
	Sampled      []string  `json:"sampled"`          // templates with more combinations than were rendered
	Suppressed   int       `json:"suppressed"`
	Findings     []Finding `json:"findings"`
	Mended       []Finding `json:"mended,omitempty"`
	Diff         string    `json:"diff,omitempty"` // what would be mended

	Hidden []Hidden `json:"-"` // the suppressed ones

	looked  []looked
	decided bool   // nothing kept a rule from speaking
	tool    string // empty: svcgen lint
	rules   []Rule // nil: all rules of templates
}

// looked says which rules looked at a template.
type looked struct {
	label string
	rules []string
}

// Count returns how many findings have the severity.
func (r *Report) Count(s Severity) int {
	n := 0
	for _, f := range r.Findings {
		if f.level == s {
			n++
		}
	}
	return n
}

// Run looks at every template, side by side. The findings' order depends on the
// templates alone. Only a cancelled ctx is an error.
func Run(ctx context.Context, inputs []Input, opts ...Options) (*Report, error) {
	var o Options
	if len(opts) > 0 {
		o = opts[0]
	}
	reports := make([]*Report, len(inputs))
	forEach(ctx, len(inputs), func(i int) { reports[i] = one(ctx, inputs[i], o) })
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return joined(reports), nil
}

// joined is the report of several templates.
func joined(reports []*Report) *Report {
	all := &Report{Templates: len(reports), Sampled: []string{}, Findings: []Finding{}}
	for _, r := range reports {
		all.Combinations += r.Combinations
		all.Built += r.Built
		all.Tested += r.Tested
		all.Hidden = append(all.Hidden, r.Hidden...)
		all.looked = append(all.looked, r.looked...)
		all.Sampled = append(all.Sampled, r.Sampled...)
		all.Findings = append(all.Findings, r.Findings...)
	}
	all.Suppressed = len(all.Hidden)
	slices.SortStableFunc(all.Findings, order)
	slices.SortStableFunc(all.Hidden, func(a, b Hidden) int { return order(a.Finding, b.Finding) })
	return all
}

func order(a, b Finding) int {
	return cmp.Or(cmp.Compare(a.File, b.File), a.Line-b.Line, a.Col-b.Col, cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message))
}

// all lists what was found, suppressed or not.
func (r *Report) all() []Finding {
	out := slices.Clone(r.Findings)
	for _, h := range r.Hidden {
		out = append(out, h.Finding)
	}
	return out
}
