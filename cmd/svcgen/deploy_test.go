package main_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// needed skips the test where a program is missing, loudly, and fails it in CI.
func needed(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%s is needed here: %v", p, err)
			}
			t.Skipf("SKIPPED: %s is needed: %v", p, err)
		}
	}
}

// fresh renders a workspace with one http service and returns both folders. flags
// are svcgen new's.
func fresh(t *testing.T, flags ...string) (workspace, service string) {
	t.Helper()
	workspace = filepath.Join(t.TempDir(), "shop")
	run(t, t.TempDir(), append([]string{"new", "payments", "--init", "-C", workspace}, flags...)...)
	return workspace, filepath.Join(workspace, "services", "payments")
}

func TestAlertsHoldTheirOwnTests(t *testing.T) {
	needed(t, "promtool")
	for _, database := range []string{"none", "postgres"} {
		t.Run(database, func(t *testing.T) { alertsHold(t, "--set", "database="+database) })
	}
	t.Run("worker", func(t *testing.T) { alertsHold(t, "--template", "worker") })
	t.Run("rpc with postgres", func(t *testing.T) { alertsHold(t, "--template", "rpc", "--set", "database=postgres") })
	t.Run("gateway", func(t *testing.T) { alertsHold(t, "--template", "gateway") })
	t.Run("worker with postgres", func(t *testing.T) { alertsHold(t, "--template", "worker", "--set", "database=postgres") })
}

func alertsHold(t *testing.T, flags ...string) {
	_, service := fresh(t, flags...)
	dir := filepath.Join(service, "observability")
	tool(t, dir, nil, "promtool", "check", "rules", "alerts.yaml")
	if out := tool(t, dir, nil, "promtool", "test", "rules", "alerts_test.yaml"); !strings.Contains(out, "SUCCESS") {
		t.Errorf("promtool: %s", out)
	}
	// A test that cannot fail is none: without the rules it must.
	if err := os.WriteFile(filepath.Join(dir, "alerts.yaml"), []byte("groups: []\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("promtool", "test", "rules", "alerts_test.yaml")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err == nil {
		t.Errorf("the alerts' tests pass without any alert:\n%s", out)
	}
}

func TestOverlaysBuild(t *testing.T) {
	needed(t, "kubectl")
	wants := []string{"livenessProbe", "readinessProbe", "startupProbe", "readOnlyRootFilesystem: true", "runAsNonRoot: true", "automountServiceAccountToken: false"}
	for flags, more := range map[string][]string{
		"--set database=none":     nil,
		"--set database=postgres": {"initContainers", "- migrate\n", "name: payments-database", "port: 5432"},
		"--template worker":       {"NATS_URL"},
		"--template rpc":          nil,
		"--template gateway":      {"TRUSTED_PROXIES"},
		"--template web":          {"LOG_LEVEL"},
	} {
		_, service := fresh(t, strings.Fields(flags)...)
		for _, overlay := range []string{"dev", "prod"} {
			out := tool(t, service, nil, "kubectl", "kustomize", "deploy/overlays/"+overlay)
			for _, want := range append(more, wants...) {
				if !strings.Contains(out, want) {
					t.Errorf("%s with %s lacks %s", overlay, flags, want)
				}
			}
		}
	}
}

// engine is the client of the Docker engine that answers; without one the test is
// skipped, loudly, and fails in CI.
func engine(t *testing.T) string {
	t.Helper()
	docker := os.Getenv("DOCKER")
	if docker == "" {
		docker = "docker"
	}
	if out, err := exec.Command(docker, "info").CombinedOutput(); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("a Docker engine is needed here: %s", out)
		}
		t.Skip("SKIPPED: no Docker engine answers; eval \"$(.ci/docker-up)\" starts one")
	}
	return docker
}

// image builds the service's image, which goes with the test, and checks what can
// be told from outside.
func image(t *testing.T, docker, service string) (name string) {
	t.Helper()
	name = fmt.Sprintf("svcgen-test-%d", os.Getpid())
	build := append([]string{"build", "-q", "-t", name}, strings.Fields(os.Getenv("BASE_ARGS"))...)
	tool(t, service, []string{"DOCKER_BUILDKIT=1"}, docker, append(build, ".")...)
	t.Cleanup(func() {
		_ = exec.Command(docker, "rm", "-f", name).Run()
		_ = exec.Command(docker, "rmi", "-f", name).Run()
	})

	var image []struct {
		Size   int64
		Config struct{ User string }
	}
	inspect(t, docker, name, &image)
	if image[0].Size > 20<<20 {
		t.Errorf("the image has %d MiB; 20 are allowed", image[0].Size>>20)
	}
	if user, _, _ := strings.Cut(image[0].Config.User, ":"); user != "65532" {
		t.Errorf("the image runs as %q", image[0].Config.User)
	}
	return name
}

// TestImageMigrates has the image of a service with a database migrate, as an init
// container does, where the database is away: it says so and fails.
func TestImageMigrates(t *testing.T) {
	docker := engine(t)
	_, service := fresh(t, "--set", "database=postgres")
	name := image(t, docker, service)
	out, err := exec.Command(docker, "run", "--rm", "--read-only", "--cap-drop", "ALL", "--network", "host", "--security-opt", "no-new-privileges",
		"-e", "DATABASE_URL=postgres://nobody:hunter2@127.0.0.1:1/none", name, "migrate").CombinedOutput()
	if err == nil || !strings.HasSuffix(err.Error(), "status 1") || !strings.Contains(string(out), "failed to connect") || strings.Contains(string(out), "hunter2") {
		t.Errorf("migrate without its database: %v\n%s", err, out)
	}
}

// TestImage runs the service's image as it will be run: without any capability,
// on a read-only root, as nobody.
func TestImage(t *testing.T) {
	docker := engine(t)
	_, service := fresh(t)
	name := image(t, docker, service)
	tool(t, service, nil, docker, "run", "-d", "--name", name, "--read-only", "--cap-drop", "ALL", "--network", "host",
		"--security-opt", "no-new-privileges", "--health-interval", "1s", "-e", "OTEL_SDK_DISABLED=true", "-e", "DRAIN_DELAY=100ms",
		"-e", "HTTP_ADDR=127.0.0.1:18081", "-e", "ADMIN_ADDR=127.0.0.1:19081", name)
	waitFor(t, "the container to be healthy", func() bool {
		var c []struct {
			State struct{ Health struct{ Status string } }
		}
		inspect(t, docker, name, &c)
		return c[0].State.Health.Status == "healthy"
	})
	for path, want := range map[string]int{"/livez": 200, "/readyz": 200, "/nowhere": 404} {
		resp, err := http.Get("http://127.0.0.1:18081" + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s answers %d, want %d", path, resp.StatusCode, want)
		}
	}
	tool(t, service, nil, docker, "stop", "-t", "20", name)
	var c []struct{ State struct{ ExitCode int } }
	inspect(t, docker, name, &c)
	if c[0].State.ExitCode != 0 {
		t.Errorf("exit code %d after docker stop\n%s", c[0].State.ExitCode, tool(t, service, nil, docker, "logs", name))
	}
}

func inspect(t *testing.T, docker, name string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(tool(t, ".", nil, docker, "inspect", name)), into); err != nil {
		t.Fatal(err)
	}
}

// waitFor polls until ok, for a minute at most.
func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 600 {
		if ok() {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("waited in vain for %s", what)
}
