package app

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/acme/shop/services/ledger/internal/config"
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
	if r.main.ReadTimeout != 15*time.Second || r.main.WriteTimeout != 30*time.Second || r.main.HTTP2.SendPingTimeout == 0 {
		t.Errorf("messages in %v, answers in %v, HTTP/2: %+v", r.main.ReadTimeout, r.main.WriteTimeout, r.main.HTTP2)
	}
	if r.rpc.CallTimeout != 15*time.Second || r.rpc.MessageBytes != 1<<20 {
		t.Errorf("calls in %v, messages of %d bytes", r.rpc.CallTimeout, r.rpc.MessageBytes)
	}
}

// A client that does not go on with its message is answered, not waited for; a
// stream may take its time.
func TestSlowMessages(t *testing.T) {
	quick := defaults
	quick.body, quick.write = 200*time.Millisecond, 400*time.Millisecond
	r := start(t, config.Config{}, quick, func(a *App) {
		a.rpc.Handle(testService+"Stream", true, func(o ...connect.HandlerOption) http.Handler {
			return connect.NewClientStreamHandlerSimple(testService+"Stream", func(_ context.Context, in *connect.ClientStream[emptypb.Empty]) (*emptypb.Empty, error) {
				for in.Receive() {
				}
				return &emptypb.Empty{}, in.Err()
			}, o...)
		})
	})
	conn := r.dial(t, "POST "+testService+"Ok HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if resp.StatusCode < 400 || !strings.Contains(string(body), `"code":"`) {
		t.Errorf("a slow message is answered with %s: %s", resp.Status, body)
	}

	protocols := &http.Protocols{}
	protocols.SetUnencryptedHTTP2(true)
	client := connect.NewClient[emptypb.Empty, emptypb.Empty](&http.Client{Transport: &http.Transport{Protocols: protocols}}, r.url+testService+"Stream", connect.WithGRPC())
	stream := client.CallClientStream(t.Context())
	for range 4 {
		if err := stream.Send(&emptypb.Empty{}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(200 * time.Millisecond)
	}
	if _, err := stream.CloseAndReceive(); err != nil {
		t.Errorf("a stream that takes longer than a call may: %v", err)
	}
}

// What is asked of the service while many clients are slow is answered at once.
func TestManySlowClients(t *testing.T) {
	r := start(t, config.Config{}, defaults)
	for range 500 {
		r.dial(t, "POST "+testService+"Ok HTTP/1.1\r\nHost: x\r\nX-Slow")
	}
	begin := time.Now()
	if code := r.get("/livez"); code != http.StatusOK {
		t.Errorf("live is %d", code)
	}
	t.Logf("answered in %v", time.Since(begin))
}
