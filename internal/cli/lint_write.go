package cli

import (
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/lint"
	"github.com/svcgen/svcgen/internal/plan"
	"github.com/svcgen/svcgen/internal/tree"
)

// mend applies the certain mends, or shows them, and reports what is left.
func (a *app) mend(templates []linted, opts lint.Options, f lintFlags, start time.Time) error {
	for _, t := range templates {
		if t.dir == "" {
			return diag.Errorf("%s is not here to be mended", t.Label).WithHint("give a template's folder")
		}
	}
	mended, left, err := lint.MendAll(a.ctx, inputsOf(templates), opts)
	if err != nil {
		return err
	}
	if a.diff {
		return a.showMends(templates, mended, f, opts, start)
	}
	for i, m := range mended {
		if err := writeChanged(templates[i].dir, templates[i].Files, m.Files); err != nil {
			return err
		}
		left.Mended = append(left.Mended, m.Applied...)
	}
	return a.showFindings(left, f, start)
}

// showMends prints what --fix would do as one diff. The exit code tells of what
// there is now.
func (a *app) showMends(templates []linted, mended []*lint.Mended, f lintFlags, opts lint.Options, start time.Time) error {
	var changes plan.Plan
	var applied []lint.Finding
	left := 0
	for i, m := range mended {
		for _, c := range plan.Diff(templates[i].Files, m.Files) {
			c.Path = path.Join(templates[i].Label, c.Path)
			changes = append(changes, c)
		}
		applied, left = append(applied, m.Applied...), left+len(m.Report.Findings)
	}
	report, err := lint.Run(a.ctx, inputsOf(templates), opts)
	if err != nil {
		return err
	}
	if f.format != "text" {
		var b strings.Builder
		if err := changes.Unified(&b, false); err != nil {
			return err
		}
		report.Mended, report.Diff = applied, b.String()
		return a.showFindings(report, f, start)
	}
	a.judge(report, f)
	if err := a.writeOutputs(f, func(w io.Writer, format string, _ bool) error {
		return a.writeReport(w, report, f, format, false, time.Since(start))
	}); err != nil {
		return err
	}
	a.note("svcgen lint --fix mends %s and leaves %s", count(len(applied), "finding"), count(left, "finding"))
	return changes.Unified(a.Stdout, a.Color)
}

// writeChanged writes the files of next that are not as in old below dir. Each
// is replaced at once and keeps its permissions; what changed on the disk
// meanwhile is not overwritten.
func writeChanged(dir string, old, next tree.Tree) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, c := range plan.Diff(old, next) {
		now, err := tree.Lookup(root, c.Path)
		if err != nil {
			return err
		}
		if (now == nil) != (c.Old == nil) || now != nil && !now.Equal(*c.Old) {
			return &plan.ChangedError{Paths: []string{c.Path}}
		}
		if err := replace(root, c.Path, c.New.Data); err != nil {
			return err
		}
	}
	return nil
}

// replace writes a file beside the one at name, and renames it into place.
func replace(root *os.Root, name string, data []byte) error {
	name = filepath.FromSlash(name)
	info, missing := root.Stat(name)
	if err := root.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	temp := filepath.Join(filepath.Dir(name), ".svcgen-"+filepath.Base(name))
	err := root.WriteFile(temp, data, 0o666)
	if err == nil && missing == nil {
		err = root.Chmod(temp, info.Mode().Perm())
	}
	if err == nil {
		err = root.Rename(temp, name)
	}
	if err != nil {
		root.Remove(temp)
	}
	return err
}

// writeBaselines writes what is found now to the baselines that the templates
// have.
func (a *app) writeBaselines(templates []linted, opts lint.Options) error {
	groups, order := map[string][]lint.Input{}, []string(nil)
	for _, t := range templates {
		if t.baseline == "" {
			return diag.Errorf("there is no baseline for %s", t.Label).
				WithHint("give --baseline FILE, or write baseline: FILE into %s", lint.ConfigFile)
		}
		if groups[t.baseline] == nil {
			order = append(order, t.baseline)
		}
		groups[t.baseline] = append(groups[t.baseline], t.Input)
	}
	for _, file := range order {
		report, err := lint.Run(a.ctx, groups[file], opts)
		if err != nil {
			return err
		}
		b := lint.NewBaseline(report, groups[file])
		if err := os.WriteFile(file, b.Bytes(), 0o666); err != nil {
			return err
		}
		if !a.quiet {
			fmt.Fprintf(a.Stdout, "%s holds %s\n", a.label(file), count(b.Len(), "finding"))
		}
	}
	return nil
}
