package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/encoding/protowire"
)

const entries = "/entry.v1.EntryService/"

// measureRPC asks servers for one entry, which lies in memory: with grpc-go's
// client over one connection, and with Connect over HTTP/1.1, as rendered
// clients do.
func measureRPC(ctx context.Context, b *bench) ([]table, error) {
	service, err := b.render(ctx, "ledger", "--template", "rpc", "--set", "resource=entry")
	if err != nil {
		return nil, err
	}
	rendered, err := b.build(ctx, service, "./cmd/ledger", "rpc")
	if err != nil {
		return nil, err
	}
	peer, err := b.build(ctx, ".", "./subjects/grpcgo", "grpcgo")
	if err != nil {
		return nil, err
	}
	off := []string{"OTEL_SDK_DISABLED=true"}
	subjects := []*subject{
		{name: "grpc-go, bare", program: peer, env: off, prepare: b.calls},
		{name: "rendered rpc called by gRPC, all on", program: rendered, traced: true, prepare: b.calls},
		{name: "rendered rpc called by gRPC, traces off", program: rendered, env: off, prepare: b.calls},
		{name: "rendered rpc called by Connect over HTTP/1.1, all on", program: rendered, traced: true, prepare: b.connectCalls},
		{name: "rendered rpc called by Connect over HTTP/1.1, traces off", program: rendered, env: off, prepare: b.connectCalls},
		{name: "grpc-go + otelgrpc + promhttp + slog", program: peer, traced: true, prepare: b.calls},
	}
	if err := b.measure(ctx, subjects, b.requests); err != nil {
		return nil, err
	}
	return []table{costs("### rpc: GetEntry from memory", "call", subjects)}, nil
}

// raw sends and receives messages as they are on the wire, so that the client
// costs little and needs no generated code.
type raw struct{}

func (raw) Marshal(v any) ([]byte, error) { return v.([]byte), nil }
func (raw) Unmarshal(data []byte, v any) error {
	*v.(*[]byte) = append((*v.(*[]byte))[:0], data...)
	return nil
}
func (raw) Name() string { return "proto" }

// text is a message with one string as its field 1.
func text(s string) []byte {
	return protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), s)
}

// entry makes an entry in a server, and returns the message that asks for it.
func entry(ctx context.Context, conn *grpc.ClientConn) ([]byte, error) {
	var made []byte
	if err := conn.Invoke(ctx, entries+"CreateEntry", text("an entry"), &made); err != nil {
		return nil, err
	}
	number, kind, n := protowire.ConsumeTag(made)
	if n < 0 || number != 1 || kind != protowire.BytesType {
		return nil, fmt.Errorf("CreateEntry answers an entry without an id: %x", made)
	}
	id, n := protowire.ConsumeString(made[n:])
	if n < 0 {
		return nil, protowire.ParseError(n)
	}
	return text(id), nil
}

func dial(ctx context.Context, p *process) (*grpc.ClientConn, error) {
	if err := p.ready(ctx, p.addr); err != nil {
		return nil, err
	}
	return grpc.NewClient(p.addr, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDefaultCallOptions(grpc.ForceCodec(raw{})))
}

func (b *bench) calls(ctx context.Context, p *process) (func(context.Context, int) (time.Duration, error), error) {
	conn, err := dial(ctx, p) // lives as long as this process
	if err != nil {
		return nil, err
	}
	request, err := entry(ctx, conn)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, n int) (time.Duration, error) {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		var left atomic.Int64
		left.Store(int64(n))
		var all sync.WaitGroup
		start := time.Now()
		for range b.connects {
			all.Go(func() {
				var answer []byte
				for left.Add(-1) >= 0 {
					err := conn.Invoke(ctx, entries+"GetEntry", request, &answer)
					if err == nil && len(answer) == 0 {
						err = fmt.Errorf("an empty answer")
					}
					if err != nil {
						cancel(err)
						return
					}
				}
			})
		}
		all.Wait()
		return time.Since(start), context.Cause(ctx)
	}, nil
}

func (b *bench) connectCalls(ctx context.Context, p *process) (func(context.Context, int) (time.Duration, error), error) {
	conn, err := dial(ctx, p)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	body, err := entry(ctx, conn)
	if err != nil {
		return nil, err
	}
	request := fmt.Sprintf("POST %sGetEntry HTTP/1.1\r\nHost: %s\r\nUser-Agent: loadbench\r\nContent-Type: application/proto\r\nConnect-Protocol-Version: 1\r\nContent-Length: %d\r\n\r\n%s",
		entries, p.addr, len(body), body)
	return func(ctx context.Context, n int) (time.Duration, error) {
		return flood(ctx, p.addr, request, b.connects, n)
	}, nil
}
