package main_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// page is one page of the documentation.
type page struct {
	path   string // from the project's root
	text   string
	blocks []block
}

// block is a fenced block of a page.
type block struct {
	language string
	line     int
	lines    []string
}

// pages reads README.md and docs/, those of the lint rules left out: they are
// generated and have a test of their own.
func pages(t *testing.T) []page {
	t.Helper()
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(files) < 5 {
		t.Fatal("no documentation", err)
	}
	var out []page
	for _, f := range append(files, "../../README.md") {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		p := page{path: strings.TrimPrefix(filepath.ToSlash(f), "../../"), text: string(data)}
		var open *block
		for i, line := range strings.Split(p.text, "\n") {
			fence, isFence := strings.CutPrefix(line, "```")
			switch {
			case isFence && open == nil:
				open = &block{language: fence, line: i + 1}
			case isFence:
				p.blocks = append(p.blocks, *open)
				open = nil
			case open != nil:
				open.lines = append(open.lines, line)
			}
		}
		if open != nil {
			t.Errorf("%s:%d: the block has no end", p.path, open.line)
		}
		out = append(out, p)
	}
	return out
}

var link = regexp.MustCompile(`\]\(([^)#:\s]+)(#[^)\s]*)?\)`)

// TestDocsLinks follows every link to a file of the project.
func TestDocsLinks(t *testing.T) {
	for _, p := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(p.text, -1) {
			if _, err := os.Stat(filepath.Join("../..", filepath.Dir(p.path), m[1])); err != nil {
				t.Errorf("%s: the link to %s leads nowhere", p.path, m[1])
			}
		}
	}
}

var testName = regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z]+|[a-z_]+\\.txtar)`")

// TestDocsNameTests looks for the tests that pages name: a promise without its
// test would be one in words alone.
func TestDocsNameTests(t *testing.T) {
	all := map[string]bool{}
	err := filepath.WalkDir("../..", func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if filepath.Ext(p) == ".txtar" {
			all[filepath.Base(p)] = true
		}
		if !strings.HasSuffix(p, "_test.go") {
			return nil
		}
		data, err := os.ReadFile(p)
		for _, m := range testFunc.FindAllStringSubmatch(string(data), -1) {
			all[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, p := range pages(t) {
		for _, m := range testName.FindAllStringSubmatch(p.text, -1) {
			named++
			if !all[m[1]] {
				t.Errorf("%s: there is no test %s", p.path, m[1])
			}
		}
	}
	if named < 10 {
		t.Errorf("only %d tests are named", named)
	}
}

var testFunc = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Za-z]+)\(`)

var (
	commandLine = regexp.MustCompile(`^(?:\$ )?(svcgen .*)$`)
	commandEnd  = regexp.MustCompile(`\s(#|\||>|&&|;|\\$).*$`)
)

// TestDocsCommands asks svcgen for each command that is shown anywhere whether it
// knows it and its flags.
func TestDocsCommands(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range pages(t) {
		for _, b := range p.blocks {
			for i, line := range b.lines {
				m := commandLine.FindStringSubmatch(line)
				if m == nil {
					continue
				}
				words := strings.Fields(strings.NewReplacer("[", "", "]", "", `"`, "", `'`, "").Replace(commandEnd.ReplaceAllString(m[1], "")))[1:]
				key := strings.Join(words, " ")
				if seen[key] {
					continue
				}
				seen[key] = true
				if out, err := svcgen(t, t.TempDir(), append(words, "--help")...).CombinedOutput(); err != nil {
					t.Errorf("%s:%d: svcgen %s: %s", p.path, b.line+i+1, key, out)
				}
			}
		}
	}
	if len(seen) < 25 {
		t.Errorf("only %d commands found", len(seen))
	}
}

// TestDocsRun runs the blocks that are called console: each page's one after the
// other, in a shell in an empty folder. What stands below a command is what it
// prints; "..." stands for anything, a line of it for any lines. Where nothing
// stands, it may print what it likes. A command whose output has an error is
// expected to fail.
func TestDocsRun(t *testing.T) {
	if testing.Short() {
		t.Skip("builds services")
	}
	needed(t, "bash", "curl", "git", "kubectl")
	ran := 0
	for _, p := range pages(t) {
		var console []block
		for _, b := range p.blocks {
			if b.language == "console" {
				console = append(console, b)
			}
		}
		if len(console) == 0 {
			continue
		}
		ran++
		t.Run(p.path, func(t *testing.T) {
			sh := openShell(t)
			for _, b := range console {
				for _, c := range b.commands(t, p.path) {
					out, code := sh.do(t, c.words)
					fails := strings.Contains(c.want, "error: ")
					if fails != (code != 0) {
						t.Fatalf("%s:%d: %s: exit %d\n%s", p.path, c.line, c.words, code, out)
					}
					if c.want != "" && !like(c.want, out) {
						t.Errorf("%s:%d: %s prints\n%s\nthe page says\n%s", p.path, c.line, c.words, out, c.want)
					}
				}
			}
		})
	}
	if ran == 0 {
		t.Error("no page has a console")
	}
}

// shown is a command of a page with what it prints.
type shown struct {
	line  int
	words string
	want  string
}

func (b block) commands(t *testing.T, path string) []shown {
	var out []shown
	typed := false // the lines of a file that is typed at the command, up to END
	for i, line := range b.lines {
		if typed {
			out[len(out)-1].words += "\n" + line
			typed = line != "END"
		} else if words, ok := strings.CutPrefix(line, "$ "); ok {
			out = append(out, shown{line: b.line + i + 1, words: words})
			typed = strings.Contains(words, "<<'END'")
		} else if len(out) == 0 {
			t.Fatalf("%s:%d: a console begins with a command", path, b.line+1)
		} else {
			out[len(out)-1].want += line + "\n"
		}
	}
	return out
}

var varying = regexp.MustCompile(`\b[0-9.]+( ?)(ms|s)\b`)

// like reports whether got is what want says.
func like(want, got string) bool {
	clean := func(s string) string {
		return varying.ReplaceAllString(strings.TrimSpace(s), "N$1$2")
	}
	pattern := "^" + regexp.QuoteMeta(clean(want)) + "$"
	pattern = strings.ReplaceAll(pattern, "\n"+regexp.QuoteMeta("...")+"\n", `\n(?s:.*)\n?`)
	pattern = strings.ReplaceAll(pattern, regexp.QuoteMeta("..."), `(?s:.*)`)
	return regexp.MustCompile(pattern).MatchString(clean(got))
}

// terminal is a shell that is typed at.
type terminal struct {
	in   io.Writer
	pipe *io.PipeReader
	out  *bufio.Reader
}

func openShell(t *testing.T) *terminal {
	t.Helper()
	bin, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("bash", "--norc")
	cmd.Dir = t.TempDir()
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(e string) bool { return strings.HasPrefix(e, "GOFLAGS=") }),
		"PATH="+filepath.Dir(bin)+string(os.PathListSeparator)+os.Getenv("PATH"), "HOME="+t.TempDir(), "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_AUTHOR_NAME=you", "GIT_AUTHOR_EMAIL=you@example.com", "GIT_COMMITTER_NAME=you", "GIT_COMMITTER_EMAIL=you@example.com")
	project, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	// A page may clone the project: it gets this one's last commit.
	cmd.Env = append(cmd.Env, "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=url.file://"+filepath.ToSlash(project)+".insteadOf", "GIT_CONFIG_VALUE_0=https://github.com/svcgen/svcgen")
	for _, v := range []string{"GOCACHE", "GOMODCACHE", "GOPROXY"} { // they stand below the home that is hidden
		value, err := exec.Command("go", "env", v).Output()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Env = append(cmd.Env, v+"="+strings.TrimSpace(string(value)))
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	r, w := io.Pipe()
	cmd.Stdout, cmd.Stderr = w, w
	isolate(cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		end(cmd)
		r.Close()
		_ = cmd.Wait()
	})
	return &terminal{in, r, bufio.NewReader(r)}
}

const prompt = "that was it, with"

// do types a command and reads what it prints. What a page starts in the
// background goes on.
func (s *terminal) do(t *testing.T, words string) (out string, code int) {
	t.Helper()
	fmt.Fprintf(s.in, "%s\ncode=$?; echo; echo '%s' $code\n", words, prompt)
	done := time.AfterFunc(5*time.Minute, func() { s.pipe.CloseWithError(errors.New("no end")) })
	defer done.Stop()
	for {
		line, err := s.out.ReadString('\n')
		if err != nil {
			t.Fatalf("%s: the shell ended: %v\n%s", words, err, out)
		}
		if rest, ok := strings.CutPrefix(line, prompt); ok {
			_, err := fmt.Sscan(rest, &code)
			if err != nil {
				t.Fatal(err)
			}
			return strings.TrimSpace(out), code
		}
		out += line
	}
}
