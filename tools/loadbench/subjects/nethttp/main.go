// Command nethttp serves items with net/http, and around it what people usually
// put there: otelhttp, a histogram, and a line of slog for each request.
package main

import (
	"net/http"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"

	"github.com/svcgen/svcgen/tools/loadbench/subjects/shared"
)

type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func main() {
	shared.Traces()
	durations, log, mux := shared.Durations(), shared.Log(), shared.Mux(&shared.Store{})
	observed := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, rec := time.Now(), &recorder{ResponseWriter: w, status: http.StatusOK}
		mux.ServeHTTP(rec, r)
		shared.Observe(durations, log, r, r.Pattern, rec.status, start)
	})
	shared.Serve(otelhttp.NewHandler(observed, "server"))
}
