package merge

import (
	"bytes"
	"fmt"
	"go/version"
	"maps"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

// requirements merges three go.mod files: ours, with theirs' changes made in it.
//
//   - Of a version that both changed, the higher one counts; so for the go and
//     the toolchain line.
//   - What theirs drops stays while the code imports it (imported), or where
//     people changed it or wrote a comment at it.
//   - What people took out stays out unless the code imports it, or theirs
//     changed it and only modules require it.
//   - Of a replacement or a setting that both changed, the policy chooses. No
//     other line of ours changes.
//
// odds are the lines of the last kind. Where the policy chooses nothing there is
// no data. errOdd is the error of a file that does not parse.
func requirements(base, ours, theirs []byte, p Policy, imported func(mod string) bool) (data []byte, odds []string, err error) {
	b, err1 := modfile.Parse("go.mod", base, nil)
	o, err2 := modfile.Parse("go.mod", ours, nil)
	t, err3 := modfile.Parse("go.mod", theirs, nil)
	if err1 != nil || err2 != nil || err3 != nil {
		return nil, nil, errOdd
	}
	uses := func(mod string) bool {
		return imported(mod) || slices.ContainsFunc(o.Tool, func(x *modfile.Tool) bool { return within(x.Path, mod) })
	}
	list := mergeRequired(required(b), required(o), required(t), uses)
	if bytes.Equal(ours, base) && requires(t, list) {
		return theirs, nil, nil
	}
	if !requires(o, list) {
		o.SetRequireSeparateIndirect(list)
	}
	odds, err = directives(b, o, t, p)
	if err != nil || len(odds) > 0 && !p.chooses() {
		return nil, odds, err
	}
	o.Cleanup()
	data, err = o.Format()
	if err != nil {
		return nil, nil, err
	}
	if endsOf(ours) == crlf {
		data = crlf.with(data)
	}
	if _, err := modfile.Parse("go.mod", data, nil); err != nil || !keepsComments(base, ours, data) {
		return nil, nil, errOdd
	}
	return data, odds, nil
}

// mergeRequired merges what three go.mod files require, in order of path.
func mergeRequired(b, o, t map[string]*modfile.Require, uses func(mod string) bool) []*modfile.Require {
	edited := !maps.EqualFunc(b, o, func(r, s *modfile.Require) bool { return r.Mod == s.Mod })
	all := maps.Clone(o)
	maps.Copy(all, t)
	var list []*modfile.Require
	for _, mod := range slices.Sorted(maps.Keys(all)) {
		was, mine, others := b[mod], o[mod], t[mod]
		next := &modfile.Require{}
		switch {
		case mine != nil && others != nil:
			next.Mod, next.Indirect = mergeVersion(was, mine, others), mergeIndirect(was, mine, others)
			next.Indirect = next.Indirect && (mine.Indirect || !uses(mod))
		case mine != nil:
			if was != nil && untouched(was, mine) && !(mine.Indirect && edited) && !uses(mod) {
				continue // dropped by theirs, and nobody's here
			}
			*next = modfile.Require{Mod: mine.Mod, Indirect: mine.Indirect}
		case was == nil, uses(mod), others.Indirect && others.Mod != was.Mod:
			*next = modfile.Require{Mod: others.Mod, Indirect: others.Indirect}
		default:
			continue // taken out here
		}
		list = append(list, next)
	}
	return list
}

// mergeVersion takes the version of the side that changed it, else the higher.
func mergeVersion(was, mine, others *modfile.Require) module.Version {
	switch {
	case was != nil && mine.Mod == was.Mod:
		return others.Mod
	case was != nil && others.Mod == was.Mod, semver.Compare(mine.Mod.Version, others.Mod.Version) >= 0:
		return mine.Mod
	}
	return others.Mod
}

func mergeIndirect(was, mine, others *modfile.Require) bool {
	if was == nil {
		return mine.Indirect && others.Indirect
	}
	if mine.Indirect == was.Indirect {
		return others.Indirect
	}
	return mine.Indirect
}

// untouched reports whether mine is as in base, comments included.
func untouched(was, mine *modfile.Require) bool {
	text := func(r *modfile.Require) (out []string) {
		for _, c := range slices.Concat(r.Syntax.Before, r.Syntax.Suffix, r.Syntax.After) {
			out = append(out, c.Token)
		}
		return out
	}
	return was.Mod == mine.Mod && was.Indirect == mine.Indirect && slices.Equal(text(was), text(mine))
}

// required is what f requires, by path.
func required(f *modfile.File) map[string]*modfile.Require {
	out := map[string]*modfile.Require{}
	for _, r := range f.Require {
		if was, twice := out[r.Mod.Path]; !twice || semver.Compare(r.Mod.Version, was.Mod.Version) > 0 {
			out[r.Mod.Path] = r
		}
	}
	return out
}

// requires reports whether f requires just what is in list.
func requires(f *modfile.File, list []*modfile.Require) bool {
	return slices.EqualFunc(list, slices.SortedFunc(slices.Values(f.Require), func(a, b *modfile.Require) int {
		return strings.Compare(a.Mod.Path, b.Mod.Path)
	}), func(a, b *modfile.Require) bool { return a.Mod == b.Mod && a.Indirect == b.Indirect })
}

// directives makes theirs' changes of all other lines in o, as p says where both
// changed one, and returns what that was.
func directives(b, o, t *modfile.File, p Policy) (odds []string, err error) {
	if err := goLines(b, o, t); err != nil {
		return nil, err
	}
	for _, kind := range directiveKinds() {
		was, mine, others := kind.read(b), kind.read(o), kind.read(t)
		all := maps.Clone(was)
		maps.Copy(all, others)
		for _, key := range slices.Sorted(maps.Keys(all)) {
			w, m, x := was[key], mine[key], others[key]
			switch {
			case x == w || x == m:
				continue
			case m != w:
				odds = append(odds, strings.ReplaceAll(fmt.Sprintf("%s is %s here, and %s there", strings.TrimSpace(kind.name+" "+key), orGone(m), orGone(x)), "\t", " "))
				if p != Theirs {
					continue
				}
			}
			if err := kind.write(o, key, x); err != nil {
				return nil, err
			}
		}
	}
	return odds, nil
}

func orGone(value string) string {
	if value == "" {
		return "gone"
	}
	return value
}

// goLines merges the go and the toolchain line.
func goLines(b, o, t *modfile.File) error {
	was, mine, others := goOf(b), goOf(o), goOf(t)
	if others != "" && others != mine && (mine == was || version.Compare("go"+others, "go"+mine) > 0 && others != was) {
		if err := o.AddGoStmt(others); err != nil {
			return err
		}
	}
	was, mine, others = toolchainOf(b), toolchainOf(o), toolchainOf(t)
	switch {
	case others == was || others == mine:
	case others == "" && mine == was:
		o.DropToolchainStmt()
	case others != "" && (mine == was || mine != "" && version.Compare(others, mine) > 0):
		return o.AddToolchainStmt(others)
	}
	return nil
}

func goOf(f *modfile.File) string {
	if f.Go == nil {
		return ""
	}
	return f.Go.Version
}

func toolchainOf(f *modfile.File) string {
	if f.Toolchain == nil {
		return ""
	}
	return f.Toolchain.Name
}

// keepsComments reports whether every comment that ours wrote into a go.mod is
// in the merged one.
func keepsComments(base, ours, data []byte) bool {
	was, next := commentsOf(base), commentsOf(data)
	for c, n := range commentsOf(ours) {
		if n > was[c] && next[c] < n {
			return false
		}
	}
	return true
}

// commentsOf counts the comments of a go.mod, the go command's own left out.
func commentsOf(data []byte) map[string]int {
	out := map[string]int{}
	for line := range strings.Lines(string(data)) {
		if _, c, ok := strings.Cut(line, "//"); ok {
			if c = strings.TrimSpace(c); c != "" && c != "indirect" {
				out[strings.TrimPrefix(c, "indirect; ")]++
			}
		}
	}
	return out
}
