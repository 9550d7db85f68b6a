package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/svcgen/svcgen/internal/diag"
	"github.com/svcgen/svcgen/internal/service"
	"github.com/svcgen/svcgen/internal/workspace"
)

// reportTo returns where upgrade may write its report; "" for none. What holds
// something else, and folders in which a report would be taken for a part of
// something, are refused before anything is changed.
func (a *app) reportTo(w *workspace.Workspace, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	file := filepath.FromSlash(name)
	if !filepath.IsAbs(file) {
		file = filepath.Join(a.Env.Dir, file)
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(filepath.Clean(file)))
	if err != nil {
		return "", diag.Errorf("--report: there is no folder %s", filepath.Dir(name))
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return "", diag.Errorf("--report: there is no folder %s", filepath.Dir(name))
	}
	file = filepath.Join(dir, filepath.Base(file))
	if of := owner(w, file); of != "" {
		return "", diag.Errorf("--report: %s is in %s", name, of).WithHint("give a file that is elsewhere, e.g. upgrade.md")
	}
	return file, replaceable(name, file)
}

// owner says what the file belongs to by where it is, links resolved: git,
// svcgen, a service, a template; "" for nothing.
func owner(w *workspace.Workspace, file string) string {
	guarded := map[string]string{workspace.Dir: workspace.Dir + ", svcgen's own folder"}
	for _, t := range w.Manifest.Templates {
		if t.Dir != "" {
			guarded[t.Dir] = t.Dir + ", a folder of templates"
		}
	}
	for _, s := range w.Manifest.Services {
		guarded[s.Path] = s.Path + ", the folder of the service " + s.Name
	}
	var above []os.FileInfo
	for at := file; ; at = filepath.Dir(at) {
		if strings.EqualFold(filepath.Base(at), ".git") {
			return ".git, git's own folder"
		}
		if info, err := os.Stat(at); err == nil {
			above = append(above, info)
		}
		if filepath.Dir(at) == at {
			break
		}
	}
	for dir, of := range guarded {
		info, err := os.Stat(filepath.Join(w.Path, filepath.FromSlash(dir)))
		if err == nil && slices.ContainsFunc(above, func(at os.FileInfo) bool { return os.SameFile(at, info) }) {
			return of
		}
	}
	return ""
}

// replaceable refuses a file that holds anything but a report of an earlier
// upgrade. Devices and pipes hold nothing.
func replaceable(name, file string) error {
	info, err := os.Lstat(file)
	switch {
	case os.IsNotExist(err):
		return nil
	case err != nil:
		return diag.Errorf("--report: %v", err)
	case info.Mode()&os.ModeSymlink != 0:
		return diag.Errorf("--report: %s is a symbolic link", name).WithHint("svcgen does not write through links; give the file itself")
	case info.IsDir():
		return diag.Errorf("--report: %s is a folder", name)
	case info.Mode()&(os.ModeCharDevice|os.ModeNamedPipe) != 0:
		return nil
	case !info.Mode().IsRegular():
		return diag.Errorf("--report: %s is no file", name)
	case info.Size() == 0:
		return nil
	}
	f, err := os.Open(file)
	if err != nil {
		return diag.Errorf("--report: %v", err)
	}
	defer f.Close()
	start := make([]byte, len(service.ReportHeading))
	if n, err := io.ReadFull(f, start); err != nil || !bytes.Equal(start[:n], []byte(service.ReportHeading)) {
		return diag.Errorf("--report: %s is there already, and is no report of svcgen upgrade", name).WithHint("give another name, or remove the file")
	}
	return nil
}

// writeReportFile writes what became of services. By then all else is done, and the
// error says so.
func (a *app) writeReportFile(out *service.Outcome, applied bool) error {
	if a.reportFile == "" {
		return nil
	}
	err := replaceable(a.reportFile, a.reportFile) // it may have come meanwhile
	if err == nil {
		err = os.WriteFile(a.reportFile, []byte(service.Markdown(out, applied)), 0o666)
	}
	switch {
	case err == nil:
		return nil
	case applied:
		return fmt.Errorf("the services were upgraded; only the report is missing: %s", err)
	}
	return fmt.Errorf("nothing was to be written but the report, and that is missing: %s", err)
}
