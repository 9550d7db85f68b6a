package cli

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/service"
	"github.com/svcgen/svcgen/internal/source"
	"github.com/svcgen/svcgen/internal/supply"
	"github.com/svcgen/svcgen/internal/workspace"
)

func (a *app) templateAddCommand() *cobra.Command {
	var trusted bool
	cmd := &cobra.Command{
		Use:   "add NAME SOURCE",
		Short: "Use templates from a folder, a git repository or a registry",
		Long: `add fetches templates, shows what they are and who signed them, and asks. Then it writes
the source with its version, and the digest of the content, into the manifest. From then on
only that content counts: every command compares it, and none but template add, fetch,
update, outdated and push reaches a network.

A SOURCE without a version is taken at its newest release. It is one of
  a folder                                          in the workspace it is read as it is
  git+https://HOST/REPOSITORY.git//FOLDER@VERSION   a tag, a branch or a commit
  git+ssh://git@HOST/REPOSITORY.git@VERSION
  git+file:///REPOSITORY.git@VERSION                a repository on this machine
  oci://HOST/REPOSITORY:TAG                         or @sha256:DIGEST`,
		Example: `  svcgen template add acme git+https://github.com/acme/templates@v1.2.0
  svcgen template add acme oci://ghcr.io/acme/templates:1.2.0 --trust
  svcgen template add ours ./tools/templates
  svcgen template add acme git+ssh://git@github.com/acme/mono.git//templates --dry-run`,
		Args: arguments(2, 2),
		RunE: func(_ *cobra.Command, args []string) error { return a.addTemplates(args[0], args[1], trusted) },
	}
	cmd.Flags().BoolVar(&trusted, "trust", false, "use what is fetched without a question")
	a.changing(cmd)
	return cmd
}

func (a *app) addTemplates(name, from string, trusted bool) error {
	s, err := source.Parse(from)
	if err != nil {
		return err
	}
	w, lib, err := a.open()
	if err != nil {
		return err
	}
	defer w.Close()
	if err := supply.CheckName(w, lib, name); err != nil {
		return err
	}
	own := false
	if s.Kind == source.Folder {
		if s.Path, own, err = a.seenFrom(w.Path, from); err != nil {
			return err
		}
	}
	done := a.busy("fetching " + name)
	r, err := a.fetcher(w.Path).Fetch(a.ctx, s)
	done()
	if err != nil {
		return err
	}
	p, err := unpack(name, r, w.Manifest.Trust)
	if err != nil {
		return err
	}
	write := !a.dryRun && !a.check
	if !own {
		if !a.quiet || !trusted {
			a.introduce(p)
		}
		if write && !trusted {
			if err := a.agree(p, "the templates "+name+" are new here"); err != nil {
				return err
			}
		}
		if write {
			if err := a.store(p); err != nil {
				return err
			}
		}
	}
	return a.changeIn(change{name: "template add", what: "template add " + name}, func(w *workspace.Workspace) (*service.Outcome, error) {
		if own {
			return supply.AddFolder(w, a.library(w), name, s.Path, p.members())
		}
		return supply.Add(w, a.library(w), name, r.Source.String(), r.Digest, p.members())
	})
}

// seenFrom returns how the folder that was given on the command line is called
// in a manifest in dir, and whether it is one of the workspace.
func (a *app) seenFrom(dir, given string) (p string, own bool, err error) {
	at := a.inDir(filepath.FromSlash(given))
	if info, err := os.Stat(at); err != nil || !info.IsDir() {
		e := diag.Errorf("there is no folder %s", given)
		if strings.Count(given, "/") > 1 && !strings.HasPrefix(given, ".") && !filepath.IsAbs(given) {
			e = e.WithHint("for a git repository write git+https://%s", given)
		}
		return "", false, e
	}
	rel, err := slashRel(dir, at)
	switch {
	case err != nil:
		return filepath.ToSlash(at), false, nil
	case rel == ".":
		return "", false, diag.Errorf("%s is the workspace itself", given).WithHint("name the folder that holds the templates")
	case rel == ".." || strings.HasPrefix(rel, "../"):
		if filepath.IsAbs(given) {
			rel = filepath.ToSlash(filepath.Clean(at))
		}
		return rel, false, nil
	}
	return rel, true, nil
}
