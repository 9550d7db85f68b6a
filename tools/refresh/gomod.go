package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"
)

// condition is what go.mod and go.sum may depend on: one value of the template.
var condition = regexp.MustCompile(`\{\{-? if eq \.Values\.(\w+) "(\w+)" -?\}\}`)

// goModules moves the modules that the template requires to their latest
// versions, and makes go.mod and go.sum of what go itself makes of each rendering.
func (r *refresh) goModules(ctx context.Context, template string) error {
	base := filepath.Join(r.folder, template, "base")
	modName, sumName := filepath.Join(base, "go.mod.tmpl"), filepath.Join(base, "go.sum.tmpl")
	mod, err := os.ReadFile(modName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	sum, err := os.ReadFile(sumName)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	conds := map[string]bool{}
	for _, m := range condition.FindAllSubmatch(slices.Concat(mod, sum), -1) {
		conds[string(m[1])+"="+string(m[2])] = true
	}
	if len(conds) > 1 || strings.Count(string(mod)+string(sum), "{{- if") != len(condition.FindAll(slices.Concat(mod, sum), -1)) {
		return fmt.Errorf("go.mod.tmpl and go.sum.tmpl depend on more than one value; refresh knows how to write one")
	}
	sets := append([]string{""}, slices.Collect(maps.Keys(conds))...)
	var dirs []string
	wanted := map[string]string{} // direct modules: the version to be
	for _, set := range sets {
		dir, err := r.render(ctx, template, set)
		if err != nil {
			return err
		}
		dirs = append(dirs, dir)
		if err := r.latest(ctx, template, dir, wanted); err != nil {
			return err
		}
	}
	var mods, sums [][]string
	moved := map[string]change{}
	for _, dir := range dirs {
		before, err := versions(dir)
		if err != nil {
			return err
		}
		if err := r.move(ctx, template, dir, before, wanted); err != nil {
			return err
		}
		after, err := versions(dir)
		if err != nil {
			return err
		}
		for path, v := range after {
			if before[path] != v {
				moved[path] = change{template, path, before[path], v}
			}
		}
		m, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err != nil {
			return err
		}
		s, err := os.ReadFile(filepath.Join(dir, "go.sum"))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		text := strings.Replace(string(m), "module "+module, "module {{ .Service.Module }}", 1)
		mods, sums = append(mods, strings.SplitAfter(text, "\n")), append(sums, strings.SplitAfter(string(s), "\n"))
	}
	for _, path := range slices.Sorted(maps.Keys(moved)) {
		r.changes = append(r.changes, moved[path])
	}
	if len(moved) == 0 {
		return nil // how the files are written is not ours to change
	}
	cond := ""
	if len(sets) > 1 {
		name, value, _ := strings.Cut(sets[1], "=")
		cond = fmt.Sprintf(".Values.%s %q", name, value)
	}
	r.put(modName, mod, []byte(join(mods, cond)))
	r.put(sumName, sum, []byte(join(sums, cond)))
	return nil
}

// versions are the modules that the go.mod in dir requires.
func versions(dir string) (map[string]string, error) {
	data, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return nil, err
	}
	f, err := modfile.Parse("go.mod", data, nil)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	if f.Go != nil {
		out["go"] = f.Go.Version
	}
	for _, r := range f.Require {
		out[r.Mod.Path] = r.Mod.Version
	}
	return out, nil
}

// latest asks for the latest version of every module that the go.mod in dir
// requires directly. One that is older than what is required is no version to go
// to.
func (r *refresh) latest(ctx context.Context, template, dir string, wanted map[string]string) error {
	data, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return err
	}
	f, err := modfile.Parse("go.mod", data, nil)
	if err != nil {
		return err
	}
	for _, req := range f.Require {
		if _, known := wanted[req.Mod.Path]; known || req.Indirect {
			continue
		}
		out, err := program(ctx, dir, "go", "list", "-m", "-f", "{{.Version}}", req.Mod.Path+"@latest")
		v := strings.TrimSpace(out)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			r.untold = append(r.untold, fmt.Sprintf("%s: %s was not asked: %s", template, req.Mod.Path, lastLine(err)))
			v = req.Mod.Version
		case semver.Compare(v, req.Mod.Version) < 0:
			v = req.Mod.Version
		}
		wanted[req.Mod.Path] = v
	}
	return nil
}

// move brings the module in dir to the wanted versions: all at once, or, where
// that fails, one by one, and tells which does not go.
func (r *refresh) move(ctx context.Context, template, dir string, has, wanted map[string]string) error {
	var all []string
	for _, path := range slices.Sorted(maps.Keys(wanted)) {
		if v, ok := has[path]; ok && v != wanted[path] {
			all = append(all, path+"@"+wanted[path])
		}
	}
	if len(all) == 0 {
		return nil
	}
	if _, err := program(ctx, dir, "go", append([]string{"get"}, all...)...); err != nil {
		for _, one := range all {
			if _, err := program(ctx, dir, "go", "get", one); err != nil {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				path, _, _ := strings.Cut(one, "@")
				wanted[path] = has[path] // in the other renderings, too
				r.untold = append(r.untold, fmt.Sprintf("%s: %s was not taken: %s", template, one, lastLine(err)))
			}
		}
	}
	_, err := program(ctx, dir, "go", "mod", "tidy")
	return err
}

func lastLine(err error) string {
	lines := strings.Split(strings.TrimSpace(err.Error()), "\n")
	return lines[len(lines)-1]
}

// join writes one template of one text, or of two: the first without the
// condition, the second with it. Both have the line breaks at their lines' ends.
func join(texts [][]string, cond string) string {
	if len(texts) == 1 {
		return strings.Join(texts[0], "")
	}
	plain, with := texts[0], texts[1]
	// same[i][j] is the longest common part of what follows.
	same := make([][]int, len(plain)+1)
	for i := range same {
		same[i] = make([]int, len(with)+1)
	}
	for i := len(plain) - 1; i >= 0; i-- {
		for j := len(with) - 1; j >= 0; j-- {
			if plain[i] == with[j] {
				same[i][j] = same[i+1][j+1] + 1
			} else {
				same[i][j] = max(same[i+1][j], same[i][j+1])
			}
		}
	}
	var b strings.Builder
	for i, j := 0, 0; i < len(plain) || j < len(with); {
		if i < len(plain) && j < len(with) && plain[i] == with[j] {
			b.WriteString(plain[i])
			i, j = i+1, j+1
			continue
		}
		k, l := i, j
		for (i < len(plain) || j < len(with)) && (i == len(plain) || j == len(with) || plain[i] != with[j]) {
			if j == len(with) || i < len(plain) && same[i+1][j] >= same[i][j+1] {
				i++
			} else {
				j++
			}
		}
		without, more := strings.Join(plain[k:i], ""), strings.Join(with[l:j], "")
		switch {
		case without == "":
			fmt.Fprintf(&b, "{{- if eq %s }}\n%s{{- end }}\n", cond, more)
		default:
			fmt.Fprintf(&b, "{{- if eq %s }}\n%s{{- else }}\n%s{{- end }}\n", cond, more, without)
		}
	}
	return b.String()
}
