package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/plan"
	"github.com/svcgen/svcgen/internal/service"
	"github.com/svcgen/svcgen/internal/supply"
	"github.com/svcgen/svcgen/internal/workspace"
)

type flag = pflag.Flag

// change is a command that changes a workspace.
type change struct {
	name string // e.g. "new"
	what string // e.g. "new payments": what others are told who wait

	// compute returns what is to be done in the workspace in root.
	compute func(root *os.Root) (*service.Outcome, error)
}

// changing adds the flags of commands that write.
func (a *app) changing(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&a.dryRun, "dry-run", false, "show what would be done, write nothing")
	cmd.Flags().BoolVar(&a.diff, "diff", false, "show the changes as a diff")
	cmd.Flags().BoolVar(&a.check, "check", false, "write nothing; exit 1 if there is something to do")
}

// carryOut computes a change and applies it: under the lock, after finishing
// what an interrupted command left. A file that changed meanwhile makes it
// compute once more.
func (a *app) carryOut(dir string, c change) error {
	start := time.Now()
	a.workspace = dir
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if a.dryRun || a.check {
		what, err := plan.Pending(root)
		if err != nil {
			return err
		}
		if what != "" {
			a.note("svcgen %s was interrupted here; the next command that writes will finish or undo it", what)
		}
		out, err := c.compute(root)
		if err != nil {
			return err
		}
		if what == "" {
			if err := out.Plan.Check(root); err != nil {
				return err
			}
		}
		if a.check && len(out.Plan) > 0 {
			a.code = ExitFindings
		}
		return a.show(c, out, false, start)
	}
	unlock, err := workspace.Lock(a.ctx, dir, c.what, func(holder string) { a.note("waiting for %s", holder) })
	if err != nil {
		return err
	}
	defer unlock()
	if ended, err := plan.Recover(root); err != nil {
		return err
	} else if ended != nil {
		a.note("%s", ended)
	}
	for tries := 0; ; tries++ {
		out, err := c.compute(root)
		if err != nil {
			return err
		}
		err = out.Plan.Apply(a.ctx, root, plan.Options{Command: c.what, Last: workspace.ManifestFile})
		var changed *plan.ChangedError
		if errors.As(err, &changed) && tries == 0 {
			continue
		}
		if err != nil {
			return err
		}
		return a.show(c, out, true, start)
	}
}

// carryOutIn is carryOut for a folder that may have to be made. Nothing is made
// before the change is known to work, nor when nothing is to be written.
func (a *app) carryOutIn(dir string, c change) error {
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		return a.carryOut(dir, c)
	}
	err := within(dir, func(empty *os.Root) error {
		if a.dryRun || a.check {
			return a.carryOut(empty.Name(), c)
		}
		_, err := c.compute(empty)
		return err
	})
	if err != nil || a.dryRun || a.check {
		return err
	}
	made := missingParents(dir)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	if err = a.carryOut(dir, c); err != nil {
		for _, d := range made {
			os.Remove(d) // only what is empty goes
		}
	}
	return err
}

// missingParents lists dir and its parents as far as they do not exist, the
// deepest first.
func missingParents(dir string) []string {
	var out []string
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(at); !os.IsNotExist(err) || filepath.Dir(at) == at {
			return out
		}
		out = append(out, at)
	}
}

// show prints an outcome, and writes the report on it.
func (a *app) show(c change, out *service.Outcome, applied bool, start time.Time) error {
	applied = applied && len(out.Plan) > 0
	if out.Conflicts > 0 || len(out.Unread) > 0 {
		a.code = ExitFindings
	}
	return errors.Join(a.tell(c, out, applied, start), a.writeReportFile(out, applied))
}

func (a *app) tell(c change, out *service.Outcome, applied bool, start time.Time) error {
	if a.json {
		return a.showJSON(c, out, applied)
	}
	for _, n := range out.Notes {
		a.note("%s", n)
	}
	a.asides(out)
	a.unread(out)
	if a.diff {
		return a.unified(a.Stdout, a.Color, out.Plan)
	}
	if a.quiet {
		a.conflicts(out)
		return nil
	}
	a.table(a.Stdout, a.Color, out.Lines)
	a.conflicts(out)
	switch {
	case len(out.Plan) == 0 && out.Conflicts == 0 && len(out.Unread) == 0:
		fmt.Fprintln(a.Stdout, "nothing to do")
		return nil
	case !applied:
		fmt.Fprintln(a.Stdout, "nothing was written")
		a.advise(c, out)
		return nil
	case strings.HasSuffix(out.Done, ")"):
		fmt.Fprintf(a.Stdout, "%s, %s)\n", strings.TrimSuffix(out.Done, ")"), took(start))
	default:
		fmt.Fprintf(a.Stdout, "%s (%s)\n", out.Done, took(start))
	}
	for i, n := range a.fromHere(out.Next) {
		label := "      "
		if i == 0 {
			label = "\nnext  "
		}
		fmt.Fprintln(a.Stdout, label+n)
	}
	a.advise(c, out)
	return nil
}

// unified prints a plan as a diff, without the releases that svcgen keeps for
// itself: they would drown what a person wants to see.
func (a *app) unified(w io.Writer, color bool, p plan.Plan) error {
	var shown plan.Plan
	var kept []string
	for _, c := range p {
		if dir := workspace.ReleaseOf(c.Path); dir == "" {
			shown = append(shown, c)
		} else if !slices.Contains(kept, dir) {
			kept = append(kept, dir)
		}
	}
	if len(kept) > 0 {
		a.note("the kept releases of templates are left out: %s", strings.Join(kept, ", "))
	}
	return shown.Unified(w, color)
}

// fromHere rewrites commands that are meant for the workspace's folder so that
// they work in the current one.
func (a *app) fromHere(commands []string) []string {
	rel, err := filepath.Rel(a.Env.Dir, a.workspace)
	if err != nil || rel == "." || a.workspace == "" {
		return commands
	}
	if strings.HasPrefix(rel, filepath.Join("..", "..", "..")) {
		rel = a.workspace
	}
	out := make([]string, len(commands))
	for i, c := range commands {
		rest, cd := strings.CutPrefix(c, "cd ")
		dir, then, _ := strings.Cut(rest, " && ")
		switch {
		case !cd:
			out[i] = c + " -C " + shell(rel)
		case filepath.Join(a.workspace, filepath.FromSlash(dir)) == a.Env.Dir && then != "":
			out[i] = then
		default:
			out[i] = "cd " + shell(rel) + "/" + rest
		}
	}
	return out
}

func took(start time.Time) string {
	return fmt.Sprintf("%d ms", max(1, time.Since(start).Milliseconds()))
}

// table prints the summary in columns.
func (a *app) table(w io.Writer, color bool, lines []service.Line) {
	wide, counts := 0, make([]string, len(lines))
	widest := 0
	for i, l := range lines {
		wide = max(wide, utf8.RuneCountInString(l.Path))
		counts[i] = counted(l)
		if l.What != "" && counts[i] != l.What {
			widest = max(widest, len(counts[i]))
		}
	}
	for i, l := range lines {
		action := fmt.Sprintf("%-6s", l.Action)
		if color {
			action = green(action)
		}
		row := fmt.Sprintf("%s  %s%s  %s", action, visible(l.Path), strings.Repeat(" ", wide-utf8.RuneCountInString(l.Path)), counts[i])
		if l.What != "" && counts[i] != l.What {
			row += strings.Repeat(" ", widest-len(counts[i])+2) + visible(l.What)
		}
		fmt.Fprintln(w, row)
	}
}

func counted(l service.Line) string {
	switch {
	case l.What != "" && l.Added+l.Removed == 0:
		return l.What
	case l.Files > 0 && l.Action != "create":
		return fmt.Sprintf("%s, +%s -%s", strings.Replace(count(l.Files, "file"), "one", "1", 1), thousands(l.Added), thousands(l.Removed))
	case l.Files == 1:
		return "1 file, " + thousands(l.Added) + " lines"
	case l.Files > 1:
		return thousands(l.Files) + " files, " + thousands(l.Added) + " lines"
	case l.Removed > 0:
		return fmt.Sprintf("+%d -%d", l.Added, l.Removed)
	}
	return "+" + strconv.Itoa(l.Added)
}

// thousands writes n with commas.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// outcomeJSON is the JSON form of every command that changes files. Version
// grows when a field changes its meaning or goes; fields may be added.
type outcomeJSON struct {
	Version int            `json:"version"`
	Command string         `json:"command"`
	Applied bool           `json:"applied"`
	Summary []service.Line `json:"summary"`
	Changes []plan.Entry   `json:"changes"`
	Done    string         `json:"done"`
	Notes   []string       `json:"notes"`
	Next    []string       `json:"next"`
	Diff    string         `json:"diff,omitempty"`

	Services  []service.Report `json:"services,omitempty"` // of commands that merge
	Conflicts int              `json:"conflicts"`
	Unread    []service.Unread `json:"unread,omitempty"` // of upgrade
}

func (a *app) showJSON(c change, out *service.Outcome, applied bool) error {
	o := outcomeJSON{Version: 1, Command: c.name, Applied: applied, Summary: orEmpty(out.Lines), Changes: out.Plan.Entries(),
		Done: out.Done, Notes: orEmpty(out.Notes), Next: orEmpty(out.Next), Services: out.Services, Conflicts: out.Conflicts, Unread: out.Unread}
	if a.diff {
		var b strings.Builder
		if err := out.Plan.Unified(&b, false); err != nil {
			return err
		}
		o.Diff = b.String()
	}
	return a.printJSON(o)
}

func orEmpty[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}

func (a *app) printJSON(v any) error { return writeJSON(a.Stdout, v) }

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// open opens the workspace that the current folder is in.
func (a *app) open() (*workspace.Workspace, workspace.Library, error) {
	dir, err := workspace.Find(a.dir)
	if err != nil {
		return nil, workspace.Library{}, err
	}
	w, err := workspace.Open(dir)
	if err != nil {
		return nil, workspace.Library{}, err
	}
	return w, a.library(w), nil
}

func (a *app) library(w *workspace.Workspace) workspace.Library {
	return workspace.Library{Builtin: a.Templates, W: w, Fetched: supply.Shelf(a.cache())}
}

// assignments reads K=V, as what takes it.
func assignments(what string, given []string) (map[string]string, error) {
	out := map[string]string{}
	for _, kv := range given {
		k, v, ok := strings.Cut(kv, "=")
		if !ok || k == "" {
			return nil, diag.Errorf("%s takes NAME=VALUE, not %q", what, kv)
		}
		if _, twice := out[k]; twice {
			return nil, diag.Errorf("%s is set twice", k)
		}
		out[k] = v
	}
	return out, nil
}
