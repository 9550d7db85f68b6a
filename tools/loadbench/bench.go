package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// bench is a folder in which things are rendered and built, and the sink for
// their spans.
type bench struct {
	options
	sink *sink
}

// prepare makes the folder, with svcgen in it.
func prepare(ctx context.Context, o *options) (*bench, error) {
	if o.dir == "" {
		dir, err := os.MkdirTemp("", "loadbench")
		if err != nil {
			return nil, err
		}
		o.dir = dir
	} else if err := os.MkdirAll(o.dir, 0o777); err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(o.dir)
	if err != nil {
		return nil, err
	}
	o.dir = dir
	b := &bench{options: *o}
	if b.sink, err = newSink(); err != nil {
		return nil, err
	}
	if b.svcgen == "" {
		b.svcgen = filepath.Join(dir, "svcgen")
		if _, err := command(ctx, filepath.Join("..", ".."), nil, "go", "build", "-o", b.svcgen, "./cmd/svcgen"); err != nil {
			b.close()
			return nil, err
		}
	} else if b.svcgen, err = filepath.Abs(b.svcgen); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *bench) close() {
	b.sink.close()
	if !b.keep {
		_ = os.RemoveAll(b.dir)
	}
}

// render makes a service, alone in a workspace of its own.
func (b *bench) render(ctx context.Context, name string, flags ...string) (service string, err error) {
	work := filepath.Join(b.dir, "workspaces", name)
	if err := os.RemoveAll(work); err != nil {
		return "", err
	}
	args := append([]string{"new", name, "--init", "--no-input", "--module", "example.com/bench", "-C", work}, flags...)
	_, err = command(ctx, b.dir, nil, b.svcgen, args...)
	return filepath.Join(work, "services", name), err
}

// build builds the program of a package in a module's folder.
func (b *bench) build(ctx context.Context, module, pkg, name string) (program string, err error) {
	program = filepath.Join(b.dir, "bin", name)
	_, err = command(ctx, module, []string{"GOWORK=off"}, "go", "build", "-ldflags=-s -w", "-o", program, pkg)
	return program, err
}

// command runs a program and returns its state; what it says is told when it fails.
func command(ctx context.Context, dir string, env []string, name string, args ...string) (*os.ProcessState, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return cmd.ProcessState, nil
}

// process is a program that runs on a core of its own.
type process struct {
	cmd  *exec.Cmd
	addr string // of its main port
	dead chan struct{}
}

// start runs a program on a core, with HTTP_ADDR and ADMIN_ADDR set. What it
// prints is read and forgotten, as whoever keeps logs would read it.
func start(core int, env []string, program string, args ...string) (*process, error) {
	main, err := freePort()
	if err != nil {
		return nil, err
	}
	admin, err := freePort()
	if err != nil {
		return nil, err
	}
	p := &process{addr: main, dead: make(chan struct{})}
	p.cmd = exec.Command("taskset", append([]string{"-c", fmt.Sprint(core), program}, args...)...)
	p.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HTTP_ADDR=" + main, "ADMIN_ADDR=" + admin, "DRAIN_DELAY=0s"}, env...)
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_, _ = io.Copy(io.Discard, out)
		_ = p.cmd.Wait()
		close(p.dead)
	}()
	return p, nil
}

// ready waits until the process takes connections.
func (p *process) ready(ctx context.Context, addr string) error {
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(10 * time.Millisecond) {
		select {
		case <-p.dead:
			return fmt.Errorf("%s has ended: %v", p.cmd.Args[3], p.cmd.ProcessState)
		default:
		}
		if c, err := net.Dial("tcp", addr); err == nil {
			return c.Close()
		}
	}
	return fmt.Errorf("%s does not listen at %s", p.cmd.Args[3], addr)
}

func (p *process) stop() {
	if p == nil {
		return
	}
	_ = p.cmd.Process.Signal(os.Interrupt)
	select {
	case <-p.dead:
	case <-time.After(5 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.dead
	}
}

// freePort finds a port that nobody uses just now.
func freePort() (addr string, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
