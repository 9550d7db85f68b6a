package cli

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/source"
)

func (a *app) templatePushCommand() *cobra.Command {
	var sign string
	var force bool
	cmd := &cobra.Command{
		Use:   "push PATH oci://HOST/REPOSITORY:TAG",
		Short: "Put templates into an OCI registry, signed if wanted",
		Long: `push puts a template's folder, or a folder of templates, into a registry. A tag that stands for something
else already stays, since releases do not change. Of one template alone the tag may be left out: it is its release.
--sign takes an SSH key: a private one without a passphrase, or a public one whose private key the SSH agent has.
What is signed is the digest of the content, which svcgen template add shows.`,
		Example: `  svcgen template push tools/templates oci://ghcr.io/acme/templates:1.2.0
  svcgen template push tools/templates oci://ghcr.io/acme/templates:1.2.0 --sign ~/.ssh/id_ed25519.pub`,
		Args: arguments(2, 2),
		RunE: func(_ *cobra.Command, args []string) error { return a.pushTemplates(args[0], args[1], sign, force) },
	}
	f := cmd.Flags()
	f.StringVar(&sign, "sign", "", "sign with the SSH key in `FILE`")
	f.BoolVar(&force, "force", false, "move a tag that stands for something else")
	f.BoolVar(&a.dryRun, "dry-run", false, "show what would be pushed, push nothing")
	return cmd
}

func (a *app) pushTemplates(dir, to, sign string, force bool) error {
	s, err := source.Parse(to)
	if err != nil {
		return err
	}
	switch {
	case s.Kind != source.OCI:
		return diag.Errorf("%s is no registry's repository", to).WithHint("e.g. oci://ghcr.io/acme/templates:1.2.0; into a git repository, git pushes")
	case s.Digest != "":
		return diag.Errorf("%s names a digest, which follows from the content", to).WithHint("name a tag, e.g. %s", s.At("1.2.0"))
	}
	f := a.fetcher(a.dir)
	r, err := f.Fetch(a.ctx, source.Source{Kind: source.Folder, Path: filepath.ToSlash(a.inDir(filepath.FromSlash(dir)))})
	if err != nil {
		return err
	}
	p, err := unpack(a.label(a.inDir(dir)), r, nobody)
	if err != nil {
		return err
	}
	if s.Version == "" {
		if len(p.templates) > 1 {
			return diag.Errorf("%s has no tag", to).WithHint("of one template alone it is the release; of several, choose one, e.g. %s", s.At("1.2.0"))
		}
		if s, err = source.Parse(s.At(p.templates[0].Release).String()); err != nil {
			return err
		}
	}
	var signature []byte
	if sign != "" {
		if signature, err = f.Sign(a.inDir(sign), r.Digest); err != nil {
			return err
		}
	}
	id, done := "", "would be pushed"
	if !a.dryRun {
		if id, err = f.Push(a.ctx, s, r.Files, signature, force); err != nil {
			return err
		}
		done = "is pushed"
	}
	if a.json {
		return a.printJSON(map[string]any{"version": 1, "source": s.String(), "digest": r.Digest, "manifest": id, "signed": sign != "", "pushed": !a.dryRun})
	}
	fmt.Fprintf(a.Stdout, "%s %s (%s, %s, digest %s)\n", s, done, count(len(p.templates), "template"), count(len(r.Files), "file"), r.Digest)
	if id != "" && !a.quiet {
		fmt.Fprintf(a.Stdout, "\nnext  svcgen template add NAME %s@%s\n", s, id)
	}
	return nil
}
