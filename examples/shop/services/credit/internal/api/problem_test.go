package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// secret is what no answer may repeat.
const secret = "hunter2"

type thingInput struct {
	ID    string    `path:"id" maxLength:"5"`
	Count int       `query:"count"`
	Since time.Time `query:"since"`
	Body  struct {
		Name string    `json:"name" enum:"a,b"`
		At   time.Time `json:"at,omitempty"`
	}
}

// addThings adds routes that fail in every way.
func addThings(a *API) {
	register(a, huma.Operation{Method: http.MethodPut, Path: "/test/things/{id}"},
		func(context.Context, *thingInput) (*struct{}, error) { return nil, nil })
	for path, fail := range map[string]func() error{
		"/test/error":       func() error { return errors.New(secret) },
		"/test/wrapped":     func() error { return fmt.Errorf("%s: %w", secret, huma.Error409Conflict("There is one already.")) },
		"/test/unavailable": func() error { return huma.Error503ServiceUnavailable("Try again.", errors.New(secret)) },
		"/test/internal":    func() error { return huma.Error500InternalServerError(secret) },
		"/test/panic":       func() error { panic(secret) },
	} {
		register(a, huma.Operation{Method: http.MethodGet, Path: path},
			func(context.Context, *struct{}) (*struct{}, error) { return nil, fail() })
	}
}

var traceID = regexp.MustCompile(`^[0-9a-f]{32}$`)

func TestProblems(t *testing.T) {
	a := newBareAPI(t)
	addThings(a.API)
	for _, c := range []struct {
		name, method, path, body string
		header                   string
		status                   int
		says                     string // what the problem must name; may be empty
	}{
		{name: "no such path", method: "GET", path: "/v1/" + secret, status: 404},
		{name: "no such method", method: "DELETE", path: "/test/things/1", status: 405, says: "PUT"},
		{name: "an invented method", method: "BREW", path: "/test/error", status: 405, says: "GET, HEAD"},
		{name: "no body", method: "PUT", path: "/test/things/1", status: 400, says: "body is required"},
		{name: "not JSON", method: "PUT", path: "/test/things/1", body: `{` + secret, status: 400, says: "body"},
		{name: "JSON, but not that", method: "PUT", path: "/test/things/1", body: `{"name":"` + secret + `"}`, status: 422, says: "body.name"},
		{name: "a wrong type", method: "PUT", path: "/test/things/1", body: `{"name":"a","at":"` + secret + `"}`, status: 422, says: "body.at"},
		{name: "a parameter that is too long", method: "PUT", path: "/test/things/" + secret, body: `{"name":"a"}`, status: 422, says: "path.id"},
		{name: "not a number", method: "PUT", path: "/test/things/1?count=" + secret, body: `{"name":"a"}`, status: 422, says: "query.count"},
		{name: "not a time", method: "PUT", path: "/test/things/1?since=" + secret, body: `{"name":"a"}`, status: 422, says: "query.since"},
		{name: "not a media type", method: "PUT", path: "/test/things/1", body: `{"name":"a"}`, header: "Content-Type: text/plain", status: 415},
		{name: "too large", method: "PUT", path: "/test/things/1", body: `{"name":"` + strings.Repeat("a", 2<<20), status: 413},
		{name: "an error with a status inside", method: "GET", path: "/test/wrapped", status: 409, says: "There is one already."},
		{name: "an error", method: "GET", path: "/test/error", status: 500},
		{name: "an error with a status of 500", method: "GET", path: "/test/internal", status: 500},
		{name: "an error with a status of 503", method: "GET", path: "/test/unavailable", status: 503, says: "Try again."},
		{name: "a panic", method: "GET", path: "/test/panic", status: 500},
	} {
		t.Run(c.name, func(t *testing.T) {
			a.log.Reset()
			w := a.do(t, c.method, c.path, c.body, c.header)
			p := decode[ProblemDetails](t, w, c.status)
			if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
				t.Errorf("the content type is %q", got)
			}
			if p.Status != c.status || p.Title != http.StatusText(c.status) || !traceID.MatchString(p.TraceID) {
				t.Errorf("the problem is %+v", p)
			}
			if !strings.Contains(w.Body.String(), c.says) {
				t.Errorf("nothing about %q in %s", c.says, w.Body)
			}
			if strings.Contains(w.Body.String(), secret) {
				t.Errorf("the answer repeats the value or tells the error: %s", w.Body)
			}
			if !strings.Contains(a.log.String(), `"trace_id":"`+p.TraceID+`"`) {
				t.Errorf("no line with the trace id in the log:\n%s", a.log)
			}
			if c.status >= 500 && !strings.Contains(a.log.String(), secret) {
				t.Errorf("the log does not tell the error:\n%s", a.log)
			}
		})
	}
	if w := a.do(t, "DELETE", "/test/things/1", ""); w.Header().Get("Allow") != "PUT" {
		t.Errorf("405 with Allow: %q, want PUT", w.Header().Get("Allow"))
	}
}

func TestRedirectOfUncleanPath(t *testing.T) {
	a := newBareAPI(t)
	addThings(a.API)
	w := a.do(t, "GET", "/test/../test/error", "")
	if w.Code != http.StatusTemporaryRedirect || w.Header().Get("Location") != "/test/error" {
		t.Errorf("got %d to %q", w.Code, w.Header().Get("Location"))
	}
}

// A client that goes away is no failure of the service.
func TestClientThatLeaves(t *testing.T) {
	a := newBareAPI(t)
	addThings(a.API)
	register(a.API, huma.Operation{Method: http.MethodGet, Path: "/test/wait"},
		func(ctx context.Context, _ *struct{}) (*struct{}, error) { return nil, context.Cause(ctx) })

	ctx, leave := context.WithCancel(t.Context())
	leave()
	w := httptest.NewRecorder()
	a.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/test/wait", nil))
	if w.Code != statusClientGone {
		t.Errorf("left while waiting: %d, want %d", w.Code, statusClientGone)
	}

	half := io.MultiReader(strings.NewReader(`{"name":`), iotest.ErrReader(io.ErrUnexpectedEOF))
	w = httptest.NewRecorder()
	a.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPut, "/test/things/1", half))
	if w.Code != http.StatusRequestTimeout {
		t.Errorf("left while sending: %d, want %d", w.Code, http.StatusRequestTimeout)
	}
	if strings.Contains(a.log.String(), `"level":"ERROR"`) {
		t.Errorf("logged as an error:\n%s", a.log)
	}
}

// Where the answer has begun there is no way to say that it failed, except not to
// end it.
func TestPanicInTheMiddle(t *testing.T) {
	a := newBareAPI(t)
	a.Mux.HandleFunc("GET /test/half", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half of it")
		panic("in the middle")
	})
	srv := httptest.NewServer(a)
	defer srv.Close()
	resp, err := srv.Client().Get(srv.URL + "/test/half")
	if err == nil {
		_, err = io.ReadAll(resp.Body)
		resp.Body.Close()
	}
	if err == nil {
		t.Error("the client takes the answer for whole")
	}
	srv.Close() // the log is complete
	if !strings.Contains(a.log.String(), "in the middle") {
		t.Errorf("the log does not tell the panic:\n%s", a.log)
	}
}
