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
	return slices.Concat(imageMutations(), k8sMutations(), serverMutations(), ciMutations(), secretMutations())
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

func ciMutations() []mutation {
	const job = "name: ci\non: push\npermissions: {contents: read}\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1\n"
	written := func(old, next string) func(*mutant) {
		return func(m *mutant) {
			m.put("base/.github/workflows/ci.yml", job)
			m.replace("base/.github/workflows/ci.yml", old, next)
		}
	}
	return []mutation{
		{"ci-action-unpinned", "tag", written("@3d3c42e5aac5ba805825da76410c181273ba90b1", "@v7"), nil},
		{"ci-action-unpinned", "short commit", written("@3d3c42e5aac5ba805825da76410c181273ba90b1", "@3d3c42e"), nil},
		{"ci-action-unpinned", "no permissions", written("permissions: {contents: read}\n", ""), nil},
		{"ci-action-unpinned", "all permissions", written("{contents: read}", "write-all"), nil},
	}
}

func secretMutations() []mutation {
	const deployment = "base/deploy/base/deployment.yaml.tmpl"
	const variable = "            - name: HTTP_ADDR\n"
	// Put together here, so that nobody who looks for credentials finds one.
	key := "-----BEGIN " + "EC PRIVATE KEY-----\n" + strings.Repeat("MHcCAQEEIDDFtI2J5", 3) + "\n-----END EC PRIVATE KEY-----\n"
	return []mutation{
		{"secret-in-output", "private key", func(m *mutant) { m.put("base/key.pem", key) }, nil},
		{"secret-in-output", "in Go", func(m *mutant) {
			m.put("base/internal/app/key.go", "package app\n\nconst key = \""+strings.ReplaceAll(key, "\n", "\\n")+"\"\n")
		}, nil},
		{"secret-in-output", "AWS", replacing(deployment, variable, "            # AKIA"+"Q3EGJ7XWZP2NKLMT\n"+variable), nil},
		{"secret-in-output", "GitHub", replacing("wiring/compose.yaml.tmpl", "environment:\n", "environment:\n  GITHUB: ghp_"+strings.Repeat("aB3dE6", 6)+"\n"), nil},
		{"secret-in-output", "Slack", replacing("units/endpoint/route.go.tmpl", "\n", " // xoxb-"+"1234567890-abcdefghij\n"), nil},
		{"secret-in-output", "JWT", func(m *mutant) {
			m.add(readme, "\neyJhbGciOiJIUzI1NiJ9."+"eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N\n")
		}, nil},
		{"secret-in-output", "password", replacing("wiring/compose-db.yaml.tmpl", "environment:\n", "environment:\n  POSTGRES_PASSWORD: \"swordfish77\"\n"), nil},
		{"secret-in-output", "URL", replacing("wiring/compose.yaml.tmpl", "postgres://postgres@", "postgres://postgres:swordfish77@"), nil},
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
