package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/svcgen/svcgen/internal/source"
)

// repository is an empty repository of svcgen's own, in a folder of its own,
// that a source is fetched into. It goes when the work is done.
type repository struct {
	git     string // the program
	dir     string
	source  source.Source
	env     []string
	options []string
	most    int64 // bytes in dir
}

// maxSaid bounds what is kept of git's messages.
const maxSaid = 4 << 10

// errTooMuch is that a program wrote more than it may.
var errTooMuch = errors.New("too much")

func (f Fetcher) repository(ctx context.Context, s source.Source) (*repository, func(), error) {
	git, err := exec.LookPath("git")
	if err != nil {
		return nil, nil, failed(s, "git is needed to fetch it, and was not found").WithHint("install git")
	}
	dir, err := os.MkdirTemp("", "svcgen-git-")
	if err != nil {
		return nil, nil, err
	}
	done := func() { os.RemoveAll(dir) }
	g := &repository{git: git, dir: dir, source: s, most: f.disk()}
	g.env = f.gitEnv(dir, s)
	g.options = options
	if _, err := g.run(ctx, nil, 1<<16, "init", "--quiet", "--bare", "--template=", "--", filepath.Join(dir, "repository")); err != nil {
		done()
		return nil, nil, err
	}
	return g, done, nil
}

// options are given to every git. They leave nothing to a configuration, and the
// environment keeps the user's away in the first place.
var options = []string{
	"-c", "core.hooksPath=" + os.DevNull, "-c", "core.fsmonitor=false", "-c", "core.attributesFile=" + os.DevNull,
	"-c", "core.askPass=", "-c", "credential.helper=", "-c", "credential.interactive=false",
	"-c", "core.symlinks=false", "-c", "core.bigFileThreshold=1m", "-c", "core.protectNTFS=true", "-c", "core.protectHFS=true",
	"-c", "transfer.fsckObjects=true", "-c", "fetch.fsckObjects=true", "-c", "transfer.bundleURI=false", "-c", "fetch.unpackLimit=1",
	"-c", "submodule.recurse=false", "-c", "fetch.recurseSubmodules=false", "-c", "fetch.parallel=1", "-c", "fetch.writeCommitGraph=false",
	"-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "advice.detachedHead=false", "-c", "protocol.version=2",
	"-c", "http.followRedirects=false", "-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=30",
	"-c", "pack.threads=1", "-c", "pack.windowMemory=64m", "-c", "core.packedGitLimit=256m", "-c", "core.deltaBaseCacheLimit=32m",
}

// sshCommand is how git calls ssh. The user's own configuration of ssh counts,
// since keys, host keys and jump hosts are there; nothing is asked, and nothing of
// this machine is handed on.
const sshCommand = "ssh -oBatchMode=yes -oForwardAgent=no -oForwardX11=no -oClearAllForwardings=yes -oPermitLocalCommand=no"

// gitEnv is git's whole environment.
func (f Fetcher) gitEnv(dir string, s source.Source) []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "XDG_CONFIG_HOME=" + dir, "TMPDIR=" + dir, "LC_ALL=C",
		"GIT_DIR=" + filepath.Join(dir, "repository"), "GIT_CEILING_DIRECTORIES=" + filepath.Dir(dir),
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_SYSTEM=" + os.DevNull, "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_ATTR_NOSYSTEM=1",
		"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=", "SSH_ASKPASS=", "SSH_ASKPASS_REQUIRE=never", "GCM_INTERACTIVE=never",
		"GIT_ALLOW_PROTOCOL=" + s.Scheme, "GIT_PROTOCOL_FROM_USER=0", "GIT_NO_LAZY_FETCH=1", "GIT_NO_REPLACE_OBJECTS=1",
		"GIT_SSH_COMMAND=" + sshCommand, "GIT_SSH_VARIANT=ssh", "GIT_LFS_SKIP_SMUDGE=1", "GIT_OPTIONAL_LOCKS=0",
	}
	pass := []string{"SYSTEMROOT", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"}
	if s.Scheme == "ssh" {
		pass = append(pass, "SSH_AUTH_SOCK", "USER", "USERPROFILE")
	}
	for _, name := range pass {
		if v := f.env(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	if v := f.env("SSL_CERT_FILE"); v != "" {
		env = append(env, "GIT_SSL_CAINFO="+v)
	}
	if home := f.env("HOME"); s.Scheme == "https" && home != "" {
		// The password of a private repository comes from ~/.netrc, as curl reads it:
		// it is bound to its host, and no program is run for it.
		if _, err := os.Lstat(filepath.Join(home, ".netrc")); err == nil {
			env = append(env, "HOME="+home)
		}
	}
	return env
}

// run runs git and returns what it wrote, at most limit bytes.
func (g *repository) run(ctx context.Context, stdin []byte, limit int64, args ...string) ([]byte, error) {
	var out bytes.Buffer
	err := g.stream(ctx, stdin, func(r io.Reader) error {
		n, err := io.Copy(&out, io.LimitReader(r, limit+1))
		if err == nil && n > limit {
			return errTooMuch
		}
		return err
	}, args...)
	return out.Bytes(), err
}

// stream runs git and hands what it writes to read. git is ended when read is
// done, when it has written too much to the disk, and when ctx ends.
func (g *repository) stream(ctx context.Context, stdin []byte, read func(io.Reader) error, args ...string) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	cmd := exec.CommandContext(ctx, g.git, append(g.options[:len(g.options):len(g.options)], args...)...)
	cmd.Dir, cmd.Env = g.dir, g.env
	cmd.WaitDelay = 2 * time.Second
	group(cmd)
	said := &tail{}
	cmd.Stderr = said
	if stdin != nil {
		cmd.Stdin = bytes.NewReader(stdin)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("git: %w", err)
	}
	limit(cmd.Process, g.most)
	watched := make(chan struct{})
	go func() { defer close(watched); g.watch(ctx, cancel) }()
	rerr := read(out)
	if rerr != nil {
		cancel(rerr)
	}
	err = cmd.Wait()
	if err == nil && rerr == nil {
		if used(g.dir) > g.most { // it was quicker than the watch
			rerr = errTooMuch
		}
	}
	cause := context.Cause(ctx)
	cancel(nil)
	<-watched
	switch {
	case rerr != nil && !errors.Is(rerr, errTooMuch) && cause == rerr:
		return rerr
	case errors.Is(cause, errTooMuch) || errors.Is(rerr, errTooMuch):
		return failed(g.source, "it has more than svcgen takes (%d MiB on the disk)", g.most>>20)
	case cause != nil:
		return cause
	case rerr != nil:
		return rerr
	case err != nil:
		return g.explain(said.String(), err)
	}
	return nil
}

// watch ends git when it fills the disk.
func (g *repository) watch(ctx context.Context, cancel context.CancelCauseFunc) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if used(g.dir) > g.most {
				cancel(errTooMuch)
				return
			}
		}
	}
}

// used is how many bytes the files below dir have.
func used(dir string) int64 {
	var n int64
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // it went meanwhile
		}
		if info, err := d.Info(); err == nil && info.Mode().IsRegular() {
			n += info.Size()
		}
		return nil
	})
	return n
}

// tail keeps the end of what is written to it.
type tail struct{ b []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.b = append(t.b, p...)
	if over := len(t.b) - maxSaid; over > 0 {
		t.b = append(t.b[:0], t.b[over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string { return strings.ToValidUTF8(string(t.b), "�") }

// explain makes an error out of what git said: its own last words, never the
// server's ("remote: …"), which anybody may write.
func (g *repository) explain(said string, err error) error {
	last, first := "", ""
	for line := range strings.SplitSeq(said, "\n") {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "fatal: "); ok {
			last = rest
		} else if rest, ok := strings.CutPrefix(line, "error: "); ok && first == "" {
			first = rest
		} else if (strings.HasPrefix(line, "Host key verification") || strings.Contains(line, "Permission denied (")) && !strings.HasPrefix(line, "remote:") {
			last = line
			break
		}
	}
	if first != "" && (last == "" || strings.Contains(said, "fatal: fsck error")) {
		last = first // it says which object, and what is wrong with it
	}
	if last == "" {
		last = err.Error()
	}
	e := failed(g.source, "git cannot fetch it: %s", last)
	switch {
	case strings.Contains(last, "could not read Username"), strings.Contains(last, "could not read Password"), strings.Contains(last, "Authentication failed"):
		return e.WithHint("svcgen asks for no password and runs no credential helper: use git+ssh://, or put the host into ~/.netrc")
	case strings.Contains(last, "Host key verification"), strings.Contains(last, "Permission denied ("):
		return e.WithHint("make ssh %s work without a question first", g.source.Host)
	case strings.Contains(last, "unable to update url base from redirection"), strings.Contains(last, "returned error: 30"):
		return e.WithHint("the server sends elsewhere; give the address that it sends to")
	case strings.Contains(last, "fsck error"), strings.Contains(said, "fsck error"), strings.Contains(last, "fatal object"):
		return e.WithHint("the repository has objects that git itself calls broken or hostile")
	}
	return e
}
