// Package api is the service's HTTP side: which routes there are, what they take
// and answer, and what every one of them has in common.
//
// routes.go lists the routes; each has a file of its own with its handler, and
// its test beside it. What the service does is not decided here but in package
// credit. Probes and metrics are package app's.
package api

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"reflect"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/acme/shop/services/credit/internal/credit"

	"github.com/acme/shop/services/credit/internal/telemetry"
)

// API serves the routes. Its handlers are methods, so that they reach what they
// need through its fields.
type API struct {
	Options
	Mux  *http.ServeMux // for what does not go through Huma
	Huma huma.API

	traced  http.Handler
	openAPI func() ([]byte, error)
}

// Options is what an API needs. Service and Traces may be nil where nothing is
// served, such as for printing the API's description.
type Options struct {
	Service *credit.Service
	Log     *slog.Logger
	Metrics *telemetry.Metrics
	Traces  trace.TracerProvider

	TracesDisabled bool // nobody reads what a span says: only its ids are needed

	BodyTimeout time.Duration // for a request's body to come in
}

// New returns the API with all its routes.
func New(o Options) *API {
	a := bare(o)
	a.routes()
	return a
}

// bare is the API without a route.
func bare(o Options) *API {
	a := &API{Options: o, Mux: http.NewServeMux()}
	a.Huma = humago.New(a.Mux, a.config())
	a.openAPI = sync.OnceValues(a.OpenAPI)
	a.traced = otelhttp.NewHandler(http.HandlerFunc(a.observe), "",
		otelhttp.WithTracerProvider(o.Traces), otelhttp.WithPropagators(telemetry.Propagator()))
	if o.TracesDisabled {
		a.traced = http.HandlerFunc(a.follow)
	}
	return a
}

// config is Huma's configuration: JSON and nothing else, no pages of Huma's own
// (they load scripts from elsewhere), and errors as this service writes them.
func (a *API) config() huma.Config {
	schemas := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	schemas.RegisterTypeAlias(reflect.TypeFor[huma.ErrorModel](), reflect.TypeFor[ProblemDetails]())
	schemas.Schema(reflect.TypeFor[ProblemDetails](), true, "")
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI:    "3.1.0",
			Info:       &huma.Info{Title: "credit", Version: "1.0.0"},
			Components: &huma.Components{Schemas: schemas},
		},
		Formats: map[string]huma.Format{
			"application/json": huma.DefaultJSONFormat,
			"json":             huma.DefaultJSONFormat, // application/problem+json and the like
		},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{a.problem},
	}
}

// OpenAPI returns the API's description, as it stands in api/openapi.json.
func (a *API) OpenAPI() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(a.Huma.OpenAPI())
	return b.Bytes(), err
}

// ServeHTTP finds the route before anything else happens, so that the span is
// named after it from its beginning.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, r.Pattern = a.Mux.Handler(r)
	a.traced.ServeHTTP(w, r)
}

// follow answers a request within its caller's trace, or within a new one, so
// that its log lines and problems have a trace id. otelhttp would do so as well,
// but gather for each request what nobody reads.
func (a *API) follow(w http.ResponseWriter, r *http.Request) {
	ctx := telemetry.Propagator().Extract(r.Context(), propagation.HeaderCarrier(r.Header))
	ctx, span := a.Traces.Tracer("").Start(ctx, r.Pattern, trace.WithSpanKind(trace.SpanKindServer))
	defer span.End()
	a.observe(w, r.WithContext(ctx))
}
