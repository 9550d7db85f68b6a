package cli

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/lint"
)

// showFindings prints the report, writes its files, and sets the exit code.
func (a *app) showFindings(report *lint.Report, f lintFlags, start time.Time) error {
	a.judge(report, f)
	took := time.Since(start)
	return a.emit(f, func(w io.Writer, format string, color bool) error {
		if format == "text" && a.quiet && len(report.Findings) == 0 {
			return nil
		}
		return a.writeReport(w, report, f, format, color, took)
	})
}

// emit writes a report to the screen, and then to the files of --output.
func (a *app) emit(f lintFlags, write func(w io.Writer, format string, color bool) error) error {
	if err := write(a.Stdout, f.format, a.Color); err != nil {
		return err
	}
	return a.writeOutputs(f, write)
}

// writeReport writes the report in a format.
func (a *app) writeReport(w io.Writer, report *lint.Report, f lintFlags, format string, color bool, took time.Duration) error {
	switch format {
	case "json":
		return report.WriteJSON(w)
	case "sarif":
		return report.WriteSARIF(w, a.Version)
	case "github":
		return report.WriteGitHub(w)
	case "junit":
		level := max(slices.Index(levels, f.failOn), 0)
		return report.WriteJUnit(w, lint.Severity(level), f.failOn == "never", took)
	}
	return report.WriteText(w, color, took)
}

// output is a file that the report is written to as well.
type output struct{ format, file string }

// outputsOf reads the values of --output.
func outputsOf(values []string) ([]output, error) {
	var out []output
	for _, v := range values {
		format, file, ok := strings.Cut(v, "=")
		if !ok || file == "" || !slices.Contains(lintFormats, format) {
			return nil, diag.Errorf("--output takes FORMAT=FILE with %s, not %q", strings.Join(lintFormats, ", "), v)
		}
		if slices.ContainsFunc(out, func(o output) bool { return filepath.Clean(o.file) == filepath.Clean(file) }) {
			return nil, diag.Errorf("--output names %s twice", file)
		}
		out = append(out, output{format, file})
	}
	return out, nil
}

// checkOutputs refuses files of --output that cannot be written where they are
// asked for, before anything is linted.
func (a *app) checkOutputs(f lintFlags) error {
	outputs, err := outputsOf(f.outputs)
	if err != nil {
		return err
	}
	for _, o := range outputs {
		file := a.inDir(o.file)
		if info, err := os.Stat(filepath.Dir(file)); err != nil || !info.IsDir() {
			return diag.Errorf("--output: there is no folder %s", filepath.Dir(o.file)).WithHint("make it first")
		}
		if info, err := os.Stat(file); err == nil && info.IsDir() {
			return diag.Errorf("--output: %s is a folder", o.file).WithHint("name a file in it")
		}
	}
	return nil
}

// writeOutputs writes the files of --output.
func (a *app) writeOutputs(f lintFlags, write func(w io.Writer, format string, color bool) error) error {
	outputs, err := outputsOf(f.outputs)
	if err != nil {
		return err
	}
	for _, o := range outputs {
		var b bytes.Buffer
		if err := write(&b, o.format, false); err != nil {
			return err
		}
		if err := os.WriteFile(a.inDir(o.file), b.Bytes(), 0o666); err != nil {
			return err
		}
	}
	return nil
}

// checkFormats refuses formats that there are not.
func (f lintFlags) checkFormats() error {
	if !slices.Contains(lintFormats, f.format) {
		return diag.Errorf("--format takes %s, not %q", strings.Join(lintFormats, ", "), f.format)
	}
	_, err := outputsOf(f.outputs)
	return err
}

// judge sets the exit code.
func (a *app) judge(report *lint.Report, f lintFlags) {
	for _, s := range []lint.Severity{lint.Info, lint.Warning, lint.Error} {
		if slices.Index(levels, s.String()) >= slices.Index(levels, f.failOn) && report.Count(s) > 0 {
			a.code = ExitFindings
		}
	}
}
