package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/workspace"
)

func (a *app) templateFetchCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "fetch [NAME...]",
		Short: "Bring the templates that the manifest names onto this machine",
		Long: `fetch brings the content that the manifest pins into the cache, for a new clone or a CI job.
It must have the manifest's digest, and the signature that the trust list asks for; nothing
is asked, and no file of the workspace changes. What is in the cache already is not fetched.`,
		Example: "  svcgen template fetch\n  svcgen template fetch acme",
		Args:    arguments(0, -1),
		RunE:    func(_ *cobra.Command, args []string) error { return a.fetchTemplates(args) },
	}
	cmd.ValidArgsFunction = offering(a.sourceNames)
	return cmd
}

func (a *app) fetchTemplates(args []string) error {
	w, lib, err := a.open()
	if err != nil {
		return err
	}
	defer w.Close()
	names, err := sources(w, args)
	if err != nil {
		return err
	}
	fetched := []string{}
	errs, err := a.eachSource(names, func(name string) error {
		if _, err := lib.Set(name); err == nil {
			return nil
		}
		if err := a.fetchPinned(w, name); err != nil {
			return err
		}
		fetched = append(fetched, name)
		return nil
	})
	if err != nil {
		return err
	}
	for _, name := range fetched {
		if !a.quiet && !a.json {
			t := w.Manifest.Templates[name]
			fmt.Fprintf(a.Stdout, "fetched  %s  %s\n", name, line(t.Source.String()))
		}
	}
	if err := errs.Err(); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(map[string]any{"version": 1, "fetched": fetched})
	}
	if len(fetched) == 0 && !a.quiet {
		fmt.Fprintln(a.Stdout, "nothing to do")
	}
	return nil
}

// fetchPinned fetches one source at the manifest's digest.
func (a *app) fetchPinned(w *workspace.Workspace, name string) error {
	t := w.Manifest.Templates[name]
	r, err := a.fetcher(w.Path).Fetch(a.ctx, t.Source)
	if err != nil {
		return err
	}
	if r.Digest != t.Digest {
		return &diag.Error{File: workspace.ManifestFile, Line: t.Line, Col: t.Col,
			Msg:  fmt.Sprintf("%s has other content than the manifest says: %s instead of %s", t.Source, r.Digest, t.Digest),
			Hint: "its version was moved, or somebody is between you and it: ask those who made it\nsvcgen template update " + name + " shows what is there now"}
	}
	r.Source = t.Source // the record is found under the manifest's words
	p, err := unpack(name, r, w.Manifest.Trust)
	if err != nil {
		return err
	}
	return a.store(p)
}
