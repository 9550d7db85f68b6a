package main_test

import (
	"flag"
	"fmt"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

var (
	lifeSteps = flag.Int("life", 0, "how many steps a random life has (0: few)")
	lifeSeed  = flag.Uint64("life-seed", 0, "live this one random life (0: those that are known)")
)

// seeds of random lives: the first that were tried, and each that once failed.
var seeds = []uint64{1, 2, 3}

// TestLife lives random lives of a workspace: services come, grow, get other
// values and names, are edited by people, are brought through three releases of
// their template, are killed at it, and go. After each step no line of a person
// is lost, all Go code parses, and svcgen check finds nothing; now and then
// everything is built. A command that is refused changes nothing.
//
//	go test ./cmd/svcgen -run TestLife -life 1000 -life-seed 42
func TestLife(t *testing.T) {
	if testing.Short() {
		t.Skip("runs svcgen hundreds of times")
	}
	steps, all := 60, seeds
	if *lifeSteps > 0 {
		steps = *lifeSteps
	}
	if *lifeSeed > 0 {
		all = []uint64{*lifeSeed}
	}
	for _, seed := range all {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			l := newLife(t, seed)
			for range steps {
				l.step()
				l.holds()
				if t.Failed() {
					t.Fatalf("seed %d, after:\n%s", seed, strings.Join(l.story, "\n"))
				}
			}
			l.builds()
			l.builds()
			t.Log(strings.Join(l.story, "\n"), l.done)
			if l.done["upgrade"] == 0 || l.done["person"] < steps/10 || l.done["killed"] == 0 {
				t.Errorf("a dull life: %v", l.done)
			}
		})
	}
}

// life is a workspace and what is to be true of it.
type life struct {
	*testing.T
	r       *rand.Rand
	dir     string
	release int      // of the template, an index
	lines   []string // a person's own: each must stay, wherever it is
	n       int      // names that were given
	story   []string
	done    map[string]int
}

var lifeReleases = []string{"1.0.0", "1.1.0", "2.0.0"}

func newLife(t *testing.T, seed uint64) *life {
	l := &life{T: t, r: rand.New(rand.NewPCG(seed, 7)), dir: filepath.Join(t.TempDir(), "shop"), done: map[string]int{}}
	write(t, l.dir, map[string]string{
		"svcgen.yaml": "version: 1\nmodule: example.com/shop\nservices:\ntemplates:\n  leaf: tools/leaf\nwiring:\n  - {slot: go.work}\n" +
			"  - {slot: compose}\n  - {file: list.txt, lines: true, entry: '{{ .Service.Name }} {{ .Service.Port }}'}\n",
		"compose.yaml": "# All of them.\nservices:\n  db:\n    image: postgres\n",
		"list.txt":     "# services\n",
		"go.work":      "go 1.26.0\n",
	})
	l.bring(0)
	l.do("new", "first", "--template", "leaf")
	return l
}

// bring puts a release of the template into the workspace.
func (l *life) bring(release int) {
	l.release = release
	a, err := txtar.ParseFile("testdata/life/releases.txtar")
	if err != nil {
		l.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(l.dir, "tools", "leaf")); err != nil {
		l.Fatal(err)
	}
	for _, f := range a.Files {
		if p, ok := strings.CutPrefix(f.Name, lifeReleases[release]+"/"); ok {
			write(l, l.dir, map[string]string{"tools/leaf/" + p: string(f.Data)})
		}
	}
}

// do runs svcgen and returns its exit code. What is refused or in conflict must
// have changed nothing; a fault is always an error.
func (l *life) do(args ...string) int {
	l.Helper()
	before := snapshot(l, l.dir)
	out, err := svcgen(l, l.dir, args...).CombinedOutput()
	code := 0
	if e, ok := err.(*exec.ExitError); ok {
		code = e.ExitCode()
	} else if err != nil {
		l.Fatal(err)
	}
	l.story = append(l.story, fmt.Sprintf("%d  svcgen %s", code, strings.Join(args, " ")))
	switch code {
	case 0:
		l.done[args[0]]++
	case 1, 2:
		if d := differences(before, snapshot(l, l.dir)); len(d) > 0 && !strings.Contains(string(out), "was interrupted") {
			l.Errorf("svcgen %s: exit %d, and changed %v\n%s", strings.Join(args, " "), code, d, out)
		}
		l.story = append(l.story, "       "+strings.ReplaceAll(strings.TrimSpace(string(out)), "\n", "\n       "))
	default:
		l.Errorf("svcgen %s: exit %d\n%s", strings.Join(args, " "), code, out)
	}
	return code
}

// merged does what may end in a conflict; then people's lines win.
func (l *life) merged(args ...string) {
	if l.do(args...) == 1 {
		l.do(append(args, "--conflict=ours")...)
	}
}

func (l *life) step() {
	services := l.services()
	s := services[l.r.IntN(len(services))]
	switch k := l.r.IntN(100); {
	case k < 8 && len(services) < 6:
		l.do("new", l.name("svc"), "--template", "leaf")
	case k < 22:
		l.do("add", "handler", l.name("on"), "--service", s)
	case k < 30:
		answer := "style=" + pick(l.r, "plain", "fancy")
		if l.on(s, "2.0.0") {
			answer = "look=" + pick(l.r, "plain", "rich")
		}
		l.merged("set", answer, "--service", s)
	case k < 36:
		l.merged("rename", s, l.name("svc"))
	case k < 40:
		if u := l.unit(s); u != "" {
			l.merged("rename", "handler", u, l.name("on"), "--service", s)
		}
	case k < 45:
		if u := l.unit(s); u != "" {
			l.do("remove", "handler", u, "--service", s)
		}
	case k < 48 && len(services) > 1:
		l.do("remove", s)
	case k < 56:
		if l.release < 2 && l.r.IntN(2) == 0 {
			l.bring(l.release + 1)
		}
		l.merged("upgrade")
		if out := run(l, l.dir, "upgrade"); !strings.Contains(out, "nothing to do") {
			l.Errorf("a second upgrade has something to do:\n%s", out)
		}
	case k < 62:
		l.killed(pick(l.r, []string{"new", l.name("svc"), "--template", "leaf"}, []string{"add", "handler", l.name("on"), "--service", s},
			[]string{"rename", s, l.name("svc")}, []string{"upgrade"}))
	default:
		l.person()
	}
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func (l *life) name(kind string) string {
	l.n++
	return fmt.Sprintf("%s%d", kind, l.n)
}

// killed ends svcgen somewhere; the next command that writes brings the
// workspace wholly before or after.
func (l *life) killed(args []string) {
	cmd := svcgen(l, l.dir, args...)
	if err := cmd.Start(); err != nil {
		l.Fatal(err)
	}
	time.Sleep(time.Duration(l.r.IntN(25)) * time.Millisecond)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	l.story = append(l.story, "   svcgen "+strings.Join(args, " ")+", killed")
	l.done["killed"]++
	l.merged("upgrade")
}

var serviceLine = regexp.MustCompile(`(?m)^  ([a-z0-9]+): \{path: `)

func (l *life) services() []string {
	var out []string
	for _, m := range serviceLine.FindAllStringSubmatch(l.read("svcgen.yaml"), -1) {
		out = append(out, m[1])
	}
	if len(out) == 0 {
		l.Fatalf("no service is left:\n%s\n%s", l.read("svcgen.yaml"), strings.Join(l.story, "\n"))
	}
	return out
}

func (l *life) read(p string) string {
	data, err := os.ReadFile(filepath.Join(l.dir, filepath.FromSlash(p)))
	if err != nil {
		l.Fatal(err)
	}
	return strings.ReplaceAll(string(data), "\r\n", "\n")
}

func (l *life) on(service, release string) bool {
	return strings.Contains(l.read("services/"+service+"/service.yaml"), "release: "+release)
}

var unitLine = regexp.MustCompile(`(?m)- handler: \{name: ([A-Za-z0-9]+)\}`)

func (l *life) unit(service string) string {
	all := unitLine.FindAllStringSubmatch(l.read("services/"+service+"/service.yaml"), -1)
	if len(all) == 0 {
		return ""
	}
	return all[l.r.IntN(len(all))][1]
}

// person does one of the things that people do to files.
func (l *life) person() {
	var files []string
	for p := range snapshot(l, l.dir) {
		in := strings.HasPrefix(p, "services/") && !strings.HasSuffix(p, "service.yaml")
		if !strings.HasSuffix(p, "/") && (in || p == "compose.yaml") {
			files = append(files, p)
		}
	}
	slices.Sort(files)
	p := files[l.r.IntN(len(files))]
	file := filepath.Join(l.dir, filepath.FromSlash(p))
	data, err := os.ReadFile(file)
	if err != nil {
		l.Fatal(err)
	}
	text := string(data)
	mark := fmt.Sprintf("by hand %d", len(l.lines))
	what := ""
	switch k := l.r.IntN(10); {
	case k == 0: // another editor
		if what = "unix line ends"; strings.Contains(text, "\r\n") {
			text = strings.ReplaceAll(text, "\r\n", "\n")
		} else {
			what, text = "line ends of Windows", strings.ReplaceAll(text, "\n", "\r\n")
		}
		mark = ""
	case k == 1: // a file of one's own
		file = filepath.Join(filepath.Dir(file), fmt.Sprintf("own%d.txt", len(l.lines)))
		what, text = "a file of one's own", mark+"\n"
	case k == 2 && strings.HasSuffix(p, ".md"): // a sentence of the template's
		what = "another sentence"
		lines := strings.SplitAfter(text, "\n")
		at := l.r.IntN(len(lines))
		if lines[at] != "" && !strings.Contains(lines[at], "by hand") {
			lines[at] = mark + strings.TrimLeft(lines[at], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789#., /-") + eol(text)
		} else {
			mark = ""
		}
		text = strings.Join(lines, "")
	default:
		before, after, known := comment(p)
		if !known {
			mark = ""
			break
		}
		what = "a line"
		mark = before + mark + after
		lines := strings.SplitAfter(text, "\n")
		at := l.r.IntN(len(lines))
		if strings.HasSuffix(p, ".json") { // no comments there: a key of one's own
			at, mark = 1, fmt.Sprintf("%q: true,", mark)
		}
		indent := ""
		if next := strings.TrimLeft(lines[at], " \t"); next != "" {
			indent = lines[at][:len(lines[at])-len(next)]
		}
		text = strings.Join(slices.Insert(lines, at, indent+mark+eol(text)), "")
	}
	if what == "" {
		return
	}
	put(l, file, []byte(text))
	if mark != "" {
		l.lines = append(l.lines, mark)
		l.done["person"]++
	}
	l.story = append(l.story, fmt.Sprintf("   a person: %s in %s: %s", what, p, mark))
}

func eol(text string) string {
	if strings.Contains(text, "\r\n") {
		return "\r\n"
	}
	return "\n"
}

// comment is what stands before and after a comment in a file's language.
func comment(p string) (before, after string, known bool) {
	switch {
	case strings.HasSuffix(p, ".go"), strings.HasSuffix(p, "go.mod"):
		return "// ", "", true
	case strings.HasSuffix(p, ".yaml"), strings.HasSuffix(p, "Makefile"):
		return "# ", "", true
	case strings.HasSuffix(p, ".md"):
		return "<!-- ", " -->", true
	case strings.HasSuffix(p, ".json"), strings.HasSuffix(p, ".txt"):
		return "", "", true
	}
	return "", "", false
}

// replaced is what stands in the place of a sentence.
var replaced = regexp.MustCompile(`^by hand \d+`)

// holds checks what must always be true.
func (l *life) holds() {
	all := map[string]bool{}
	for p, text := range snapshot(l, l.dir) {
		if strings.HasPrefix(p, ".svcgen/") || strings.HasPrefix(p, "tools/") || strings.HasSuffix(p, "/") {
			continue
		}
		_, text, _ = strings.Cut(text, " ")
		for line := range strings.Lines(text) {
			line = strings.TrimSpace(line)
			all[line] = true
			if ours := replaced.FindString(line); ours != "" {
				all[ours] = true
			}
		}
		if strings.Contains(text, "<<<<<<<") {
			l.Errorf("%s has git's markers", p)
		}
		if strings.HasSuffix(p, ".go") {
			if _, err := parser.ParseFile(token.NewFileSet(), p, text, parser.SkipObjectResolution); err != nil {
				l.Errorf("%s: %v", p, err)
			}
		}
	}
	for _, line := range l.lines {
		if !all[line] {
			l.Errorf("lost: %q", line)
		}
	}
	if out, err := svcgen(l, l.dir, "check").CombinedOutput(); err != nil {
		l.Errorf("svcgen check: %v\n%s", err, out)
	}
	if l.r.IntN(20) == 0 {
		l.builds()
	}
}

// builds vets every service, as it stands.
func (l *life) builds() {
	for _, s := range l.services() {
		tool(l, filepath.Join(l.dir, "services", s), []string{"GOFLAGS=-mod=mod"}, "go", "vet", "./...")
	}
}
