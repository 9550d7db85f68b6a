package main

import (
	"io"
	"net"
	"net/http"
	"sync/atomic"

	"google.golang.org/protobuf/encoding/protowire"
)

// sink is a collector that takes every span, counts it and drops it.
type sink struct {
	server http.Server
	addr   string
	spans  atomic.Int64
}

func newSink() (*sink, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &sink{addr: l.Addr().String()}
	s.server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		s.spans.Add(int64(count(data, 1, 2, 2)))
		w.Header().Set("Content-Type", "application/x-protobuf")
	})
	go func() { _ = s.server.Serve(l) }()
	return s, nil
}

func (s *sink) close() { _ = s.server.Close() }

// env is what has a service send its spans here.
func (s *sink) env() []string {
	return []string{"OTEL_EXPORTER_OTLP_ENDPOINT=http://" + s.addr, "OTEL_SERVICE_NAME=bench", "OTEL_BSP_SCHEDULE_DELAY=1000"}
}

// count counts the messages under a path of field numbers. Of a request to
// OTLP (opentelemetry/proto/collector/trace/v1) the spans are 1 (resource_spans),
// 2 (scope_spans), 2 (spans).
func count(message []byte, path ...protowire.Number) (n int) {
	for len(message) > 0 {
		number, kind, size := protowire.ConsumeTag(message)
		if size < 0 {
			return n
		}
		message = message[size:]
		if kind == protowire.BytesType && number == path[0] {
			inner, size := protowire.ConsumeBytes(message)
			if size < 0 {
				return n
			}
			if len(path) == 1 {
				n++
			} else {
				n += count(inner, path[1:]...)
			}
		}
		if size = protowire.ConsumeFieldValue(number, kind, message); size < 0 {
			return n
		}
		message = message[size:]
	}
	return n
}
