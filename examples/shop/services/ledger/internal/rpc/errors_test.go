package rpc

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// secret is what no answer may repeat.
const secret = "hunter2"

// Methods that a test adds: what is sent is a text.
const (
	unaryPath  = "/test.v1.TestService/Unary"
	streamPath = "/test.v1.TestService/Stream"
)

// with adds a method, and a stream that sends its answer twice before it ends as
// the method does.
func with(handler func(context.Context, string) error) func(*Server) {
	return func(s *Server) {
		s.Handle(unaryPath, false, func(o ...connect.HandlerOption) http.Handler {
			return connect.NewUnaryHandlerSimple(unaryPath, func(ctx context.Context, in *wrapperspb.StringValue) (*emptypb.Empty, error) {
				return &emptypb.Empty{}, handler(ctx, in.GetValue())
			}, o...)
		})
		s.Handle(streamPath, true, func(o ...connect.HandlerOption) http.Handler {
			return connect.NewServerStreamHandlerSimple(streamPath, func(ctx context.Context, in *wrapperspb.StringValue, out *connect.ServerStream[emptypb.Empty]) error {
				for range 2 {
					if err := out.Send(&emptypb.Empty{}); err != nil {
						return err
					}
				}
				return handler(ctx, in.GetValue())
			}, o...)
		})
	}
}

// protocols are how the clients of tests speak, with a client that speaks HTTP/2
// where that is needed.
var protocols = map[string][]connect.ClientOption{
	"connect": nil, "JSON": {connect.WithProtoJSON()}, "gRPC": {connect.WithGRPC()}, "gRPC-Web": {connect.WithGRPCWeb()},
}

func h2c() *http.Client {
	p := &http.Protocols{}
	p.SetUnencryptedHTTP2(true)
	return &http.Client{Transport: &http.Transport{Protocols: p}}
}

// call calls the method that with has added.
func (s *testServer) call(t *testing.T, protocol, text string) error {
	t.Helper()
	c := connect.NewClient[wrapperspb.StringValue, emptypb.Empty](h2c(), s.http.URL+unaryPath, protocols[protocol]...)
	_, err := c.CallUnary(t.Context(), connect.NewRequest(wrapperspb.String(text)))
	return err
}

// stream calls the stream, and returns how many answers came.
func (s *testServer) stream(t *testing.T, protocol, text string) (n int, err error) {
	t.Helper()
	c := connect.NewClient[wrapperspb.StringValue, emptypb.Empty](h2c(), s.http.URL+streamPath, protocols[protocol]...)
	answers, err := c.CallServerStream(t.Context(), connect.NewRequest(wrapperspb.String(text)))
	if err != nil {
		return 0, err
	}
	defer answers.Close()
	for answers.Receive() {
		n++
	}
	return n, answers.Err()
}

var traceID = regexp.MustCompile(`^[0-9a-f]{32}$`)

func TestErrors(t *testing.T) {
	detail, err := connect.NewErrorDetail(durationpb.New(1))
	if err != nil {
		t.Fatal(err)
	}
	detailed := connect.NewError(connect.CodeUnavailable, errors.New(secret))
	detailed.AddDetail(detail)
	for _, c := range []struct {
		name string
		fail func(context.Context) error
		code connect.Code
		says string // what the client gets to read
	}{
		{"an error", func(context.Context) error { return errors.New(secret) }, connect.CodeInternal, "something went wrong"},
		{"a panic", func(context.Context) error { panic(secret) }, connect.CodeInternal, "something went wrong"},
		{"internal", func(context.Context) error { return connect.NewError(connect.CodeInternal, errors.New(secret)) }, connect.CodeInternal, "something went wrong"},
		{"unknown", func(context.Context) error { return connect.NewError(connect.CodeUnknown, errors.New(secret)) }, connect.CodeUnknown, "something went wrong"},
		{"unavailable", func(context.Context) error { return detailed }, connect.CodeUnavailable, "cannot answer now"},
		{"out of time", func(ctx context.Context) error { <-ctx.Done(); return errors.Join(ctx.Err(), errors.New(secret)) }, connect.CodeDeadlineExceeded, "time for the call is over"},
		{"the caller's", func(context.Context) error {
			return errors.Join(errors.New(secret), connect.NewError(connect.CodeFailedPrecondition, errors.New("it is closed")))
		}, connect.CodeFailedPrecondition, "it is closed"},
	} {
		for protocol := range protocols {
			t.Run(c.name+" "+protocol, func(t *testing.T) {
				s := newTestServer(t, with(func(ctx context.Context, _ string) error {
					ctx, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
					defer cancel()
					return c.fail(ctx)
				}))
				n, streamed := s.stream(t, protocol, secret)
				if n != 2 {
					t.Errorf("%d answers in the stream before its end, want 2", n)
				}
				for what, err := range map[string]error{"method": s.call(t, protocol, secret), "stream": streamed} {
					var got *connect.Error
					if !errors.As(err, &got) || got.Code() != c.code || !strings.Contains(got.Message(), c.says) {
						t.Errorf("%s: the client gets %v, want %v: %s", what, err, c.code, c.says)
						continue
					}
					if strings.Contains(err.Error(), secret) {
						t.Errorf("%s: the answer tells the error: %v", what, err)
					}
					trace := got.Meta().Get("Trace-Id")
					if !traceID.MatchString(trace) || !strings.Contains(s.log.String(), `"trace_id":"`+trace+`"`) {
						t.Errorf("%s: no line with the trace id %q in the log:\n%s", what, trace, s.log)
					}
					if c.name == "unavailable" && len(got.Details()) != 1 {
						t.Errorf("%s: the error has lost its details", what)
					}
				}
				if hidden := c.code != connect.CodeFailedPrecondition; hidden != strings.Contains(s.log.String(), secret) {
					t.Errorf("the log tells what was hidden from the client, and nothing else:\n%s", s.log)
				}
			})
		}
	}
}

// A stream that fails before its first answer, and a client that breaks off, end
// as what they are.
func TestPanicThatAborts(t *testing.T) {
	s := newTestServer(t, with(func(context.Context, string) error { panic(http.ErrAbortHandler) }))
	if err := s.call(t, "connect", ""); err == nil {
		t.Error("the client takes the answer for whole")
	}
	if strings.Contains(s.log.String(), `"msg":"panic"`) {
		t.Errorf("logged as a failure:\n%s", s.log)
	}
}

func TestClientThatLeaves(t *testing.T) {
	entered, left := make(chan bool), make(chan error, 1)
	s := newTestServer(t, with(func(ctx context.Context, _ string) error {
		close(entered)
		<-ctx.Done()
		left <- context.Cause(ctx)
		return ctx.Err()
	}))
	ctx, leave := context.WithCancel(t.Context())
	go func() { <-entered; leave() }()
	c := connect.NewClient[wrapperspb.StringValue, emptypb.Empty](h2c(), s.http.URL+unaryPath)
	_, err := c.CallUnary(ctx, connect.NewRequest(wrapperspb.String("")))
	wantCode(t, err, connect.CodeCanceled)
	<-left
	s.end() // the log is complete
	if !strings.Contains(s.log.String(), `"code":"canceled"`) || strings.Contains(s.log.String(), `"level":"ERROR"`) {
		t.Errorf("the log:\n%s", s.log)
	}
}
