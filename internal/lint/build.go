package lint

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/svcgen/svcgen/internal/tree"
)

// buildPrefix begins the names of the folders that services are built in.
const buildPrefix = "svcgen-build-"

// Builder builds what templates render, with the programs of this machine: the
// Go toolchain, and a Docker engine where one answers. The caches of modules and
// of builds are the user's.
type Builder struct {
	Go     string   // the go program; "": there is none
	Docker string   // the docker program, whose engine answers; "": no images
	Race   bool     // the race detector works here
	Args   []string // --build-arg of images
	Tests  Tests    // whose tests run; "": all
	Bare   bool     // no images

	Note     func(text string)                // tells what was left out, and why; may be nil
	Progress func(done, all int, what string) // tells what is at work; may be nil

	slots     chan struct{}
	all, done atomic.Int64
	mu        sync.Mutex
	told      []string
	modules   sync.Map // of moduleKey: what is wrong with each
}

// Tests says which of the services that are built are tested, too: that takes
// most of the time.
type Tests string

const (
	TestAll   Tests = "all"   // every one
	TestCover Tests = "cover" // so many that every two choices meet, units among them
	TestNone  Tests = "none"
)

// NewBuilder looks for the programs. At most jobs services are built at once.
func NewBuilder(ctx context.Context, jobs int) (*Builder, error) {
	b := &Builder{slots: make(chan struct{}, max(1, jobs))}
	if p, err := exec.LookPath("go"); err == nil {
		b.Go = p
		b.Race = b.races(ctx)
	}
	if p, err := exec.LookPath("docker"); err == nil {
		ask, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		if _, err := b.run(ask, "", p, "version", "--format", "{{.Server.Version}}"); err == nil {
			b.Docker = p
		}
	}
	return b, ctx.Err()
}

// races reports whether go can build with the race detector: it needs a C
// compiler.
func (b *Builder) races(ctx context.Context) bool {
	out, err := b.run(ctx, "", b.Go, "env", "CGO_ENABLED", "CC")
	lines := strings.Split(strings.TrimSpace(strings.ReplaceAll(string(out.stdout), "\r", "")), "\n")
	if err != nil || len(lines) < 2 || lines[0] != "1" {
		return false
	}
	words := strings.Fields(lines[1])
	if len(words) == 0 {
		return false
	}
	_, err = exec.LookPath(words[0])
	return err == nil
}

// note tells something once.
func (b *Builder) note(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.Note != nil && !slices.Contains(b.told, text) {
		b.told = append(b.told, text)
		b.Note(text)
	}
}

func (b *Builder) progress(what string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.Progress != nil {
		b.Progress(int(b.done.Load()), int(b.all.Load()), what)
	}
}

// output is what a program printed.
type output struct{ stdout, stderr []byte }

// run runs a program in dir and waits for it. A cancelled ctx ends it, and
// whatever it started.
func (b *Builder) run(ctx context.Context, dir, program string, args ...string) (output, error) {
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &errs
	cmd.Env = append(os.Environ(), "GOWORK=off", "PWD="+dir)
	cmd.WaitDelay = 5 * time.Second
	together(cmd)
	err := cmd.Run()
	return output{out.Bytes(), errs.Bytes()}, err
}

// failure is one thing that a program said of a rendered file.
type failure struct {
	file      string // below the service's folder
	line, col int    // zero: unknown
	msg       string
}

// steps are what is done with a service besides vetting and tidying it.
type steps struct {
	generate bool // its code is generated anew first
	test     bool
	image    bool
}

// build writes files into a folder of their own and returns what is wrong with
// them.
func (b *Builder) build(ctx context.Context, what string, files tree.Tree, s steps) ([]failure, error) {
	b.all.Add(1)
	defer func() { b.done.Add(1) }()
	select {
	case b.slots <- struct{}{}:
		defer func() { <-b.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	top, err := os.MkdirTemp("", buildPrefix)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(top)
	if top, err = filepath.EvalSymlinks(top); err != nil {
		return nil, err
	}
	dir := filepath.Join(top, filepath.FromSlash(sample.Path))
	if err := unpack(dir, files); err != nil {
		return nil, err
	}
	var found []failure
	for _, mod := range modules(files) {
		m := module{b: b, ctx: ctx, top: top, dir: filepath.Join(dir, filepath.FromSlash(mod)), at: mod, files: files, what: what, steps: s}
		once, _ := b.modules.LoadOrStore(m.key(), sync.OnceValue(m.check))
		found = append(found, once.(func() []failure)()...)
	}
	if len(found) == 0 && s.image && ctx.Err() == nil {
		found = b.image(ctx, what, top, dir, files)
	}
	return found, ctx.Err()
}

// unpack writes files into the new folder dir.
func unpack(dir string, files tree.Tree) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, p := range files.Paths() {
		name, mode := filepath.FromSlash(p), os.FileMode(0o666)
		if files[p].Kind == tree.Executable {
			mode = 0o777
		}
		if err := root.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			return err
		}
		if err := root.WriteFile(name, files[p].Data, mode); err != nil {
			return err
		}
	}
	return nil
}

// modules lists the folders of Go modules.
func modules(files tree.Tree) []string {
	var out []string
	for _, p := range files.Paths() {
		if path.Base(p) == "go.mod" {
			out = append(out, path.Dir(p))
		}
	}
	return out
}

// NeedsGo reports whether one of the templates may render a Go module.
func NeedsGo(inputs []Input) bool {
	for _, in := range inputs {
		for p := range in.Files {
			if base := path.Base(p); base == "go.mod" || base == "go.mod.tmpl" {
				return true
			}
		}
	}
	return false
}

// offline is what programs say where a network is missing.
var offline = regexp.MustCompile(`dial tcp|no such host|i/o timeout|TLS handshake timeout|connection refused|network is unreachable|Temporary failure in name resolution|failed to do request`)

// image builds the image of the service in dir and throws it away. Where the
// network is missing nothing can be told of the template.
func (b *Builder) image(ctx context.Context, what, top, dir string, files tree.Tree) []failure {
	f, ok := files["Dockerfile"]
	if !ok || b.Bare {
		return nil
	}
	if b.Docker == "" {
		b.note("no Docker engine answers: images were not built")
		return nil
	}
	b.progress(what + ": docker build")
	id := filepath.Join(top, "image")
	args := []string{"build", "--iidfile", id}
	for _, a := range b.Args {
		args = append(args, "--build-arg", a)
	}
	out, err := b.run(ctx, dir, b.Docker, append(args, ".")...)
	if made, err := os.ReadFile(id); err == nil {
		_, _ = b.run(ctx, dir, b.Docker, "image", "rm", strings.TrimSpace(string(made)))
	}
	if err == nil || ctx.Err() != nil {
		return nil
	}
	text := strings.ReplaceAll(string(out.stderr)+string(out.stdout), top, "")
	if m := offline.FindString(text); m != "" {
		b.note("an image was not built, for what it is built from cannot be fetched (" + m + ")")
		return nil
	}
	return []failure{imageFailure(text, f.Data)}
}

var (
	imageLine = regexp.MustCompile(`(?m)^Dockerfile:(\d+)\s*$`)
	imageStep = regexp.MustCompile(`(?m)^Step \d+/\d+ : (.*)$`)
	imageWhy  = regexp.MustCompile(`(?m)^(?:ERROR|Error|error)(?: response from daemon)?: (.*)$`)
)

// imageFailure finds the instruction that failed in what docker said.
func imageFailure(text string, dockerfile []byte) failure {
	f := failure{file: "Dockerfile", line: 1, msg: "docker build fails"}
	if m := imageLine.FindStringSubmatch(text); m != nil {
		f.line = number(m[1])
	} else if m := imageStep.FindAllStringSubmatch(text, -1); m != nil {
		last := []byte(m[len(m)-1][1])
		if i := bytes.Index(dockerfile, last); i >= 0 {
			f.line = 1 + bytes.Count(dockerfile[:i], []byte("\n"))
		}
	}
	if m := imageWhy.FindAllStringSubmatch(text, -1); m != nil {
		f.msg = "docker build: " + strings.TrimPrefix(m[len(m)-1][1], "failed to build: ")
	}
	return f
}
