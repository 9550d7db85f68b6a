package lint

import (
	"context"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/svcgen/svcgen/internal/tree"
)

// TestSurfaceIsMended breaks what --fix can mend, in a built-in template.
func TestSurfaceIsMended(t *testing.T) {
	mended := []string{
		"no-dockerignore/gone", "image-runs-as-root/none", "image-runs-as-root/root", "image-runs-as-root/zero",
		"image-shell-form/entrypoint", "image-shell-form/command", "image-add/sources",
		"k8s-no-resources/requests", "k8s-no-resources/memory",
		"k8s-privileged/privileged", "k8s-privileged/escalation", "k8s-privileged/unset", "k8s-privileged/writable",
		"k8s-privileged/may be root", "k8s-privileged/root", "server-without-timeouts/listens",
	}
	for _, m := range surfaceMutations() {
		name := m.rule + "/" + m.name
		i := slices.Index(mended, name)
		if i < 0 {
			continue
		}
		mended = slices.Delete(mended, i, i+1)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := builtin(t, "http")
			m.apply(&mutant{t, &in})
			got, err := Mend(context.Background(), in, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Applied) == 0 || len(got.Report.Findings) > 0 {
				t.Errorf("mended %v, left %v", got.Applied, got.Report.Findings)
			}
		})
	}
	if len(mended) > 0 {
		t.Errorf("there are no such mutations: %v", mended)
	}
}

// FuzzSurface lints and mends whatever servers, images, clusters and CI are
// made of.
func FuzzSurface(f *testing.F) {
	frame, err := txtar.ParseFile("testdata/frames/server.txtar")
	if err != nil {
		f.Fatal(err)
	}
	texts := map[string]string{}
	for _, file := range frame.Files {
		texts[file.Name] = string(file.Data)
	}
	image, code := texts["base/Dockerfile.tmpl"], texts["base/main.go.tmpl"]+strings.TrimPrefix(texts["base/routes.go.tmpl"], "package main\n\nimport \"net/http\"\n")
	pods := texts["base/deploy/deployment.yaml.tmpl"]
	const jobs = "on: push\njobs:\n  a:\n    permissions: {contents: write}\n    steps: [{uses: a/b@v1}]\n  c: {uses: d/e@main}\n"
	f.Add(image, code, pods, jobs)
	f.Add("ARG A=b\nFROM ${A:-c} AS d\nFROM d\nARG E=0\nUSER $E\nADD a b\nCMD ['x']\nHEALTHCHECK CMD curl localhost:1\nEXPOSE 1-9 ${F}", "package x\n\nimport \"net/http\"\n\nvar s = http.Server{}\n\nfunc f() { _ = http.ListenAndServe(\"\", nil) }\n",
		"kind: List\napiVersion: v1\nitems:\n- &a {kind: Pod, apiVersion: v1, spec: {containers: [&c {image: x, livenessProbe: {httpGet: {path: /x, port: 1}}}, *c]}}\n- <<: *a\n", "services: {a: {build: ., ports: [1:2, {target: 3}]}}")
	f.Add("FROM a:latest\nRUN go build\nUSER 0", "package x\n\nconst token = \"9f86d081884c7d659a2feaa0c55ad015\"\n", "password: 'tr0ub4dor'\nurl: a://b:tr0ub4dor@c\n", "jobs: [a]\npermissions: write-all")
	f.Fuzz(func(t *testing.T, image, code, pods, jobs string) {
		lintAndMend(t, Input{Label: "demo", Files: tree.Tree{
			"template.yaml":   {Data: []byte("version: 1\nname: demo\nrelease: 1.0.0\nkind: server\nlayers: [base]\nwiring: {compose: [jobs.yaml.tmpl]}\n")},
			"base/Dockerfile": {Data: []byte(image)}, "base/main.go": {Data: []byte(code)}, "base/deploy/pods.yaml.tmpl": {Data: []byte(pods)},
			"jobs.yaml.tmpl": {Data: []byte(jobs)}, "base/.github/workflows/x.yml": {Data: []byte(jobs)}, "base/compose.yaml": {Data: []byte(jobs)},
		}})
	})
}
