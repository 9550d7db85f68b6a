package lint

import (
	"path"
	"regexp"
	"strings"
	"unicode"

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

// bare reports whether a file's path prints the value as it is: a function such as
// kebabcase leaves no slash in it.
func bare(file, value string) bool {
	return regexp.MustCompile(`\{\{-? *\.Values\.` + regexp.QuoteMeta(value) + ` *-?\}\}`).MatchString(file)
}

var pathCollision = Rule{
	ID: "path-collision", Severity: Error,
	Doc:    "Two files make one path, or a file a folder that another is in, or two files or folders differ by case alone.",
	Why:    "One of them would be lost: always, or on macOS and Windows.",
	Remedy: "rename one of them",
	Check: func(p *Pass) {
		p.reportPaths(template.Colliding)
		for i, r := range p.Renderings {
			from := map[string]string{}
			for out, source := range r.Out.Sources {
				from[out] = source.File
			}
			p.reportCollisions(i, from)
		}
		for _, t := range p.units() {
			from := map[string]string{}
			for out, source := range p.Renderings[t.rendering].Out.Sources {
				from[out] = source.File
			}
			for _, o := range t.outputs {
				if _, ok := from[o.path]; !ok {
					from[o.path] = o.source.File
				}
			}
			p.reportCollisions(t.rendering, from)
		}
	},
}

// reportCollisions finds which of a rendering's paths, each from a file of the
// template, cannot be side by side. Paths below folders that cannot are not told
// one by one.
func (p *Pass) reportCollisions(rendering int, from map[string]string) {
	seen := map[string]string{}
	for _, out := range sortedKeys(from) {
		for end := range len(out) + 1 {
			if end < len(out) && out[end] != '/' {
				continue
			}
			part := out[:end]
			low := strings.ToLower(part)
			other, ok := seen[low]
			seen[low] = part
			switch _, file := from[part]; {
			case end < len(out) && file:
				p.ReportFor([]int{rendering}, from[out], template.Pos{}, "%s needs a folder where %s makes the file %s", out, from[part], part)
			case ok && other != part && path.Dir(other) == path.Dir(part):
				p.ReportFor([]int{rendering}, from[out], template.Pos{}, "%s and %s differ by case alone", other, part)
			}
		}
	}
}

var reserved = regexp.MustCompile(`(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)`)

// maxPath is what Windows allows for a whole path; a workspace's own folder and
// the service's take their share.
const maxPath = 180

// refused reports whether Windows allows the character in no name.
func refused(r rune) bool { return unicode.IsControl(r) || strings.ContainsRune(`<>:"|?*`, r) }

var pathNotPortable = Rule{
	ID: "path-not-portable", Severity: Warning,
	Doc:    "A rendered path cannot exist on Windows: a device's name, a character that is not allowed, such as a tab, a dot or space at the end, or too long.",
	Why:    "A clone of the repository fails there.",
	Remedy: "rename the file",
	Check: func(p *Pass) {
		for _, o := range p.Outputs {
			if len(o.Path) > maxPath {
				p.ReportFor(o.Shown, o.Source.File, template.Pos{}, "%s has %d bytes; more than %d do not fit on Windows", o.Path, len(o.Path), maxPath)
			}
			for _, seg := range strings.Split(o.Path, "/") {
				if reserved.MatchString(seg) || strings.ContainsFunc(seg, refused) || strings.HasSuffix(seg, ".") || strings.HasSuffix(seg, " ") {
					p.ReportFor(o.Shown, o.Source.File, template.Pos{}, "%s cannot be a path on Windows: %q", o.Path, seg)
				}
			}
		}
	},
}
