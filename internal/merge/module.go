package merge

import (
	"bytes"
	"fmt"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/svcgen/svcgen/internal/tree"
)

// isModule reports whether p is a file that is merged by meaning.
func isModule(p string) bool { return path.Base(p) == "go.mod" || path.Base(p) == "go.sum" }

// modules merges every go.mod and go.sum that both sides changed.
func (m *merger) modules(files []*file) error {
	alike := map[string]bool{} // folders whose requirements a person left alone
	for _, f := range files {
		if path.Base(f.path) != "go.mod" || f.base == nil || f.ours == nil {
			continue
		}
		alike[path.Dir(f.path)] = sameRequirements(f.base.Data, f.ours.Data)
	}
	for _, f := range files {
		if !isModule(f.path) || f.base == nil || f.ours == nil || f.theirs == nil ||
			same(f.ours, f.base) || same(f.theirs, f.base) || same(f.ours, f.theirs) {
			continue
		}
		if linked(f.ours) || linked(f.theirs) {
			m.put(f, f.ours)
			m.fail(f, Link, 0, "is a symbolic link on one side; links are not followed")
			continue
		}
		var data []byte
		var why error
		if path.Base(f.path) == "go.sum" {
			data, why = sums(f.base.Data, f.ours.Data, f.theirs.Data, alike[path.Dir(f.path)])
		} else {
			data, why = requirements(f.base.Data, f.ours.Data, f.theirs.Data, m.imports(path.Dir(f.path)))
		}
		if why != nil {
			m.put(f, f.ours)
			kind := Content
			if path.Base(f.path) == "go.sum" {
				kind = Sums
			}
			m.fail(f, kind, 0, "%v", why)
			continue
		}
		m.put(f, &tree.File{Data: data, Kind: f.ours.Kind})
		m.res.Merged = append(m.res.Merged, f.path)
		m.res.Requires = true
	}
	return nil
}

// imports returns the packages that the merged code below dir imports.
func (m *merger) imports(dir string) func(mod string) bool {
	var all []string
	for p, f := range m.res.Tree {
		if path.Ext(p) != ".go" || dir != "." && !strings.HasPrefix(p, dir+"/") {
			continue
		}
		code, err := parser.ParseFile(token.NewFileSet(), p, f.Data, parser.ImportsOnly)
		if err != nil {
			continue
		}
		for _, imp := range code.Imports {
			if name, err := strconv.Unquote(imp.Path.Value); err == nil {
				all = append(all, name)
			}
		}
	}
	return func(mod string) bool {
		return slices.ContainsFunc(all, func(p string) bool { return p == mod || strings.HasPrefix(p, mod+"/") })
	}
}

// requirements merges three go.mod files: the higher version of what both
// require, ours' other lines, and theirs' changes. A requirement that theirs
// drops stays while the code imports it.
func requirements(base, ours, theirs []byte, imported func(mod string) bool) ([]byte, error) {
	b, err := modfile.Parse("go.mod", base, nil)
	if err != nil {
		return nil, err
	}
	o, err := modfile.Parse("go.mod", ours, nil)
	if err != nil {
		return nil, fmt.Errorf("does not parse: %w", err)
	}
	t, err := modfile.Parse("go.mod", theirs, nil)
	if err != nil {
		return nil, err
	}
	br, or, tr := required(b), required(o), required(t)
	next := map[string]*modfile.Require{}
	for mod, r := range or {
		inBase, was := br[mod]
		inTheirs, is := tr[mod]
		switch {
		case was && !is && !imported(mod) && r.Mod == inBase.Mod:
			continue // dropped by theirs, and nobody's here
		case was && is && r.Mod == inBase.Mod && r.Indirect == inBase.Indirect:
			next[mod] = inTheirs
		case is:
			next[mod] = &modfile.Require{Mod: higher(r.Mod, inTheirs.Mod), Indirect: r.Indirect && inTheirs.Indirect}
		default:
			next[mod] = r
		}
	}
	for mod, r := range tr {
		if _, here := or[mod]; !here {
			next[mod] = r // new, or taken out here: the code of theirs needs it
		}
	}
	var list []*modfile.Require
	for _, mod := range slices.Sorted(maps.Keys(next)) {
		r := next[mod]
		list = append(list, &modfile.Require{Mod: r.Mod, Indirect: r.Indirect})
	}
	o.SetRequireSeparateIndirect(list)
	if err := directives(o, b, t); err != nil {
		return nil, err
	}
	o.Cleanup()
	out, err := o.Format()
	if err != nil {
		return nil, err
	}
	if bytes.Contains(ours, []byte("\r\n")) {
		out = toCRLF(bytes.ReplaceAll(out, []byte("\r\n"), []byte("\n")))
	}
	return out, nil
}

// directives takes theirs' go, toolchain, module, replace, exclude, tool and
// ignore lines over where ours has the base's.
func directives(o, b, t *modfile.File) error {
	if t.Module != nil && b.Module != nil && o.Module != nil && t.Module.Mod.Path != b.Module.Mod.Path && o.Module.Mod.Path == b.Module.Mod.Path {
		if err := o.AddModuleStmt(t.Module.Mod.Path); err != nil {
			return err
		}
	}
	if t.Go != nil && (o.Go == nil || semver.Compare("v"+goVersion(t.Go.Version), "v"+goVersion(o.Go.Version)) > 0 || b.Go != nil && o.Go.Version == b.Go.Version) {
		if err := o.AddGoStmt(t.Go.Version); err != nil {
			return err
		}
	}
	switch name := func(f *modfile.File) string {
		if f.Toolchain == nil {
			return ""
		}
		return f.Toolchain.Name
	}; {
	case name(t) == name(b), name(o) != name(b):
	case name(t) == "":
		o.DropToolchainStmt()
	default:
		if err := o.AddToolchainStmt(name(t)); err != nil {
			return err
		}
	}
	for _, r := range t.Replace {
		if !hasReplace(b, r) && !replaces(o, r.Old) {
			if err := o.AddReplace(r.Old.Path, r.Old.Version, r.New.Path, r.New.Version); err != nil {
				return err
			}
		}
	}
	for _, r := range b.Replace {
		if !replaces(t, r.Old) && hasReplace(o, r) {
			if err := o.DropReplace(r.Old.Path, r.Old.Version); err != nil {
				return err
			}
		}
	}
	tools := func(f *modfile.File) (out []string) {
		for _, x := range f.Tool {
			out = append(out, x.Path)
		}
		return out
	}
	for _, x := range tools(t) {
		if !slices.Contains(tools(b), x) && !slices.Contains(tools(o), x) {
			if err := o.AddTool(x); err != nil {
				return err
			}
		}
	}
	for _, x := range tools(b) {
		if !slices.Contains(tools(t), x) && slices.Contains(tools(o), x) {
			if err := o.DropTool(x); err != nil {
				return err
			}
		}
	}
	return nil
}

// goVersion makes a Go release comparable as a semantic version.
func goVersion(v string) string {
	v, pre, _ := strings.Cut(v, "rc")
	for strings.Count(v, ".") < 2 {
		v += ".0"
	}
	if pre != "" {
		v += "-rc." + pre
	}
	return v
}

func replaces(f *modfile.File, old module.Version) bool {
	return slices.ContainsFunc(f.Replace, func(r *modfile.Replace) bool { return r.Old == old })
}

func hasReplace(f *modfile.File, want *modfile.Replace) bool {
	return slices.ContainsFunc(f.Replace, func(r *modfile.Replace) bool { return r.Old == want.Old && r.New == want.New })
}

func required(f *modfile.File) map[string]*modfile.Require {
	out := map[string]*modfile.Require{}
	for _, r := range f.Require {
		if was, twice := out[r.Mod.Path]; !twice || semver.Compare(r.Mod.Version, was.Mod.Version) > 0 {
			out[r.Mod.Path] = r
		}
	}
	return out
}

func sameRequirements(a, b []byte) bool {
	x, err := modfile.ParseLax("go.mod", a, nil)
	if err != nil {
		return false
	}
	y, err := modfile.ParseLax("go.mod", b, nil)
	if err != nil {
		return false
	}
	return maps.EqualFunc(required(x), required(y), func(r, s *modfile.Require) bool { return r.Mod == s.Mod })
}

func higher(a, b module.Version) module.Version {
	if semver.Compare(b.Version, a.Version) > 0 {
		return b
	}
	return a
}

// sums merges three go.sum files: the union of ours and theirs. What theirs
// drops goes only where people require nothing else than the base does: a sum
// too many is untidy, a missing one breaks the build.
func sums(base, ours, theirs []byte, alike bool) ([]byte, error) {
	b, o, t := sumLines(base), sumLines(ours), sumLines(theirs)
	next := maps.Clone(o)
	for key, sum := range t {
		if was, there := next[key]; there && was != sum {
			return nil, fmt.Errorf("has two sums for %s", key)
		}
		next[key] = sum
	}
	for key := range b {
		if _, stays := t[key]; alike && !stays {
			delete(next, key)
		}
	}
	eol := "\n"
	if bytes.Contains(ours, []byte("\r\n")) {
		eol = "\r\n"
	}
	keys := slices.Collect(maps.Keys(next))
	slices.SortFunc(keys, compareSums)
	var out bytes.Buffer
	for _, key := range keys {
		out.WriteString(key + " " + next[key] + eol)
	}
	return out.Bytes(), nil
}

// sumLines reads a go.sum: "MODULE VERSION[/go.mod]" to its sum.
func sumLines(data []byte) map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(string(data)) {
		if f := strings.Fields(line); len(f) == 3 {
			out[f[0]+" "+f[1]] = f[2]
		}
	}
	return out
}

// compareSums orders as the go command does: by module, then by version, a
// module's zip before its go.mod.
func compareSums(a, b string) int {
	am, av, _ := strings.Cut(a, " ")
	bm, bv, _ := strings.Cut(b, " ")
	if am != bm {
		return strings.Compare(am, bm)
	}
	an, afile, _ := strings.Cut(av, "/")
	bn, bfile, _ := strings.Cut(bv, "/")
	if c := semver.Compare(an, bn); c != 0 {
		return c
	}
	if an != bn {
		return strings.Compare(an, bn)
	}
	return strings.Compare(afile, bfile)
}
