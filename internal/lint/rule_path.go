package lint

import (
	"regexp"
	"strings"

	"github.com/svcgen/svcgen/internal/template"
)

// reportPaths reports the problems of one kind in all renderings.
func (p *Pass) reportPaths(kind template.ProblemKind) {
	for i, r := range p.Renderings {
		for _, problem := range r.Problems {
			if problem.Kind == kind {
				p.reportError(problem.Fault, []int{i})
			}
		}
	}
	for _, t := range p.units() {
		for _, problem := range t.problems {
			if problem.Kind == kind {
				p.reportError(problem.Fault, []int{t.rendering})
			}
		}
	}
}

var pathEscapes = Rule{
	ID: "path-escapes", Severity: Error,
	Doc:    "A segment of a path renders to nothing, to a dot or two, or to something with a slash in it.",
	Why:    "A value could lead out of the service's folder and overwrite anything; svcgen refuses to render it.",
	Remedy: "give the value a match that allows file names alone",
	Check: func(p *Pass) {
		p.reportPaths(template.Escaping)
		p.reportLoosePaths()
	},
}

// reportLoosePaths finds texts without a rule that stand in a path: an answer
// with a slash or two dots in it would be refused late, or not at all.
func (p *Pass) reportLoosePaths() {
	if p.broken("values") {
		return
	}
	for _, v := range p.Template.Values {
		if v.Type != template.String || v.Match != nil && !v.Match.MatchString("../x") && !v.Match.MatchString("a/b") && !v.Match.MatchString("..") {
			continue
		}
		for _, u := range p.used() {
			if !u.unit && u.name == v.Name && u.pos.Line == 0 && strings.Contains(u.file, "{{") && bare(u.file, v.Name) {
				p.Report(u.file, template.Pos{}, "the path takes the value %s, which may hold slashes and dots", v.Name)
			}
		}
	}
}

// bare reports whether a path prints the value as it is: a function such as
// kebabcase leaves no slash in it.
func bare(path, value string) bool {
	return regexp.MustCompile(`\{\{-? *\.Values\.` + regexp.QuoteMeta(value) + ` *-?\}\}`).MatchString(path)
}

var pathCollision = Rule{
	ID: "path-collision", Severity: Error,
	Doc:    "Two files make one path, or two paths that differ by case alone.",
	Why:    "One of them would be lost: always, or on macOS and Windows.",
	Remedy: "rename one of them",
	Check: func(p *Pass) {
		p.reportPaths(template.Colliding)
		for i, r := range p.Renderings {
			seen := map[string]string{}
			for _, out := range r.Out.Files.Paths() {
				low := strings.ToLower(out)
				if other, ok := seen[low]; ok {
					p.ReportFor([]int{i}, r.Out.Sources[out].File, template.Pos{}, "%s and %s differ by case alone", other, out)
				}
				seen[low] = out
			}
		}
	},
}

var reserved = regexp.MustCompile(`(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)`)

// maxPath is what Windows allows for a whole path; a workspace's own folder and
// the service's take their share.
const maxPath = 180

var pathNotPortable = Rule{
	ID: "path-not-portable", Severity: Warning,
	Doc:    "A rendered path cannot exist on Windows: a device's name, a character that is not allowed, a dot or space at the end, or too long.",
	Why:    "A clone of the repository fails there.",
	Remedy: "rename the file",
	Check: func(p *Pass) {
		for _, o := range p.Outputs {
			if len(o.Path) > maxPath {
				p.ReportFor(o.Shown, o.Source.File, template.Pos{}, "%s has %d bytes; more than %d do not fit on Windows", o.Path, len(o.Path), maxPath)
			}
			for _, seg := range strings.Split(o.Path, "/") {
				if reserved.MatchString(seg) || strings.ContainsAny(seg, `<>:"|?*`) || strings.HasSuffix(seg, ".") || strings.HasSuffix(seg, " ") {
					p.ReportFor(o.Shown, o.Source.File, template.Pos{}, "%s cannot be a path on Windows: %q", o.Path, seg)
				}
			}
		}
	},
}
