package api

import (
	"context"
	"errors"
	"net"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/acme/shop/services/gateway/internal/clients"
	"github.com/acme/shop/services/gateway/internal/clients/payments"
)

// maxBody bounds the body of a request that is passed on, in bytes.
const maxBody = 1 << 20

// Upstreams are the services behind the gateway. Handlers call them; forwards
// lists what is passed on to them as it is.
type Upstreams struct {
	Front *clients.Client // serves the front-end; nil: the gateway itself does

	Payments *payments.Client
}

// forwards lists what is passed on. What is not listed here or in routes cannot be
// reached from outside.
func (a *API) forwards() {
	for _, route := range []string{
		"POST /v1/payments",
		"GET /v1/payments",
		"GET /v1/payments/{id}",
		"POST /v1/payments/{id}/refund",
	} {
		a.pass(a.Upstreams.Payments.Client, route)
	}
}

// pass passes a route's requests on to an upstream.
func (a *API) pass(to *clients.Client, pattern string) {
	a.Mux.Handle(pattern, a.forward(to))
}

func (a *API) forward(to *clients.Client) http.Handler {
	next := to.Forward(a.own, a.unanswered)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// own takes out of an upstream's answer what the gateway decides.
func (a *API) own(h http.Header) {
	for _, name := range decided {
		h.Del(name)
	}
}

// unanswered answers a request that could not be passed on, or that got no answer.
func (a *API) unanswered(w http.ResponseWriter, r *http.Request, err error) {
	status, detail := upstreamProblem(err)
	if status >= http.StatusInternalServerError {
		a.Log.ErrorContext(r.Context(), "no answer from upstream", "status", status, "error", err)
	}
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	writeProblem(w, r, status, detail)
}

// upstreamProblem says what a client is told of an error from an upstream, or from
// the body that was to be passed on.
func upstreamProblem(err error) (status int, detail string) {
	var large *http.MaxBytesError
	var cut broken
	var timeout net.Error
	switch {
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge, "The body is too large."
	case errors.As(err, &cut):
		return http.StatusRequestTimeout, "The body did not come in time."
	case errors.Is(err, clients.ErrBusy):
		return http.StatusServiceUnavailable, "Too many requests are on their way already."
	case errors.Is(err, context.Canceled):
		return statusClientGone, ""
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return http.StatusGatewayTimeout, "A service behind the gateway did not answer in time."
	}
	return http.StatusBadGateway, "A service behind the gateway cannot be reached."
}

// upstream makes of a client's error what a handler returns. What the upstream has
// refused as the client's own mistake stays that; all else is a 502, 503 or 504.
func (a *API) upstream(err error) error {
	var refused *clients.StatusError
	if errors.As(err, &refused) && refused.Status >= 400 && refused.Status < 500 && refused.Status != http.StatusUnauthorized {
		return huma.NewError(refused.Status, refused.Detail)
	}
	if err == nil {
		return nil
	}
	status, detail := upstreamProblem(err)
	return huma.NewError(status, detail, err)
}
