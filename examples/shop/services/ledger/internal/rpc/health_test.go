package rpc

import (
	"context"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"github.com/acme/shop/services/ledger/gen/entry/v1/entryv1connect"
)

// dial is a connection of gRPC's own client.
func (s *testServer) dial(t *testing.T) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient(s.http.Listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// A client of gRPC sees the service come and go: it asks, and it watches.
func TestHealth(t *testing.T) {
	s := newTestServer(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	client := healthpb.NewHealthClient(s.dial(t))
	const service = entryv1connect.EntryServiceName
	watch, err := client.Watch(ctx, &healthpb.HealthCheckRequest{Service: service})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		do   func()
		want healthpb.HealthCheckResponse_ServingStatus
	}{
		{func() {}, healthpb.HealthCheckResponse_NOT_SERVING},
		{s.Health.Start, healthpb.HealthCheckResponse_SERVING},
		{s.Health.Drain, healthpb.HealthCheckResponse_NOT_SERVING},
	} {
		step.do()
		if seen, err := watch.Recv(); err != nil || seen.GetStatus() != step.want {
			t.Errorf("watching: %v, %v; want %v", seen, err, step.want)
		}
		for _, name := range []string{"", service} {
			if got, err := client.Check(ctx, &healthpb.HealthCheckRequest{Service: name}); err != nil || got.GetStatus() != step.want {
				t.Errorf("asking for %q: %v, %v; want %v", name, got, err, step.want)
			}
		}
	}
	if _, err := client.Check(ctx, &healthpb.HealthCheckRequest{Service: "other.v1.Service"}); status.Code(err) != codes.NotFound {
		t.Errorf("a service that there is not: %v", err)
	}
	s.StopWatching()
	if _, err := watch.Recv(); err == nil || ctx.Err() != nil {
		t.Errorf("the watch goes on when the service ends: %v", err)
	}
	if s.log.String() != "" || len(s.spans.Ended()) > 0 || len(s.series(t)) > 0 {
		t.Errorf("probes are told of as calls:\n%s", s.log)
	}
}
