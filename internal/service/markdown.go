package service

import (
	"fmt"
	"strings"
)

// ReportHeading is what every report begins with.
const ReportHeading = "## svcgen upgrade\n"

// Markdown is what became of services as a pull request tells it.
func Markdown(out *Outcome, applied bool) string {
	var b strings.Builder
	b.WriteString(ReportHeading + "\n")
	switch {
	case len(out.Services) == 0 && len(out.Unread) > 0:
	case len(out.Services) == 0:
		b.WriteString("Every service is on the newest release of its template.\n")
		return b.String()
	case !applied && out.Conflicts > 0 && len(out.Plan) == 0:
		b.WriteString("Nothing was written: there are conflicts.\n\n")
	case !applied:
		b.WriteString("Nothing was written; this is what would be done.\n\n")
	}
	for _, u := range out.Unread {
		if u.Template == "" {
			fmt.Fprintf(&b, "The service %s is not upgraded.\n\n", escapeMarkdown(strings.Join(u.Services, ", ")))
		} else {
			fmt.Fprintf(&b, "The newest release of %s cannot be read; not upgraded: %s.\n\n", code(u.Template), escapeMarkdown(strings.Join(u.Services, ", ")))
		}
		for _, p := range u.Problems {
			fmt.Fprintf(&b, "- **error** %s\n", escapeMarkdown(p.Message))
		}
		b.WriteString("\n")
	}
	if len(out.Services) == 0 {
		return b.String()
	}
	b.WriteString("| service | template | from | to | taken | merged | conflicts | |\n|---|---|---|---|---|---|---|---|\n")
	for _, r := range out.Services {
		left := ""
		if r.Skipped {
			left = "left as it is"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %d | %d | %d | %s |\n", r.Service, r.Template, r.From, r.To, len(r.Taken), len(r.Merged), len(r.Conflicts), left)
	}
	for _, r := range out.Services {
		if len(r.Merged)+len(r.Decided)+len(r.Deleted)+len(r.Entries)+len(r.Conflicts)+len(r.Notes) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n### %s\n\n", r.Service)
		for _, c := range r.Conflicts {
			at := c.Path
			if c.Line > 0 {
				at = fmt.Sprintf("%s:%d", c.Path, c.Line)
			}
			fmt.Fprintf(&b, "- **conflict** %s %s\n", code(at), escapeMarkdown(c.Detail))
		}
		for _, c := range r.Decided {
			fmt.Fprintf(&b, "- **decided** %s %s\n", code(c.Path), escapeMarkdown(c.Detail))
		}
		for _, p := range r.Merged {
			fmt.Fprintf(&b, "- merged with people's changes: %s\n", code(p))
		}
		for _, p := range r.Deleted {
			fmt.Fprintf(&b, "- deleted here, and changed by the template, stays deleted: %s\n", code(p))
		}
		for _, p := range r.Entries {
			fmt.Fprintf(&b, "- entry: %s\n", code(p))
		}
		for _, n := range r.Notes {
			fmt.Fprintf(&b, "- %s\n", escapeMarkdown(n))
		}
	}
	if len(out.Next) > 0 {
		b.WriteString("\nNext:\n\n```\n" + strings.Join(out.Next, "\n") + "\n```\n")
	}
	return b.String()
}

// code writes s as a code span, whatever backquotes it holds.
func code(s string) string {
	s = strings.ReplaceAll(s, "\n", " ")
	if strings.Contains(s, "`") {
		return "`` " + s + " ``"
	}
	return "`" + s + "`"
}

func escapeMarkdown(s string) string {
	return strings.NewReplacer("\n", " ", "|", "\\|", "<", "&lt;", "*", "\\*", "_", "\\_").Replace(s)
}
