//go:build linux

package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAsksBeforeTrust answers no, looks at the files and answers yes.
func TestAsksBeforeTrust(t *testing.T) {
	emptyCache(t)
	dir, shared := tiny(t), t.TempDir()
	write(t, shared, map[string]string{"template.yaml": smallTemplate + "summary: \"x\\e[2Jy\"\n", "base/hello.txt": "hello\n"})
	before := snapshot(t, dir)
	add := []string{"template", "add", "shared", shared}
	shown, code := session(t, dir, add, [][2]string{{"Use these templates", "\n"}})
	if code != 130 || len(differences(before, snapshot(t, dir))) > 0 {
		t.Errorf("without a yes: exit code %d, changed %v\n%s", code, differences(before, snapshot(t, dir)), shown)
	}
	shown, code = session(t, dir, add, [][2]string{{"Use these templates", "files\n"}, {"Use these templates", "yes\n"}})
	if code != 0 || !strings.Contains(shown, "  base/hello.txt\n") || !strings.Contains(shown, `x\x1b[2Jy`) || strings.Contains(shown, "\x1b[2J") {
		t.Errorf("exit code %d\n%s", code, shown)
	}
	if data, err := os.ReadFile(filepath.Join(dir, "svcgen.yaml")); err != nil || !strings.Contains(string(data), "shared: {source: ") {
		t.Errorf("the manifest: %s, %v", data, err)
	}
}

// TestOnlyFetchingReachesOut runs the commands that read templates where none of
// the manifest's sources is in the cache. None of them may open a connection, or
// call git for one.
func TestOnlyFetchingReachesOut(t *testing.T) {
	tool := strace(t)
	emptyCache(t)
	dir := tiny(t)
	manifest, err := os.ReadFile(filepath.Join(dir, "svcgen.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	const digest = "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	sources := "  far: {source: 'git+https://127.0.0.1:1/x@v1', digest: " + digest + "}\n  farther: {source: 'oci://127.0.0.1:1/x:1.0.0', digest: " + digest + "}\n"
	text := strings.Replace(string(manifest), "templates:\n", "templates:\n"+sources, 1)
	if text == string(manifest) {
		t.Fatalf("no place for sources in\n%s", manifest)
	}
	write(t, dir, map[string]string{"svcgen.yaml": text})
	run(t, dir, "new", "payments", "--template", "tiny")
	traced := func(args ...string) string {
		trace := filepath.Join(t.TempDir(), "trace")
		cmd := svcgen(t, dir, args...)
		cmd.Args = append([]string{tool, "-f", "-qq", "-e", "trace=connect,execve", "-e", "signal=none", "-o", trace}, cmd.Args...)
		cmd.Path = tool
		out, _ := cmd.CombinedOutput()
		if strings.Contains(string(out), "unknown") {
			t.Errorf("svcgen %s is no command:\n%s", strings.Join(args, " "), out)
		}
		data, err := os.ReadFile(trace)
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for line := range strings.Lines(string(data)) {
			if strings.Contains(line, "AF_INET") || strings.Contains(line, "ls-remote") || strings.Contains(line, "fetch") {
				lines = append(lines, line)
			}
		}
		return strings.Join(lines, "")
	}
	for _, command := range []string{"template list", "template show far/x", "template test", "template test far", "lint", "lint far", "new other --template far/x", "new other --template farther",
		"new third --template tiny", "upgrade", "status", "diff", "check", "graph", "affected --since HEAD", "remove payments --dry-run", "template remove far --dry-run", "set x=y --service payments"} {
		if reached := traced(strings.Fields(command)...); reached != "" {
			t.Errorf("svcgen %s reaches out:\n%s", command, reached)
		}
	}
	// So that the test above could fail: these do.
	for _, command := range []string{"template fetch farther", "template outdated farther", "template update far"} {
		if traced(strings.Fields(command)...) == "" {
			t.Errorf("svcgen %s reaches nothing", command)
		}
	}
}
