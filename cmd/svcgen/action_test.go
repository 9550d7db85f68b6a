package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// action is what the test reads of action.yml.
type action struct {
	Inputs map[string]struct{ Default string }
	Runs   struct {
		Steps []step
	}
}

type step struct {
	ID, Name, If, Uses, Shell, Run string
	WorkingDirectory               string `yaml:"working-directory"`
	Env, With                      map[string]string
}

func readAction(t *testing.T) action {
	t.Helper()
	data, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var a action
	if err := yaml.Unmarshal(data, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// TestAction runs the scripts of action.yml as GitHub does: each in a bash of its
// own, with what earlier steps wrote to GITHUB_OUTPUT.
func TestAction(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("which bash there is depends on the machine")
	}
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("there is no bash")
	}
	a := readAction(t)
	temp := t.TempDir()
	ws := t.TempDir()
	for name, text := range map[string]string{
		"good/template.yaml": "version: 1\nname: good\nrelease: 1.0.0\nkind: other\nlayers: [base]\n", "good/base/x.txt.tmpl": "{{ .Service.Name }}\n",
		"a bad/template.yaml": "version: 1\nname: bad\nrelease: 1.0.0\nkind: other\nlayers: [base]\n", "a bad/base/x.json.tmpl": "{\n",
	} {
		file := filepath.Join(ws, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	first := true
	for _, c := range []struct {
		name   string
		inputs map[string]string
		ends   int    // 1: the last step fails for findings; 2: the step that lints does
		says   string // in what GitHub reads from the log
	}{
		{"clean", map[string]string{"paths": "good"}, 0, ""},
		{"findings", map[string]string{"paths": "good\na bad\n"}, 1, "::error file=a bad/base/x.json.tmpl,line=1"},
		{"findings that do not count", map[string]string{"paths": "a bad", "fail-on": "never"}, 0, "::error file=a bad/base/x.json.tmpl,line=1"},
		{"more arguments", map[string]string{"paths": "a bad", "args": "--skip\noutput-does-not-parse,template-name\n"}, 0, ""},
		{"a folder of its own", map[string]string{"paths": "../good", "working-directory": "a bad"}, 0, ""},
		{"wrong use", map[string]string{"paths": "$(touch hit)\n;touch hit"}, 2, ""},
		{"a path like a flag", map[string]string{"paths": "--fix"}, 2, ""},
	} {
		g := &githubRun{t: t, temp: temp, root: root, dir: ws, inputs: map[string]string{}, outputs: map[string]string{}}
		for name, in := range a.Inputs {
			g.inputs[name] = in.Default
		}
		for name, value := range c.inputs {
			if _, ok := g.inputs[name]; !ok {
				t.Fatalf("there is no input %s", name)
			}
			g.inputs[name] = value
		}
		code, log := 0, ""
		for _, s := range a.Runs.Steps {
			if s.Run == "" || s.ID == "" && !first && strings.HasPrefix(s.Name, "Build") {
				continue
			}
			code, log = g.run(s, log)
			if code != 0 {
				break
			}
		}
		first = false
		if code != c.ends {
			t.Errorf("%s: it ended with %d:\n%s", c.name, code, log)
		}
		if !strings.Contains(log, c.says) || c.says == "" && strings.Contains(log, "::error file") {
			t.Errorf("%s: the log is\n%s", c.name, log)
		}
		sarif, err := os.ReadFile(g.outputs["sarif"])
		if c.ends < 2 && (err != nil || !json.Valid(sarif)) || c.ends == 2 && g.outputs["sarif"] != "" {
			t.Errorf("%s: sarif is %q: %v", c.name, g.outputs["sarif"], err)
		}
	}
	if hits, _ := filepath.Glob(filepath.Join(ws, "*hit*")); hits != nil {
		t.Error("an input was run as code")
	}
}

// TestActionIsSafe keeps inputs out of scripts, and pins what it uses.
func TestActionIsSafe(t *testing.T) {
	uploads := 0
	for _, s := range readAction(t).Runs.Steps {
		if strings.Contains(s.Run, "${{") {
			t.Errorf("%s: an expression in a script can run as code", s.Name)
		}
		if s.Run != "" && s.Shell != "bash" {
			t.Errorf("%s: a step of a composite action must name its shell", s.Name)
		}
		if s.Uses != "" && !regexp.MustCompile(`@[0-9a-f]{40}$`).MatchString(s.Uses) {
			t.Errorf("%s: %s is not pinned", s.Name, s.Uses)
		}
		if strings.HasPrefix(s.Uses, "github/codeql-action/upload-sarif@") && s.With["sarif_file"] == "${{ steps.lint.outputs.sarif }}" {
			uploads++
		}
	}
	if uploads != 1 {
		t.Errorf("it uploads SARIF %d times", uploads)
	}
}

// githubRun is one run of the action's steps.
type githubRun struct {
	t               *testing.T
	temp, root, dir string
	inputs, outputs map[string]string
}

var expression = regexp.MustCompile(`\$\{\{ *([\w.-]+) *\}\}`)

// value fills in the expressions that action.yml has; another one is a fault.
func (g *githubRun) value(text string) string {
	return expression.ReplaceAllStringFunc(text, func(e string) string {
		name := expression.FindStringSubmatch(e)[1]
		if in, ok := strings.CutPrefix(name, "inputs."); ok {
			if v, ok := g.inputs[in]; ok {
				return v
			}
		}
		if out, ok := strings.CutPrefix(name, "steps.lint.outputs."); ok {
			if v, ok := g.outputs[out]; ok {
				return v
			}
		}
		switch name {
		case "runner.temp":
			return g.temp
		case "github.action_path":
			return g.root
		}
		g.t.Errorf("what is %s?", e)
		return ""
	})
}

// run runs a step, and adds what it prints to the log.
func (g *githubRun) run(s step, log string) (code int, all string) {
	g.t.Helper()
	outputs := filepath.Join(g.t.TempDir(), "output")
	script := filepath.Join(g.t.TempDir(), "step.sh")
	if err := os.WriteFile(script, []byte(s.Run), 0o666); err != nil {
		g.t.Fatal(err)
	}
	// As https://docs.github.com/actions/reference says of `shell: bash`.
	cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", script)
	cmd.Dir = filepath.Join(g.dir, g.value(s.WorkingDirectory))
	cmd.Env = append(os.Environ(), "GITHUB_OUTPUT="+outputs)
	for name, value := range s.Env {
		if name != "GOFLAGS" { // the machine's own may say where modules come from
			cmd.Env = append(cmd.Env, fmt.Sprintf("%s=%s", name, g.value(value)))
		}
	}
	var b bytes.Buffer
	cmd.Stdout, cmd.Stderr = &b, &b
	err := cmd.Run()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		g.t.Fatal(err)
	}
	written, _ := os.ReadFile(outputs)
	for line := range strings.Lines(string(written)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		g.outputs[name] = value
	}
	return cmd.ProcessState.ExitCode(), log + b.String()
}
