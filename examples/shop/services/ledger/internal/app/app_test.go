package app

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/acme/shop/services/ledger/internal/ledger"

	"github.com/acme/shop/services/ledger/internal/config"
	"github.com/acme/shop/services/ledger/internal/telemetry"
)

// running is the service in this process, with what it has logged.
type running struct {
	*App
	url   string
	log   *buffer
	stop  context.CancelFunc // as SIGTERM does
	ended chan error
}

// start runs the service with a method of its own, test.v1.TestService/Ok; prepare
// may change it before. Without a DatabaseURL nothing is kept beyond the test.
func start(t *testing.T, c config.Config, l limits, prepare ...func(*App)) *running {
	t.Helper()
	c.HTTPAddr, c.AdminAddr = "127.0.0.1:0", "127.0.0.1:0"
	r := &running{log: &buffer{}, ended: make(chan error, 1)}
	ctx, stop := context.WithCancel(t.Context())
	r.stop = stop
	var err error
	opening := open
	if c.DatabaseURL == "" {
		opening = inMemory
	}
	r.App, err = build(ctx, c, l, opening, telemetry.NewLogger(r.log, slog.LevelInfo, Name, "test"), "test")
	if err != nil {
		t.Fatal(err)
	}
	r.handle("Ok", func(context.Context) error { return nil })
	for _, p := range prepare {
		p(r.App)
	}
	r.url = "http://" + r.Addr()
	go func() { r.ended <- r.Run(ctx) }()
	return r
}

// inMemory are the parts of a service that has no database.
func inMemory(context.Context, config.Config) (*parts, error) {
	return &parts{service: ledger.New(ledger.NewMemoryStore())}, nil
}

// wait waits for the end.
func (r *running) wait(t *testing.T) {
	t.Helper()
	select {
	case err := <-r.ended:
		if err != nil {
			t.Errorf("the service ends with %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("the service does not end:\n%s", r.log)
	}
}

// get asks for a path with a connection of its own and returns the status, 0
// where there is no answer.
func (r *running) get(path string) int {
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get(r.url + path)
	if err != nil {
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}

const testService = "/test.v1.TestService/"

// handle adds a method to test.v1.TestService that takes and answers nothing.
func (a *App) handle(method string, handler func(context.Context) error) {
	a.rpc.Handle(testService+method, false, func(o ...connect.HandlerOption) http.Handler {
		return connect.NewUnaryHandlerSimple(testService+method, func(ctx context.Context, _ *emptypb.Empty) (*emptypb.Empty, error) {
			return &emptypb.Empty{}, handler(ctx)
		}, o...)
	})
}

// caller calls a method of test.v1.TestService, over connections of its own: with
// gRPC over HTTP/2, or with Connect over HTTP/1.1.
func (r *running) caller(method string, grpc bool) (call func(context.Context) error, done func()) {
	transport := &http.Transport{}
	var options []connect.ClientOption
	if grpc {
		transport.Protocols = &http.Protocols{}
		transport.Protocols.SetUnencryptedHTTP2(true)
		options = append(options, connect.WithGRPC())
	}
	c := connect.NewClient[emptypb.Empty, emptypb.Empty](&http.Client{Transport: transport}, r.url+testService+method, options...)
	return func(ctx context.Context) error {
		_, err := c.CallUnary(ctx, connect.NewRequest(&emptypb.Empty{}))
		return err
	}, transport.CloseIdleConnections
}

// ok calls the method Ok once.
func (r *running) ok(t *testing.T) {
	t.Helper()
	call, done := r.caller("Ok", true)
	defer done()
	if err := call(t.Context()); err != nil {
		t.Error(err)
	}
}

// buffer is a bytes.Buffer that goroutines can share.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
