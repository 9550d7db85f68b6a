package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/svcgen/svcgen/internal/source"
	"github.com/svcgen/svcgen/internal/tree"
)

func parse(t testing.TB, text string) source.Source {
	t.Helper()
	s, err := source.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// worktree makes a repository with a template and n bytes that do not
// compress, and returns its folder.
func worktree(t testing.TB, n int) string {
	t.Helper()
	dir := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-c", "user.name=a", "-c", "user.email=a@example.com", "-C", dir}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	files := map[string]string{"template.yaml": "version: 1\nname: a\nrelease: 1.0.0\nkind: other\nlayers: [base]\n", "base/x": "x"}
	if n > 0 {
		noise, state := make([]byte, n), uint64(1)
		for i := range noise {
			state = state*6364136223846793005 + 1442695040888963407
			noise[i] = byte(state >> 56)
		}
		files["base/noise"] = string(noise)
	}
	for name, data := range files {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	git("init", "--quiet", "-b", "main")
	git("add", "--all")
	git("commit", "--quiet", "-m", "x")
	git("tag", "v1.0.0")
	return dir
}

func TestDiskIsBounded(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s := parse(t, "git+file://"+filepath.ToSlash(worktree(t, 8<<20)))
	if _, err := (Fetcher{}).Fetch(t.Context(), s); err != nil {
		t.Fatalf("without a bound: %v", err)
	}
	_, err := Fetcher{Disk: 1 << 20}.Fetch(t.Context(), s)
	if err == nil || !strings.Contains(err.Error(), "1 MiB on the disk") && !strings.Contains(err.Error(), "git cannot fetch it") {
		t.Errorf("8 MB where 1 MB may be: %v", err)
	}
	nothingLeft(t)
}

func nothingLeft(t *testing.T) {
	t.Helper()
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "svcgen-git-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestTimeIsBounded asks servers that never answer.
func TestTimeIsBounded(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, text := range []string{"git+http://" + l.Addr().String() + "/x", "oci://" + l.Addr().String() + "/x:1.0.0"} {
		s := parse(t, text)
		_, err := Fetcher{Time: 300 * time.Millisecond}.Fetch(t.Context(), s)
		if err == nil || !strings.Contains(err.Error(), "it took more than 300ms") {
			t.Errorf("%s: %v", text, err)
		}
		_, _, err = Fetcher{Time: 300 * time.Millisecond}.Newest(t.Context(), s)
		if err == nil || !strings.Contains(err.Error(), "it took more than 300ms") {
			t.Errorf("the newest of %s: %v", text, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		if _, err := (Fetcher{}).Fetch(ctx, s); !errors.Is(err, context.Canceled) {
			t.Errorf("%s, interrupted: %v", text, err)
		}
	}
	nothingLeft(t)
}

// TestEndlessAnswers asks servers that never stop.
func TestEndlessAnswers(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	page := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/tags/list"):
			page++
			w.Header().Set("Link", fmt.Sprintf(`</v2/x/tags/list?last=%d>; rel="next"`, page))
			var tags []string
			for i := range 100 {
				tags = append(tags, fmt.Sprintf(`"%d.%d.0"`, page, i))
			}
			fmt.Fprintf(w, `{"name":"x","tags":[%s]}`, strings.Join(tags, ","))
		case strings.HasSuffix(r.URL.Path, "/info/refs"):
			w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
			fmt.Fprint(w, "001e# service=git-upload-pack\n0000")
			for i := 0; ; i++ {
				line := fmt.Sprintf("%040x refs/tags/v%d.0.0\n", i+1, i)
				if i == 0 {
					line = fmt.Sprintf("%040x HEAD\x00multi_ack\n", 1)
				}
				if _, err := fmt.Fprintf(w, "%04x%s", len(line)+4, line); err != nil {
					return
				}
			}
		}
	}))
	defer srv.Close()
	host := strings.TrimPrefix(srv.URL, "http://")
	if _, err := (Fetcher{}).Fetch(t.Context(), parse(t, "oci://"+host+"/x")); err == nil || !strings.Contains(err.Error(), "it has more than 10000 tags") {
		t.Errorf("tags without an end: %v", err)
	}
	// git holds all refs before it writes the first: memory, or time, ends it.
	if _, err := (Fetcher{Time: 2 * time.Second}).Fetch(t.Context(), parse(t, "git+http://"+host+"/x")); err == nil {
		t.Error("refs without an end were taken")
	}
	nothingLeft(t)
}

func TestNewestTag(t *testing.T) {
	for _, c := range []struct{ tags, sub, like, want string }{
		{"v1.0.0 v1.10.0 v1.9.0", "", "", "v1.10.0"},
		{"1.0.0 1.1.0", "", "", "1.1.0"},
		{"v1.0.0 v2.0.0-rc.1", "", "", "v1.0.0"},
		{"v2.0.0-rc.1 v2.0.0-rc.2", "", "", "v2.0.0-rc.2"},
		{"latest stable v1", "", "", ""},
		{"v1.0.0 templates/v2.0.0", "", "", "v1.0.0"},
		{"v1.0.0 templates/v2.0.0", "templates", "", "templates/v2.0.0"},
		{"v3.0.0 templates/v2.0.0", "a/templates", "templates/v1.0.0", "templates/v2.0.0"},
		{"v3.0.0 templates/v2.0.0", "templates", "v1.0.0", "v3.0.0"},
		{"v1.0.0 -v2.0.0 v9.0.0^{}", "", "", "v1.0.0"},
		{"", "", "", ""},
	} {
		refs := map[string]string{"refs/heads/v99.0.0": "x"}
		for tag := range strings.FieldsSeq(c.tags) {
			refs["refs/tags/"+tag] = "x"
		}
		if got := newestTag(refs, c.sub, c.like); got != c.want {
			t.Errorf("%+v: got %q", c, got)
		}
	}
}

// TestGitSeesNothingOfTheUser checks the environment and the options that git
// runs with, by a program in git's place.
func TestGitSeesNothingOfTheUser(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip("no shell")
	}
	bin := t.TempDir()
	fake := "#!/bin/sh\necho \"$@\" >>" + bin + "/args\nenv >>" + bin + "/env\n"
	if err := os.WriteFile(filepath.Join(bin, "git"), []byte(fake), 0o777); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	env := map[string]string{"HOME": "/home/ann", "GIT_DIR": "/evil", "GIT_SSH_COMMAND": "evil", "GIT_CONFIG_COUNT": "1", "LD_PRELOAD": "evil.so",
		"SSH_AUTH_SOCK": "/agent", "AWS_SECRET_ACCESS_KEY": "secret", "HTTPS_PROXY": "http://proxy:1", "GIT_ALLOW_PROTOCOL": "ext"}
	for k, v := range env {
		t.Setenv(k, v)
	}
	_, _ = Fetcher{Getenv: os.Getenv}.Fetch(t.Context(), parse(t, "git+https://host.invalid/x@v1"))
	got, err := os.ReadFile(filepath.Join(bin, "env"))
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"evil", "secret", "/agent", "LD_PRELOAD", "GIT_CONFIG_COUNT", "ann"} {
		if strings.Contains(string(got), bad) {
			t.Errorf("%q reaches git:\n%s", bad, got)
		}
	}
	for _, want := range []string{"GIT_TERMINAL_PROMPT=0", "GIT_ALLOW_PROTOCOL=https\n", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "HTTPS_PROXY=http://proxy:1", "-oBatchMode=yes"} {
		if !strings.Contains(string(got), want) {
			t.Errorf("git lacks %s:\n%s", want, got)
		}
	}
	args, err := os.ReadFile(filepath.Join(bin, "args"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(args)) {
		if !strings.Contains(line, " -- ") || !strings.Contains(line, "core.hooksPath="+os.DevNull) || !strings.Contains(line, "transfer.fsckObjects=true") {
			t.Errorf("git is called as git %s", line)
		}
	}
}

func TestPushAndFetchGiveTheSame(t *testing.T) {
	r := &Result{Source: parse(t, filepath.ToSlash(worktree(t, 0)))}
	if err := (Fetcher{}).folder(r); err != nil {
		t.Fatal(err)
	}
	if _, hidden := r.Files[".git/config"]; hidden || len(r.Files) != 2 {
		t.Errorf("a work tree has %v", r.Files.Paths())
	}
	g, err := Fetcher{}.Fetch(t.Context(), parse(t, "git+file://"+r.Source.Path))
	if err != nil {
		t.Fatal(err)
	}
	for p, f := range r.Files {
		if !g.Files[p].Equal(tree.File{Data: f.Data, Kind: f.Kind}) {
			t.Errorf("%s differs", p)
		}
	}
	if g.Source.Version != "v1.0.0" || !source.IsCommit(g.Commit) || len(g.Proof.Commit) == 0 {
		t.Errorf("got %+v", g.Source)
	}
}
