package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/semver"
)

// holds keep npm packages below a version, each for a reason.
var holds = map[string]struct{ below, why string }{
	"vitest": {"v5", "5 needs Node.js 22, and Debian has 20"},
}

// npmPackages moves the packages that the template's package.json names to their
// latest versions, and has npm write the lock anew.
func (r *refresh) npmPackages(ctx context.Context, template string) error {
	base := filepath.Join(r.folder, template, "base")
	name, lockName := filepath.Join(base, "package.json.tmpl"), filepath.Join(base, "package-lock.json.tmpl")
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	lock, err := os.ReadFile(lockName)
	if err != nil {
		return err
	}
	if _, err := exec.LookPath("npm"); err != nil {
		r.untold = append(r.untold, template+": npm packages were not asked: there is no npm")
		return nil
	}
	dir, err := r.render(ctx, template, "")
	if err != nil {
		return err
	}
	rendered, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if err != nil {
		return err
	}
	var p struct{ Dependencies, DevDependencies map[string]string }
	if err := json.Unmarshal(rendered, &p); err != nil {
		return fmt.Errorf("package.json: %w", err)
	}
	maps.Copy(p.DevDependencies, p.Dependencies)
	next, moved := string(text), 0
	for _, pkg := range slices.Sorted(maps.Keys(p.DevDependencies)) {
		old := p.DevDependencies[pkg]
		v, err := r.npmLatest(ctx, dir, template, pkg)
		if err != nil {
			return err
		}
		if v == "" || semver.Compare("v"+v, "v"+old) <= 0 {
			continue
		}
		line := fmt.Sprintf("%q: %q", pkg, old)
		if strings.Count(next, line) != 1 {
			return fmt.Errorf("package.json.tmpl does not have %s once", line)
		}
		next = strings.Replace(next, line, fmt.Sprintf("%q: %q", pkg, v), 1)
		r.changes = append(r.changes, change{template, pkg, old, v})
		moved++
	}
	if moved == 0 {
		return nil
	}
	const own = "{{ .Service.Name }}"
	if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(strings.ReplaceAll(next, own, service)), 0o666); err != nil {
		return err
	}
	if _, err := program(ctx, dir, "npm", "install", "--package-lock-only", "--no-audit", "--no-fund"); err != nil {
		return err
	}
	made, err := os.ReadFile(filepath.Join(dir, "package-lock.json"))
	if err != nil {
		return err
	}
	r.put(name, text, []byte(next))
	r.put(lockName, lock, []byte(strings.ReplaceAll(string(made), `"name": "`+service+`"`, `"name": "`+own+`"`)))
	return nil
}

// npmLatest is the latest version of a package, or the latest below its hold; ""
// where the registry does not tell.
func (r *refresh) npmLatest(ctx context.Context, dir, template, pkg string) (string, error) {
	ask := pkg + "@latest"
	hold, held := holds[pkg]
	if held {
		ask = pkg + "@<" + strings.TrimPrefix(hold.below, "v")
		r.untold = append(r.untold, fmt.Sprintf("%s: %s is held below %s: %s", template, pkg, hold.below, hold.why))
	}
	out, err := program(ctx, dir, "npm", "view", "--json", ask, "version")
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if err != nil {
		r.untold = append(r.untold, fmt.Sprintf("%s: %s was not asked: %s", template, pkg, lastLine(err)))
		return "", nil
	}
	var list []string
	if json.Unmarshal([]byte(out), &list) != nil {
		var one string
		if err := json.Unmarshal([]byte(out), &one); err != nil {
			return "", fmt.Errorf("npm view %s: %w", pkg, err)
		}
		list = []string{one}
	}
	newest := ""
	for _, v := range list {
		if semver.Prerelease("v"+v) == "" && (newest == "" || semver.Compare("v"+v, "v"+newest) > 0) {
			newest = v
		}
	}
	return newest, nil
}
