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
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/workspace"
)

// ciFiles decide how services are built and tested: a change of one counts as
// a change of every service. They stand at the root of the repository.
var ciFiles = []string{".github/workflows", ".github/actions", ".gitlab-ci.yml", ".circleci", "Jenkinsfile", "azure-pipelines.yml"}

// Affected returns the services that the change since the commit ref touches,
// sorted: those with a changed file in their folder, those whose entry in the
// manifest changed, and all that need one of these. A changed contract touches
// the services that its owner needs, too: their tests replay it. Uncommitted and untracked
// files count. A change of the CI's own files counts as one of every service;
// other files outside of the services' folders touch none.
func Affected(ctx context.Context, w *workspace.Workspace, ref string) ([]workspace.Service, error) {
	if ref == "" || strings.HasPrefix(ref, "-") {
		return nil, diag.Errorf("%q is not a commit", ref).WithHint("e.g. --since origin/main")
	}
	g := git{ctx, w.Path}
	out, err := g.run("merge-base", ref, "HEAD")
	if err != nil {
		return nil, g.explain(ref, err)
	}
	base := strings.TrimSpace(string(out))
	changed, prefix, err := g.paths(base)
	if err != nil {
		return nil, err
	}
	hit, asked := map[string]bool{}, map[string]bool{}
	for _, p := range changed {
		if slices.ContainsFunc(ciFiles, func(f string) bool { return within(p, f) }) {
			for _, s := range w.Manifest.Services {
				hit[s.Name] = true
			}
			break
		}
		p, inside := strings.CutPrefix(p, prefix)
		if !inside {
			continue
		}
		if p == workspace.ManifestFile {
			before, err := g.run("show", base+":./"+workspace.ManifestFile)
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
			if within(p, path.Join(s.Path, "contracts")) {
				for _, n := range s.Needs {
					asked[n] = true
				}
			}
		}
	}
	return spread(w.Manifest, hit, asked), nil
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

// spread adds to hit all services that need one of them, and those that are asked
// whether they keep a contract; whoever needs these is not touched. It sorts.
func spread(m *workspace.Manifest, hit, asked map[string]bool) []workspace.Service {
	for grown := true; grown; {
		grown = false
		for _, s := range m.Services {
			if !hit[s.Name] && slices.ContainsFunc(s.Needs, func(n string) bool { return hit[n] }) {
				hit[s.Name], grown = true, true
			}
		}
	}
	maps.Copy(hit, asked)
	var out []workspace.Service
	for _, n := range slices.Sorted(keys(hit)) {
		if s := m.Service(n); s != nil {
			out = append(out, *s)
		}
	}
	return out
}

func keys[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

// git runs git in a folder, whatever repository or index the environment names
// (as it does in a hook), without pagers and programs of the configuration.
type git struct {
	ctx context.Context
	dir string
}

func (g git) run(args ...string) ([]byte, error) {
	cmd := exec.CommandContext(g.ctx, "git", append([]string{"-c", "core.fsmonitor=false", "-c", "core.quotePath=false"}, args...)...)
	cmd.Dir = g.dir
	cmd.Env = g.environment()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if g.ctx.Err() != nil {
		return nil, g.ctx.Err()
	}
	if err != nil && stderr.Len() > 0 {
		err = fmt.Errorf("%s: %w", strings.TrimSpace(stderr.String()), err)
	}
	return out, err
}

func (g git) environment() []string {
	return append(slices.DeleteFunc(os.Environ(), redirects), "GIT_OPTIONAL_LOCKS=0", "GIT_PAGER=cat", "LC_ALL=C")
}

// redirects reports whether a variable of the environment could lead git
// elsewhere. What trusts a repository (safe.directory) stays.
func redirects(variable string) bool {
	return strings.HasPrefix(variable, "GIT_") && !strings.HasPrefix(variable, "GIT_CONFIG") &&
		!strings.HasPrefix(variable, "GIT_CEILING_DIRECTORIES") && !strings.HasPrefix(variable, "GIT_EXEC_PATH")
}

// paths lists what changed since base, as seen from the repository's root, and
// returns the workspace's own folder in the repository, "" or ending in a slash.
func (g git) paths(base string) (changed []string, prefix string, err error) {
	at, err := g.run("rev-parse", "--show-prefix")
	if err != nil {
		return nil, "", err
	}
	tracked, err := g.run("diff", "--name-only", "--no-renames", "--no-ext-diff", "--no-relative", "--ignore-submodules=none", "-z", base, "--")
	if err != nil {
		return nil, "", err
	}
	fresh, err := g.run(append([]string{"ls-files", "--others", "--exclude-standard", "--full-name", "-z", "--", "."}, atTop(ciFiles)...)...)
	if err != nil {
		return nil, "", err
	}
	for p := range strings.SplitSeq(string(tracked)+string(fresh), "\x00") {
		if p != "" {
			changed = append(changed, p)
		}
	}
	return changed, strings.TrimSuffix(string(at), "\n"), nil
}

// atTop makes paths from the repository's root pathspecs.
func atTop(paths []string) []string {
	out := make([]string, len(paths))
	for i, p := range paths {
		out[i] = ":(top,literal)" + p
	}
	return out
}

// explain says why there is no common commit with ref.
func (g git) explain(ref string, err error) error {
	if errors.Is(err, exec.ErrNotFound) {
		return diag.Errorf("git is needed here, and there is none").WithHint("install git")
	}
	if g.ctx.Err() != nil {
		return g.ctx.Err()
	}
	if _, inside := g.run("rev-parse", "--git-dir"); inside != nil {
		if strings.Contains(inside.Error(), "not a git repository") {
			return diag.Errorf("%s is not in a git repository", g.dir)
		}
		return diag.Errorf("git does not read the repository: %v", inside)
	}
	if _, head := g.run("rev-parse", "--verify", "--quiet", "HEAD"); head != nil {
		return diag.Errorf("the repository has no commit yet").WithHint("commit first (git add . && git commit); until then every service is new")
	}
	if _, known := g.run("rev-parse", "--verify", "--quiet", "--end-of-options", ref+"^{commit}"); known != nil {
		return diag.Errorf("git knows no commit %q", ref).WithHint("in CI, check out with the full history (fetch-depth: 0)")
	}
	return diag.Errorf("%s and HEAD have no commit in common", ref).WithHint("in CI, check out with the full history (fetch-depth: 0)")
}
