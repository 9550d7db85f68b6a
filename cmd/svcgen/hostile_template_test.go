//go:build linux

package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// trap is a template in a folder of the workspace that means harm.
type trap struct {
	name  string
	files map[string]string // below the template's folder
	want  string            // a pattern of what svcgen new says; "": it is harmless, and is rendered
	add   []string          // what is given to the unit u
}

const trapHead = "version: 1\nname: evil\nrelease: 1.0.0\nkind: other\nlayers: [base]\n"

// body is a trap of one rendered file.
func body(name, text, want string) trap {
	return trap{name: name, want: want, files: map[string]string{"base/x.txt.tmpl": text}}
}

// named is a trap of a file's path.
func named(name, path, want string) trap {
	return trap{name: name, files: map[string]string{"base/" + path: "x\n"}, want: want}
}

// described is a trap in template.yaml, behind its head.
func described(name, yaml, want string) trap {
	return trap{name: name, want: want, files: map[string]string{"template.yaml": trapHead + yaml, "base/x.txt": "x\n", "unit/y.txt": "y\n", "entry": "x: y\n"}}
}

func traps() []trap {
	many := map[string]string{}
	for i := range 2_100 {
		many[fmt.Sprintf("base/d%d/f%d", i%100, i)] = ""
	}
	return []trap{
		// Reading what is not the template's: helm's and cookiecutter's environment,
		// Jinja's sandbox escapes (CVE-2016-10745, CVE-2019-10906) as Go would have them.
		body("the environment", `{{ env "HOME" }}`, `function "env" not defined`),
		body("the environment, expanded", `{{ expandenv "$HOME" }}`, `function "expandenv" not defined`),
		body("a host's address", `{{ getHostByName "example.com" }}`, `function "getHostByName" not defined`),
		body("the clock", `{{ now }}`, `function "now" not defined`),
		body("the clock, as an age", `{{ ago "x" }}`, `function "ago" not defined`),
		body("randomness", `{{ randAlphaNum 8 }}`, `function "randAlphaNum" not defined`),
		body("a key", `{{ genPrivateKey "rsa" }}`, `function "genPrivateKey" not defined`),
		body("a map's order", `{{ keys (dict "a" 1 "b" 2) }}`, `function "keys" not defined`),
		body("a shuffle", `{{ shuffle "abc" }}`, `function "shuffle" not defined`),
		body("a file", `{{ readFile "/etc/passwd" }}`, `function "readFile" not defined`),
		body("helm's files", `{{ .Files.Get "/etc/passwd" }}`, `Files`),
		body("a function that is called", `{{ call .Service.Name }}`, `call`),
		body("a template of another file", `{{ template "../../../etc/passwd" }}`, `template "../../../etc/passwd" not defined|no template`),
		body("a method of the data", `{{ .Service.Path.Open }}`, `Open`),
		body("the type of the data", `{{ printf "%T %v %#v" . . . }}`, `printf`),
		body("a pointer", `{{ printf "%p" .Service }}`, `printf`),

		// Writing where it must not: zip slip, cookiecutter's and hygen's "..", copier's CVE-2026-34726.
		named("two dots", "{{ \"..\" }}/x.tmpl", `renders to "..", which is no file name`),
		trap{"two dots in a value", map[string]string{"template.yaml": trapHead + "values:\n  p: {default: ../../../out}\n", "base/{{ .Values.p }}": "x\n"}, `not a path|leaves|segment`, nil},
		trap{"an absolute path", map[string]string{"template.yaml": trapHead + "values:\n  p: {default: /tmp/out}\n", "base/{{ .Values.p }}": "x\n"}, `not a path|leaves|segment`, nil},
		trap{"an empty name", map[string]string{"template.yaml": trapHead + "values:\n  p: {default: ''}\n", "base/{{ .Values.p }}": "x\n"}, `not a path|empty|segment`, nil},
		trap{"a line break in a name", map[string]string{"base/{{ printf `a%cb` 10 }}": "x\n"}, `which cannot be seen`, nil},
		named("git's folder", ".git/hooks/post-checkout", `\.git`),
		named("git's folder in upper case", ".GIT/config", `(?i)\.git`),
		named("git's folder below", "a/.git/config", `\.git`),
		named("git's folder by its short name", "GIT~1/config", `(?i)git~1`),
		named("svcgen's folder", ".svcgen/journal.json", `\.svcgen`),
		named("a manifest", "svcgen.yaml", `svcgen\.yaml`),
		named("the descriptor", "service.yaml", `service\.yaml`),
		named("a device of Windows", "con.txt", `con\.txt|Windows`),
		named("a stream of Windows", "x.txt:y", `colon|Windows|not a path`),
		named("a trailing dot", "x.", `Windows|dot|not a path`),
		named("two cases", "x.txt", ``),
		{"names in two cases", map[string]string{"base/A.txt": "x\n", "base/a.txt": "y\n"}, `A\.txt.*a\.txt|a\.txt.*A\.txt`, nil},
		{"a file and a folder", map[string]string{"template.yaml": trapHead + "values:\n  p: {default: x}\n", "base/{{ .Values.p }}": "x\n", "base/x/y": "y\n"}, `x`, nil},
		{"one path twice", map[string]string{"template.yaml": strings.Replace(trapHead, "[base]", "[base, more]", 1), "base/x": "1\n", "more/x": "2\n"}, `makes x, which base/x makes too`, nil},

		// What a template may say of other places.
		described("a layer elsewhere", "", ``),
		{"a layer above", map[string]string{"template.yaml": strings.Replace(trapHead, "[base]", "[../../..]", 1), "base/x": "x\n"}, `\.\./\.\./\.\.`, nil},
		described("an insertion elsewhere", "units:\n  u: {insert: [{file: ../../compose.yaml, end: true, text: entry}]}\n", `file: "\.\./\.\./compose\.yaml" is no path in the service`),
		described("an entry from elsewhere", "wiring:\n  compose: [../../../etc/passwd]\n", `etc/passwd`),
		described("wiring nobody knows", "wiring:\n  crontab: [entry]\n", ``), // lint finds it, new says so
		described("a folder elsewhere", "units:\n  u: {dir: ../..}\n", `\.\./\.\.`),
		described("hooks", "hooks: {post_gen: touch x}\n", `unknown key "hooks"`),
		described("tasks", "_tasks: [touch x]\n", `unknown key "_tasks"`),
		described("a migration elsewhere", "migrations:\n  - {to: 1.0.0, rename: {x.txt: ../../x}}\n", `rename\.x\.txt: "\.\./\.\./x" is no path in the service`),
		described("a pattern that never ends", "values:\n  a: {match: '((((((a*)*)*)*)*)*)*b', default: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab}\n", ``),
		described("a huge pattern", "values:\n  a: {match: '((a{1,1000}){1,1000}){1,1000}'}\n", `not a regular expression`),
		described("an alias bomb", "a: &a [x,x]\nb: &b [*a,*a]\nsummary: *b\n", `alias|unknown key|anchor`),
		described("a YAML tag", "summary: !!python/object/apply:os.system [touch x]\n", `summary`),

		// Taking all there is: time, memory, disk.
		body("a loop", `{{ range until 10000 }}{{ range until 10000 }}x{{ end }}{{ end }}`, `steps`),
		body("a loop in loops", strings.Repeat(`{{ range until 9999 }}`, 8)+strings.Repeat(`{{ end }}`, 8), `steps`),
		body("a template that calls itself", `{{ define "a" }}{{ template "a" }}{{ end }}{{ template "a" }}`, `steps|depth|itself|recurs`),
		body("much of little", `{{ repeat 100000000 "xxxxxxxx" }}`, `MiB|repeat`),
		body("much of little, in steps", `{{ $x := "xxxxxxxxxxxxxxxx" }}{{ range until 60 }}{{ $x = print $x $x }}{{ end }}`, `MiB`),
		body("an output without end", `{{ range until 9000 }}{{ repeat 9000 "x" }}{{ end }}`, `MiB|bytes`),
		body("a wide number", `{{ printf "%0999999999d" 1 }}`, `printf`),
		body("a list without end", `{{ until 2000000000 }}`, `until`),
		body("an indentation", `{{ indent 2000000000 "x" }}`, `indent`),
		body("nested blocks", strings.Repeat("{{if 1}}", 20_000)+strings.Repeat("{{end}}", 20_000), ``),
		body("nested parentheses", "{{"+strings.Repeat("(", 200_000)+"1"+strings.Repeat(")", 200_000)+"}}", `x\.txt\.tmpl`),
		{"many files", many, `has 2101 files; 2000 are allowed`, nil},
		{"a large file", map[string]string{"base/large": strings.Repeat("x", 65<<20)}, `MiB|bytes`, nil},

		// Deceiving the person at the terminal.
		{"a summary that writes to the terminal", map[string]string{"template.yaml": trapHead + "summary: \"\\e[2J\\e]0;owned\\a\\u202Eok\"\n", "base/x": "x\n"}, ``, nil},
		{"help that writes to the terminal", map[string]string{"template.yaml": trapHead + "values:\n  a: {help: \"\\e[2Jowned\", default: x}\n", "base/x": "x\n"}, ``, nil},
		{"a name that writes to the terminal", map[string]string{"base/\x1b[2J.txt": "x\n"}, `.`, nil},
		body("an error that writes to the terminal", "{{ \x1b[2J }}", `x\.txt\.tmpl`),
	}
}

// TestHostileTemplates shows, lints, renders, and grows from each template. It
// is refused with its error or is harmless; nothing outside of the new service
// and the files that list it changes, no program runs, and no control character
// reaches the terminal.
func TestHostileTemplates(t *testing.T) {
	tool := strace(t)
	canary := t.TempDir()
	write(t, canary, map[string]string{"file": "untouched", "folder/file": "untouched"})
	untouched := snapshot(t, canary)
	for i, h := range append(append(traps(), moreTraps()...), linked(canary)...) {
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			around := t.TempDir()
			dir := filepath.Join(around, "shop")
			write(t, around, map[string]string{"secret.txt": "s3cr3t-of-a-neighbour\n", "out/keep": "x"})
			write(t, dir, map[string]string{
				"svcgen.yaml":  "version: 1\nmodule: example.com/shop\nservices:\n  old: {path: services/old, port: 9000}\ntemplates: {evil: tools/evil}\nwiring:\n  - {slot: compose}\n",
				"compose.yaml": "services:\n",
			})
			if _, ok := h.files["template.yaml"]; !ok {
				write(t, dir, map[string]string{"tools/evil/template.yaml": trapHead})
			}
			for p, text := range h.files {
				place(t, filepath.Join(dir, "tools", "evil"), p, text)
			}
			h.keep(t, dir)
			before := snapshot(t, around)
			for _, args := range append([][]string{
				{"template", "list"}, {"template", "show", "evil"}, {"template", "test", "evil"}, {"lint", "tools/evil"}, {"new", "payments", "--template", "evil"},
				append([]string{"add", "u", "--service", "payments", "--"}, h.add...), {"set", "a=b", "--service", "payments"},
				{"upgrade"}, {"status"}, {"diff"}, {"check"}, {"rename", "payments", "pay"}, {"remove", "pay"},
			}, append(kept, kept...)[i%len(kept):i%len(kept)+4]...) {
				trace := filepath.Join(t.TempDir(), "trace")
				cmd := svcgen(t, dir, args...)
				cmd.Args = append([]string{tool, "--seccomp-bpf", "-f", "-qq", "-s", "400", "-e", "trace=execve", "-e", "signal=none", "-o", trace}, cmd.Args...)
				cmd.Path = tool
				out, _ := cmd.CombinedOutput()
				said := string(out)
				calm(t, said)
				if strings.Contains(said, "s3cr3t") || strings.Contains(said, "root:x:") {
					t.Errorf("%v tells a secret:\n%s", args, said)
				}
				if code := cmd.ProcessState.ExitCode(); code > 2 || code < 0 {
					t.Errorf("%v: exit code %d\n%s", args, code, said)
				}
				if args[0] == "new" {
					switch {
					case h.want == "" && cmd.ProcessState.ExitCode() != 0:
						t.Errorf("it was refused:\n%s", said)
					case h.want != "" && cmd.ProcessState.ExitCode() != 2:
						t.Errorf("it was taken:\n%s", said)
					case h.want != "" && !regexp.MustCompile(h.want).MatchString(said):
						t.Errorf("want an error with %s, got\n%s", h.want, said)
					}
					for p, text := range snapshot(t, around) {
						if old, was := before[p]; was && old != text && p != "shop/svcgen.yaml" && p != "shop/compose.yaml" && !strings.HasSuffix(p, "/") ||
							!was && !strings.HasPrefix(p, "shop/services/") && !strings.HasPrefix(p, "shop/.svcgen/") {
							t.Errorf("%s came or changed", p)
						}
						if strings.HasPrefix(text, "link ") && !strings.HasPrefix(p, "shop/tools/") && !strings.HasPrefix(p, "shop/.svcgen/templates/") {
							t.Errorf("%s is a link", p)
						}
						if strings.HasPrefix(p, "shop/services/") && (strings.Contains(text, "s3cr3t") || strings.Contains(text, "root:x:")) {
							t.Errorf("%s holds a secret", p)
						}
					}
				}
				data, err := os.ReadFile(trace)
				if err != nil {
					t.Fatal(err)
				}
				for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n")[1:] {
					if strings.Contains(line, "execve(") && !strings.Contains(line, `/git"`) {
						t.Errorf("%v runs a program: %s", args, line)
					}
				}
			}
		})
	}
	t.Cleanup(func() {
		if d := differences(untouched, snapshot(t, canary)); len(d) > 0 {
			t.Errorf("the canary's folder changed: %v", d)
		}
	})
}

// linked are templates with symbolic links.
func linked(canary string) []trap {
	return []trap{
		{"a link to a file", map[string]string{"base/x": "link:/etc/passwd"}, `link|plain file`, nil},
		{"a link to a neighbour", map[string]string{"base/x": "link:../../../../secret.txt"}, `link|plain file`, nil},
		{"a link to a folder", map[string]string{"base/x": "x", "base/d": "link:" + canary}, `link|plain file`, nil},
		{"a link for template.yaml", map[string]string{"template.yaml": "link:/etc/passwd", "base/x": "x"}, `link|template\.yaml`, nil},
		{"a link for a layer", map[string]string{"base": "link:" + canary}, `link|plain file`, nil},
		{"a link to itself", map[string]string{"base/x": "link:x"}, `link|plain file`, nil},
	}
}
