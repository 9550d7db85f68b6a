package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The benchmarks time whole processes, as a person waits for them.
// docs/benchmarks.md records the figures and how to repeat them.

func BenchmarkVersion(b *testing.B) {
	run(b, ".", "version") // builds it
	for b.Loop() {
		run(b, ".", "version")
	}
}

// BenchmarkEmptyProgram is what any Go program costs.
func BenchmarkEmptyProgram(b *testing.B) {
	dir := b.TempDir()
	write(b, dir, map[string]string{"main.go": "package main\n\nfunc main() {}\n", "go.mod": "module empty\n\ngo 1.26.0\n"})
	tool(b, dir, nil, "go", "build", "-o", "empty", ".")
	for b.Loop() {
		if err := exec.Command(filepath.Join(dir, "empty")).Run(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkNew creates a service in a workspace of n services.
func BenchmarkNew(b *testing.B) {
	for _, n := range []int{0, 1000} {
		b.Run(fmt.Sprintf("services=%d", n), func(b *testing.B) {
			dir := populated(b, n)
			base := snapshotFiles(b, dir)
			for b.Loop() {
				cmd := svcgen(b, dir, "new", "zz-last")
				if out, err := cmd.CombinedOutput(); err != nil {
					b.Fatalf("%v\n%s", err, out)
				}
				b.StopTimer()
				b.ReportMetric(float64(maxRSS(cmd.ProcessState))/(1<<20), "MiB")
				restore(b, dir, base)
				b.StartTimer()
			}
		})
	}
}

// BenchmarkCopy copies the same rendered service with cp -r.
func BenchmarkCopy(b *testing.B) {
	dir := populated(b, 0)
	run(b, dir, "new", "zz-last")
	from, to := filepath.Join(dir, "services", "zz-last"), filepath.Join(b.TempDir(), "copy")
	for b.Loop() {
		if err := exec.Command("cp", "-r", from, to).Run(); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		os.RemoveAll(to)
		b.StartTimer()
	}
}

// populated is a workspace with one rendered service, so that the release is
// kept already, and n more in its shared files.
func populated(b *testing.B, n int) string {
	b.Helper()
	dir := filepath.Join(b.TempDir(), "shop")
	run(b, b.TempDir(), "new", "aa-first", "--init", "-C", dir)
	entries := map[string]*strings.Builder{"svcgen.yaml": {}, "compose.yaml": {}, "go.work": {}}
	compose, err := os.ReadFile(filepath.Join(dir, "compose.yaml"))
	if err != nil {
		b.Fatal(err)
	}
	_, entry, ok := strings.Cut(string(compose), "  aa-first:\n")
	if !ok {
		b.Fatalf("no entry in\n%s", compose)
	}
	for i := range n {
		name := fmt.Sprintf("bulk-%04d", i)
		fmt.Fprintf(entries["svcgen.yaml"], "  %s: {path: services/%s, port: %d, admin: %d}\n", name, name, 20000+2*i, 20001+2*i)
		entries["compose.yaml"].WriteString("  " + name + ":\n" + strings.ReplaceAll(entry, "aa-first", name))
		entries["go.work"].WriteString("use ./services/" + name + "\n")
	}
	for file, after := range map[string]string{"svcgen.yaml": "admin: 9081}\n", "compose.yaml": entry, "go.work": "use ./services/aa-first\n"} {
		name := filepath.Join(dir, file)
		data, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		text := strings.Replace(string(data), after, after+entries[file].String(), 1)
		if n > 0 && text == string(data) {
			b.Fatalf("%s has no place for the services:\n%s", file, data)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			b.Fatal(err)
		}
	}
	return dir
}

func snapshotFiles(b *testing.B, dir string) map[string][]byte {
	b.Helper()
	out := map[string][]byte{}
	for _, f := range []string{"svcgen.yaml", "compose.yaml", "go.work", ".github/dependabot.yml"} {
		data, err := os.ReadFile(filepath.Join(dir, f))
		if err != nil {
			b.Fatal(err)
		}
		out[f] = data
	}
	return out
}

func restore(b *testing.B, dir string, files map[string][]byte) {
	b.Helper()
	for f, data := range files {
		if err := os.WriteFile(filepath.Join(dir, f), data, 0o666); err != nil {
			b.Fatal(err)
		}
	}
	if err := os.RemoveAll(filepath.Join(dir, "services", "zz-last")); err != nil {
		b.Fatal(err)
	}
}
