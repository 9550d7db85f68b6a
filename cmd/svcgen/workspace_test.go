package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// watched renders a workspace with everything and a service of each built-in
// template that has a dashboard.
func watched(t *testing.T) string {
	t.Helper()
	ws := filepath.Join(t.TempDir(), "shop")
	run(t, t.TempDir(), "init", ws, "--with", "all", "--module", "github.com/acme/shop")
	run(t, ws, "new", "payments", "--set", "database=postgres")
	run(t, ws, "new", "fraud", "--template", "worker")
	run(t, ws, "new", "ledger", "--template", "rpc", "--set", "database=postgres")
	run(t, ws, "new", "gateway", "--template", "gateway", "--path", "apps/front/gateway")
	run(t, ws, "add", "client", "payments", "--service", "gateway")
	run(t, ws, "new", "storefront", "--template", "web")
	return ws
}

// TestPrometheusReadsTheWorkspace has Prometheus' own tool read the configuration
// and the rules of all services, and kubectl the overlays.
func TestPrometheusReadsTheWorkspace(t *testing.T) {
	needed(t, "promtool", "kubectl")
	ws := watched(t)
	out := tool(t, ws, nil, "promtool", "check", "config", "observability/prometheus.yaml")
	if !strings.Contains(out, "4 rule files found") {
		t.Errorf("promtool does not see the services' rules: %s", out)
	}
	for env, replicas := range map[string]string{"dev": "", "prod": "HorizontalPodAutoscaler"} {
		out := tool(t, ws, nil, "kubectl", "kustomize", "deploy/"+env)
		if strings.Count(out, "namespace: "+env+"\n") < 10 || !strings.Contains(out, replicas) {
			t.Errorf("deploy/%s does not join the services' overlays:\n%s", env, out)
		}
	}
}

// TestGrafanaFindsTheDashboards runs what Grafana's container does at its start,
// with the container's folders in the workspace and in a temporary one.
func TestGrafanaFindsTheDashboards(t *testing.T) {
	needed(t, "sh")
	ws := watched(t)
	var compose struct {
		Services map[string]struct {
			Entrypoint []string
			Volumes    []string
		}
	}
	load(t, filepath.Join(ws, "observability", "compose.yaml"), &compose)
	grafana := compose.Services["grafana"]
	for _, name := range []string{"grafana", "prometheus"} { // services may be in any folder
		if v := compose.Services[name].Volumes; !slices.Contains(v, "..:/workspace:ro") {
			t.Errorf("%s sees %v of the workspace", name, v)
		}
	}
	if len(grafana.Entrypoint) != 3 {
		t.Fatalf("Grafana's container is another: %+v", grafana)
	}
	write(t, ws, map[string]string{"services/payments/node_modules/x/observability/dashboard.json": "no", ".git/x/observability/dashboard.json": "no"})
	var provider struct {
		Providers []struct{ Options struct{ Path string } }
	}
	load(t, filepath.Join(ws, "observability", "grafana", "provisioning", "dashboards", "dashboards.yaml"), &provider)
	gathered := t.TempDir()
	script := strings.NewReplacer("$$", "$", "/workspace", ws, provider.Providers[0].Options.Path, gathered, "exec /run.sh", "").Replace(grafana.Entrypoint[2])
	tool(t, ws, nil, "sh", "-euc", script)

	if all, err := os.ReadDir(gathered); err != nil || len(all) != 4 {
		t.Errorf("gathered: %v, %v", all, err)
	}
	var sources struct{ Datasources []struct{ Type string } }
	load(t, filepath.Join(ws, "observability", "grafana", "provisioning", "datasources", "datasources.yaml"), &sources)
	for _, service := range []string{"payments", "fraud", "ledger", "gateway"} {
		file := "services-" + service
		if service == "gateway" {
			file = "apps-front-gateway"
		}
		data, err := os.ReadFile(filepath.Join(gathered, file+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var d struct {
			UID, Title string
			Panels     []struct {
				Title      string
				Datasource struct{ Type string }
			}
		}
		if err := json.Unmarshal(data, &d); err != nil {
			t.Fatal(err)
		}
		if d.UID != service || d.Title == "" || len(d.Panels) < 3 {
			t.Errorf("%s.json is no dashboard: %+v", service, d)
		}
		for _, p := range d.Panels {
			if p.Datasource.Type != "" && p.Datasource.Type != sources.Datasources[0].Type {
				t.Errorf("%s: %s asks a %s, which is not provisioned", service, p.Title, p.Datasource.Type)
			}
		}
	}
}

// TestCollectorIsWhole checks that the collector's pipeline uses what is defined,
// defines what is used, keeps errors, and hands over to a container that is there.
func TestCollectorIsWhole(t *testing.T) {
	ws := watched(t)
	var c struct {
		Extensions, Receivers, Exporters map[string]map[string]any
		Processors                       map[string]struct {
			Policies []struct {
				Type       string
				StatusCode struct {
					Codes []string `yaml:"status_codes"`
				} `yaml:"status_code"`
			}
		}
		Service struct {
			Extensions []string
			Pipelines  map[string]struct{ Receivers, Processors, Exporters []string }
		}
	}
	load(t, filepath.Join(ws, "observability", "collector.yaml"), &c)
	p := c.Service.Pipelines["traces"]
	for what, pair := range map[string][2][]string{
		"extensions": {keysOf(c.Extensions), c.Service.Extensions}, "receivers": {keysOf(c.Receivers), p.Receivers},
		"processors": {keysOf(c.Processors), p.Processors}, "exporters": {keysOf(c.Exporters), p.Exporters},
	} {
		used := slices.Sorted(slices.Values(pair[1]))
		if !slices.Equal(pair[0], used) || len(used) == 0 {
			t.Errorf("%s: %v are defined, %v are used", what, pair[0], used)
		}
	}
	keeps := false
	for _, policy := range c.Processors["tail_sampling"].Policies {
		keeps = keeps || policy.Type == "status_code" && slices.Contains(policy.StatusCode.Codes, "ERROR")
	}
	if !keeps {
		t.Error("no policy keeps the traces with an error")
	}
	if slices.Index(p.Processors, "memory_limiter") != 0 || slices.Index(p.Processors, "batch") != len(p.Processors)-1 {
		t.Errorf("the processors' order is %v", p.Processors)
	}
	var compose struct{ Services map[string]any }
	load(t, filepath.Join(ws, "observability", "compose.yaml"), &compose)
	for _, e := range c.Exporters {
		host, _, _ := strings.Cut(e["endpoint"].(string), ":")
		if compose.Services[host] == nil {
			t.Errorf("traces go to %s, which nobody starts", host)
		}
	}
	env, err := os.ReadFile(filepath.Join(ws, "observability", "compose.env"))
	if err != nil || !strings.Contains(string(env), ":-http://otel-collector:4318}") || compose.Services["otel-collector"] == nil {
		t.Errorf("the services are not told of the collector: %s, %v", env, err)
	}
	var shared struct {
		Services map[string]struct {
			EnvFile []struct {
				Path     string
				Required *bool
			} `yaml:"env_file"`
		}
	}
	load(t, filepath.Join(ws, "compose.yaml"), &shared)
	for _, name := range []string{"payments", "fraud", "ledger", "gateway"} {
		files := shared.Services[name].EnvFile
		if len(files) != 1 || files[0].Path != "observability/compose.env" || files[0].Required == nil || *files[0].Required {
			t.Errorf("%s is told of the collector by %+v", name, files)
		}
	}
}

// TestReleaseFindsItsService runs the release workflow's first step.
func TestReleaseFindsItsService(t *testing.T) {
	needed(t, "bash", "find")
	ws := watched(t)
	var workflow struct {
		Jobs map[string]struct{ Steps []struct{ ID, Run string } }
	}
	load(t, filepath.Join(ws, ".github", "workflows", "release.yml"), &workflow)
	script := ""
	for _, s := range workflow.Jobs["image"].Steps {
		if s.ID == "service" {
			script = s.Run
		}
	}
	for tag, want := range map[string]string{
		"payments/v1.4.0":      "version=1.4.0\npath=./services/payments\nimage=ghcr.io/acme/shop/payments\n",
		"payments/v1.4.0-rc.1": "version=1.4.0-rc.1\npath=./services/payments\nimage=ghcr.io/acme/shop/payments\n",
		"paymen/v1.4.0":        "",
		"payments/v1.4":        "",
		"payments/v1.4.0;id":   "",
	} {
		out := filepath.Join(t.TempDir(), "output")
		cmd := exec.Command("bash", "-e", "-o", "pipefail", "-c", script)
		cmd.Dir = ws
		cmd.Env = append(os.Environ(), "GITHUB_REF_NAME="+tag, "GITHUB_REPOSITORY=Acme/Shop", "GITHUB_OUTPUT="+out)
		said, err := cmd.CombinedOutput()
		got, _ := os.ReadFile(out)
		if (err == nil) != (want != "") || string(got) != want {
			t.Errorf("%s: %q, %v\n%s", tag, got, err, said)
		}
	}
}

func load(t *testing.T, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

func keysOf[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
