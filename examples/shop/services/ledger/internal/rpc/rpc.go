// Package rpc is the service's side towards its callers: which methods there are,
// what they take and answer, and what every one of them has in common.
//
// The methods are declared in proto/; each has a file here with its handler, and
// its test beside it. Connect, gRPC and gRPC-Web are served alike. What the service
// does is not decided here but in package ledger. Probes over plain HTTP and
// metrics are package app's.
package rpc

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"connectrpc.com/connect"
	"connectrpc.com/otelconnect"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/protobuf/reflect/protoreflect"

	entryv1 "github.com/acme/shop/services/ledger/gen/entry/v1"
	"github.com/acme/shop/services/ledger/gen/entry/v1/entryv1connect"

	"github.com/acme/shop/services/ledger/internal/ledger"

	"github.com/acme/shop/services/ledger/internal/health"
	"github.com/acme/shop/services/ledger/internal/telemetry"
)

// Server answers calls. The methods of the service are its methods, so that they
// reach what they need through its fields.
type Server struct {
	Options

	common     connect.HandlerOption // what all methods have
	mux        *http.ServeMux
	services   []string             // their names
	procedures map[string]procedure // by path
	errors     *connect.ErrorWriter
	watching   context.Context // ends with StopWatching
	stop       context.CancelFunc
}

// Options is what a Server needs.
type Options struct {
	Service *ledger.Service
	Log     *slog.Logger
	Metrics *telemetry.Metrics
	Traces  trace.TracerProvider
	Health  *health.Health

	CallTimeout  time.Duration // for one call that is no stream; a client may ask for less
	MessageBytes int           // of one message, decompressed
}

// procedure is a method as it is called over HTTP.
type procedure struct {
	name   string // entry.v1.EntryService/GetEntry
	stream bool
}

// New returns the server with all its methods.
func New(o Options) (*Server, error) {
	s := &Server{Options: o, mux: http.NewServeMux(), procedures: map[string]procedure{}}
	s.watching, s.stop = context.WithCancel(context.Background())
	var err error
	if s.common, err = s.options(); err != nil {
		return nil, err
	}
	s.errors = connect.NewErrorWriter(s.common)
	s.mux.Handle(entryv1connect.NewEntryServiceHandler(s, s.common))
	s.add(entryv1.File_entry_v1_entry_proto.Services())
	s.mux.Handle(s.healthService())
	return s, nil
}

// options are what all methods have in common. The first interceptor is the
// outermost.
func (s *Server) options() (connect.HandlerOption, error) {
	traces, err := otelconnect.NewInterceptor(
		otelconnect.WithTracerProvider(s.Traces), otelconnect.WithPropagator(telemetry.Propagator()),
		otelconnect.WithTrustRemote(), // a call belongs to its caller's trace
		otelconnect.WithoutMetrics())
	if err != nil {
		return nil, err
	}
	return connect.WithHandlerOptions(
		connect.WithInterceptors(traces, guard{s}),
		connect.WithReadMaxBytes(s.MessageBytes),
		connect.WithCompressMinBytes(1<<10), // less is not worth the time
	), nil
}

// add notes the methods of services under their paths.
func (s *Server) add(services protoreflect.ServiceDescriptors) {
	for i := range services.Len() {
		service := services.Get(i)
		s.services = append(s.services, string(service.FullName()))
		for j := range service.Methods().Len() {
			m := service.Methods().Get(j)
			name := string(service.FullName()) + "/" + string(m.Name())
			s.procedures["/"+name] = procedure{name: name, stream: m.IsStreamingClient() || m.IsStreamingServer()}
		}
	}
}

// Handle adds a method that no .proto file here declares, such as a library's.
func (s *Server) Handle(path string, stream bool, handler func(...connect.HandlerOption) http.Handler) {
	s.procedures[path] = procedure{name: path[1:], stream: stream}
	s.mux.Handle(path, handler(s.common))
}

// StopWatching ends the streams that watch the service's health: they would last
// for ever. Call it when the server shuts down.
func (s *Server) StopWatching() { s.stop() }
