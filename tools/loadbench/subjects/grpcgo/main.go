// Command grpcgo serves entries with grpc-go; with OTEL_SDK_DISABLED=true with
// nothing around it, else with otelgrpc, a histogram and a line of slog for each call.
package main

import (
	"context"
	"net"
	"os"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"

	"github.com/svcgen/svcgen/tools/loadbench/subjects/entryv1"
	"github.com/svcgen/svcgen/tools/loadbench/subjects/shared"
)

func main() {
	var options []grpc.ServerOption
	if os.Getenv("OTEL_SDK_DISABLED") != "true" {
		shared.Traces()
		durations, log := shared.Durations(), shared.Log()
		options = append(options, grpc.StatsHandler(otelgrpc.NewServerHandler()),
			grpc.UnaryInterceptor(func(ctx context.Context, in any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
				start := time.Now()
				out, err := next(ctx, in)
				code, took := status.Code(err).String(), time.Since(start)
				durations.WithLabelValues("grpc", info.FullMethod, code).Observe(took.Seconds())
				log.InfoContext(ctx, "call", "method", info.FullMethod, "code", code, "duration_ms", took.Milliseconds())
				return out, err
			}))
	}
	l, err := net.Listen("tcp", os.Getenv("HTTP_ADDR"))
	if err != nil {
		shared.Fail(err)
	}
	s := grpc.NewServer(options...)
	s.RegisterService(&entryv1.Desc, &entryv1.Server{})
	shared.Fail(s.Serve(l))
}
