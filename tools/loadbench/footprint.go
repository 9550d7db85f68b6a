package main

import (
	"context"
	"debug/buildinfo"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// footprint is a template and the values with which it is weighed.
type footprint struct{ name, values string }

var footprints = []footprint{{"http", "none"}, {"http", "postgres"}, {"rpc", "none"}, {"worker", "none"}, {"worker", "postgres"}, {"gateway", ""}}

// measureFootprint weighs the templates: what is linked, and what building and
// testing takes, from nothing and again. Tests are run as a person runs them;
// those that need a program which the machine lacks are skipped.
func measureFootprint(ctx context.Context, b *bench) ([]table, error) {
	t := table{title: "### Building and testing; seconds of the processor's time / by the clock",
		head: []string{"service", "modules linked", "program, MiB", "cold build", "build after an edit", "tests built and run", "tests again"}}
	for _, f := range footprints {
		row, err := b.weigh(ctx, f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		t.rows = append(t.rows, row)
	}
	return []table{t}, nil
}

func (b *bench) weigh(ctx context.Context, f footprint) ([]string, error) {
	name := f.name + "svc"
	flags := []string{"--template", f.name}
	label := f.name
	if f.values != "" {
		flags = append(flags, "--set", "database="+f.values)
		label += ", database=" + f.values
	}
	service, err := b.render(ctx, name, flags...)
	if err != nil {
		return nil, err
	}
	cache, err := os.MkdirTemp(b.dir, "cache")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(cache)
	program := filepath.Join(b.dir, "bin", name)
	env := []string{"GOWORK=off", "GOCACHE=" + cache, "CGO_ENABLED=0"}
	timed := func(args ...string) (string, error) {
		start := time.Now()
		state, err := command(ctx, service, env, "go", args...)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%.1f / %.1f", (state.UserTime() + state.SystemTime()).Seconds(), time.Since(start).Seconds()), nil
	}
	// As the Dockerfile builds it.
	build := []string{"build", "-trimpath", "-ldflags=-s -w", "-o", program, "./cmd/" + name}
	cold, err := timed(build...)
	if err != nil {
		return nil, err
	}
	main := filepath.Join(service, "cmd", name, "main.go")
	text, err := os.ReadFile(main)
	if err != nil {
		return nil, err
	}
	edited := append(text, []byte("\nfunc init() {}\n")...)
	if err := os.WriteFile(main, edited, 0o666); err != nil {
		return nil, err
	}
	warm, err := timed(build...)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(main, text, 0o666); err != nil {
		return nil, err
	}
	tests, err := timed("test", "-trimpath", "./...")
	if err != nil {
		return nil, err
	}
	again, err := timed("test", "-trimpath", "-count=1", "./...")
	if err != nil {
		return nil, err
	}
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return nil, err
	}
	size, err := os.Stat(program)
	if err != nil {
		return nil, err
	}
	return []string{label, fmt.Sprint(len(info.Deps)), fmt.Sprintf("%.1f", float64(size.Size())/(1<<20)), cold, warm, tests, again}, nil
}
