package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestServe(t *testing.T) {
	out, in := io.Pipe()
	ctx, stop := context.WithCancel(t.Context())
	env := map[string]string{"HTTP_ADDR": "127.0.0.1:0", "WEB_DIR": built(t), "DRAIN_DELAY": "1ms"}
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, nil, func(name string) string { return env[name] }, in, io.Discard)
		in.Close()
	}()
	lines := bufio.NewScanner(out)
	var started struct{ Msg, Addr string }
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &started) != nil || started.Msg != "serving" {
		t.Fatalf("it begins with %s", lines.Bytes())
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	for path, want := range map[string]string{"/livez": "ok", "/readyz": "ok", "/startupz": "ok", "/": "<title>built"} {
		resp, err := http.Get("http://" + started.Addr + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		policy := resp.Header.Get("Content-Security-Policy")
		if err != nil || resp.StatusCode != 200 || !strings.Contains(string(body), want) || policy == "" || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: %s %v %s", path, resp.Status, resp.Header, body)
		}
	}
	env["HTTP_ADDR"] = started.Addr
	healthcheck := func() int {
		return run(t.Context(), []string{"healthcheck"}, func(name string) string { return env[name] }, io.Discard, io.Discard)
	}
	if healthcheck() != ok {
		t.Error("healthcheck says no")
	}
	stop()
	if got := <-code; got != ok {
		t.Errorf("it ends with %d", got)
	}
	if healthcheck() != failed {
		t.Error("healthcheck says yes when nobody serves")
	}
}

func TestWrong(t *testing.T) {
	for _, c := range []struct {
		args []string
		env  map[string]string
		want int
	}{
		{[]string{"sevre"}, nil, wrong},
		{nil, map[string]string{"HTTP_ADDR": "8080"}, wrong},
		{nil, map[string]string{"DRAIN_DELAY": "soon"}, wrong},
		{nil, map[string]string{"LOG_LEVEL": "loud"}, wrong},
		{nil, map[string]string{"HTTP_ADDR": "127.0.0.1:0", "WEB_DIR": t.TempDir()}, failed},
	} {
		var said bytes.Buffer
		got := run(t.Context(), c.args, func(name string) string { return c.env[name] }, &said, &said)
		if got != c.want || said.Len() == 0 {
			t.Errorf("%v %v: %d, want %d: %s", c.args, c.env, got, c.want, &said)
		}
	}
}
