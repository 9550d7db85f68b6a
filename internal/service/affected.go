package service

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/workspace"
)

// Affected returns the services that the change since the commit ref touches,
// sorted: those with a changed file in their folder, those whose entry in the
// manifest changed, and all that need one of these. Uncommitted and untracked
// files count. A change of the CI workflows, or of the template releases that
// are kept, counts as one of every service; other files outside of the services'
// folders touch none.
func Affected(ctx context.Context, w *workspace.Workspace, ref string) ([]workspace.Service, error) {
	if ref == "" || strings.HasPrefix(ref, "-") {
		return nil, diag.Errorf("%q is not a commit", ref).WithHint("e.g. --since origin/main")
	}
	g := git{ctx, w.Path}
	base, err := g.run("merge-base", ref, "HEAD")
	if err != nil {
		return nil, g.explain(ref, err)
	}
	changed, err := g.paths(strings.TrimSpace(string(base)))
	if err != nil {
		return nil, err
	}
	hit := map[string]bool{}
	for _, p := range changed {
		switch {
		case within(p, ".github/workflows"):
			for _, s := range w.Manifest.Services {
				hit[s.Name] = true
			}
		case p == workspace.ManifestFile:
			before, err := g.run("show", strings.TrimSpace(string(base))+":./"+workspace.ManifestFile)
			if err != nil {
				before = nil // it was not there
			}
			for _, n := range entriesChanged(before, w.Manifest) {
				hit[n] = true
			}
		}
		for _, s := range w.Manifest.Services {
			if within(p, s.Path) {
				hit[s.Name] = true
			}
		}
	}
	return spread(w.Manifest, hit), nil
}

// entriesChanged names the services whose entry differs from the manifest
// before; all of them when that cannot be read.
func entriesChanged(before []byte, m *workspace.Manifest) []string {
	old, err := workspace.ParseManifest(before)
	if err != nil {
		return m.Names()
	}
	var out []string
	for _, s := range m.Services {
		o := old.Service(s.Name)
		if o == nil {
			out = append(out, s.Name)
			continue
		}
		a, b := *o, s
		a.Line, a.Col, b.Line, b.Col = 0, 0, 0, 0
		if !reflect.DeepEqual(a, b) {
			out = append(out, s.Name)
		}
	}
	return out
}

// spread adds to hit all services that need one of them, and sorts.
func spread(m *workspace.Manifest, hit map[string]bool) []workspace.Service {
	for grown := true; grown; {
		grown = false
		for _, s := range m.Services {
			if !hit[s.Name] && slices.ContainsFunc(s.Needs, func(n string) bool { return hit[n] }) {
				hit[s.Name], grown = true, true
			}
		}
	}
	var out []workspace.Service
	for _, n := range slices.Sorted(keys(hit)) {
		if s := m.Service(n); s != nil {
			out = append(out, *s)
		}
	}
	return out
}

func keys[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

// git runs git in a folder, without its configuration's hooks, pagers and
// colours.
type git struct {
	ctx context.Context
	dir string
}

func (g git) run(args ...string) ([]byte, error) {
	cmd := exec.CommandContext(g.ctx, "git", append([]string{"-c", "core.fsmonitor=false", "-c", "core.quotePath=false"}, args...)...)
	cmd.Dir = g.dir
	cmd.Env = append(os.Environ(), "GIT_OPTIONAL_LOCKS=0", "GIT_PAGER=cat", "LC_ALL=C")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil && stderr.Len() > 0 {
		err = fmt.Errorf("%s: %w", strings.TrimSpace(stderr.String()), err)
	}
	return out, err
}

// paths lists what changed since base, relative to the workspace.
func (g git) paths(base string) ([]string, error) {
	tracked, err := g.run("diff", "--name-only", "--no-renames", "--no-ext-diff", "--relative", "-z", base, "--")
	if err != nil {
		return nil, err
	}
	fresh, err := g.run("ls-files", "--others", "--exclude-standard", "-z", "--")
	if err != nil {
		return nil, err
	}
	var out []string
	for p := range strings.SplitSeq(string(tracked)+string(fresh), "\x00") {
		if p != "" {
			out = append(out, p)
		}
	}
	return out, nil
}

// explain says why there is no common commit with ref.
func (g git) explain(ref string, err error) error {
	if errors.Is(err, exec.ErrNotFound) {
		return diag.Errorf("git is needed here, and there is none").WithHint("install git")
	}
	if _, inside := g.run("rev-parse", "--git-dir"); inside != nil {
		return diag.Errorf("%s is not in a git repository", g.dir)
	}
	if _, head := g.run("rev-parse", "--verify", "--quiet", "HEAD"); head != nil {
		return diag.Errorf("the repository has no commit yet")
	}
	if _, known := g.run("rev-parse", "--verify", "--quiet", "--end-of-options", ref+"^{commit}"); known != nil {
		return diag.Errorf("git knows no commit %q", ref).WithHint("in CI, check out with the full history (fetch-depth: 0)")
	}
	return diag.Errorf("%s and HEAD have no commit in common", ref).WithHint("in CI, check out with the full history (fetch-depth: 0)")
}
