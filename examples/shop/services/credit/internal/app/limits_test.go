package app

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/acme/shop/services/credit/internal/config"
)

// dial opens a connection, sends text, and fails when the service does nothing
// for long.
func (r *running) dial(t *testing.T, text string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", r.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	return conn
}

func TestSlowClientsAreCut(t *testing.T) {
	quick := defaults
	quick.header, quick.idle = 100*time.Millisecond, 100*time.Millisecond
	r := start(t, config.Config{}, quick)

	if rest, err := io.ReadAll(r.dial(t, "GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow")); err != nil || len(rest) > 0 && !strings.HasPrefix(string(rest), "HTTP/1.1 4") {
		t.Errorf("a client slow with its headers gets %q, %v; want to be cut", rest, err)
	}
	conn := bufio.NewReader(r.dial(t, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"))
	resp, err := http.ReadResponse(conn, nil)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("got %v, %v", resp, err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	if _, err := conn.ReadByte(); err != io.EOF {
		t.Errorf("an idle client gets %v; want to be cut", err)
	}
	r.stop()
	r.wait(t)
}

func TestLargeHeaders(t *testing.T) {
	r := start(t, config.Config{}, defaults)
	for size, want := range map[int]int{20 << 10: http.StatusOK, 40 << 10: http.StatusRequestHeaderFieldsTooLarge} {
		conn := r.dial(t, "GET /livez HTTP/1.1\r\nHost: x\r\nX-Large: "+strings.Repeat("x", size)+"\r\n\r\n")
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%d bytes: %s, want %d", size, resp.Status, want)
		}
	}
}

// The limits that the service runs with.
func TestServersAreLimited(t *testing.T) {
	r := start(t, config.Config{}, defaults)
	for name, s := range map[string]*http.Server{"main": &r.main.Server, "admin": &r.admin.Server} {
		if s.ReadHeaderTimeout != 5*time.Second || s.IdleTimeout != 90*time.Second || s.MaxHeaderBytes != 32<<10 {
			t.Errorf("%s: headers in %v, idle for %v, %d bytes of headers", name, s.ReadHeaderTimeout, s.IdleTimeout, s.MaxHeaderBytes)
		}
	}
	if r.main.ReadTimeout != 15*time.Second || r.api.BodyTimeout != 15*time.Second || r.main.WriteTimeout == 0 {
		t.Errorf("bodies in %v and %v, answers in %v", r.main.ReadTimeout, r.api.BodyTimeout, r.main.WriteTimeout)
	}
}
