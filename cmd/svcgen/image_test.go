package main_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

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
	t.Logf("the image has %.1f MB", float64(image[0].Size)/1e6)
	if user, _, _ := strings.Cut(image[0].Config.User, ":"); user != "65532" {
		t.Errorf("the image runs as %q", image[0].Config.User)
	}
	return name
}

// TestImages builds an image of each template and runs it as it will be run:
// without any capability, on a read-only root, as nobody. It becomes healthy,
// answers, and ends well when it is told to.
func TestImages(t *testing.T) {
	docker := engine(t)
	needNode(t)
	dir := t.TempDir()
	for _, c := range []struct {
		template string
		answers  map[string]int // by path
	}{
		{"http", map[string]int{"/v1/payments": 200, "/nowhere": 404}},
		{"rpc", map[string]int{"/payment.v1.PaymentService/GetPayment": 415, "/nowhere": 404}},
		{"worker", nil},
		{"gateway", map[string]int{"/": 200, "/nowhere.js": 404}},
		{"web", map[string]int{"/": 200, "/payments": 200, "/nowhere.js": 404}},
	} {
		t.Run(c.template, func(t *testing.T) {
			ws := filepath.Join(dir, c.template)
			run(t, dir, "new", "payments", "--init", "--template", c.template, "-C", ws)
			service := filepath.Join(ws, "services", "payments")
			addr := freeAddr(t)
			env := []string{"OTEL_SDK_DISABLED=true", "DRAIN_DELAY=100ms", "HTTP_ADDR=" + addr, "ADMIN_ADDR=" + freeAddr(t)}
			if c.template == "worker" {
				env = append(env, "NATS_URL="+natsServer(t, service))
			}
			name := image(t, docker, service)
			args := append([]string{"run", "-d", "--name", name, "--health-interval", "1s"}, confined...)
			for _, e := range env {
				args = append(args, "-e", e)
			}
			tool(t, service, nil, docker, append(args, name)...)
			waitFor(t, "the container to be healthy", func() bool {
				var c []struct {
					State struct{ Health struct{ Status string } }
				}
				inspect(t, docker, name, &c)
				return c[0].State.Health.Status == "healthy"
			})
			for path, want := range map[string]int{"/livez": 200, "/readyz": 200, "/startupz": 200} {
				answers(t, addr, path, want)
			}
			for path, want := range c.answers {
				answers(t, addr, path, want)
			}
			tool(t, service, nil, docker, "stop", "-t", "20", name)
			var ended []struct{ State struct{ ExitCode int } }
			inspect(t, docker, name, &ended)
			if ended[0].State.ExitCode != 0 {
				t.Errorf("exit code %d after docker stop\n%s", ended[0].State.ExitCode, tool(t, service, nil, docker, "logs", name))
			}
		})
		if t.Failed() {
			return // the others are built alike
		}
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Templates []struct{ Name string } }
	if err := json.Unmarshal([]byte(run(t, dir, "template", "list", "--json")), &all); err != nil {
		t.Fatal(err)
	}
	if len(list) != len(all.Templates) {
		t.Errorf("%d images were built, of the templates %v", len(list), all.Templates)
	}
}

// confined are the flags of a container that may do nothing.
var confined = []string{"--read-only", "--cap-drop", "ALL", "--network", "host", "--security-opt", "no-new-privileges"}

func answers(t *testing.T, addr, path string, want int) {
	t.Helper()
	req, err := http.NewRequest("GET", "http://"+addr+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html, */*")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != want {
		t.Errorf("%s answers %d, want %d", path, resp.StatusCode, want)
	}
}

// natsServer runs a NATS server with JetStream, made of the module that the
// worker's own tests use, and returns its URL.
func natsServer(t *testing.T, worker string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "nats")
	if err := os.CopyFS(dir, os.DirFS(worker)); err != nil {
		t.Fatal(err)
	}
	write(t, dir, map[string]string{"nats/main.go": natsMain})
	bin := filepath.Join(dir, "nats-server")
	tool(t, dir, nil, "go", "build", "-o", bin, "./nats")
	cmd := exec.Command(bin, t.TempDir())
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(url)
}

const natsMain = `package main

import (
	"fmt"
	"log"
	"os"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

func main() {
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: os.Args[1], NoLog: true, NoSigs: true})
	if err != nil {
		log.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(20 * time.Second) {
		log.Fatal("the NATS server does not start")
	}
	fmt.Println(s.ClientURL())
	select {}
}
`

// TestImageMigrates has the image of a service with a database migrate, as an init
// container does, where the database is away: it says so and fails.
func TestImageMigrates(t *testing.T) {
	docker := engine(t)
	_, service := fresh(t, "--set", "database=postgres")
	name := image(t, docker, service)
	out, err := exec.Command(docker, append(append([]string{"run", "--rm", "-e", "DATABASE_URL=postgres://nobody:hunter2@127.0.0.1:1/none"}, confined...), name, "migrate")...).CombinedOutput()
	if err == nil || !strings.HasSuffix(err.Error(), "status 1") || !strings.Contains(string(out), "failed to connect") || strings.Contains(string(out), "hunter2") {
		t.Errorf("migrate without its database: %v\n%s", err, out)
	}
}

func inspect(t *testing.T, docker, name string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(tool(t, ".", nil, docker, "inspect", name)), into); err != nil {
		t.Fatal(err)
	}
}
