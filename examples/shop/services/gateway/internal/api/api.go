// Package api is the service's HTTP side: which routes there are, what they take
// and answer, and what every one of them has in common.
//
// routes.go lists the routes; each has a file of its own with its handler, and
// its test beside it. upstreams.go lists what is passed on to other services,
// edge.go is what everything from outside goes through. Probes and metrics are
// package app's.
package api

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"reflect"
	"regexp"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/trace"

	"github.com/acme/shop/services/gateway/internal/telemetry"
	"github.com/acme/shop/services/gateway/internal/web"
)

// API serves the routes. Its handlers are methods, so that they reach what they
// need through its fields.
type API struct {
	Options
	Mux  *http.ServeMux // for what does not go through Huma
	Huma huma.API

	edge    *edge
	pages   http.Handler // nil: there are none
	traced  http.Handler
	openAPI func() ([]byte, error)
}

// Options is what an API needs. Upstreams, Site and Traces may be nil where nothing
// is served, such as for printing the API's description.
type Options struct {
	Upstreams *Upstreams
	Site      *web.Site
	Edge      EdgeOptions
	Log       *slog.Logger
	Metrics   *telemetry.Metrics
	Traces    trace.TracerProvider

	BodyTimeout time.Duration // for a request's body to come in
}

// New returns the API with all its routes.
func New(o Options) *API {
	a := bare(o)
	a.routes()
	if a.Upstreams != nil {
		a.forwards()
	}
	switch {
	case a.Upstreams != nil && a.Upstreams.Front != nil:
		a.pages = a.forward(a.Upstreams.Front)
	case a.Site != nil:
		a.pages = a.Site
	}
	return a
}

// bare is the API without a route.
func bare(o Options) *API {
	a := &API{Options: o, Mux: http.NewServeMux(), edge: newEdge(o.Edge)}
	a.Huma = humago.New(a.Mux, a.config())
	a.openAPI = sync.OnceValues(a.OpenAPI)
	a.traced = otelhttp.NewHandler(http.HandlerFunc(a.observe), "",
		otelhttp.WithTracerProvider(o.Traces), otelhttp.WithPropagators(telemetry.Propagator()))
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
			Info:       &huma.Info{Title: "gateway", Version: "1.0.0"},
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
	var handler http.Handler
	handler, r.Pattern = a.Mux.Handler(r)
	if r.Pattern == "" && a.isPage(r, handler) {
		r.Pattern = pages
	}
	a.traced.ServeHTTP(w, r)
}

// pages is the route of everything that belongs to the front-end.
const pages = "/{page...}"

// versioned are the API's paths: what is missing there is no page.
var versioned = regexp.MustCompile(`^/v[0-9]+(/|$)`)

// isPage reports whether a request that no route takes is for the front-end.
func (a *API) isPage(r *http.Request, otherwise http.Handler) bool {
	if a.pages == nil || r.Method != http.MethodGet && r.Method != http.MethodHead || versioned.MatchString(r.URL.Path) {
		return false
	}
	m := muted{header: http.Header{}}
	if otherwise.ServeHTTP(&m, r); m.status != http.StatusNotFound {
		return false // there is a route, for another method
	}
	return a.Upstreams != nil && a.Upstreams.Front != nil || a.Site.Has(r)
}
