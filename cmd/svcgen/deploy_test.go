package main_test

import (
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
