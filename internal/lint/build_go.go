package lint

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/svcgen/svcgen/internal/tree"
)

// module is a rendered Go module on the disk.
type module struct {
	b        *Builder
	ctx      context.Context
	top, dir string // of everything, and of the module
	at       string // its folder below the service's; "." is that itself
	files    tree.Tree
	what     string
	steps    steps
}

// moduleKey tells modules apart. Services that differ elsewhere may have one in
// common: what is beside a module has no part in it.
type moduleKey struct {
	at    string
	steps steps
	files [sha256.Size]byte
}

func (m module) key() moduleKey {
	own := tree.Tree{}
	for p, f := range m.files {
		if m.at == "." || strings.HasPrefix(p, m.at+"/") {
			own[p] = f
		}
	}
	return moduleKey{m.at, m.steps, identity(own)}
}

// check vets the module, runs its tests, and looks whether it is tidy. What
// does not compile is not tested.
func (m module) check() []failure {
	var found []failure
	if m.hasCode() {
		if m.steps.generate {
			found = m.generate()
		}
		if len(found) == 0 {
			found = m.vet()
		}
		if len(found) == 0 && m.steps.test {
			found = m.test()
		}
	}
	return append(found, m.tidy()...)
}

// hasCode reports whether there is a Go file in the module itself.
func (m module) hasCode() bool {
	for p := range m.files {
		if path.Ext(p) != ".go" {
			continue
		}
		at := path.Dir(p)
		for at != "." && m.files[path.Join(at, "go.mod")].Data == nil {
			at = path.Dir(at)
		}
		if at == m.at {
			return true
		}
	}
	return false
}

// elsewhere matches the folder of this build, or of an earlier one: vet tells its
// findings from the cache as it found them there.
var elsewhere = regexp.MustCompile(`[^\s"]*` + buildPrefix + `\d+[/\\]` + strings.ReplaceAll(regexp.QuoteMeta(sample.Path), "/", `[/\\]`))

// here stands for the service's folder while output is made plain.
const here = "\x00"

// goRun runs the go command, whose findings must not depend on where the folder
// is.
func (m module) goRun(args ...string) (output, error) {
	m.b.progress(m.what + ": go " + args[0])
	out, err := m.b.run(m.ctx, m.dir, m.b.Go, args...)
	plain := func(data []byte) []byte {
		data = elsewhere.ReplaceAll(data, []byte(here))
		data = bytes.ReplaceAll(data, []byte(filepath.FromSlash(path.Join(here, m.at)+"/")), nil)
		data = bytes.ReplaceAll(data, []byte(here), nil)
		return bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	}
	return output{plain(out.stdout), plain(out.stderr)}, err
}

// generate runs what the service's own go:generate lines name, as a person would
// who has added the unit.
func (m module) generate() []failure {
	out, err := m.goRun("generate", "./...")
	return m.told("go generate", err, slices.Concat(out.stderr, out.stdout))
}

func (m module) vet() []failure {
	out, err := m.goRun("vet", "-trimpath", "./...")
	return m.told("go vet", err, slices.Concat(out.stderr, out.stdout))
}

// told are the failures in what a program printed; one for the module as a whole
// where it failed without naming a place.
func (m module) told(program string, err error, text []byte) []failure {
	if err == nil || m.ctx.Err() != nil {
		return nil
	}
	if found := m.places(program, string(text)); len(found) > 0 {
		return found
	}
	return []failure{{file: m.path("go.mod"), line: 1, msg: program + ": " + firstWords(string(text), err)}}
}

// most bounds what is told of one module: the rest follows from it most often.
const most = 10

// placed matches what the compiler, vet and the go command say of a place.
var placed = regexp.MustCompile(`^(?:vet: )?(?:\.[/\\])?([^\s:]+\.(?:go|mod|sum)):(\d+)(?::(\d+))?: (.*)$`)

func (m module) places(program, text string) []failure {
	var out []failure
	for line := range strings.Lines(text) {
		f := placed.FindStringSubmatch(strings.TrimRight(line, "\n"))
		if f == nil || len(out) == most {
			continue
		}
		p := m.path(filepath.ToSlash(f[1]))
		if _, ok := m.files[p]; ok {
			out = append(out, failure{p, number(f[2]), number(f[3]), fmt.Sprintf("%s: %s: %s", program, p, f[4])})
		}
	}
	return out
}

// path is a path of the module, seen from the service's folder.
func (m module) path(p string) string { return path.Join(m.at, p) }

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// firstWords is the first line that says something.
func firstWords(text string, err error) string {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "go: downloading") {
			return strings.TrimPrefix(line, "go: ")
		}
	}
	return err.Error()
}

// tidy compares go.mod and go.sum with what go mod tidy would make of them.
func (m module) tidy() []failure {
	if m.ctx.Err() != nil {
		return nil
	}
	out, err := m.goRun("mod", "tidy", "-diff")
	if err == nil || m.ctx.Err() != nil {
		return nil
	}
	if found := tidyDiff(string(out.stdout)); len(found) > 0 {
		for i := range found {
			found[i].file = m.path(found[i].file)
		}
		return found
	}
	return m.told("go mod tidy", err, out.stderr)
}

var hunk = regexp.MustCompile(`^@@ -(\d+)`)

// tidyDiff reads the first change of each file from go mod tidy's diff.
func tidyDiff(diff string) []failure {
	var out []failure
	file, line, told := "", 0, false
	for l := range strings.Lines(diff) {
		l = strings.TrimRight(l, "\n")
		switch m := hunk.FindStringSubmatch(l); {
		case strings.HasPrefix(l, "--- "):
			file, told = path.Base(l), false
		case strings.HasPrefix(l, "+++ "), strings.HasPrefix(l, "diff "):
		case m != nil:
			line = number(m[1])
		case (strings.HasPrefix(l, "-") || strings.HasPrefix(l, "+")) && file != "":
			if !told && strings.TrimSpace(l[1:]) != "" {
				verb := map[byte]string{'-': "takes out", '+': "adds"}[l[0]]
				out = append(out, failure{file: file, line: max(1, line), msg: fmt.Sprintf("go mod tidy %s: %s", verb, strings.TrimSpace(l[1:]))})
				told = true
			}
			if l[0] == '-' {
				line++
			}
		default:
			line++
		}
	}
	return out
}

// testEvent is what go test -json says.
type testEvent struct {
	Action, Package, ImportPath, Test, Output string
}

// testRun gathers the events of one run.
type testRun struct {
	said   map[[2]string]*strings.Builder // by package and test
	failed [][2]string
	build  strings.Builder // what the compiler said
}

func (m module) test() []failure {
	if m.ctx.Err() != nil {
		return nil
	}
	args := []string{"test", "-trimpath", "-json"}
	if m.b.Race {
		args = append(args, "-race")
	} else {
		m.b.note("tests ran without the race detector, which needs a C compiler")
	}
	out, err := m.goRun(append(args, "./...")...)
	if err == nil || m.ctx.Err() != nil {
		return nil
	}
	r := testRun{said: map[[2]string]*strings.Builder{}}
	for dec := json.NewDecoder(bytes.NewReader(out.stdout)); ; {
		var e testEvent
		if dec.Decode(&e) != nil {
			break
		}
		r.add(e)
	}
	if found := m.places("go test", r.build.String()); len(found) > 0 {
		return found
	}
	found := m.failedTests(r)
	if len(found) == 0 {
		return m.told("go test", err, slices.Concat(out.stderr, []byte(r.build.String())))
	}
	return found
}

func (r *testRun) add(e testEvent) {
	key := [2]string{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		r.build.WriteString(e.Output)
	case "output":
		if r.said[key] == nil {
			r.said[key] = &strings.Builder{}
		}
		r.said[key].WriteString(e.Output)
	case "fail":
		r.failed = append(r.failed, key)
	}
}

// leaves are the failed tests without those that failed because of a part of
// them: another test, or, for a package, any test in it.
func (r *testRun) leaves() [][2]string {
	return slices.DeleteFunc(slices.Clone(r.failed), func(a [2]string) bool {
		return slices.ContainsFunc(r.failed, func(b [2]string) bool {
			return a[0] == b[0] && a != b && (a[1] == "" || strings.HasPrefix(b[1], a[1]+"/"))
		})
	})
}

func (m module) failedTests(r testRun) []failure {
	var out []failure
	name := modfile.ModulePath(m.files[m.path("go.mod")].Data)
	for _, key := range r.leaves() {
		if len(out) == most {
			break
		}
		text := ""
		if b := r.said[key]; b != nil {
			text = b.String()
		}
		dir := strings.TrimPrefix(strings.TrimPrefix(key[0], name), "/")
		f := m.testPlace(name, dir, text)
		if f.file == "" {
			f = m.testDeclared(dir, key[1])
		}
		what := key[1]
		if what == "" {
			what = "the tests of " + path.Join(".", dir)
		}
		f.msg = fmt.Sprintf("go test: %s fails: %s", what, f.msg)
		if f.msg = strings.TrimSuffix(f.msg, ": "); f.file == "" {
			f.file, f.line = m.path("go.mod"), 1
		}
		out = append(out, f)
	}
	return out
}

// spoken matches a place in a test's log, or in a trace of calls, and what
// follows it.
var spoken = regexp.MustCompile(`(?m)^\s*(\S+\.go):(\d+)(?::\s+(.*)|\s\+0x.*)?$`)

// testPlace is the first place of the module that the text names, and the first
// thing that it says.
func (m module) testPlace(module, dir, text string) failure {
	var f failure
	for _, s := range spoken.FindAllStringSubmatch(text, -1) {
		for _, p := range []string{m.path(path.Join(dir, s[1])), m.path(strings.TrimPrefix(s[1], module+"/"))} {
			if _, ok := m.files[p]; ok {
				f = failure{file: p, line: number(s[2]), msg: s[3]}
				break
			}
		}
		if f.file != "" {
			break
		}
	}
	if f.msg == "" {
		f.msg = reason(text)
	}
	return f
}

// noise are the lines of go test that say nothing of why.
var noise = regexp.MustCompile(`^(=== |--- |FAIL|PASS|ok |exit status|goroutine |\s*$|={5,})`)

var recovered = regexp.MustCompile(` \[recovered.*\]$`)

// reason is the first line that says why a test failed.
func reason(text string) string {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !noise.MatchString(line) {
			return recovered.ReplaceAllString(line, "")
		}
	}
	return ""
}

// testDeclared is where the package's test stands.
func (m module) testDeclared(dir, test string) failure {
	top, _, _ := strings.Cut(test, "/")
	for _, p := range m.files.Paths() {
		if top == "" || path.Dir(p) != m.path(dir) || !strings.HasSuffix(p, "_test.go") {
			continue
		}
		if i := bytes.Index(m.files[p].Data, []byte("func "+top+"(")); i >= 0 {
			return failure{file: p, line: 1 + bytes.Count(m.files[p].Data[:i], []byte("\n"))}
		}
	}
	return failure{}
}
