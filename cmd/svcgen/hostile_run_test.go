//go:build linux

package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestHostileSources adds each source with every consent that there is. It must
// be refused with its error, or be harmless; no file changes in the workspace or outside
// of it, and no program runs but git.
func TestHostileSources(t *testing.T) {
	tool := strace(t)
	before := tiny(t)
	canary := t.TempDir()
	write(t, canary, map[string]string{"file": "untouched", "folder/file": "untouched"})
	untouched := snapshot(t, canary)
	tmp := t.TempDir() // of these commands alone: what is left in it is theirs
	gitCore, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range append(hostileSources(), moreSources()...) {
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			dir := clone(t, before)
			home := t.TempDir()
			trace := filepath.Join(t.TempDir(), "trace")
			env := append(os.Environ(), "XDG_CACHE_HOME="+filepath.Join(home, "cache"), "HOME="+home, "CANARY="+canary, "TMPDIR="+tmp,
				"GIT_SSH_COMMAND=touch "+canary+"/ssh", "GIT_EXTERNAL_DIFF=touch", "GIT_PROXY_COMMAND=touch "+canary+"/proxy", "GIT_ASKPASS=touch "+canary+"/ask")
			source := h.make(t)
			traced := func(args ...string) *exec.Cmd {
				cmd := svcgen(t, dir, args...)
				cmd.Args = append([]string{tool, "--seccomp-bpf", "-f", "-qq", "-s", "400", "-e", "trace=execve", "-e", "signal=none", "-o", trace}, cmd.Args...)
				cmd.Path, cmd.Env = tool, env
				return cmd
			}
			cmd := traced("template", "add", "--trust", "--", "evil", source)
			out, err := cmd.CombinedOutput()
			said := string(out)
			calm(t, said)
			switch {
			case err == nil && h.want != "":
				t.Errorf("it was taken:\n%s", said)
			case err != nil && cmd.ProcessState.ExitCode() != 2:
				t.Errorf("exit code %d\n%s", cmd.ProcessState.ExitCode(), said)
			case err != nil && (h.want == "" || !regexp.MustCompile(`(?m)`+h.want).MatchString(said)):
				t.Errorf("want an error with %q, got\n%s", h.want, said)
			}
			if err != nil {
				if d := differences(snapshot(t, before), snapshot(t, dir)); len(d) > 0 {
					t.Errorf("the workspace changed: %v", d)
				}
				if _, err := os.Stat(filepath.Join(home, "cache")); !os.IsNotExist(err) {
					t.Error("something is in the cache")
				}
			}
			executed(t, trace, strings.TrimSpace(string(gitCore)))
			h.everywhere(t, dir, source, err != nil, func(args ...string) (string, int) {
				cmd := traced(args...)
				if err != nil && args[0] != "template" { // what reads no source runs nothing that another would not
					cmd = svcgen(t, dir, args...)
					cmd.Env = env
				}
				out, _ := cmd.CombinedOutput()
				calm(t, string(out))
				executed(t, trace, strings.TrimSpace(string(gitCore)))
				return string(out), cmd.ProcessState.ExitCode()
			})
		})
	}
	t.Cleanup(func() {
		if d := differences(untouched, snapshot(t, canary)); len(d) > 0 {
			t.Errorf("the canary's folder changed: %v", d)
		}
		if left, _ := filepath.Glob(filepath.Join(tmp, "svcgen-*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}

// everywhere runs every command that reads a template where the manifest names the
// source: somebody proposed that line, or the source changed since. What add refuses,
// the others refuse, too, and change nothing.
func (h hostile) everywhere(t *testing.T, dir, source string, refused bool, run func(args ...string) (string, int)) {
	t.Helper()
	if refused {
		manifest, err := os.ReadFile(filepath.Join(dir, "svcgen.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(source, "git+file://") && !strings.Contains(source, "@") {
			source += "@v1.0.0"
		}
		line := fmt.Sprintf("templates:\n  evil: {source: %q, digest: h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=}\n", source)
		write(t, dir, map[string]string{"svcgen.yaml": strings.Replace(string(manifest), "templates:\n", line, 1)})
	}
	before := snapshot(t, dir)
	for _, command := range []string{"template fetch evil", "template outdated evil", "template update evil --trust", "template list", "template show evil",
		"template test evil", "lint", "lint evil", "new p --template evil", "upgrade", "status", "diff"} {
		said, code := run(strings.Fields(command)...)
		if code < 0 || code > 2 {
			t.Errorf("%s: exit code %d\n%s", command, code, said)
		}
		if !refused {
			continue
		}
		switch command {
		case "template fetch evil", "template update evil --trust":
			want := h.want
			switch h.name {
			case "an empty repository":
				want = `there is no tag, branch or commit "v1.0.0"`
			case "an alias bomb": // the digest is compared before anything is parsed
				want += `|it has other content|has other content than the manifest says`
			}
			if code != 2 || !regexp.MustCompile(`(?m)`+want).MatchString(said) {
				t.Errorf("%s: exit code %d, want an error with %q, got\n%s", command, code, want, said)
			}
		case "template show evil", "template test evil", "lint evil", "new p --template evil":
			if code != 2 || !strings.Contains(said, "error: ") {
				t.Errorf("%s: exit code %d\n%s", command, code, said)
			}
		}
	}
	if d := differences(before, snapshot(t, dir)); refused && len(d) > 0 {
		t.Errorf("the workspace changed: %v", d)
	}
}

// calm fails where a character reaches the terminal that it would obey, and where
// svcgen fell over, which would have the exit code of wrong use.
func calm(t *testing.T, said string) {
	t.Helper()
	if strings.Contains(said, "panic: ") || strings.Contains(said, "goroutine 1 [") || strings.Contains(said, "fatal error: ") {
		t.Errorf("svcgen falls over:\n%.2000s", said)
	}
	for _, c := range said {
		if c < ' ' && c != '\n' && c != '\t' || c >= 0x7f && c < 0xa0 || c == '\u202e' {
			t.Errorf("the character %U reaches the terminal:\n%q", c, said)
			return
		}
	}
}

// calls finds the program and its arguments in a line of strace.
var calls = regexp.MustCompile(`execve\("([^"]*)", \[(.*?)\]`)

// executed fails where a program ran that is neither svcgen nor part of git.
func executed(t *testing.T, trace, gitCore string) {
	t.Helper()
	data, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range foreign(string(data), gitCore) {
		t.Errorf("a program ran: %s", line)
	}
}

// foreign returns the lines of a trace, behind the first, that call what is no
// part of git. git itself calls a shell to start what serves a repository on
// this machine; that is what it may say there.
func foreign(trace, gitCore string) (out []string) {
	served := regexp.MustCompile(`^"/bin/sh", "-c", "git-upload-pack '/[^'\\$` + "`" + `]*'( \\"\$@\\")?"`)
	for n, line := range strings.Split(strings.TrimSpace(trace), "\n") {
		if n == 0 || !strings.Contains(line, `execve(`) {
			continue // svcgen itself, an end, or the second half of a call
		}
		m := calls.FindStringSubmatch(line)
		switch {
		case m == nil:
		case filepath.Base(m[1]) == "git", strings.HasPrefix(m[1], gitCore+"/git"), strings.HasPrefix(filepath.Base(m[1]), "git-"):
			continue
		case filepath.Base(m[1]) == "sh" && served.MatchString(m[2]):
			continue
		}
		out = append(out, line)
	}
	return out
}

// TestForeign makes sure that the test above could fail.
func TestForeign(t *testing.T) {
	const first = `1 execve("/tmp/svcgen", ["svcgen"], 0x7ffe /* 9 vars */) = 0` + "\n"
	for line, want := range map[string]int{
		`2 execve("/usr/bin/git", ["git", "init"], 0xc000 /* 9 vars */) = 0`:                                                            0,
		`2 execve("/usr/lib/git-core/git", ["git", "index-pack"], 0xc000 <unfinished ...>`:                                              0,
		`2 execve("/bin/sh", ["/bin/sh", "-c", "git-upload-pack '/tmp/x.git'", "git-upload-pack '/tmp/x.git'"], 0x55 /* 9 vars */) = 0`: 0,
		`2 <... execve resumed>) = 0`: 0,
		`2 execve("/bin/sh", ["/bin/sh", "-c", "git-upload-pack '/tmp/x.git'; touch x"], 0x55 /* 9 vars */) = 0`: 1,
		`2 execve("/bin/sh", ["/bin/sh", "-c", "git-upload-pack '/tmp/$(touch x)'"], 0x55 /* 9 vars */) = 0`:     1,
		`2 execve("/usr/bin/touch", ["touch", "x"], 0x55 /* 9 vars */) = 0`:                                      1,
		`2 execve("/tmp/evil/hooks/post-checkout", ["post-checkout"], 0x55 <unfinished ...>`:                     1,
		`2 execve("/usr/bin/ssh", ["ssh"], 0x55 /* 9 vars */) = -1 ENOENT (No such file or directory)`:           1,
	} {
		if got := foreign(first+line, "/usr/lib/git-core"); len(got) != want {
			t.Errorf("%s: got %v", line, got)
		}
	}
}
