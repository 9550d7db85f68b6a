package main

import (
	"io"
	"log"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/rogpeppe/go-internal/testscript"
)

// The parts of the world that templates come from, for scripts: all real, all on
// this machine.

// gitEnv are what git needs to commit, the same each time.
func gitEnv(e *testscript.Env) {
	for _, kv := range []string{"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=ann@example.com",
		"GIT_COMMITTER_NAME=Ann", "GIT_COMMITTER_EMAIL=ann@example.com", "GIT_AUTHOR_DATE=2026-01-01T00:00:00Z", "GIT_COMMITTER_DATE=2026-01-01T00:00:00Z"} {
		name, value, _ := strings.Cut(kv, "=")
		e.Setenv(name, value)
	}
}

// commitCmd makes a folder a repository, if it is none, commits all that is in
// it, and gives the commit the tags.
func commitCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: commit DIR [TAG...]")
	}
	dir := ts.MkAbs(args[0])
	if _, err := os.Stat(filepath.Join(dir, ".git")); err != nil {
		ts.Check(ts.Exec("git", "-C", dir, "init", "--quiet", "-b", "main"))
	}
	ts.Check(ts.Exec("git", "-C", dir, "add", "--all"))
	ts.Check(ts.Exec("git", "-C", dir, "commit", "--quiet", "--allow-empty", "-m", "a commit"))
	for _, tag := range args[1:] {
		ts.Check(ts.Exec("git", "-C", dir, "tag", "--force", tag))
	}
}

// registryCmd starts an OCI registry and puts its address into $REGISTRY. With a
// user and a password it asks for them.
func registryCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 && len(args) != 2 {
		ts.Fatalf("usage: registry [USER PASSWORD]")
	}
	h := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	if len(args) == 2 {
		h = guarded(h, args[0], args[1])
	}
	srv := httptest.NewServer(h)
	ts.Defer(srv.Close)
	ts.Setenv("REGISTRY", strings.TrimPrefix(srv.URL, "http://"))
}

func guarded(h http.Handler, user, password string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if u, p, ok := r.BasicAuth(); !ok || u != user || p != password {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			http.Error(w, `{"errors":[{"code":"UNAUTHORIZED"}]}`, http.StatusUnauthorized)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// serveCmd serves the repositories in a folder with git's own HTTP server, and
// puts its address into $GITHOST. With "secret" it asks for a password; with
// "elsewhere" it sends to another address.
func serveCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: serve DIR [secret|elsewhere]")
	}
	path, err := exec.Command("git", "--exec-path").Output()
	ts.Check(err)
	var h http.Handler = &cgi.Handler{Path: filepath.Join(strings.TrimSpace(string(path)), "git-http-backend"),
		Env: []string{"GIT_PROJECT_ROOT=" + ts.MkAbs(args[0]), "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_GLOBAL=" + os.DevNull}, Stderr: io.Discard, Logger: log.New(io.Discard, "", 0)}
	switch {
	case len(args) > 1 && args[1] == "secret":
		h = guarded(h, "ann", "secret")
	case len(args) > 1 && args[1] == "elsewhere":
		own := h
		h = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if rest, ok := strings.CutPrefix(r.URL.Path, "/moved"); ok {
				http.Redirect(w, r, rest+"?"+r.URL.RawQuery, http.StatusMovedPermanently)
				return
			}
			own.ServeHTTP(w, r)
		})
	}
	srv := httptest.NewServer(h)
	ts.Defer(srv.Close)
	ts.Setenv("GITHOST", strings.TrimPrefix(srv.URL, "http://"))
}
