package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// service is the one that templates are rendered for.
const (
	service = "card-payments"
	module  = "example.com/shop/services/" + service
)

// program runs a program in dir, outside of any go.work, and returns what it
// printed. An error has what it said.
func program(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOTOOLCHAIN=local", "GOFLAGS=-mod=mod "+os.Getenv("GOFLAGS"), "PWD="+dir)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, strings.TrimSpace(errs.String()))
	}
	return out.String(), nil
}

// render makes a service of the template in a workspace of its own and returns
// the service's folder. set is svcgen's --set, or empty. The environment's SVCGEN
// names a program to do it; without one it is built.
func (r *refresh) render(ctx context.Context, template, set string) (string, error) {
	if r.svcgen == "" {
		r.svcgen = os.Getenv("SVCGEN")
	}
	if r.svcgen == "" {
		bin := filepath.Join(r.temp, "svcgen.exe") // the ending does no harm elsewhere
		if _, err := program(ctx, ".", "go", "build", "-o", bin, "github.com/svcgen/svcgen/cmd/svcgen"); err != nil {
			return "", err
		}
		r.svcgen = bin
	}
	ws, err := os.MkdirTemp(r.temp, template+"-")
	if err != nil {
		return "", err
	}
	if err := os.CopyFS(filepath.Join(ws, "template"), os.DirFS(filepath.Join(r.folder, template))); err != nil {
		return "", err
	}
	manifest := "version: 1\nmodule: example.com/shop\nservices:\ntemplates:\n  refreshed: ./template\n"
	if err := os.WriteFile(filepath.Join(ws, "svcgen.yaml"), []byte(manifest), 0o666); err != nil {
		return "", err
	}
	args := []string{"new", service, "--template", "refreshed", "--no-input", "--quiet", "-C", ws}
	if set != "" {
		args = append(args, "--set", set)
	}
	if _, err := program(ctx, ws, r.svcgen, args...); err != nil {
		return "", err
	}
	return filepath.Join(ws, "services", service), nil
}
