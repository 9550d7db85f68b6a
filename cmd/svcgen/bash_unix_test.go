//go:build unix

package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// bashCompletion is the library that scripts of completions stand on. The script
// of svcgen needs it as every other does.
const bashCompletion = "/usr/share/bash-completion/bash_completion"

// tab does what bash does at a tab, given the line so far.
// It prints each offer on a line.
const tab = `
source "$LIBRARY" || exit 3
source <(svcgen completion bash) || exit 4
how=$(complete -p svcgen) || exit 5
how=${how##*-F }; how=${how%% *}
COMP_LINE=$1 COMP_POINT=${#1} COMP_TYPE=63 COMP_KEY=9
read -ra COMP_WORDS <<<"$1"
[[ $1 == *' ' ]] && COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
COMPREPLY=()
"$how" svcgen "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
printf '%s\n' "${COMPREPLY[@]}"
`

func TestBashCompletes(t *testing.T) {
	needed(t, "bash")
	if _, err := os.Stat(bashCompletion); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("the package bash-completion is needed here: %v", err)
		}
		t.Skipf("SKIPPED: the package bash-completion is needed: %v", err)
	}
	dir := tiny(t)
	run(t, dir, "new", "payments", "--template", "tiny")
	run(t, dir, "new", "payroll", "--template", "tiny")
	bin, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	// The line names svcgen; what bash finds by that name is this build.
	path := t.TempDir()
	if err := os.Symlink(bin, filepath.Join(path, "svcgen")); err != nil {
		t.Fatal(err)
	}
	offers := func(line string) []string {
		t.Helper()
		cmd := exec.Command("bash", "--norc", "--noprofile", "-c", tab, "bash", line)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PATH="+path+string(os.PathListSeparator)+os.Getenv("PATH"), "LIBRARY="+bashCompletion)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		// compopt has no completion to change outside of a prompt.
		said := slices.DeleteFunc(strings.Split(strings.TrimSpace(stderr.String()), "\n"), func(s string) bool {
			return s == "" || strings.Contains(s, "compopt: not currently executing completion function")
		})
		if err != nil || len(said) > 0 {
			t.Fatalf("%s: %v\n%s", line, err, strings.Join(said, "\n"))
		}
		var words []string
		for _, l := range strings.Split(string(out), "\n") {
			if word, _, _ := strings.Cut(strings.TrimSpace(l), " "); word != "" {
				words = append(words, word) // what follows is the description
			}
		}
		return words
	}
	for _, c := range []struct {
		line string
		want []string
	}{
		{"svcgen upgr", []string{"upgrade"}},
		{"svcgen upgrade pay", []string{"payments", "payroll"}},
		{"svcgen remove paym", []string{"payments"}},
		{"svcgen new x --template ti", []string{"tiny"}},
		{"svcgen new x --template=ti", []string{"tiny"}},
		{"svcgen template show ti", []string{"tiny"}},
		{"svcgen add no", []string{"note"}},
		{"svcgen set payments col", []string{"color="}},
		{"svcgen upgrade nobody", nil},
	} {
		got := offers(c.line)
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%q offers %q, want %q", c.line, got, c.want)
		}
	}
}
