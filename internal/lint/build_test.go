package lint

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/svcgen/svcgen/internal/tree"
)

func TestTidyDiff(t *testing.T) {
	got := tidyDiff(`diff current/go.mod tidy/go.mod
--- current/go.mod
+++ tidy/go.mod
@@ -2,5 +2,3 @@
 
 go 1.26.0
 
-require example.com/x v1.0.0
-
diff current/go.sum tidy/go.sum
--- current/go.sum
+++ tidy/go.sum
@@ -0,0 +1,1 @@
+example.com/y v1.0.0 h1:abc
`)
	want := []failure{
		{file: "go.mod", line: 5, msg: "go mod tidy takes out: require example.com/x v1.0.0"},
		{file: "go.sum", line: 1, msg: "go mod tidy adds: example.com/y v1.0.0 h1:abc"},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(failure{})); diff != "" {
		t.Error(diff)
	}
}

func TestImageFailure(t *testing.T) {
	dockerfile := []byte("FROM a\nCOPY x .\nRUN false\n")
	for _, tc := range []struct {
		name, text string
		line       int
		msg        string
	}{
		{"buildkit", "#5 ERROR: process \"/bin/sh -c false\" did not complete successfully: exit code: 1\n" +
			"Dockerfile:3\n--------------------\n   3 | >>> RUN false\n--------------------\n" +
			"ERROR: failed to build: failed to solve: process \"/bin/sh -c false\" did not complete successfully: exit code: 1\n",
			3, `docker build: failed to solve: process "/bin/sh -c false" did not complete successfully: exit code: 1`},
		{"before buildkit", "Step 1/3 : FROM a\n ---> 1\nStep 2/3 : COPY x .\nCOPY failed: file not found\n", 2, "docker build fails"},
		{"nothing known", "", 1, "docker build fails"},
	} {
		got := imageFailure(tc.text, dockerfile)
		if got.line != tc.line || got.msg != tc.msg || got.file != "Dockerfile" {
			t.Errorf("%s: %+v", tc.name, got)
		}
	}
}

// TestBuildFailures builds services that fail in every way that Go knows, and
// looks where each is placed and what is said of it.
func TestBuildFailures(t *testing.T) {
	b := builderOf(t)
	const mod = "module example.com/a\n\ngo 1.26.0\n"
	const lib = "package a\n\nfunc A() int { return 1 }\n"
	for _, tc := range []struct {
		name  string
		files map[string]string
		want  []failure
	}{
		{"fine", map[string]string{"go.mod": mod, "a.go": lib}, nil},
		{"no module", map[string]string{"a.txt": "x"}, nil},
		{"a type error in a test", map[string]string{"go.mod": mod, "a.go": lib, "a_test.go": "package a\n\nvar _ string = A()\n"},
			[]failure{{"a_test.go", 3, 16, "go vet: a_test.go: cannot use A() (value of type int) as string value in variable declaration"}}},
		{"what vet alone finds", map[string]string{"go.mod": mod, "sub/a.go": "package sub\n\nimport \"fmt\"\n\nfunc A() { fmt.Printf(\"%d\", \"x\") }\n"},
			[]failure{{"sub/a.go", 5, 24, `go vet: sub/a.go: fmt.Printf format %d has arg "x" of wrong type string`}}},
		{"a failing subtest", map[string]string{"go.mod": mod, "sub/a_test.go": "package sub\n\nimport \"testing\"\n\nfunc TestA(t *testing.T) {\n\tt.Run(\"x\", func(t *testing.T) {\n\t\tt.Log(\"fine\")\n\t\tt.Error(\"bad\")\n\t})\n}\n"},
			[]failure{{"sub/a_test.go", 7, 0, "go test: TestA/x fails: fine"}}},
		{"a panic", map[string]string{"go.mod": mod, "a.go": "package a\n\nfunc A() int { panic(\"no\") }\n", "a_test.go": "package a\n\nimport \"testing\"\n\nfunc TestA(t *testing.T) { A() }\n"},
			[]failure{{"a.go", 3, 0, "go test: TestA fails: panic: no"}}},
		{"a test that says nothing", map[string]string{"go.mod": mod, "a_test.go": "package a\n\nimport \"testing\"\n\nfunc TestA(t *testing.T) { t.Fail() }\n"},
			[]failure{{"a_test.go", 5, 0, "go test: TestA fails"}}},
		{"a package that ends", map[string]string{"go.mod": mod, "a_test.go": "package a\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nfunc TestMain(m *testing.M) { os.Exit(3) }\n"},
			[]failure{{"go.mod", 1, 0, "go test: the tests of . fails"}}},
		{"a module that is not tidy", map[string]string{"go.mod": mod + "\nrequire example.com/b v1.0.0\n\nreplace example.com/b => ./b\n", "a.go": lib, "b/go.mod": "module example.com/b\n"},
			[]failure{{"go.mod", 5, 0, "go mod tidy takes out: require example.com/b v1.0.0"}}},
		{"a module that does not parse", map[string]string{"go.mod": mod + "nonsense\n", "a.go": lib},
			[]failure{{"go.mod", 4, 0, "go vet: go.mod: unknown directive: nonsense"}, {"go.mod", 4, 0, "go mod tidy: go.mod: unknown directive: nonsense"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			files := tree.Tree{}
			for p, text := range tc.files {
				files[p] = tree.File{Data: []byte(text)}
			}
			got, err := b.build(t.Context(), "a", files, steps{test: true})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(failure{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestBuildEnds cancels a build whose test would run for minutes: the test ends
// with it, and nothing is left on the disk.
func TestBuildEnds(t *testing.T) {
	b := builderOf(t)
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv("TMP", temp)
	mark := filepath.Join(t.TempDir(), "started")
	t.Setenv("SVCGEN_TEST_MARK", mark)
	files := tree.Tree{
		"go.mod": {Data: []byte("module example.com/a\n\ngo 1.26.0\n")},
		"a_test.go": {Data: []byte("package a\n\nimport (\n\t\"os\"\n\t\"testing\"\n\t\"time\"\n)\n\n" +
			"func TestA(t *testing.T) {\n\tos.WriteFile(os.Getenv(\"SVCGEN_TEST_MARK\"), []byte(\"x\"), 0o666)\n\ttime.Sleep(5 * time.Minute)\n}\n")},
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { _, err := b.build(ctx, "a", files, steps{test: true}); ended <- err }()
	for {
		if _, err := os.Stat(mark); err == nil {
			break
		}
		select {
		case err := <-ended:
			t.Fatalf("it ended before the test ran: %v", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
	cancel()
	if err := <-ended; err != context.Canceled {
		t.Errorf("error %v", err)
	}
	left, err := os.ReadDir(temp)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range left {
		if strings.HasPrefix(e.Name(), "svcgen-build-") {
			t.Errorf("%s is left", e.Name())
		}
	}
}

// builderOf is a builder without images.
func builderOf(t *testing.T) *Builder {
	t.Helper()
	b, err := NewBuilder(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	if b.Go == "" || testing.Short() {
		t.Skip("it builds services")
	}
	b.Docker, b.Race = "", false
	return b
}

// TestModulesOnce: a module that services have in common is vetted once, whatever
// is beside it.
func TestModulesOnce(t *testing.T) {
	b := builderOf(t)
	vetted := 0
	b.Progress = func(_, _ int, what string) {
		if strings.HasSuffix(what, "go vet") {
			vetted++
		}
	}
	files := tree.Tree{
		"go.mod":        {Data: []byte("module example.com/a\n\ngo 1.26.0\n")},
		"a.go":          {Data: []byte("package a\n")},
		"server/go.mod": {Data: []byte("module example.com/a/server\n\ngo 1.26.0\n")},
		"server/a.go":   {Data: []byte("package server\n\nvar x int = \"x\"\n")},
	}
	want := []failure{{"server/a.go", 3, 13, `go vet: server/a.go: cannot use "x" (untyped string constant) as int value in variable declaration`}}
	for i, text := range []string{"package a\n", "package a\n\nvar A = 1\n", "package a\n"} {
		files["a.go"] = tree.File{Data: []byte(text)}
		got, err := b.build(t.Context(), "a", files, steps{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(failure{})); diff != "" {
			t.Errorf("%d: %s", i, diff)
		}
	}
	if vetted != 3 {
		t.Errorf("%d modules were vetted, of 3 different ones", vetted)
	}
}

// TestBuildPlain: what is said of a module does not tell where it was built.
func TestBuildPlain(t *testing.T) {
	b := builderOf(t)
	files := tree.Tree{
		"tool/go.mod":    {Data: []byte("module example.com/tool\n\ngo 1.26.0\n")},
		"tool/a/a.go":    {Data: []byte("package a\n\nimport \"fmt\"\n\nfunc A() { fmt.Printf(\"%d\", \"x\") }\n")},
		"tool/tool/a.go": {Data: []byte("package tool\n")},
	}
	for range 2 { // the second time vet tells it from its cache
		got, err := b.build(t.Context(), "a", files, steps{test: true})
		if err != nil {
			t.Fatal(err)
		}
		want := []failure{{"tool/a/a.go", 5, 24, `go vet: tool/a/a.go: fmt.Printf format %d has arg "x" of wrong type string`}}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(failure{})); diff != "" {
			t.Error(diff)
		}
	}
}
