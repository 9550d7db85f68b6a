package lint

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

const dockerfileTmpl = "base/Dockerfile.tmpl"

// surfaceMutations break what the template renders for servers, images, clusters
// and CI.
func surfaceMutations() []mutation {
	return slices.Concat(imageMutations(), k8sMutations(), serverMutations())
}

func replacing(file, old, next string) func(*mutant) {
	return func(m *mutant) { m.replace(file, old, next) }
}

// matched replaces what the pattern matches first.
func matched(file, pattern, next string) func(*mutant) {
	return func(m *mutant) {
		m.t.Helper()
		old := regexp.MustCompile(pattern).Find(m.in.Files[file].Data)
		if old == nil {
			m.t.Fatalf("%s has no %s", file, pattern)
		}
		m.replace(file, string(old), next)
	}
}

func removing(file string) func(*mutant) {
	return func(m *mutant) { m.rename(file, "elsewhere/"+file) }
}

func imageMutations() []mutation {
	image := func(rule, name, old, next string) mutation {
		return mutation{rule, name, replacing(dockerfileTmpl, old, next), nil}
	}
	base := func(image string) func(*mutant) { return matched(dockerfileTmpl, `golang:\S+`, image) }
	return []mutation{
		{"no-dockerfile", "gone", removing(dockerfileTmpl), nil},
		{"no-dockerignore", "gone", removing("base/.dockerignore"), nil},
		image("image-runs-as-root", "none", "USER 65532:65532\n", ""),
		image("image-runs-as-root", "root", "USER 65532:65532", "USER root"),
		image("image-runs-as-root", "zero", "USER 65532:65532", "USER 0:0"),
		{"image-untagged", "no tag", base("golang"), nil},
		{"image-untagged", "latest", base("golang:latest"), nil},
		image("image-untagged", "argument", "ARG GO_IMAGE=go", "ARG GO_IMAGE=golang"),
		{"image-without-digest", "tag", base("golang:1.26-bookworm"), nil},
		image("image-shell-form", "entrypoint", `ENTRYPOINT ["/app"]`, "ENTRYPOINT /app"),
		image("image-shell-form", "command", `CMD ["serve"]`, "CMD serve"),
		image("image-add", "sources", "COPY . .", "ADD . ."),
		image("image-single-stage", "toolchain", "ARG RUNTIME_IMAGE=static", "ARG RUNTIME_IMAGE=go"),
	}
}

func k8sMutations() []mutation {
	const deployment = "base/deploy/base/deployment.yaml.tmpl"
	k8s := func(rule, name, old, next string) mutation {
		return mutation{rule, name, replacing(deployment, old, next), nil}
	}
	return []mutation{
		k8s("k8s-no-resources", "requests", "            requests:\n              cpu: 100m\n              memory: 64Mi\n", ""),
		k8s("k8s-no-resources", "memory", "            limits:\n              memory: 256Mi\n", ""),
		k8s("k8s-privileged", "privileged", "            readOnlyRoot", "            privileged: true\n            readOnlyRoot"),
		k8s("k8s-privileged", "escalation", "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"),
		k8s("k8s-privileged", "unset", "            allowPrivilegeEscalation: false\n", ""),
		k8s("k8s-privileged", "writable", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false"),
		k8s("k8s-privileged", "may be root", "        runAsNonRoot: true\n        runAsUser: 65532\n", ""),
		k8s("k8s-privileged", "root", "runAsUser: 65532", "runAsUser: 0"),
		k8s("probe-port-mismatch", "name", "/livez, port: http", "/livez, port: https"),
		k8s("probe-port-mismatch", "number", "/readyz, port: http", "/readyz, port: 8080"),
		{"probe-port-mismatch", "health check", replacing(dockerfileTmpl, `["/app", "healthcheck"]`, `["/app", "ask", "http://127.0.0.1:8080/"]`), nil},
		{"probe-port-mismatch", "published", replacing("wiring/compose.yaml.tmpl", ":{{ .Service.Port }}\n", ":8080\n"), nil},
		{"probe-port-mismatch", "not exposed", func(m *mutant) {
			m.replace(deployment, "containerPort: {{ .Service.Port }}", "containerPort: 8080")
			m.replace(dockerfileTmpl, "EXPOSE {{ .Service.Port }} ", "EXPOSE 8080 ")
		}, nil},
	}
}

func serverMutations() []mutation {
	const (
		deployment = "base/deploy/base/deployment.yaml.tmpl"
		app        = "base/internal/app/app.go.tmpl"
		mainGo     = "base/cmd/{{ .Service.Name }}/main.go.tmpl"
	)
	tests := func(m *mutant) {
		for _, p := range m.in.Files.Paths() {
			if strings.HasSuffix(p, "_test.go.tmpl") {
				m.rename(p, "elsewhere/"+p)
			}
		}
	}
	return []mutation{
		{"no-liveness", "not asked", matched(deployment, `(?s)          livenessProbe:.*?failureThreshold: 3\n`, ""), nil},
		{"no-liveness", "not answered", replacing(app, `"GET /livez"`, `"GET /live"`), nil},
		{"no-liveness", "removed", func(m *mutant) {
			m.replace(app, "\tmux.HandleFunc(\"GET /livez\", a.health.Live)\n", "")
			m.rename(deployment, "elsewhere/deployment.yaml.tmpl")
		}, nil},
		{"no-readiness", "not asked", matched(deployment, `(?s)          readinessProbe:.*failureThreshold: 2\n`, ""), nil},
		{"no-readiness", "not answered", replacing(app, "\tmux.HandleFunc(\"GET /readyz\", a.health.Ready)\n", ""), nil},
		{"no-readiness", "liveness's handler", replacing(app, "a.health.Ready)", "a.health.Live)"), nil},
		{"no-readiness", "liveness's path", replacing(deployment, "path: /readyz", "path: /livez"), nil},
		{"no-graceful-shutdown", "interrupt alone", replacing(mainGo, "syscall.SIGTERM, os.Interrupt", "os.Interrupt"), nil},
		{"no-graceful-shutdown", "nothing", replacing(mainGo, "\tsignal.Notify(signals, syscall.SIGTERM, os.Interrupt)\n", ""), nil},
		{"server-without-timeouts", "headers", func(m *mutant) {
			m.replace(app, "\ts.ReadHeaderTimeout = a.limits.header\n", "")
			m.replace(app, "a.main.ReadTimeout, a.main.WriteTimeout = l.body, l.write", "a.main.WriteTimeout = l.write")
		}, nil},
		{"server-without-timeouts", "write", replacing(app, "a.main.ReadTimeout, a.main.WriteTimeout = l.body, l.write", "a.main.ReadTimeout = l.body"), nil},
		{"server-without-timeouts", "listens", func(m *mutant) {
			m.put("base/cmd/{{ .Service.Name }}/debug.go", "package main\n\nimport \"net/http\"\n\nfunc debug() error { return http.ListenAndServe(\"localhost:1\", nil) }\n")
		}, nil},
		{"no-tests", "gone", tests, nil},
	}
}

func TestEverySurfaceRuleHasAMutation(t *testing.T) {
	broken := map[string]bool{}
	for _, m := range surfaceMutations() {
		broken[m.rule] = true
	}
	for _, r := range surfaceRules() {
		if !broken[r.ID] {
			t.Errorf("no mutation for %s", r.ID)
		}
	}
}
