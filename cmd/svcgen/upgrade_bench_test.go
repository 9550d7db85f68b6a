package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// BenchmarkUpgrade upgrades a whole workspace, of which people edited each
// twentieth service, also in a file that the new release changes. SVCGEN_BENCH_SERVICES says how many there are.
func BenchmarkUpgrade(b *testing.B) {
	n := services(b)
	from := behind(b, n)
	b.Run(fmt.Sprintf("services=%d", n), func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			dir := filepath.Join(b.TempDir(), "shop")
			copyTree(b, from, dir)
			cmd := svcgen(b, dir, "upgrade")
			b.StartTimer()
			out, err := cmd.CombinedOutput()
			b.StopTimer()
			if err != nil || !strings.Contains(string(out), fmt.Sprintf("upgraded %d services, %d file", n, (n+19)/20)) {
				b.Fatalf("%v\n%s", err, out)
			}
			b.ReportMetric(float64(maxRSS(cmd.ProcessState))/(1<<20), "MiB")
			os.RemoveAll(dir)
			b.StartTimer()
		}
	})
	b.Run(fmt.Sprintf("copy/services=%d", n), func(b *testing.B) {
		for b.Loop() {
			dir := filepath.Join(b.TempDir(), "shop")
			copyTree(b, from, dir)
			b.StopTimer()
			os.RemoveAll(dir)
			b.StartTimer()
		}
	})
	b.Run(fmt.Sprintf("status/services=%d", n), func(b *testing.B) {
		for b.Loop() {
			run(b, from, "status")
		}
	})
}

func services(b *testing.B) int {
	n, err := strconv.Atoi(os.Getenv("SVCGEN_BENCH_SERVICES"))
	if err != nil {
		return 40
	}
	return n
}

// behind is a workspace of n services on a release of the http template that is
// not the newest any more.
func behind(b *testing.B, n int) string {
	dir := filepath.Join(b.TempDir(), "shop")
	run(b, b.TempDir(), "init", dir, "--module", "example.com/shop")
	a, err := txtar.ParseFile("../../internal/template/testdata/releases/http@1.0.0.txtar")
	if err != nil {
		b.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range a.Files {
		files["old/"+f.Name] = string(f.Data)
	}
	write(b, dir, files)
	manifest := filepath.Join(dir, "svcgen.yaml")
	plain, err := os.ReadFile(manifest)
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(manifest, append(plain, "templates:\n  http: ./old\n"...), 0o666); err != nil {
		b.Fatal(err)
	}
	for i := range n {
		run(b, dir, "new", fmt.Sprintf("bulk-%04d", i))
	}
	data, err := os.ReadFile(manifest)
	if err != nil {
		b.Fatal(err)
	}
	write(b, dir, map[string]string{"svcgen.yaml": strings.Replace(string(data), "templates:\n  http: ./old\n", "", 1)})
	for i := 0; i < n; i += 20 {
		for file, before := range map[string]string{"config.go": "\ntype ", "config_test.go": "\nfunc Test"} {
			name := fmt.Sprintf("services/bulk-%04d/internal/config/%s", i, file)
			code, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
			if err != nil {
				b.Fatal(err)
			}
			write(b, dir, map[string]string{name: strings.Replace(string(code), before, "\n// By hand."+before, 1)})
		}
	}
	return dir
}

func copyTree(b *testing.B, from, to string) {
	if out, err := exec.Command("cp", "-r", from, to).CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
}
