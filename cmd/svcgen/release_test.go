package main_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestOwnImage builds svcgen's image and makes a workspace with it, as whoever
// runs it, in a folder of the host. What stands in for the image with git has no
// git: `new` needs none.
func TestOwnImage(t *testing.T) {
	docker := engine(t)
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("svcgen-own-%d", os.Getpid())
	build := append([]string{"build", "-q", "-t", name}, strings.Fields(os.Getenv("BASE_ARGS"))...)
	tool(t, root, []string{"DOCKER_BUILDKIT=1"}, docker, append(build, ".")...)
	t.Cleanup(func() { _ = exec.Command(docker, "rmi", "-f", name).Run() })

	shop := t.TempDir()
	in := func(args ...string) string {
		return tool(t, root, nil, docker, append([]string{"run", "--rm", "--read-only", "--cap-drop", "ALL", "--network", "none",
			"--security-opt", "no-new-privileges", "--user", fmt.Sprintf("%d:%d", os.Getuid(), os.Getgid()), "-v", shop + ":/workspace", name}, args...)...)
	}
	var v struct{ Svcgen string }
	if err := json.Unmarshal([]byte(in("version", "--json")), &v); err != nil || v.Svcgen == "" {
		t.Errorf("version: %v, %+v", err, v)
	}
	if out := in("new", "payments", "--init"); !strings.Contains(out, "payments is ready") {
		t.Errorf("new: %s", out)
	}
	if _, err := os.Stat(filepath.Join(shop, "services", "payments", "go.mod")); err != nil {
		t.Error(err)
	}
	if out := in("check"); !strings.Contains(out, "no findings in one service") {
		t.Errorf("check: %s", out)
	}
}
