package lint

import (
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

func ciRules() []Rule { return []Rule{ciActionUnpinned} }

var ciActionUnpinned = Rule{
	ID: "ci-action-unpinned", Severity: Warning,
	Doc:    "A workflow of GitHub Actions uses an action that is not pinned by its commit, or its token may do more than it needs.",
	Why:    "A tag can be moved: whoever takes an action over runs code in every repository that uses it, with that repository's token.",
	Remedy: "pin by the commit, with the release beside it: uses: owner/action@<40 digits> # v1.2.3; and set permissions: {contents: read}",
	Check: func(p *Pass) {
		var looked []*Output
		for _, o := range p.Outputs {
			if workflow.MatchString(o.Path) {
				for _, doc := range o.docs() {
					p.checkPermissions(o, doc)
				}
			}
			if workflow.MatchString(o.Path) || compositeAction.MatchString(o.Path) {
				looked = append(looked, o)
			}
		}
		for _, slot := range p.slots() {
			looked = append(looked, p.entriesFor(slot)...)
		}
		for _, o := range looked {
			for _, doc := range o.docs() {
				p.checkUses(o, doc)
			}
		}
	},
}

var (
	workflow        = regexp.MustCompile(`(^|/)\.github/workflows/[^/]+\.ya?ml$`)
	compositeAction = regexp.MustCompile(`(^|/)action\.ya?ml$`)
	pinned          = regexp.MustCompile(`@([0-9a-f]{40}|[0-9a-f]{64}|sha256:[0-9a-f]{64})$`)
)

// slots lists the slots that the template offers entries for.
func (p *Pass) slots() []string {
	var out []string
	for _, w := range p.Template.Wiring {
		if !slices.Contains(out, w.Slot) {
			out = append(out, w.Slot)
		}
	}
	return out
}

// checkUses reports the actions, and reusable workflows, that are not pinned.
// What is in the same repository needs no pin.
func (p *Pass) checkUses(o *Output, n *yamlNode) {
	for _, c := range items(n) {
		p.checkUses(o, c)
	}
	if n.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i].Value, n.Content[i+1]
		uses := scalar(v)
		switch {
		case k == "with" || k == "env":
		case k != "uses" || uses == "":
			p.checkUses(o, v)
		case strings.HasPrefix(uses, "./") || strings.HasPrefix(uses, "../") || pinned.MatchString(uses):
		default:
			p.ReportOutput(o, v.Line, v.Column, "%s is not pinned by its commit", uses)
		}
	}
}

// checkPermissions reports a workflow whose token may do more than a job needs:
// unset, it may do what the repository's settings say, by default much.
func (p *Pass) checkPermissions(o *Output, doc *yamlNode) {
	jobs := field(doc, "jobs")
	if jobs == nil || jobs.Kind != yaml.MappingNode || len(jobs.Content) == 0 {
		return
	}
	common := field(doc, "permissions")
	p.checkAll(o, common)
	var unset []*yamlNode
	for i := 0; i+1 < len(jobs.Content); i += 2 {
		own := field(target(jobs.Content[i+1]), "permissions")
		p.checkAll(o, own)
		if own == nil && common == nil {
			unset = append(unset, jobs.Content[i])
		}
	}
	switch {
	case len(unset) == len(jobs.Content)/2:
		k := keyOf(doc, "jobs")
		p.ReportOutput(o, k.Line, k.Column, "the workflow does not set permissions")
	default:
		for _, k := range unset {
			p.ReportOutput(o, k.Line, k.Column, "the job %s has no permissions set", k.Value)
		}
	}
	if common == nil || common.Kind != yaml.MappingNode || len(jobs.Content) < 4 {
		return
	}
	for i := 0; i+1 < len(common.Content); i += 2 {
		if k, v := common.Content[i], common.Content[i+1]; scalar(v) == "write" {
			p.ReportOutput(o, k.Line, k.Column, "every job may write %s: set it for the job that does", k.Value)
		}
	}
}

func (p *Pass) checkAll(o *Output, permissions *yamlNode) {
	if scalar(permissions) == "write-all" {
		p.ReportOutput(o, permissions.Line, permissions.Column, "the token may write everything")
	}
}
