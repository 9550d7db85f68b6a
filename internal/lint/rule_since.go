package lint

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/tree"
)

var releaseNotRaised = Rule{
	ID: "release-not-raised", Severity: Error, Since: true,
	Doc:    "The template is not what it was at the commit that --since names, but its release is.",
	Why:    "Services record the release that they were made from: two templates of one release cannot be told apart, and no upgrade is offered.",
	Remedy: "raise the release in template.yaml",
	Check: func(p *Pass) {
		old := p.before()
		if len(p.released) == 0 || !validRelease(p.Template.Release) || !validRelease(old.Template.Release) {
			return
		}
		changed := p.changedFiles()
		if len(changed) == 0 {
			return
		}
		what := changed[0]
		if n := len(changed) - 1; n > 0 {
			what += " and " + many(n, "more file")
		}
		switch own, was := p.Template.Release, old.Template.Release; semver.Compare("v"+own, "v"+was) {
		case 0:
			p.Report(template.File, p.doc.at("release"), "the release is %s, as at %s, but not the template: %s", own, p.since, what).Mend(p.raise(was)...)
		case -1:
			p.Report(template.File, p.doc.at("release"), "the release is %s, below the %s that it was at %s", own, was, p.since).Mend(p.raise(was)...)
		}
	},
}

func validRelease(r string) bool { return semver.IsValid("v"+r) && strings.Count(r, ".") >= 2 }

// raise edits the release into the patch release after was; of what is not three
// plain numbers a person must decide.
func (p *Pass) raise(was string) []Edit {
	parts := strings.Split(was, ".")
	if semver.Prerelease("v"+was)+semver.Build("v"+was) != "" || len(parts) != 3 {
		return nil
	}
	patch, err := strconv.Atoi(parts[2])
	value := lookup(p.doc.root, "release")
	if err != nil || value == nil {
		return nil
	}
	data := p.Files[template.File].Data
	start := offsetOf(data, value.Line) + value.Column - 1 // what stands before it is ASCII
	for start < len(data) && (data[start] == '"' || data[start] == '\'') {
		start++
	}
	if !bytes.HasPrefix(data[min(start, len(data)):], []byte(value.Value)) {
		return nil
	}
	return []Edit{{template.File, start, start + len(value.Value), fmt.Sprintf("%s.%s.%d", parts[0], parts[1], patch+1)}}
}

// changedFiles lists what is not as it was; files about linting do not count,
// nor do line ends, which git may have changed in the folder.
func (p *Pass) changedFiles() []string {
	var out []string
	plain := func(f tree.File) tree.File {
		f.Data = bytes.ReplaceAll(f.Data, []byte("\r\n"), []byte("\n"))
		return f
	}
	all := p.Files.Clone()
	for name, f := range p.released {
		if _, ok := all[name]; !ok {
			all[name] = f
		}
	}
	for _, name := range all.Paths() {
		now, is := p.Files[name]
		then, was := p.released[name]
		if strings.HasPrefix(path.Base(name), ".svcgen-") || is && was && plain(now).Equal(plain(then)) {
			continue
		}
		out = append(out, name)
	}
	return out
}

var renameWithoutMigration = Rule{
	ID: "rename-without-migration", Severity: Warning, Since: true,
	Doc:    "A path that the template rendered at the commit that --since names is rendered no more, and no migration says where it went.",
	Why:    "An upgrade takes it for deleted: what a person changed in it becomes a conflict, or stays behind, instead of moving along.",
	Remedy: "add a migration that renames or removes the path",
	Check: func(p *Pass) {
		old := p.before()
		if len(p.released) == 0 || len(old.Renderings) == 0 || !old.decided() || !p.decided() {
			return
		}
		was, is := old.paths(), p.paths()
		gone := slices.DeleteFunc(slices.Clone(was), func(name string) bool {
			return slices.Contains(is, name) || p.migrates(name, old.Template.Release)
		})
		for _, g := range gatherGone(gone, slices.Concat(was, is)) {
			what, remedy := g.name, fmt.Sprintf("remove: [%s]", g.name)
			if len(g.files) > 1 {
				what = fmt.Sprintf("%s (%s)", g.name, many(len(g.files), "file"))
			}
			if to := successor(g, was, is); to != "" {
				remedy = fmt.Sprintf("rename: {%s: %s}", g.name, to)
			}
			f := p.Report(template.File, p.goneAt(), "%s is rendered no more since %s", what, p.since)
			f.Remedy = fmt.Sprintf("add a migration: {to: %s, %s}", p.Template.Release, remedy)
		}
	},
}

// goneAt is where a migration belongs: at the ones that there are, or else where
// all that a template lacks is told.
func (p *Pass) goneAt() template.Pos {
	if k, _ := entry(p.doc.root, "migrations"); k != nil {
		return p.doc.at("migrations")
	}
	return p.doc.at(p.absences.key)
}

// paths lists every path that some rendering makes, sorted.
func (p *Pass) paths() []string {
	var out []string
	for _, o := range p.Outputs {
		out = append(out, o.Path)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// migrates reports whether a migration after the old release speaks of the path
// or a folder that it is in.
func (p *Pass) migrates(name, release string) bool {
	for _, m := range p.Template.Migrations {
		if semver.Compare("v"+m.To, "v"+release) <= 0 {
			continue
		}
		for from := range m.Rename {
			if name == from || within(from, name) {
				return true
			}
		}
		if slices.ContainsFunc(m.Remove, func(r string) bool { return name == r || within(r, name) }) {
			return true
		}
	}
	return false
}

// absence is a file, or a whole folder, that is rendered no more.
type absence struct {
	name  string
	files []string
}

// gatherGone joins the files of folders of which nothing is left; all is what
// was or is there.
func gatherGone(gone, all []string) []absence {
	var out []absence
	for _, name := range gone {
		top := name
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			stays := func(w string) bool { return within(dir, w) && !slices.Contains(gone, w) }
			if slices.ContainsFunc(all, stays) {
				break
			}
			top = dir
		}
		if n := len(out); n > 0 && out[n-1].name == top {
			out[n-1].files = append(out[n-1].files, name)
			continue
		}
		out = append(out, absence{top, []string{name}})
	}
	for i, a := range out {
		if len(a.files) == 1 {
			out[i].name = a.files[0]
		}
	}
	return out
}

// successor is where most of the files seem to have gone: a new place with files
// of the same names; or "".
func successor(g absence, was, is []string) string {
	votes := map[string]int{}
	best := ""
	for _, name := range g.files {
		below := strings.TrimPrefix(name, g.name)
		for _, fresh := range is {
			to := strings.TrimSuffix(fresh, below)
			switch {
			case slices.Contains(was, fresh):
				continue
			case below == "" && path.Base(fresh) == path.Base(name):
				to = fresh
			case below == "" || to == fresh || to == "":
				continue
			}
			if votes[to]++; best == "" || votes[to] > votes[best] {
				best = to
			}
		}
	}
	return best
}
