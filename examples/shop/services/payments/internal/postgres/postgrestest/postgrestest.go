// Package postgrestest gives tests an empty database of a real PostgreSQL.
//
// The server is the machine's own, started for the test: on a Unix socket, in a
// folder that goes away with it. TEST_DATABASE_URL names another server to use
// instead, with a role that may create databases. Where there is neither, the
// test is skipped, or fails when CI is set. This package is for tests alone.
package postgrestest

import (
	"bytes"
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// New returns the URL of an empty database, which is gone after the test.
func New(t testing.TB) string {
	t.Helper()
	if server := os.Getenv("TEST_DATABASE_URL"); server != "" {
		return create(t, server)
	}
	bin := programs()
	if bin == "" {
		const why = "there is no PostgreSQL here: install it (Debian: postgresql), or name a server with TEST_DATABASE_URL"
		if os.Getenv("CI") != "" {
			t.Fatal(why)
		}
		t.Skip("SKIPPED: " + why)
	}
	return start(t, bin)
}

// create makes a database on the server at the URL.
func create(t testing.TB, server string) string {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal("TEST_DATABASE_URL is no URL")
	}
	name := "test_" + strings.ToLower(rand.Text())
	execute(t, server, "CREATE DATABASE "+name)
	t.Cleanup(func() { execute(t, server, "DROP DATABASE "+name+" WITH (FORCE)") })
	u.Path = "/" + name
	return u.String()
}

func execute(t testing.TB, server, sql string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second) // the test's own is over in its cleanup
	defer cancel()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, sql); err != nil {
		t.Fatal(err)
	}
}

// programs is the folder of the newest PostgreSQL, or "". Windows has no shell to
// look after it.
func programs() string {
	if runtime.GOOS == "windows" {
		return ""
	}
	newest, found := 0.0, ""
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin"} {
		dirs, _ := filepath.Glob(pattern) // the pattern is a good one
		for _, dir := range dirs {
			version, _ := strconv.ParseFloat(strings.TrimLeft(filepath.Base(filepath.Dir(dir)), "abcdefghijklmnopqrstuvwxyz-@"), 64)
			if _, err := exec.LookPath(filepath.Join(dir, "initdb")); err == nil && version >= newest {
				newest, found = version, dir
			}
		}
	}
	if initdb, err := exec.LookPath("initdb"); err == nil && found == "" {
		found = filepath.Dir(initdb)
	}
	return found
}

// supervise runs the server until its standard input ends, which it does also
// when the test is killed.
const supervise = `"$@" </dev/null >&2 & server=$!; cat >/dev/null; kill -QUIT $server; wait $server; rm -rf "$PWD"`

// start runs a server in a new folder. Safety is left out: it holds nothing that
// anybody will miss.
func start(t testing.TB, bin string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pg") // short: a socket's path has 103 bytes at most
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })

	initdb := program(t, dir, filepath.Join(bin, "initdb"), "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	server := program(t, dir, "/bin/sh", "-c", supervise, "sh", filepath.Join(bin, "postgres"), "-D", filepath.Join(dir, "data"), "-k", dir, "-F",
		"-c", "listen_addresses=", "-c", "shared_buffers=16MB", "-c", "full_page_writes=off", "-c", "synchronous_commit=off", "-c", "max_connections=50")
	var log bytes.Buffer
	server.Stderr = &log
	alive, err := server.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		alive.Close()
		_ = server.Wait() // killed, as it was told
		if t.Failed() {
			t.Logf("PostgreSQL says:\n%s", &log)
		}
	})
	address := "postgres://postgres@/postgres?" + url.Values{"host": {dir}}.Encode()
	await(t, address)
	return address
}

// await waits until the server answers.
func await(t testing.TB, address string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, address)
		if err == nil {
			conn.Close(ctx)
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("PostgreSQL does not start: %v", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// program is a command in dir that knows nothing of the settings that a person
// has for PostgreSQL.
func program(t testing.TB, dir, name string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "PWD=" + dir}
	unprivileged(t, cmd, dir)
	return cmd
}
