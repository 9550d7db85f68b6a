// Command chi serves items with chi, otelchi, a histogram and a line of slog for
// each request.
package main

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/riandyrn/otelchi"

	"github.com/svcgen/svcgen/tools/loadbench/subjects/shared"
)

func main() {
	shared.Traces()
	durations, log, store := shared.Durations(), shared.Log(), &shared.Store{}
	r := chi.NewRouter()
	r.Use(otelchi.Middleware("chi", otelchi.WithChiRoutes(r)), func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			start, rec := time.Now(), middleware.NewWrapResponseWriter(w, r.ProtoMajor)
			next.ServeHTTP(rec, r)
			shared.Observe(durations, log, r, chi.RouteContext(r.Context()).RoutePattern(), rec.Status(), start)
		})
	}, middleware.Recoverer)
	r.Get("/v1/items/{id}", func(w http.ResponseWriter, r *http.Request) {
		i, ok := store.Get(chi.URLParam(r, "id"))
		if !ok {
			shared.Answer(w, http.StatusNotFound, map[string]string{"title": "Not Found"})
			return
		}
		shared.Answer(w, http.StatusOK, i)
	})
	r.Post("/v1/items", func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Description string }
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&in); err != nil {
			shared.Answer(w, http.StatusBadRequest, map[string]string{"title": "Bad Request"})
			return
		}
		i, err := store.Create(in.Description)
		if err != nil {
			shared.Answer(w, http.StatusUnprocessableEntity, map[string]string{"title": err.Error()})
			return
		}
		shared.Answer(w, http.StatusCreated, i)
	})
	shared.Serve(r)
}
