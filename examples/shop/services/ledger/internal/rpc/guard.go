package rpc

import (
	"context"
	"errors"
	"net/http"
	"runtime/debug"
	"strconv"

	"connectrpc.com/connect"
	"go.opentelemetry.io/otel/trace"
)

// guard stands around every handler: it bounds a call's time, turns a panic into
// an error, and keeps from clients what is not theirs to know.
type guard struct{ s *Server }

// WrapUnary is called by Connect.
func (g guard) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, r connect.AnyRequest) (answer connect.AnyResponse, err error) {
		limited, cancel := context.WithTimeout(ctx, g.s.CallTimeout)
		defer cancel()
		defer func() { err = g.end(ctx, recover(), err) }()
		return next(limited, r)
	}
}

// WrapStreamingHandler is called by Connect. A stream lasts as long as its client
// wants it to.
func (g guard) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, conn connect.StreamingHandlerConn) (err error) {
		defer func() { err = g.end(ctx, recover(), err) }()
		return next(ctx, conn)
	}
}

// WrapStreamingClient is called by Connect for clients, of which there are none.
func (g guard) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}

// end is how a call ends: in a panic, in an error, or well.
func (g guard) end(ctx context.Context, panicked any, err error) error {
	switch {
	case panicked == http.ErrAbortHandler:
		panic(panicked)
	case panicked != nil:
		g.s.Log.ErrorContext(ctx, "panic", "panic", panicked, "stack", string(debug.Stack()))
		err = connect.NewError(connect.CodeInternal, errInternal)
	case err != nil:
		err = g.hide(ctx, err)
	}
	var known *connect.Error
	if span := trace.SpanContextFromContext(ctx); errors.As(err, &known) && span.HasTraceID() {
		known.Meta().Set("Trace-Id", span.TraceID().String())
	}
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		c.ctx, c.code = ctx, ended(err)
	}
	return err
}

var (
	errInternal    = errors.New("something went wrong in the service")
	errUnavailable = errors.New("the service cannot answer now")
	errTime        = errors.New("the time for the call is over")
)

// hide returns what the client gets to see of an error. A handler tells it
// something with connect.NewError and a code that speaks of the client's own
// doing; what other errors say goes to the log, with the call's trace id.
func (g guard) hide(ctx context.Context, err error) error {
	code, shown := connect.CodeInternal, errInternal
	var known *connect.Error
	switch {
	case errors.As(err, &known):
		code = known.Code()
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return connect.NewError(connect.CodeCanceled, context.Canceled) // the client is gone: nobody's failure
	case errors.Is(err, context.DeadlineExceeded):
		code = connect.CodeDeadlineExceeded
	}
	switch code {
	case connect.CodeInternal, connect.CodeUnknown, connect.CodeDataLoss:
	case connect.CodeUnavailable:
		shown = errUnavailable
	case connect.CodeDeadlineExceeded:
		shown = errTime
	default:
		return err
	}
	g.s.Log.ErrorContext(ctx, "call failed", "code", code.String(), "error", err)
	hidden := connect.NewError(code, shown)
	if known != nil {
		for _, d := range known.Details() {
			hidden.AddDetail(d)
		}
	}
	return hidden
}

// grpcCode is the name of a code in gRPC's numbers.
func grpcCode(number string) (string, bool) {
	n, err := strconv.ParseUint(number, 10, 32)
	switch {
	case err != nil:
		return "", false
	case n == 0:
		return "ok", true
	}
	return connect.Code(n).String(), true
}
