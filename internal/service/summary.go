package service

import (
	"path"

	"github.com/svcgen/svcgen/internal/plan"
	"github.com/svcgen/svcgen/internal/workspace"
)

// summary tells what a plan changes: a line for each service and each kept
// release, and one for every other file.
func summary(w *workspace.Workspace, p plan.Plan, all []*transition) []Line {
	dirs := map[string]bool{}
	for _, t := range all {
		dirs[t.to.service.Path] = true
	}
	return folded(p, func(file string) string {
		for dir := path.Dir(file); dir != "."; dir = path.Dir(dir) {
			if dirs[dir] {
				return dir
			}
		}
		return ""
	})
}

// folded makes one line of the changes that folder puts into one folder, and one
// of every other.
func folded(p plan.Plan, folder func(file string) string) []Line {
	var out []Line
	at := map[string]int{}
	for _, c := range p {
		if c.From != "" {
			out = append(out, Line{Action: "move", Path: c.Path, What: "from " + c.From})
			continue
		}
		e := (plan.Plan{c}).Entries()[0]
		action := map[bool]string{true: "change", false: "create"}[c.Old != nil]
		if c.New == nil {
			action = "delete"
		}
		dir := folder(c.Path)
		if held := workspace.ReleaseOf(c.Path); held != "" {
			dir = held
		} else if dir != "" {
			action = "change"
		}
		if dir == "" {
			out = append(out, Line{Action: action, Path: c.Path, Added: e.Added, Removed: e.Removed})
			continue
		}
		i, ok := at[action+dir]
		if !ok {
			i, at[action+dir] = len(out), len(out)
			out = append(out, Line{Action: action, Path: dir})
		}
		out[i].Files++
		out[i].Added += e.Added
		out[i].Removed += e.Removed
	}
	return out
}
