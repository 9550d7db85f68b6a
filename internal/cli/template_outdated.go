package cli

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/svcgen/svcgen/internal/source"
	"github.com/svcgen/svcgen/internal/trust"
	"github.com/svcgen/svcgen/internal/workspace"
)

// nobody is a trust list that names no source.
var nobody trust.List

func (a *app) templateOutdatedCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "outdated [NAME...]",
		Short: "Show which templates have newer releases at their sources",
		Long: `outdated asks each source what its newest release is, and says where a version stands for
something else than when it was taken. What the trust list refuses by now is an error, as in
every command that uses it. Nothing is written. With --check the exit code is
1 where there is something.`,
		Example: "  svcgen template outdated\n  svcgen template outdated --check --json",
		Args:    arguments(0, -1),
		RunE:    func(_ *cobra.Command, args []string) error { return a.outdated(args) },
	}
	cmd.Flags().BoolVar(&a.check, "check", false, "exit 1 if there is something newer")
	cmd.ValidArgsFunction = offering(a.sourceNames)
	return cmd
}

// outdatedJSON is one source in template outdated --json. State is "current",
// "outdated": there is a newer release, or the branch or folder has changed; or
// "moved": the version stands for something else than when it was taken.
type outdatedJSON struct {
	Name   string `json:"name"`
	Source string `json:"source"`
	Newest string `json:"newest"`
	State  string `json:"state"`
}

func (a *app) outdated(args []string) error {
	w, lib, err := a.open()
	if err != nil {
		return err
	}
	defer w.Close()
	names, err := sources(w, args)
	if err != nil {
		return err
	}
	out := []outdatedJSON{}
	errs, err := a.eachSource(names, func(name string) error {
		// What is pinned and refused by now is not current, whatever its source has.
		var absent *workspace.AbsentError
		if _, err := lib.Set(name); err != nil && !errors.As(err, &absent) {
			return err
		}
		newest, state, err := a.compare(w, name)
		if err != nil {
			return err
		}
		if state != "current" && a.check {
			a.code = ExitFindings
		}
		out = append(out, outdatedJSON{name, w.Manifest.Templates[name].Source.String(), newest.String(), state})
		return nil
	})
	if err != nil {
		return err
	}
	if a.json {
		if err := a.printJSON(map[string]any{"version": 1, "templates": out}); err != nil {
			return err
		}
		return errs.Err()
	}
	t := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
	for _, o := range out {
		if o.State == "current" && a.quiet {
			continue
		}
		if o.State == "outdated" && o.Newest != o.Source {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", o.Name, o.State, line(o.Source), line(o.Newest))
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", o.Name, o.State, line(o.Source))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	return errs.Err()
}

// compare says what a source is at now, and how that is to what is pinned. It
// fetches content only where the source's own ids do not tell.
func (a *app) compare(w *workspace.Workspace, name string) (source.Source, string, error) {
	t := w.Manifest.Templates[name]
	record, known := a.cache().Record(t.Digest, t.Source.String())
	if known == nil {
		if _, err := w.Manifest.Trust.Judge(t.Source, t.Digest, record.Proof); err != nil {
			return t.Source, "", err
		}
	}
	f := a.fetcher(w.Path)
	newest, id, err := f.Newest(a.ctx, t.Source)
	if err != nil {
		return newest, "", err
	}
	pinned := t.Source
	if pinned.Version != "" {
		pinned.Digest = "" // the tag may have moved away from it
	}
	if newest != pinned && newest != t.Source {
		return newest, "outdated", nil
	}
	if known == nil && id != "" && (id == record.Commit || id == record.Manifest) {
		return newest, "current", nil
	}
	r, err := f.Fetch(a.ctx, newest)
	switch {
	case err != nil:
		return newest, "", err
	case r.Digest == t.Digest:
		_, err := w.Manifest.Trust.Judge(t.Source, t.Digest, r.Proof)
		return newest, "current", err
	case fixed(t.Source):
		return newest, "moved", nil
	}
	return newest, "outdated", nil
}
