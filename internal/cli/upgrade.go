package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/merge"
	"github.com/svcgen/svcgen/internal/service"
	"github.com/svcgen/svcgen/internal/workspace"
)

// merging are the flags of commands that merge with what people changed.
type merging struct {
	conflict string
	skip     bool
}

func (m *merging) flags(cmd *cobra.Command, many bool) {
	cmd.Flags().StringVar(&m.conflict, "conflict", "abort", "on a conflict: `abort`, markers, ours or theirs")
	if many {
		cmd.Flags().BoolVar(&m.skip, "skip-conflicts", false, "leave services with conflicts as they are, and do the others")
	}
	_ = cmd.RegisterFlagCompletionFunc("conflict", offering(func() []string { return policies }))
}

var policies = []string{"abort", "markers", "ours", "theirs"}

// options turns the flags into what service takes.
func (m *merging) options() (service.Merging, error) {
	o := service.Merging{Skip: m.skip}
	for i, p := range []merge.Policy{merge.Abort, merge.Markers, merge.Ours, merge.Theirs} {
		if policies[i] == m.conflict {
			o.Policy = p
			return o, nil
		}
	}
	return o, diag.Errorf("--conflict takes abort, markers, ours or theirs, not %q", m.conflict)
}

func (a *app) upgradeCommand() *cobra.Command {
	var m merging
	var set []string
	var to, report string
	cmd := &cobra.Command{
		Use:   "upgrade [SERVICE...]",
		Short: "Bring services to the current release of their templates, keeping people's changes",
		Long: `upgrade merges three things for each service: what its old release rendered, what people
made of it, and what the new release renders. Files that nobody touched become the new
ones; files that both sides changed are merged line by line by git; go.mod and go.sum are
merged by meaning; what people deleted stays deleted. The entries in shared files are
merged too. Without names, all services are upgraded.

A service whose folder is gone, and a template whose newest release cannot be read, are
told: these services stay as they are, the others are upgraded, and the exit code is 1.
For services that were named it is an error.

A conflict stops everything, nothing is written, and the exit code is 1:
--skip-conflicts upgrades the services without one, --conflict=markers writes git's
markers into the files, --conflict=ours and --conflict=theirs choose a side.`,
		Example: `  svcgen upgrade --dry-run
  svcgen upgrade payments ledger --diff
  svcgen upgrade --skip-conflicts --report upgrade.md
  svcgen upgrade --check`,
		Args: arguments(0, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			answers, err := assignments("--set", set)
			if err != nil {
				return err
			}
			o := service.UpgradeOptions{Services: args, To: to, Answers: answers}
			if o.Merging, err = m.options(); err != nil {
				return err
			}
			return a.changeIn(change{name: "upgrade", what: "upgrade"}, func(w *workspace.Workspace) (*service.Outcome, error) {
				if a.reportFile, err = a.reportTo(w, report); err != nil {
					return nil, err
				}
				step, end := a.progress("merging services:")
				defer end()
				o.Progress = step
				return service.Upgrade(a.ctx, w, a.library(w), o)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&to, "to", "", "the `RELEASE` to come to; one that is kept here, or the current one")
	f.StringVar(&report, "report", "", "also write what was done into `FILE`, as markdown for a pull request")
	f.StringArrayVar(&set, "set", nil, "give a value that the new release asks for: `NAME=VALUE`; may be repeated")
	m.flags(cmd, true)
	a.changing(cmd)
	cmd.ValidArgsFunction = offering(a.serviceNames)
	return cmd
}

func (a *app) setCommand() *cobra.Command {
	var m merging
	var in, owner string
	var port, admin int
	cmd := &cobra.Command{
		Use:   "set NAME=VALUE...",
		Short: "Change a value of a service's template, its port or its owner, keeping people's changes",
		Long: `set merges as upgrade does, between what the service's release renders with the old value
and what it renders with the new one. Setting a value back gives the old tree back. --port,
--admin and --owner change what the manifest says of the service, and with it the service's
files and entries. The service is the one whose folder you are in, the only one, or
--service.`,
		Example: `  svcgen set database=postgres --service payments
  svcgen set --port 8090 --owner team-payments --service payments
  svcgen set example=no --diff`,
		Args: func(cmd *cobra.Command, args []string) error {
			if f := cmd.Flags(); f.Changed("port") || f.Changed("admin") || f.Changed("owner") {
				return nil
			}
			return arguments(1, -1)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			answers, err := assignments("svcgen set", args)
			if err != nil {
				return err
			}
			o := service.SetOptions{Answers: answers}
			if cmd.Flags().Changed("port") {
				o.Listing.Port = &port
			}
			if cmd.Flags().Changed("admin") {
				o.Listing.Admin = &admin
			}
			if cmd.Flags().Changed("owner") {
				o.Listing.Owner = &owner
			}
			if o.Merging, err = m.options(); err != nil {
				return err
			}
			name, err := a.name(in)
			if err != nil {
				return err
			}
			return a.changeIn(change{name: "set", what: "set"}, func(w *workspace.Workspace) (*service.Outcome, error) {
				if o.Service = w.Manifest.Service(name); o.Service == nil {
					return nil, diag.Errorf("the service %s is gone", name)
				}
				return service.Set(a.ctx, w, a.library(w), o)
			})
		},
	}
	cmd.Flags().StringVar(&in, "service", "", "the service to change")
	a.completeSet(cmd)
	cmd.Flags().IntVar(&port, "port", 0, "the `PORT` that it is to serve on")
	cmd.Flags().IntVar(&admin, "admin", 0, "the `PORT` of its probes and metrics")
	cmd.Flags().StringVar(&owner, "owner", "", "who is to own it, e.g. team-payments")
	_ = cmd.RegisterFlagCompletionFunc("service", offering(a.serviceNames))
	m.flags(cmd, false)
	a.changing(cmd)
	return cmd
}

// name finds the service that a command is about.
func (a *app) name(in string) (string, error) {
	w, _, err := a.open()
	if err != nil {
		return "", err
	}
	defer w.Close()
	s, err := a.which(w, in)
	if err != nil {
		return "", err
	}
	return s.Name, nil
}

// changeIn carries out a change in the workspace that the current folder is in.
func (a *app) changeIn(c change, compute func(w *workspace.Workspace) (*service.Outcome, error)) error {
	dir, err := workspace.Find(a.dir)
	if err != nil {
		return err
	}
	c.compute = func(root *os.Root) (*service.Outcome, error) {
		w := &workspace.Workspace{Root: root, Path: dir}
		if err := w.Reload(); err != nil {
			return nil, err
		}
		return compute(w)
	}
	return a.carryOut(dir, c)
}

// asides prints what is worth knowing of the services.
func (a *app) asides(out *service.Outcome) {
	const most = 20
	n := 0
	for _, s := range out.Services {
		for _, text := range s.Notes {
			if n++; n <= most {
				a.note("%s: %s", s.Service, text)
			}
		}
	}
	if n > most {
		a.note("and %s more; --report and --json have them all", count(n-most, "note"))
	}
}

// unread tells why services stay on the release that they are on.
func (a *app) unread(out *service.Outcome) {
	const most = 5
	for _, u := range out.Unread {
		for _, p := range u.Problems {
			a.fail(p.Message, p.Hint)
		}
		if u.Template == "" {
			a.note("%s is not upgraded", strings.Join(u.Services, ", "))
			continue
		}
		names, more := u.Services, ""
		if len(names) > most {
			names, more = names[:most], " and others"
		}
		a.note("the newest release of %s cannot be read; not upgraded: %s%s", u.Template, strings.Join(names, ", "), more)
	}
}

// conflicts lists what could not be merged.
func (a *app) conflicts(out *service.Outcome) {
	services := 0
	for _, s := range out.Services {
		if len(s.Conflicts) > 0 {
			services++
		}
		for _, c := range s.Decided {
			fmt.Fprintf(a.Stdout, "decided  %s\n", visible(c.Path+": "+c.Detail))
		}
		for _, c := range s.Conflicts {
			word := "conflict"
			if a.Color {
				word = red(word)
			}
			fmt.Fprintf(a.Stdout, "%s  %s\n", word, visible(c.String()))
		}
	}
	if services == 0 {
		return
	}
	fmt.Fprintf(a.Stdout, "%s in %s\n", count(out.Conflicts, "conflict"), count(services, "service"))
}

// advise tells what can be done about conflicts.
func (a *app) advise(c change, out *service.Outcome) {
	var stopped bool
	listed, unlisted := 0, 0
	others := false
	for _, s := range out.Services {
		switch {
		case len(s.Conflicts) == 0:
			others = others || s.Skipped
		case s.Skipped:
			stopped = true
		default:
			listed += s.Listed
			unlisted += len(s.Conflicts) - s.Listed
		}
	}
	switch {
	case stopped:
		text := "--conflict=markers writes them into the files; --conflict=ours and --conflict=theirs choose a side"
		if others && c.name == "upgrade" {
			text += "; --skip-conflicts upgrades the other services"
		}
		a.hint(text)
	case listed > 0 && unlisted == 0:
		a.hint("resolve them in the files; svcgen status lists the markers and *" + merge.Besides + " files that are left")
	case listed > 0:
		a.hint("resolve them in the files; svcgen status lists the markers and *" + merge.Besides + " files that are left, but none of the other conflicts: keep this list")
	case unlisted > 0:
		a.hint("svcgen status does not list them: keep this list, and bring in by hand what was left out")
	}
}
