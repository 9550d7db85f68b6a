package cli

import (
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/svcgen/svcgen/internal/cache"
	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/fetch"
	"github.com/svcgen/svcgen/internal/prompt"
	"github.com/svcgen/svcgen/internal/template"
	"github.com/svcgen/svcgen/internal/trust"
	"github.com/svcgen/svcgen/internal/workspace"
)

func (a *app) cache() cache.Dir { return cache.Dir(a.Cache) }

// fetcher is the world as templates are fetched from it; dir is the workspace.
func (a *app) fetcher(dir string) fetch.Fetcher { return fetch.Fetcher{Base: dir, Getenv: a.Getenv} }

// parcel is what was fetched for a name, and what is known about it.
type parcel struct {
	name      string
	result    *fetch.Result
	templates []*template.Template
	verdict   trust.Verdict
}

// unpack loads the templates that were fetched, all of them, and judges who
// signed them.
func unpack(name string, r *fetch.Result, l trust.List) (*parcel, error) {
	p := &parcel{name: name, result: r}
	var err error
	if p.verdict, err = l.Judge(r.Source, r.Digest, r.Proof); err != nil {
		return nil, err
	}
	var errs diag.List
	for _, sub := range r.Names {
		files := r.Files
		if sub != "" {
			files = files.Under(sub)
		}
		t, err := template.Load(files, path.Join(name, sub))
		if more := diag.All(err); more != nil {
			errs = append(errs, more...)
		} else if err != nil {
			return nil, err
		}
		p.templates = append(p.templates, t)
	}
	return p, errs.Err()
}

// store keeps a parcel in the cache.
func (a *app) store(p *parcel) error {
	r := p.result
	return a.cache().Store(r.Files, cache.Record{Source: r.Source.String(), Digest: r.Digest, Commit: r.Commit, Manifest: r.Manifest, Proof: r.Proof})
}

// members lists what --template takes of a parcel.
func (p *parcel) members() []string { return workspace.Members(p.name, p.result.Files) }

// introduce shows what a parcel is. Everything in it was written by others.
func (a *app) introduce(p *parcel) {
	r := p.result
	w := tabwriter.NewWriter(a.Stderr, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\t%s\n", "source", line(r.Source.String()))
	if r.Commit != "" {
		fmt.Fprintf(w, "commit\t%s\n", r.Commit)
	}
	if r.Manifest != "" {
		fmt.Fprintf(w, "manifest\t%s\n", r.Manifest)
	}
	fmt.Fprintf(w, "digest\t%s\n", r.Digest)
	fmt.Fprintf(w, "signature\t%s\n", line(p.verdict.String()))
	for i, t := range p.templates {
		label := ""
		if i == 0 {
			label = "templates"
		}
		files, size := 0, 0
		for name, f := range r.Files {
			if sub := r.Names[i]; sub == "" || strings.HasPrefix(name, sub+"/") {
				files, size = files+1, size+len(f.Data)
			}
		}
		fmt.Fprintf(w, "%s\t%s %s: %s (%s, %s bytes)\n", label, line(path.Join(p.name, r.Names[i])), line(t.Release), line(brief(t.Summary)), count(files, "file"), thousands(size))
	}
	w.Flush()
}

func brief(s string) string {
	if r := []rune(s); len(r) > 100 {
		return string(r[:100]) + "…"
	}
	return s
}

// agree asks whether what was shown may be used. why says what is new about it.
func (a *app) agree(p *parcel, why string) error {
	if a.Ask == nil {
		return diag.Errorf("%s", why).WithHint("look at what is shown above; --trust says that it may be used")
	}
	a.note("%s", why)
	const yes, no, files = "yes", "no", "files"
	for {
		answer, err := a.Ask(prompt.Question{Name: "trust", Message: "Use these templates", Default: no, Options: []prompt.Option{
			{Value: no, Summary: "leave everything as it was"},
			{Value: yes, Summary: "they are what I expect"},
			{Value: files, Summary: "show the name of every file first"},
		}})
		switch {
		case err != nil:
			return err
		case answer == yes:
			return nil
		case answer == no:
			return prompt.ErrInterrupted
		}
		list(a.Stderr, p.result.Files.Paths())
	}
}

func list(w io.Writer, paths []string) {
	for _, p := range paths {
		fmt.Fprintf(w, "  %s\n", line(p))
	}
}

// eachSource calls do for each name, and says for which while that takes its time.
// A source that cannot be used is no reason to leave out the others: what is wrong
// with them comes back together. err is what ends everything.
func (a *app) eachSource(names []string, do func(name string) error) (errs diag.List, err error) {
	for _, name := range names {
		done := a.busy("asking the source of " + name)
		err := do(name)
		done()
		if more := diag.All(err); more != nil {
			errs = append(errs, more...)
		} else if err != nil {
			return errs, err
		}
	}
	return errs, nil
}

// sources returns the names of the manifest's templates that come from a source:
// those given, or all.
func sources(w *workspace.Workspace, given []string) ([]string, error) {
	var all []string
	for name, t := range w.Manifest.Templates {
		if t.Dir == "" {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	if len(given) == 0 {
		return all, nil
	}
	for _, name := range given {
		if slices.Contains(all, name) {
			continue
		}
		if t, ok := w.Manifest.Templates[name]; ok {
			return nil, diag.Errorf("the templates %s are the folder %s of the workspace: there is nothing to fetch", name, t.Dir)
		}
		e := diag.Errorf("the manifest names no templates %q", name)
		if near := diag.Nearest(name, all); near != "" {
			return nil, e.WithHint("did you mean %s?", near)
		}
		return nil, e.WithHint("svcgen template add %s SOURCE names some", name)
	}
	return given, nil
}

// sourceNames completes names of templates that come from a source.
func (a *app) sourceNames() []string {
	if a.settle() != nil {
		return nil
	}
	w, _, err := a.open()
	if err != nil {
		return nil
	}
	defer w.Close()
	all, _ := sources(w, nil)
	return all
}

// absent tells of templates that the manifest names and that are not on this
// machine. What is here and refused is an error.
func (a *app) absent(lib workspace.Library) error {
	if lib.W == nil {
		return nil
	}
	all, err := sources(lib.W, nil)
	if err != nil {
		return err
	}
	var refused diag.List
	for _, name := range all {
		_, err := lib.Set(name)
		var absent *workspace.AbsentError
		switch {
		case errors.As(err, &absent):
			a.note("%s (%s)", absent.Why.Msg, absent.Why.Hint)
		case diag.All(err) != nil:
			refused = append(refused, diag.All(err)...)
		case err != nil:
			return err
		}
	}
	return refused.Err()
}
