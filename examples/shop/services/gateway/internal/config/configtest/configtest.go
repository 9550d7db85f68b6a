// Package configtest leads every client that the service has to a stand-in, which
// is ready: what a test sees then hangs on this service, whomever it calls. It
// finds the clients in package config. This package is for tests alone.
package configtest

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/acme/shop/services/gateway/internal/config"
)

// Env are the variables for it, each as NAME_URL=address; none where the service
// has no client. The stand-in knows GET /readyz alone, and ends with the test.
func Env(t testing.TB) (vars []string) {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	standIn := httptest.NewServer(mux)
	t.Cleanup(standIn.Close)
	// No other setting is read with a limit of calls at a time. What is wrong with
	// those that are not set here is of no concern.
	_, _ = config.Load(func(name string) (string, bool) {
		if client, found := strings.CutSuffix(name, "_MAX_IN_FLIGHT"); found {
			vars = append(vars, client+"_URL="+standIn.URL)
		}
		return "", false
	})
	return vars
}

// Clients returns c with its clients as Env has them. One that is set stays.
func Clients(t testing.TB, c config.Config) config.Config {
	t.Helper()
	vars := map[string]string{}
	for _, v := range Env(t) {
		name, value, _ := strings.Cut(v, "=")
		vars[name] = value
	}
	loaded, _ := config.Load(func(name string) (string, bool) { v, set := vars[name]; return v, set })
	from, to := reflect.ValueOf(loaded), reflect.ValueOf(&c).Elem()
	for i := range to.NumField() {
		// A client is a struct that has a URL.
		if f := to.Field(i); f.Kind() == reflect.Struct && f.FieldByName("URL").IsValid() && f.IsZero() {
			f.Set(from.Field(i))
		}
	}
	return c
}
