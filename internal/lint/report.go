package lint

import "slices"

// Suite is what was found in one thing that was looked at.
type Suite struct {
	Name     string
	Findings []Finding
}

// NewReport makes a report, for the formats that other programs read, of what
// was found otherwise than by Run: by the tool, with its rules, in the suites.
func NewReport(tool string, rules []Rule, suites []Suite) *Report {
	r := joined(nil)
	r.tool, r.rules = tool, rules
	for _, s := range suites {
		r.looked = append(r.looked, looked{s.Name, idsOf(rules)})
		for _, f := range s.Findings {
			if i := slices.IndexFunc(rules, func(rule Rule) bool { return rule.ID == f.Rule }); i >= 0 {
				f.level = rules[i].Severity
			}
			f.Severity, f.template = f.level.String(), s.Name
			r.Findings = append(r.Findings, f)
		}
	}
	slices.SortStableFunc(r.Findings, order)
	return r
}

// ruleSet lists the rules that the report speaks of.
func (r *Report) ruleSet() []Rule {
	if r.rules != nil {
		return r.rules
	}
	return Rules()
}
