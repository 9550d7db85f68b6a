package telemetry

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// TraceOptions says what becomes of spans.
type TraceOptions struct {
	Service, Version string
	Disabled         bool // record none
	Export           bool // send them to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names
}

// StartTraces returns the provider of spans, which is also made OpenTelemetry's
// global one, so that clients and drivers find it. The provider's Shutdown sends
// what is left.
//
// Every request has a trace id, for its log lines and for whoever reports an
// error, even where nothing is recorded or sent. By default every trace is
// sampled that the caller has not decided about (parentbased_always_on);
// OTEL_TRACES_SAMPLER and the other variables are read by the SDK. Spans wait in
// a bounded queue and are sent behind the requests' back; what a collector that
// is away makes of that ends in the log, once a minute.
func StartTraces(ctx context.Context, log *slog.Logger, o TraceOptions) *sdk.TracerProvider {
	otel.SetLogger(logr.FromSlogHandler(log.Handler()))
	otel.SetErrorHandler(&seldom{log: log})
	otel.SetTextMapPropagator(Propagator())

	// The environment comes last: OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win.
	res, err := resource.New(ctx,
		resource.WithTelemetrySDK(),
		resource.WithAttributes(attribute.String("service.name", o.Service), attribute.String("service.version", o.Version)),
		resource.WithFromEnv())
	if err != nil {
		otel.Handle(err)
	}
	options := []sdk.TracerProviderOption{sdk.WithResource(res)}
	switch {
	case o.Disabled:
		options = append(options, sdk.WithSampler(sdk.ParentBased(sdk.NeverSample())))
	case o.Export:
		exporter, err := otlptracehttp.New(ctx)
		if err != nil {
			otel.Handle(err)
			break
		}
		options = append(options, sdk.WithBatcher(exporter))
	}
	provider := sdk.NewTracerProvider(options...)
	otel.SetTracerProvider(provider)
	return provider
}

// Propagator reads and writes the headers by which a trace goes from service to
// service: traceparent, tracestate and baggage.
func Propagator() propagation.TextMapPropagator {
	return propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{})
}

// seldom logs OpenTelemetry's errors: under load, a collector that is away makes
// many of them a second.
type seldom struct {
	log  *slog.Logger
	mu   sync.Mutex
	last time.Time
}

func (s *seldom) Handle(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.last) > time.Minute {
		s.last = time.Now()
		s.log.Warn("telemetry fails", "error", err)
	}
}
