// Package conformance holds what svcgen renders to the programs and libraries
// that others judge it by: Kubernetes' own types, Compose's loader, a validator
// of OpenAPI documents, actionlint. It is a module of its own, so that none of
// them reaches svcgen's binary.
package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
)

// actionlint does not share its YAML library's version with the others, so it
// runs as a program.
const actionlint = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"

// TestRendered renders every built-in template with every combination of its
// choices into one workspace, grows what can be grown, and judges every file.
func TestRendered(t *testing.T) {
	svcgen := build(t)
	ws := filepath.Join(t.TempDir(), "shop")
	run(t, svcgen, "init", ws, "--with", "all")
	made := 0
	for _, name := range templates(t, svcgen) {
		for i, set := range choices(t, svcgen, name) {
			service := fmt.Sprintf("%s-%d", name, i)
			run(t, svcgen, append([]string{"new", service, "--template", name, "-C", ws, "--no-input"}, set...)...)
			grow(t, svcgen, ws, name, service)
			made++
		}
	}
	seen := map[string]int{}
	err := filepath.WalkDir(ws, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if err == nil && d.Name() == ".svcgen" { // the templates' own files
				return fs.SkipDir
			}
			return err
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(ws, p)
		switch {
		case strings.HasPrefix(filepath.Base(p), "openapi."):
			seen["OpenAPI"]++
			for _, e := range openAPI(data) {
				t.Errorf("%s: %s", rel, e)
			}
		case filepath.Base(p) == "compose.yaml":
			seen["compose"]++
			if err := compose(p); err != nil {
				t.Errorf("%s: %v", rel, err)
			}
		case filepath.Ext(p) == ".yaml" && strings.Contains(filepath.ToSlash(rel), "/deploy/"):
			n, err := objects(data)
			if err != nil {
				t.Errorf("%s: %v", rel, err)
			}
			seen["Kubernetes"] += n
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	seen["built overlays"] = overlays(t, ws)
	if out, err := lintActions(ws); err != nil {
		t.Errorf("actionlint: %s", out)
	}
	t.Logf("%d services: %v", made, seen)
	for what, least := range map[string]int{"OpenAPI": 4, "compose": 1, "Kubernetes": 3 * made / 2, "built overlays": made / 2} {
		if seen[what] < least {
			t.Errorf("only %d of %s: does the test look where they are?", seen[what], what)
		}
	}
}

// TestJudges holds the judges themselves to what they must refuse.
func TestJudges(t *testing.T) {
	if errs := openAPI([]byte(`{"openapi": "3.1.0", "info": {"title": "x"}, "paths": {}}`)); len(errs) == 0 {
		t.Error("OpenAPI without a version passes")
	}
	const pod = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {template: {spec: {containers: [{name: x, livenesProbe: {}}]}}}\n"
	if _, err := objects([]byte(pod)); err == nil || !strings.Contains(err.Error(), "livenesProbe") {
		t.Errorf("a misspelt field passes: %v", err)
	}
	if n, err := objects([]byte(strings.Replace(pod, "livenesProbe", "livenessProbe", 1))); err != nil || n != 1 {
		t.Errorf("a right one does not: %v", err)
	}
	file := filepath.Join(t.TempDir(), "compose.yaml")
	if err := os.WriteFile(file, []byte("name: x\nservices: {a: {imag: x}}\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := compose(file); err == nil {
		t.Error("a misspelt compose key passes")
	}
	dir := t.TempDir()
	workflow := filepath.Join(dir, ".github", "workflows", "x.yml")
	if err := os.MkdirAll(filepath.Dir(workflow), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(workflow, []byte("on: push\njobs: {a: {runs-on: x-latest, steps: [{run: 'echo ${{ github.evnt }}'}]}}\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := lintActions(dir); err == nil {
		t.Error("an unknown property of a workflow passes")
	}
}

// TestOwnWorkflows judges svcgen's own workflows and its action.
func TestOwnWorkflows(t *testing.T) {
	if out, err := lintActions(filepath.Join("..", "..")); err != nil {
		t.Errorf("actionlint: %s", out)
	}
}

func build(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "svcgen")
	cmd := exec.Command("go", "build", "-o", bin, "./cmd/svcgen")
	cmd.Dir = filepath.Join("..", "..")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return bin
}

func run(t *testing.T, program string, args ...string) []byte {
	t.Helper()
	out, err := exec.Command(program, args...).Output()
	if err != nil {
		if e, ok := err.(*exec.ExitError); ok {
			out = append(out, e.Stderr...)
		}
		t.Fatalf("%s %s: %v\n%s", filepath.Base(program), strings.Join(args, " "), err, out)
	}
	return out
}

// templates lists the built-in templates that services come from.
func templates(t *testing.T, svcgen string) []string {
	t.Helper()
	var list struct{ Templates []struct{ Name string } }
	decode(t, run(t, svcgen, "template", "list", "--json", "-C", t.TempDir()), &list)
	var out []string
	for _, l := range list.Templates {
		out = append(out, l.Name)
	}
	if len(out) < 2 {
		t.Fatalf("there are only the templates %v", out)
	}
	return out
}

type value struct {
	Name, Type string
	Options    []string
}

// choices are the arguments for every combination of a template's choices.
func choices(t *testing.T, svcgen, name string) [][]string {
	t.Helper()
	var show struct{ Template struct{ Values []value } }
	decode(t, run(t, svcgen, "template", "show", name, "--json", "-C", t.TempDir()), &show)
	all := [][]string{nil}
	for _, v := range show.Template.Values {
		if v.Type == "bool" {
			v.Options = []string{"yes", "no"}
		}
		if len(v.Options) == 0 {
			continue
		}
		var next [][]string
		for _, set := range all {
			for _, o := range v.Options {
				next = append(next, append(set[:len(set):len(set)], "--set", v.Name+"="+o))
			}
		}
		all = next
	}
	return all
}

// grow adds endpoints, where the template has them.
func grow(t *testing.T, svcgen, ws, name, service string) {
	t.Helper()
	var show struct {
		Template struct{ Units []struct{ Name string } }
	}
	decode(t, run(t, svcgen, "template", "show", name, "--json", "-C", ws), &show)
	for _, u := range show.Template.Units {
		if u.Name != "endpoint" {
			continue
		}
		for _, e := range []string{"GET /v1/things", "POST /v1/things/{id}/approve", "DELETE /v1/things/{id}"} {
			run(t, svcgen, append([]string{"add", "endpoint", "--service", service, "-C", ws, "--no-input"}, strings.Fields(e)...)...)
		}
	}
}

func decode(t *testing.T, data []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%v: %s", err, data)
	}
}

// openAPI tells what is wrong with a document.
func openAPI(data []byte) []string {
	doc, err := libopenapi.NewDocument(data)
	if err != nil {
		return []string{err.Error()}
	}
	v, invalid := validator.NewValidator(doc)
	var out []string
	for _, e := range invalid {
		out = append(out, e.Error())
	}
	if v == nil {
		return out
	}
	if _, errs := v.ValidateDocument(); errs != nil {
		for _, e := range errs {
			out = append(out, e.Error())
		}
	}
	return out
}

func compose(file string) error {
	options, err := cli.NewProjectOptions([]string{file}, cli.WithWorkingDirectory(filepath.Dir(file)), cli.WithName("shop"), cli.WithInterpolation(true))
	if err != nil {
		return err
	}
	_, err = options.LoadProject(context.Background())
	return err
}

// strict decodes into Kubernetes' own types: an unknown field, or one twice, is
// an error.
var strict = func() runtime.Decoder {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{appsv1.AddToScheme, autoscalingv2.AddToScheme, batchv1.AddToScheme,
		corev1.AddToScheme, networkingv1.AddToScheme, policyv1.AddToScheme} {
		if err := add(scheme); err != nil {
			panic(err)
		}
	}
	return serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
}()

var separator = regexp.MustCompile(`(?m)^---$`)

// objects decodes the Kubernetes objects of a file, and counts them. Kustomize's
// own are for kustomize.
func objects(data []byte) (n int, err error) {
	for _, doc := range separator.Split(string(data), -1) {
		if !strings.Contains(doc, "apiVersion:") || strings.Contains(doc, "kustomize.config.k8s.io") {
			continue
		}
		if _, _, err := strict.Decode([]byte(doc), nil, nil); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// overlays builds every overlay and decodes what comes out.
func overlays(t *testing.T, ws string) int {
	t.Helper()
	if _, err := exec.LookPath("kubectl"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Log("SKIPPED: kubectl is needed to build overlays")
		return 1 << 20
	}
	dirs, err := filepath.Glob(filepath.Join(ws, "services", "*", "deploy", "overlays", "*"))
	if err != nil {
		t.Fatal(err)
	}
	joined, err := filepath.Glob(filepath.Join(ws, "deploy", "*"))
	if err != nil || len(joined) != 2 {
		t.Errorf("the workspace's own overlays are %v: %v", joined, err)
	}
	for _, dir := range append(dirs, joined...) {
		n, err := objects(run(t, "kubectl", "kustomize", dir))
		if err != nil || n < 2 {
			t.Errorf("%s: %d objects: %v", dir, n, err)
		}
	}
	return len(dirs)
}

// lintActions runs actionlint over the workflows below dir.
func lintActions(dir string) ([]byte, error) {
	files, err := filepath.Glob(filepath.Join(dir, ".github", "workflows", "*.y*ml"))
	if err != nil || len(files) == 0 {
		return []byte("there are no workflows"), fmt.Errorf("no workflows in %s: %v", dir, err)
	}
	cmd := exec.Command("go", append([]string{"run", actionlint, "-no-color", "-shellcheck=", "-pyflakes="}, absolute(files)...)...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return bytes.TrimSpace(out), err
}

func absolute(files []string) []string {
	for i, f := range files {
		if abs, err := filepath.Abs(f); err == nil {
			files[i] = abs
		}
	}
	return files
}
