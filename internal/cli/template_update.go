package cli

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/mod/semver"

	"github.com/svcgen/svcgen/internal/cache"
	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/service"
	"github.com/svcgen/svcgen/internal/source"
	"github.com/svcgen/svcgen/internal/supply"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/workspace"
)

func (a *app) templateUpdateCommand() *cobra.Command {
	var trusted bool
	var to string
	cmd := &cobra.Command{
		Use:   "update [NAME...]",
		Short: "Take newer templates from their sources",
		Long: `update fetches the newest release of each source, or what its branch stands for now, and
pins it in the manifest; svcgen upgrade then brings the services to it. It asks, or needs --trust, where
a version stands for other content than before, or where a signature that was there
is gone or is by somebody else.`,
		Example: `  svcgen template update
  svcgen template update acme --to v1.3.0
  svcgen template update --dry-run`,
		Args: arguments(0, -1),
		RunE: func(_ *cobra.Command, args []string) error { return a.updateTemplates(args, to, trusted) },
	}
	cmd.Flags().BoolVar(&trusted, "trust", false, "take what is fetched without a question")
	cmd.Flags().StringVar(&to, "to", "", "the `VERSION` to take: a tag, a branch or a commit (default the newest release)")
	cmd.ValidArgsFunction = offering(a.sourceNames)
	a.changing(cmd)
	return cmd
}

func (a *app) updateTemplates(args []string, to string, trusted bool) error {
	w, _, err := a.open()
	if err != nil {
		return err
	}
	defer w.Close()
	names, err := sources(w, args)
	if err != nil {
		return err
	}
	if to != "" && len(names) != 1 {
		return diag.Errorf("--to is for one name, not for %d", len(names)).WithHint("svcgen template update NAME --to %s", to)
	}
	var renewals []supply.Renewal
	var parcels []*parcel
	for _, name := range names {
		done := a.busy("fetching " + name)
		p, err := a.renewed(w, name, to)
		done()
		if err != nil {
			return err
		}
		t := w.Manifest.Templates[name]
		if p.result.Digest == t.Digest && p.result.Source == t.Source {
			continue
		}
		a.introduce(p)
		if why := a.suspicious(t, p, to == ""); why != "" && !trusted && !a.dryRun && !a.check {
			if err := a.agree(p, why); err != nil {
				return err
			}
		} else if why != "" {
			a.note("%s", why)
		}
		renewals = append(renewals, supply.Renewal{Name: name, Source: p.result.Source.String(), Digest: p.result.Digest})
		parcels = append(parcels, p)
	}
	if !a.dryRun && !a.check {
		for _, p := range parcels {
			if err := a.store(p); err != nil {
				return err
			}
		}
	}
	return a.changeIn(change{name: "template update", what: "template update"}, func(w *workspace.Workspace) (*service.Outcome, error) {
		return supply.Renew(w, renewals)
	})
}

// renewed fetches what a source is at now, or the version that was asked for.
func (a *app) renewed(w *workspace.Workspace, name, to string) (*parcel, error) {
	s := w.Manifest.Templates[name].Source
	f := a.fetcher(w.Path)
	var err error
	if to == "" {
		if s, _, err = f.Newest(a.ctx, s); err != nil {
			return nil, err
		}
	} else if s.Kind == source.Folder {
		return nil, diag.Errorf("the templates %s come from a folder, which has no versions", name)
	} else if s, err = source.Parse(s.At(to).String()); err != nil {
		return nil, err
	}
	r, err := f.Fetch(a.ctx, s)
	if err != nil {
		return nil, err
	}
	return unpack(name, r, w.Manifest.Trust)
}

// suspicious says what is odd about new content, compared with what the manifest
// pins; "" where nothing is. A lower release is odd where nobody asked for a
// version.
func (a *app) suspicious(t workspace.Template, p *parcel, newest bool) string {
	r := p.result
	if fixed(t.Source) && r.Source == t.Source && r.Digest != t.Digest {
		return fmt.Sprintf("%s stands for other content than when it was taken, which releases never do", t.Source)
	}
	record, err := a.cache().Record(t.Digest, t.Source.String())
	if err == nil {
		// Without a list, the judgement says who signed, and refuses nothing.
		before, err := nobody.Judge(t.Source, t.Digest, record.Proof)
		if err == nil && before.Signed && before.Fingerprint != p.verdict.Fingerprint {
			return fmt.Sprintf("the templates %s were signed by the key %s, and now are not", p.name, before.Fingerprint)
		}
	} else if !errors.Is(err, cache.ErrMissing) && !errors.Is(err, cache.ErrChanged) {
		return err.Error()
	}
	if !newest {
		return ""
	}
	return a.lower(t, p)
}

// fixed reports whether a version of a source is one that never moves.
func fixed(s source.Source) bool {
	if s.Digest != "" || source.IsCommit(s.Version) {
		return true
	}
	v := path.Base(s.Version)
	return semver.IsValid("v"+strings.TrimPrefix(v, "v")) && strings.Count(v, ".") >= 2
}

// lower says which template would come at a lower release than before, as far as
// the cache knows what was before.
func (a *app) lower(t workspace.Template, p *parcel) string {
	files, err := a.cache().Load(t.Digest)
	if err != nil {
		return ""
	}
	for i, sub := range p.result.Names {
		own := files
		if sub != "" {
			own = files.Under(sub)
		}
		if old, err := template.Load(own, sub); err == nil && semver.Compare("v"+p.templates[i].Release, "v"+old.Release) < 0 {
			return fmt.Sprintf("%s would go down from release %s to %s", path.Join(p.name, sub), old.Release, p.templates[i].Release)
		}
	}
	return ""
}
